"""What an attacker would send, to every endpoint: refused as SCIM has it, at once, and nothing happens to anybody."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from example_project.access.models import Profile
from example_project.accounts.models import User
from tests.factories import ProfileFactory, UserFactory
from tests.scim import Answer, ScimClient

from . import addresses, contents
from .attacks import Attack, address, filled

FAMILIES = {
    family.__name__: tuple(family())
    for family in (
        *(addresses.verbs, addresses.ids, addresses.addresses, addresses.filters, addresses.parameters),
        *(addresses.headers, addresses.credentials),
        *(contents.bodies, contents.kinds, contents.powers, contents.bulks),
    )
}

SECONDS = 5
"""How long an answer may take."""

REFUSED = range(400, 502)
ANSWERED = range(200, 502)
"""Neither holds 502 and more; that 500 is none, the client says."""


class Canaries:
    """A user and a group that are to stay as they are, and the power that nobody is to get."""

    def __init__(self) -> None:
        self.user = UserFactory(password="correct horse")
        self.other = UserFactory()
        self.group = ProfileFactory(users=[self.user])
        self.names = {
            "user": str(self.user.pk),
            "other": str(self.other.pk),
            "group": f"profile-{self.group.pk}",
            "number": str(self.group.pk),
        }
        self.before = self.state()

    def are_untouched(self) -> bool:
        """Whether nothing has happened since this was last asked."""
        before, self.before = self.before, self.state()
        return before == self.before

    def state(self) -> list[Any]:
        users = User.objects.order_by("pk")
        return [
            *users.filter(pk=self.user.pk).values(),
            *Profile.objects.order_by("pk").values(),
            *Profile.users.through.objects.order_by("pk").values_list("profile", "user"),
            users.filter(pk=self.other.pk).values("password", "is_staff", "is_superuser").get(),
            *users.filter(is_superuser=True) | users.filter(is_staff=True) | users.exclude(user_permissions=None),
        ]


def fault(attack: Attack, send: Callable[[Attack], Answer], due: range) -> str | None:
    """What is wrong with how the attack was answered. That the answer is SCIM, the client sees to."""
    began = time.perf_counter()
    try:
        answer = send(attack)
    except Exception as error:  # of the client, of the product, of Django before the product
        return f"{error!r:.300}"
    if time.perf_counter() - began > SECONDS:
        return f"took {time.perf_counter() - began} s"
    return None if answer.status in due else f"is answered {answer}"


@pytest.mark.threat(4, 12, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 37, 38, 39, 41, 58, 59, 66, "C13", "C14")
@pytest.mark.once_per_database
@pytest.mark.parametrize("family", FAMILIES)
def test_with_a_token_nothing_is_gained(scim: ScimClient, family: str) -> None:
    canaries = Canaries()
    names = {**canaries.names, "token": scim.token or ""}

    def send(attack: Attack) -> Answer:
        headers = filled(attack.headers, names)
        answer = scim.request(attack.method, address(attack, names), filled(attack.body, names), headers=headers)
        assert answer.is_error or canaries.are_untouched(), f"changed something, with {answer}"
        return answer

    found = {attack: fault(attack, send, ANSWERED if attack.harmless else REFUSED) for attack in FAMILIES[family]}
    assert not told(found)
    assert canaries.are_untouched()


@pytest.mark.threat(38, 54, 58, "C12", "C13")
@pytest.mark.once
@pytest.mark.parametrize("family", [family for family in FAMILIES if family != "credentials"])
def test_without_a_token_everything_is_401(db: None, family: str, settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "MAX_FAILURES_PER_MINUTE": None}
    canaries = Canaries()
    stranger = ScimClient(None)

    def send(attack: Attack) -> Answer:
        headers = filled(attack.headers, canaries.names)
        body = filled(attack.body, canaries.names)
        return stranger.request(attack.method, address(attack, canaries.names), body, headers=headers)

    found = {attack: fault(attack, send, range(401, 402)) for attack in FAMILIES[family]}
    assert not told(found)
    assert canaries.are_untouched()


def told(found: dict[Attack, str | None]) -> str:
    return "\n".join(f"{attack} {text}" for attack, text in found.items() if text is not None)


def test_there_are_more_than_a_thousand() -> None:
    assert sum(map(len, FAMILIES.values())) > 1_000
