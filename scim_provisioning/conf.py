"""The settings of the app: one typed property each, read when it is used, so that tests and hosts may override them."""

from __future__ import annotations

from typing import Any

from django.conf import settings as django_settings


class Settings:
    """What `SCIM_PROVISIONING = {…}` in the host's settings says, with the defaults."""

    names = (
        "USER_ADAPTER",
        "GROUP_ADAPTERS",
        "TENANTS",
        "BASE_URL",
        "DOCUMENTATION_URI",
        "DELETE_USERS",
        "MAX_BODY_BYTES",
        "MAX_OPERATIONS",
        "MAX_BULK_OPERATIONS",
        "DEFAULT_COUNT",
        "MAX_COUNT",
        "CURSOR_SECONDS",
        "MAX_REQUESTS_PER_MINUTE",
        "MAX_FAILURES_PER_MINUTE",
        "THROTTLE_CACHE",
    )

    def _get(self, name: str, default: Any) -> Any:
        return getattr(django_settings, "SCIM_PROVISIONING", {}).get(name, default)

    @property
    def USER_ADAPTER(self) -> str:
        """Dotted path of the adapter behind /Users."""
        return str(self._get("USER_ADAPTER", "scim_provisioning.adapters.UserAdapter"))

    @property
    def GROUP_ADAPTERS(self) -> list[str]:
        """Dotted paths of the adapters behind /Groups, in the order in which their groups are listed."""
        return list(self._get("GROUP_ADAPTERS", ["scim_provisioning.adapters.AuthGroupAdapter"]))

    @property
    def TENANTS(self) -> str:
        """Dotted path of a function that gives (value, name) of each tenant; empty: one connection serves the site."""
        return str(self._get("TENANTS", ""))

    @property
    def BASE_URL(self) -> str:
        """Scheme and host that clients reach the product at (`https://app.example.com`); empty: as the request says."""
        return str(self._get("BASE_URL", "")).rstrip("/")

    @property
    def DOCUMENTATION_URI(self) -> str:
        """Where people read how to provision this product, for /ServiceProviderConfig and the page; empty: nowhere."""
        return str(self._get("DOCUMENTATION_URI", ""))

    @property
    def DELETE_USERS(self) -> bool:
        """Whether DELETE of a user deletes the row; by default the account is deactivated, and gone for SCIM only."""
        return bool(self._get("DELETE_USERS", False))

    @property
    def MAX_BODY_BYTES(self) -> int:
        """The largest request body that is read, in bytes."""
        return int(self._get("MAX_BODY_BYTES", 5 * 1024 * 1024))

    @property
    def MAX_OPERATIONS(self) -> int:
        """How many operations one PATCH may hold."""
        return int(self._get("MAX_OPERATIONS", 1000))

    @property
    def MAX_BULK_OPERATIONS(self) -> int:
        """How many operations one bulk request may hold."""
        return int(self._get("MAX_BULK_OPERATIONS", 1000))

    @property
    def DEFAULT_COUNT(self) -> int:
        """How many resources a page holds when the client does not say."""
        return int(self._get("DEFAULT_COUNT", 100))

    @property
    def MAX_COUNT(self) -> int:
        """How many resources a page holds at the most."""
        return int(self._get("MAX_COUNT", 1000))

    @property
    def CURSOR_SECONDS(self) -> int:
        """How long a cursor can be used, in seconds."""
        return int(self._get("CURSOR_SECONDS", 3600))

    @property
    def MAX_REQUESTS_PER_MINUTE(self) -> int | None:
        """How many requests a connection may send in a minute (Entra ID asks for 25 a second); None: any number."""
        return self._number("MAX_REQUESTS_PER_MINUTE", 6000)

    @property
    def MAX_FAILURES_PER_MINUTE(self) -> int | None:
        """How many requests without a valid token one address may send in a minute; None: any number."""
        return self._number("MAX_FAILURES_PER_MINUTE", 60)

    @property
    def THROTTLE_CACHE(self) -> str:
        """Which of CACHES counts requests; one that all processes share counts for all of them."""
        return str(self._get("THROTTLE_CACHE", "default"))

    def _number(self, name: str, default: int) -> int | None:
        value = self._get(name, default)
        return None if value is None else int(value)


settings = Settings()
