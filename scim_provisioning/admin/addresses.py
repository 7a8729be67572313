"""Whether a token that is sent to an address can be read on the way."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_unprotected(url: str) -> bool:
    """Whether requests to the address cross a network without encryption."""
    address = urlsplit(url)
    return address.scheme != "https" and not _is_loopback(address.hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
