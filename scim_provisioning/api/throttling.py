"""How much is answered: requests of a connection, and requests without a valid token from an address.

Counted by the minute in one of Django's caches. Refused is only who has no valid token, or whose own connection sent
too much: nobody's bad tokens slow a good one.
"""

from __future__ import annotations

import math
import time
from ipaddress import IPv6Address, ip_address, ip_network

from django.core.cache import caches

from ..conf import settings
from ..models import Connection
from ..operations import log
from ..protocol.errors import TooManyRequests

WINDOW = 60
"""Seconds, at whole minutes of the clock, so that all processes count in the same one."""

SUBNET = 64
"""Leading bits of an IPv6 address that tell clients apart: who has one such address has all of that network."""


class Counter:
    """Counts within the window; a cache that fails is left alone for as long, so that it costs no request its time."""

    def __init__(self) -> None:
        self.away_until = 0.0

    def up(self, name: str, now: float) -> int:
        """How often the name was counted in this window, this time included; 0 where the cache cannot tell."""
        if now < self.away_until:
            return 0
        key = f"scim_provisioning:{name}:{int(now // WINDOW)}"
        try:
            return self._up(key)
        except Exception as error:  # each backend has its own
            self.away_until = now + WINDOW
            log.missed("The cache that counts requests cannot be used, so none is refused", error)
            return 0

    def _up(self, key: str) -> int:
        cache = caches[settings.THROTTLE_CACHE]
        for _ in range(2):
            try:
                return int(cache.incr(key))
            except ValueError:  # not there, or not any more
                if cache.add(key, 1, WINDOW):
                    return 1
        return 0


counter = Counter()


def count_request(connection: Connection) -> None:
    """Raise TooManyRequests if the connection has sent more in this minute than it may."""
    words = "The connection sends more than {} requests a minute."
    _count(f"requests:{connection.pk}", settings.MAX_REQUESTS_PER_MINUTE, words)


def count_failure(address: str | None) -> None:
    """Raise TooManyRequests if the address has sent more requests without a valid token in this minute than it may."""
    words = "More than {} requests a minute without a valid token came from this address."
    _count(f"failures:{_network(address)}", settings.MAX_FAILURES_PER_MINUTE, words)


def _count(name: str, limit: int | None, words: str) -> None:
    now = time.time()
    if limit is None or (count := counter.up(name, now)) <= limit:
        return
    wait = math.ceil(WINDOW - now % WINDOW)
    raise TooManyRequests(f"{words.format(limit)} Send the next in {wait} s.", wait, is_first=count == limit + 1)


def _network(address: str | None) -> str:
    if address is None:
        return "unknown"
    known = ip_address(address)
    return str(ip_network((known, SUBNET), strict=False)) if isinstance(known, IPv6Address) else str(known)
