"""The public address of the service provider."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse

from .conf import settings


def provisioning_url(request: HttpRequest) -> str:
    """What a client is given as the address of the service provider, without a slash at the end.

    Scheme and host come from the setting BASE_URL, else from the request, as ALLOWED_HOSTS lets it through.
    """
    root = reverse("scim_provisioning:root")
    return (settings.BASE_URL + root if settings.BASE_URL else request.build_absolute_uri(root)).rstrip("/")


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
