"""Plays what identity providers send, and says for each step whether it went well, and the remedy if not."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.views.decorators.debug import sensitive_variables

from ...doctor.answers import shortened
from ...doctor.examination import Wish, checked, examine_inside, examine_outside
from ...doctor.player import Outcome, Result
from ...doctor.providers import GENERIC, providers
from ...doctor.samples import VALUES
from .. import arguments

REPORTS_CHECKS = True
"""It tells what the system checks say itself, so that they are not told twice."""

WIDTH = 100
MARKS = {Outcome.PASSED: "✓", Outcome.NOTED: "!", Outcome.SKIPPED: "–", Outcome.FAILED: "✗"}
FAIL_LEVELS = {"error": {Outcome.FAILED}, "warning": {Outcome.FAILED, Outcome.NOTED}}
EVERY = "all"


def add_arguments(parser: CommandParser) -> None:
    """Who is played, where, and how it is told."""
    names = ", ".join(providers())
    parser.add_argument("--provider", choices=[EVERY, *providers()], metavar="NAME", help=f"{EVERY}, {names}")
    parser.add_argument("--tenant", help="whose connection is tried, where the product has tenants")
    parser.add_argument("--push-groups", action="store_true", help="create groups too, as providers may be told to")
    parser.add_argument(
        "--value",
        action="append",
        default=[],
        metavar="NAME=TEXT",
        help=f"send another value than ours: {', '.join(VALUES)}",
    )
    parser.add_argument("--url", help="try the public address over HTTP: the provisioning URL of the settings page")
    parser.add_argument("--token-from", metavar="FILE", help="a file with the token for --url; - reads standard input")
    parser.add_argument(
        "--group",
        action="append",
        default=[],
        metavar="NAME",
        help="with --url: a group that may be assigned for a try",
    )
    parser.add_argument("--fail-level", choices=FAIL_LEVELS, default="error", help="what makes the exit status 1")
    parser.add_argument("--quiet", action="store_true", help="leave out what went well")
    parser.add_argument("--json", action="store_true", help="for machines")


def handle(command: BaseCommand, **options: Any) -> None:
    """Tell of each step as it is done; exit status 1 where something failed."""
    results = []
    told = _Told(command, options["quiet"])
    for result in _examined(**options):
        results.append(result)
        if not options["json"]:
            told.tell(result)
    if options["json"]:
        command.stdout.write(_as_json(results))
    else:
        told.sum_up(results)
    if any(result.outcome in FAIL_LEVELS[options["fail_level"]] for result in results):
        sys.exit(1)


def _examined(
    *, url: str | None, token_from: str | None, tenant: str | None, group: list[str], **options: Any
) -> Iterator[Result]:
    known = providers()
    asked = options["provider"] or (GENERIC if url else EVERY)
    played = [*known.values()] if asked == EVERY else [known[asked]]
    wish = Wish(played, _values(options["value"]), options["push_groups"])
    if bool(url) != bool(token_from):
        raise CommandError(
            "--url and --token-from go together: the token is read from a file, or from - (standard input)."
        )
    if url is None and group:
        raise CommandError("--group goes with --url: in this process, a group of each kind is made for the try.")
    own = arguments.tenant_of_product(tenant)
    address, token = (_address(url), _token(str(token_from))) if url else ("", "")
    found = [*checked()]
    yield from found
    if any(result.outcome is Outcome.FAILED for result in found):
        return
    yield from examine_outside(wish, address, token, group) if url else examine_inside(wish, own)


def _values(given: list[str]) -> dict[str, str]:
    pairs = dict(one.partition("=")[::2] for one in given)
    if unknown := [name for name in pairs if name not in VALUES]:
        raise CommandError(f"--value {unknown[0]}: no such name; there are {', '.join(VALUES)}.")
    return pairs


def _address(url: str) -> str:
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname or address.query:
        raise CommandError(f"--url {url}: give the provisioning URL, as in https://app.example.com/scim/v2.")
    return url.rstrip("/")


@sensitive_variables("token")
def _token(source: str) -> str:
    try:
        token = (sys.stdin.read() if source == "-" else Path(source).read_text("utf-8")).strip()
    except (OSError, UnicodeError) as fault:
        raise CommandError(f"--token-from: {fault}.") from None
    if not token or len(token.split()) > 1 or not token.isascii():
        raise CommandError(f"--token-from {source}: the token alone is due, in one line.")
    return token


def _as_json(results: list[Result]) -> str:
    passed = not any(result.outcome is Outcome.FAILED for result in results)
    return json.dumps({"passed": passed, "steps": [asdict(one) for one in results]}, indent=2, ensure_ascii=False)


class _Told:
    """What is told on a terminal, a result at a time."""

    def __init__(self, command: BaseCommand, quiet: bool) -> None:
        self._out = command.stdout
        self._styles = {
            Outcome.PASSED: command.style.SUCCESS,
            Outcome.NOTED: command.style.WARNING,
            Outcome.SKIPPED: command.style.NOTICE,
            Outcome.FAILED: command.style.ERROR,
        }
        self._quiet = quiet
        self._place = ("", "")

    def tell(self, result: Result) -> None:
        """A line for what went well; for what did not also what was asked, what came, and the remedy."""
        if self._quiet and result.outcome is Outcome.PASSED:
            return
        self._head(result)
        mark = self._styles[result.outcome](MARKS[result.outcome])
        if result.outcome is Outcome.PASSED:
            came = result.came[:3]
            line = shortened(f"{result.step}: {result.asked}", WIDTH - 10 - len(came))
            self._out.write(f"    {mark} {line} → {came}")
            return
        more = f": {result.problem}" if result.problem else ""
        first, *others = wrap(f"{result.step}{more}", WIDTH - 6)
        self._out.write(f"    {mark} {first}")
        for line in others:
            self._out.write(f"      {line}")
        sent = json.dumps(result.sent, ensure_ascii=False) if result.sent is not None else ""
        self._further("asked ", f"{result.asked} {shortened(sent)}" if result.asked else "")
        self._further("came  ", result.came)
        self._further("remedy", f"({result.rule}) {result.remedy}" if result.remedy else "")
        self._out.flush()

    def sum_up(self, results: list[Result]) -> None:
        """How much went well, and what it cost."""
        count = {outcome: sum(one.outcome is outcome for one in results) for outcome in Outcome}
        words = ", ".join(f"{count[outcome]} {outcome}" for outcome in Outcome)
        self._out.write(f"\n{words}.")
        played = [one for one in results if one.asked and one.came]
        if played:
            slowest = max(played, key=lambda one: one.seconds)
            queries = sum(one.queries or 0 for one in played)
            cost = f"{len(played)} requests in {sum(one.seconds for one in played):.1f} s"
            cost += f" and {queries} queries" if queries else ""
            self._out.write(shortened(f"{cost}; the slowest, {slowest.seconds:.2f} s: {slowest.asked}", WIDTH))

    def _head(self, result: Result) -> None:
        if result.part != self._place[0]:
            self._out.write(f"{result.part}" if not self._place[0] else f"\n{result.part}")
        if result.phase and (result.part, result.phase) != self._place and result.phase != result.part:
            self._out.write(f"  {result.phase}")
        self._place = (result.part, result.phase)

    def _further(self, name: str, text: str) -> None:
        for number, line in enumerate(wrap(text, WIDTH - 14, break_on_hyphens=False)):
            self._out.write(f"      {name if not number else ' ' * len(name)}  {line}")
