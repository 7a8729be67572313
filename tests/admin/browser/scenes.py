"""The settings page in each of its states: what has happened, and where somebody looks.

Everything happens at fixed times, with made-up tokens, so that the pictures of the documents show what is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.urls import reverse

from example_project.accounts.models import User
from scim_provisioning.models import Connection, Event, GroupRecord, UserRecord
from scim_provisioning.operations import connections
from tests.admin.browser import event_scenes
from tests.admin.browser.window import Window
from tests.factories import UserFactory

NOW = datetime(2026, 3, 10, 9, 24, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ADDRESS = "203.0.113.7"
BASE_URL = "https://app.example.com"


def made_up_tokens() -> Iterator[str]:
    """As long as real ones, and easily told from them."""
    for number in range(1, 100):
        yield f"scim_EXAMPLE-that-opens-no-door-whatsoever-{number:05}"


@dataclass(frozen=True, slots=True)
class Scene:
    """A page in one of its states: what happened, the words that are on it, how it is reached, in which product."""

    name: str
    happens: Callable[[Any], object]
    words: str
    reach: Callable[[Window], object] = Window.open
    product: dict[str, str] = field(default_factory=dict)


def superuser() -> Any:
    """Whoever looks at the page."""
    return User.objects.filter(is_superuser=True).first()


def nothing(clock: Any) -> None:
    """Nobody has touched it."""


def enabled(clock: Any, ago: timedelta = 2 * HOUR, lifetime: timedelta | None = None) -> Connection:
    """Somebody at Okta's customer is about to enter the token."""
    clock.move_to(NOW - ago)
    connections.describe(provider="okta", name="Staff")
    connection, _ = connections.enable(superuser(), lifetime=lifetime)
    return connection


def in_use(clock: Any, lifetime: timedelta | None = None, until: timedelta = 2 * MINUTE) -> Connection:
    """Users and groups are managed; something changed shortly before the last request."""
    connection = enabled(clock, 41 * DAY, lifetime)
    for user in UserFactory.create_batch(12):
        UserRecord.objects.create(user=user, connection=connection)
    for name in ("profile-1", "project-1-read", "project-1-full"):
        GroupRecord.objects.create(group=name, connection=connection)
    for ago in (3 * HOUR, 40 * MINUTE, 4 * MINUTE):
        record(connection, NOW - until - ago)
    use(clock, until)
    return connection


def record(connection: Connection, at: datetime, outcome: int = 200, **said: object) -> None:
    """A request that changed a user, or was refused."""
    kind = Event.Operation.PATCH if outcome < 400 else Event.Operation.CREATE
    said = {"operation": kind, "resource_type": "User", "resource": "", "request_id": "f3b1", **said}
    Event.objects.create(connection=connection, at=at, outcome=outcome, address=ADDRESS, **said)


def use(clock: Any, ago: timedelta) -> None:
    """A request comes with the newest token."""
    clock.move_to(NOW - ago)
    connections.note_use(connections.current(), ADDRESS)


def refuse(connection: Connection) -> None:
    """A user who is there already, and one who cannot be."""
    taken = "userName: another user has 'maria.keller@example.com'."
    record(connection, NOW - 3 * MINUTE, 409, scim_type="uniqueness", detail=taken, count=4)
    record(connection, NOW - 2 * MINUTE, 400, scim_type="invalidValue", detail="emails: 'maria' is no e-mail address.")


def refused(clock: Any) -> None:
    """What was asked for last was refused."""
    refuse(in_use(clock))


def expiring(clock: Any) -> None:
    """The token ends in twelve days."""
    in_use(clock, lifetime=53 * DAY)


def expired(clock: Any) -> None:
    """The token ended yesterday."""
    in_use(clock, lifetime=40 * DAY, until=DAY + 3 * MINUTE)


def rotated(clock: Any) -> None:
    """A new token was made, and the identity provider goes on with the one before."""
    in_use(clock)
    clock.move_to(NOW - 3 * HOUR)
    connections.rotate(superuser(), lifetime=365 * DAY)
    clock.move_to(NOW - 2 * MINUTE)
    connection = connections.current()
    connection.by_previous = True
    connections.note_use(connection, ADDRESS)


def disabled(clock: Any) -> None:
    """It was switched off this morning."""
    in_use(clock, until=HOUR + 2 * MINUTE)
    clock.move_to(NOW - HOUR)
    connections.disable(superuser())


def much_happened(clock: Any) -> None:
    """A bit of everything that an identity provider does, and is refused."""
    event_scenes.happen(enabled(clock), NOW)


def tenants_connected(clock: Any) -> None:
    """Of three tenants, one provisions, one is about to, and one has no connection."""
    clock.move_to(NOW - 20 * DAY)
    connections.enable(tenant="acme")
    connections.enable(tenant="volt")
    clock.move_to(NOW - 5 * MINUTE)
    connections.note_use(connections.current("acme"), ADDRESS)


def form(window: Window) -> None:
    """The form, with what is behind More."""
    window.open()
    window.edit()
    window.page.locator("summary", has_text="More").click()


def switch_on(window: Window) -> None:
    """Enable SCIM provisioning for Okta."""
    form(window)
    window.page.get_by_label("Identity provider", exact=True).select_option(label="Okta")
    window.save(ticked=True)


def switch_off(window: Window) -> None:
    """As far as the question."""
    window.open()
    window.edit()
    window.save(ticked=False)


def rotate(window: Window) -> None:
    """The form that makes a new token."""
    window.open()
    window.page.get_by_role("link", name="Rotate token").last.click()


def end_previous(window: Window) -> None:
    """As far as the question."""
    window.open()
    window.page.get_by_role("button", name="End previous token").click()


def in_the_product(window: Window) -> None:
    """The same page, in the frame of the example product."""
    window.page.goto(window.server + reverse("provisioning:index"))


def add_tenant(window: Window) -> None:
    """The form that adds a connection."""
    window.open()
    window.page.get_by_role("link", name="Add connection").click()


def events(window: Window) -> None:
    """The page of the Events."""
    window.open()
    window.page.get_by_role("link", name="Events", exact=True).click()


def events_of_today(window: Window) -> None:
    """The last of them."""
    events(window)
    window.page.get_by_label("Time").select_option(label="Last 24 hours")
    window.page.get_by_role("button", name="Show").click()


TENANTS = {"TENANTS": "tests.admin.tenants.tenants"}

SCENES = [
    Scene("never-enabled", nothing, "Never enabled"),
    Scene("edit", nothing, "Save makes a token", form),
    Scene("just-enabled", nothing, "Copy this token now", switch_on),
    Scene("waiting", enabled, "Waiting for the first request"),
    Scene("healthy", in_use, "Your identity provider is connected."),
    Scene("failing", refused, "What to do"),
    Scene("expiring", expiring, "The token expires on"),
    Scene("expired", expired, "The token has expired"),
    Scene("two-tokens", rotated, "still uses the previous one"),
    Scene("rotate", expiring, "Make a new token?", rotate),
    Scene("third-token", rotated, "stops as soon as there is a third", rotate),
    Scene("end-previous", rotated, "End the previous token now?", end_previous),
    Scene("disable", in_use, "Disable SCIM provisioning?", switch_off),
    Scene("disabled", disabled, "Disabled since"),
    Scene("unprotected", nothing, "can be read on the way", product={"BASE_URL": "http://app.example.com"}),
    Scene("product", refused, "What to do", in_the_product),
    Scene("events", much_happened, "Deactivated user", events_of_today),
    Scene("tenants", tenants_connected, "Acme Grid", product=TENANTS),
    Scene("add-tenant", tenants_connected, "Continue", add_tenant, TENANTS),
]
