"""What is wrong, by the first rule that fits: each has a name, when it applies, and what the Django team is to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from .answers import Answer
from .conversations import Step


@dataclass(frozen=True)
class Case:
    """A step that did not go well; `url` is the provisioning URL, `path` what was asked of it, encoded."""

    step: Step
    url: str
    path: str
    answer: Answer
    problem: str
    is_strict: bool = False

    @property
    def is_foreign(self) -> bool:
        """Whether somebody else than the endpoints answered."""
        return bool(self.answer.status) and not self.answer.is_scim

    @property
    def is_html(self) -> bool:
        """Whether the answer is a page for people."""
        return "html" in self.answer.headers.get("content-type", "") or self.answer.text.lstrip().startswith("<")

    @property
    def mount(self) -> str:
        """The path of the provisioning URL."""
        return urlsplit(self.url).path

    @property
    def exempted(self) -> str:
        """What a middleware or a proxy has to do."""
        return f"let it pass the requests below {self.mount} by, which have no session and no user, but a token"

    def says(self, *words: str) -> bool:
        """Whether a SCIM error says one of these."""
        return any(word in self.answer.detail for word in words)

    def refuses(self, *words: str) -> bool:
        """Whether the database said one of these."""
        return any(word in self.answer.refused for word in words)

    def asks(self, *methods: str, below: str = "") -> bool:
        """Whether the request has one of these methods, and a path that begins so."""
        return self.step.method in methods and self.step.path.startswith(below)


@dataclass(frozen=True)
class Rule:
    """A fault that is known by its signs."""

    name: str
    applies: Callable[[Case], bool]
    remedy: str | Callable[[Case], str]

    def advice(self, case: Case) -> str:
        """What to do in this case."""
        return self.remedy if isinstance(self.remedy, str) else self.remedy(case)


OTHERWISE = Rule(
    "unknown",
    lambda case: True,
    lambda case: (
        "Read what was answered."
        + (
            f" Look for X-Request-Id {found} in the product's logs."
            if (found := case.answer.headers.get("x-request-id"))
            else ""
        )
    ),
)


def diagnose(case: Case, rules: tuple[Rule, ...]) -> Rule:
    """The first rule that applies."""
    return next((rule for rule in rules if rule.applies(case)), OTHERWISE)
