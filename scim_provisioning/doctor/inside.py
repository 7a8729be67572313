"""The whole project in this process: middlewares, addresses and authentication are its own, and nothing stays."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.db import Error, router, transaction
from django.db import connections as databases
from django.test import Client
from django.urls import get_script_prefix, reverse

from ..adapters.base import GroupAdapter
from ..adapters.registry import Directory
from ..adapters.sources import Source
from ..conf import settings
from ..models import Connection
from ..operations import connections
from .answers import Answer

OF_TRANSACTIONS = ("SAVEPOINT", "RELEASE", "ROLLBACK")


@dataclass(frozen=True)
class Rehearsal:
    """A carrier with a token that works until the end, and the ids of one group of each kind and level."""

    carrier: Inside
    connection: Connection
    groups: dict[str, str]
    lacking: list[str]
    """Why groups of other kinds are not tried."""


@contextmanager
def rehearsal(tenant: str, run: str) -> Iterator[Rehearsal]:
    """In transactions of all databases, which are rolled back: no row stays, and no receiver hears of a commit.

    The tenant's connection gets a token of its own, also where provisioning is switched off. NoReverseMatch where the
    endpoints are not mounted.
    """
    with ExitStack() as stack:
        stack.callback(logging.disable, logging.root.manager.disable)
        logging.disable()  # refusals are meant, and told in other words
        for alias in databases:
            stack.enter_context(transaction.atomic(using=alias))
            stack.callback(transaction.set_rollback, True, using=alias)
        connections.disable(tenant=tenant)
        connection, token = connections.enable(tenant=tenant)
        carrier = Inside(str(token))
        groups, lacking = _groups(Directory(connection, carrier.url), run)
        yield Rehearsal(carrier, connection, groups, lacking)


class Inside:
    """Carries requests by Django's test client."""

    def __init__(self, token: str) -> None:
        scheme, host = "https", _host()
        self._path = f"/{reverse('scim_provisioning:root').removeprefix(get_script_prefix())}".rstrip("/")
        self.url = f"{scheme}://{host}{self._path}"
        self._token = token
        self._client = Client(enforce_csrf_checks=True, raise_request_exception=False, SERVER_NAME=host)
        self._using = router.db_for_write(Connection)
        self._queries = 0
        self._refused = ""

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer; whatever a failure of the product's does to the transaction is undone."""
        sent = {"Authorization": f"Bearer {self._token}", **headers}
        content_type = sent.pop("Content-Type", "") if body else ""
        self._queries, self._refused = 0, ""
        fault: BaseException | None = None
        began = time.perf_counter()
        with transaction.atomic(using=self._using), databases[self._using].execute_wrapper(self._note):
            try:
                response: Any = self._client.generic(
                    method, f"{self._path}{path}", body, content_type, secure=True, headers=sent
                )
            except Exception as raised:  # as DEBUG_PROPAGATE_EXCEPTIONS has it
                status, received, text, fault = 500, {}, b"", raised
            else:
                status, received, text = response.status_code, response.headers, response.getvalue()
                fault = response.exc_info[1] if response.exc_info else None
            if status >= 500:
                transaction.set_rollback(True, using=self._using)
        return Answer(
            status,
            {name.lower(): value for name, value in received.items()},
            text.decode(errors="replace"),
            time.perf_counter() - began,
            self._queries,
            fault,
            self._refused,
        )

    def _note(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self._queries += not sql.startswith(OF_TRANSACTIONS)
        try:
            return execute(sql, params, many, context)
        except Error as error:
            self._refused = str(error)
            raise


def _host() -> str:
    """A host that the product is reached at."""
    if settings.BASE_URL:
        return urlsplit(settings.BASE_URL).netloc
    named = (host.removeprefix(".") for host in django_settings.ALLOWED_HOSTS if host != "*")
    return next(named, "localhost")


def _groups(directory: Directory, run: str) -> tuple[dict[str, str], list[str]]:
    """One group of each kind and level, by what it is called: one of our own, so that nobody's row is locked."""
    found: dict[str, str] = {}
    lacking: list[str] = []
    made: dict[int, Any] = {}
    for groups in directory.groups:
        if id(groups.adapter) not in made:
            made[id(groups.adapter)] = _made(groups.adapter, run) or groups.queryset().order_by("pk").first()
        group = made[id(groups.adapter)]
        called = f"{groups.adapter.kind} {groups.level}" if groups.level else groups.adapter.kind
        if group is None:
            lacking.append(f"there is no group of the kind {called}, and none could be made for a try")
        elif groups.membership is not None:
            found[called] = groups.id_of(group)
    return found, lacking


def _made(adapter: GroupAdapter, run: str) -> Any:
    """A new group; None where the product's rows need more than a name."""
    name = adapter.bound(None).get("displayName")
    if not (isinstance(name, Source) and name.writable):
        return None
    try:
        with transaction.atomic(using=router.db_for_write(adapter.get_model())):
            group = adapter.new()
            name.write(group, f"SCIM doctor {run}")
            adapter.save(group, None)
            return group
    except Exception:  # whatever the product's own code says to it
        return None
