"""Identity providers that send requests without a pause."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import httpx2

Result = TypeVar("Result")


def at_once(clients: int, work: Callable[[int], Result], times: int) -> list[Result]:
    """What so many clients get when they do it so many times together."""
    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(work, range(times)))


class Answers(list[httpx2.Response]):
    """What came; where a connection broke off, 0 for a status."""

    def statuses(self) -> set[int]:
        return {answer.status_code for answer in self}


@contextmanager
def going_on(send: Callable[[int], httpx2.Response], clients: int = 4) -> Iterator[Answers]:
    """Requests are sent, each with a number of its own, as long as the context lasts."""
    answers, over, numbers = Answers(), threading.Event(), iter(range(1_000_000))

    def client() -> None:
        while not over.is_set():
            try:
                answers.append(send(next(numbers)))
            except httpx2.TransportError as error:
                answers.append(httpx2.Response(0, request=error.request))

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        over.set()
        for thread in threads:
            thread.join()
