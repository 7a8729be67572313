"""Plays a provider's conversation and judges each answer; what was made over HTTP is cleaned up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..protocol.constants import MEDIA_TYPE
from .answers import Answer, Carrier, shortened
from .conversations import Known, Phase, Provider, Step, UnknownError, encoded, is_as_due, value_at
from .diagnosis import Case, diagnose
from .rules import RULES


class Outcome(StrEnum):
    """How a step went."""

    PASSED = "passed"
    NOTED = "noted"  # works, but somebody should know
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class Result:
    """A step, what was asked and what came; for a failure what is wrong, the rule that knows it, and the remedy."""

    part: str
    phase: str
    step: str
    outcome: Outcome
    asked: str = ""
    sent: Any = None
    came: str = ""
    problem: str = ""
    rule: str = ""
    remedy: str = ""
    seconds: float = 0
    queries: int | None = None


@dataclass
class Player:
    """One provider's conversation with one service provider.

    `groups` are the ids of the groups that are assigned, by what they are called, `lacking` says why others are not;
    `writable` are the attributes that a client may write, of those that a step may need; `pushes` tells whether groups
    are created as well.
    """

    carrier: Carrier
    provider: Provider
    known: Known
    groups: Mapping[str, str] = field(default_factory=dict)
    lacking: Sequence[str] = ()
    writable: frozenset[str] = frozenset()
    pushes: bool = False
    is_strict: bool = False
    made: list[str] = field(default_factory=list)
    """The addresses of what was made and not deleted since, the first made first."""

    def play(self) -> Iterator[Result]:
        """The steps in their order. A failure ends its phase; what needs what it did not get is left out."""
        for phase, steps in self.provider.phases.items():
            if phase is Phase.GROUPS:
                for called, id in self.groups.items():
                    yield from self._assign(called, id, steps)
                for why in self.lacking:
                    yield Result(self.provider.title, phase, "assign a group", Outcome.SKIPPED, problem=why)
            elif phase is not Phase.PUSH or self.pushes:
                yield from self._phase(phase, steps)

    def clean_up(self) -> Iterator[Result]:
        """Delete what was made; says what could not be."""
        for path in reversed(self.made[:]):
            asked = Step(f"clean up {path}", "DELETE", path, status=(204, 404))
            result = self._play("Clean-up", asked)
            if result.outcome is Outcome.FAILED:
                yield result

    def _assign(self, called: str, id: str, steps: tuple[Step, ...]) -> Iterator[Result]:
        self.known.resources["group"] = self.known.resources["target"] = {"id": id}
        read = Step("read the group", "GET", "/Groups/{group}?excludedAttributes=members", saves="target")
        yield from self._phase(f"{Phase.GROUPS}: {called}", (read, *steps))

    def _phase(self, phase: str, steps: tuple[Step, ...]) -> Iterator[Result]:
        for step in steps:
            if step.needs and step.needs not in self.writable:
                continue
            result = self._play(phase, step)
            yield result
            if result.outcome is not Outcome.PASSED:
                return

    def _play(self, phase: str, step: Step) -> Result:
        try:
            path, body = self.known.filled(step.path), self.known.filled(step.body)
            headers = {name: self.known.filled(value) for name, value in step.headers.items()}
        except UnknownError as unknown:
            why = f"{unknown} is not known, as a step before did not go well"
            return Result(self.provider.title, phase, step.does, Outcome.SKIPPED, problem=why)
        sent = {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE, **self.provider.headers, **headers}
        data = b"" if body is None else json.dumps(body).encode()
        line = encoded(path, plus=self.provider.writes_plus)
        answer = self.carrier.send(step.method, line, data, sent)
        self._note(step, line, answer)
        problem = self._problem(step, answer)
        told = Result(
            self.provider.title,
            phase,
            step.does,
            Outcome.FAILED if problem else Outcome.PASSED,
            f"{step.method} {path}",
            body,
            str(answer),
            problem,
            seconds=answer.seconds,
            queries=answer.queries,
        )
        return self._diagnosed(told, step, line, answer) if problem else told

    def _diagnosed(self, told: Result, step: Step, line: str, answer: Answer) -> Result:
        case = Case(step, self.carrier.url, line, answer, told.problem, self.is_strict)
        rule = diagnose(case, RULES)
        return Result(**{**vars(told), "rule": rule.name, "remedy": rule.advice(case)})

    def _note(self, step: Step, line: str, answer: Answer) -> None:
        """Remember what the answer tells, and what there is to clean up."""
        document = answer.json or {}
        found = document.get("Resources")
        resource = (found[0] if found else {}) if isinstance(found, list) else document
        if step.saves and answer.status in (200, 201) and isinstance(resource, dict) and "id" in resource:
            self.known.resources[step.saves] = resource
        if step.method == "POST" and answer.status == 201 and "id" in document:
            self.made.append(encoded(f"{line.partition('?')[0]}/{document['id']}"))
        if step.method == "DELETE" and answer.status in (204, 404) and line in self.made:
            self.made.remove(line)

    def _problem(self, step: Step, answer: Answer) -> str:
        """What is not as it has to be; empty where all is."""
        if not answer.status:
            return shortened(f"no answer came: {answer.fault}")
        if answer.status not in step.status:
            return f"{answer.status} instead of {' or '.join(map(str, step.status))}"
        if answer.status == 204:
            return ""
        if not answer.is_scim:
            return "what came is not SCIM"
        for path, due in step.shows.items():
            wanted, actual = self.known.filled(due), value_at(answer.json, path)
            if not is_as_due(actual, wanted):
                return shortened(f"{path} is {actual!r}, not {wanted!r}")
        return ""
