"""What the identity provider does, step by step, and what has to come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from example_project.demo.product import Browser, Login, View

if TYPE_CHECKING:
    from example_project.demo.identity_provider import IdentityProvider

USERNAME = "maria.keller@example.com"
PERSON = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": USERNAME,
    "externalId": "7f3c",
    "name": {"givenName": "Maria", "familyName": "Keller"},
    "emails": [{"value": USERNAME, "type": "work", "primary": True}],
    "title": "Trainee",
    "active": True,
}

TITLE = "Grid engineer"
PROFILE = "SE - Data Entry"
READ_ONLY, FULL_ACCESS = "Transmission line (Read-only)", "Transmission line (Full access)"

READS = [PROFILE], {"Transmission line": "Read-only"}
EDITS = [PROFILE], {"Transmission line": "Full access"}


class StepFailedError(Exception):
    """A step did not do what it should."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that the identity provider does, the answers that are due, and what the user then has."""

    title: str
    act: Callable[[IdentityProvider], object]
    answers: list[int]
    view: View

    def check(self, answers: list[int], view: View) -> None:
        """Raise StepFailedError where it came differently."""
        if answers != self.answers:
            raise StepFailedError(f"{self.title}: the answers should be {self.answers}, and they are {answers}.")
        if view != self.view:
            raise StepFailedError(
                f"{self.title}: in the product she should be one who {self.view}, and she is one who {view}."
            )


STEPS = [
    Step("Discover what the product offers", lambda idp: idp.discover(), [200, 200, 200], View(Login.NONE)),
    Step("Look Maria up: not found", lambda idp: idp.look_up_in_vain(), [200], View(Login.NONE)),
    Step("Create her", lambda idp: idp.create(), [201], View(Login.NEW, "Trainee")),
    Step(f"Assign {PROFILE}", lambda idp: idp.assign(PROFILE), [200, 204], View(Login.STAYS, "Trainee", [PROFILE])),
    Step(f"Assign {READ_ONLY}", lambda idp: idp.assign(READ_ONLY), [200, 204], View(Login.STAYS, "Trainee", *READS)),
    Step(
        f"Move her to {FULL_ACCESS}",
        lambda idp: idp.move(READ_ONLY, FULL_ACCESS),
        [200, 204, 200, 204],
        View(Login.STAYS, "Trainee", *EDITS),
    ),
    Step("Change her title", lambda idp: idp.change("title", TITLE), [200], View(Login.STAYS, TITLE, *EDITS)),
    Step("Deactivate her", lambda idp: idp.change("active", False), [200], View(Login.REFUSED, TITLE, *EDITS)),
    Step("Reactivate her", lambda idp: idp.change("active", True), [200], View(Login.NEW, TITLE, *EDITS)),
    Step("Delete her", lambda idp: idp.delete(), [204], View(Login.REFUSED, TITLE)),
    Step("Look her up again: gone", lambda idp: idp.look_up_in_vain(), [200], View(Login.REFUSED, TITLE)),
]


def play(steps: Iterable[Step], idp: IdentityProvider, browser: Browser, say: Callable[[str], object]) -> None:
    """Take the steps and say what happens; raise StepFailedError at the first that does not do what it should."""
    for number, step in enumerate(steps, 1):
        say(f"{number}. {step.title}")
        exchanges = idp.exchanges = []
        try:
            step.act(idp)
        except idp.errors as error:
            raise StepFailedError(f"{step.title}: {error}") from error
        finally:
            for exchange in exchanges:
                for line in exchange.lines():
                    say(f"   {line}")
        view = browser.view()
        say(f"   In the product she {view}")
        say("")
        step.check([exchange.status for exchange in exchanges], view)
