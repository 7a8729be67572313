"""README says what is so: its code is the example's, its transcript the demo's, its settings are all there are."""

import ast
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import BaseCommand
from django.test import override_settings

from example_project.management.commands.demo import Command
from scim_provisioning.conf import settings
from scim_provisioning.management.commands.scim import subcommands
from scim_provisioning.protocol import bodies, parser

pytestmark = pytest.mark.once

ROOT = Path(django_settings.BASE_DIR)
README = (ROOT / "README.md").read_text("utf-8")

CODE = re.compile(r"^ *<!-- (?P<path>\S+) -->\n *```python\n(?P<code>.*?)^ *```$", re.DOTALL | re.MULTILINE)
SETTING = re.compile(r"^\| `(?P<name>[A-Z_]+)` \| `(?P<default>.+?)` \|", re.MULTILINE)

BLOCKS = {match["path"]: textwrap.dedent(match["code"]) for match in CODE.finditer(README)}


def unindented(text):
    return "\n".join(line.strip() for line in text.splitlines())


@pytest.mark.parametrize("path", BLOCKS)
def test_its_code_is_that_of_the_example(path):
    assert unindented(BLOCKS[path]) in unindented((ROOT / path).read_text("utf-8"))


def test_all_of_its_code_is_compared_and_one_file_is_there_as_a_whole():
    assert README.count("```python\n") == len(BLOCKS)
    assert BLOCKS["example_project/scim.py"] == (ROOT / "example_project/scim.py").read_text("utf-8")


def test_its_transcript_is_what_the_demo_prints(tmp_path):
    copy = tmp_path / "README.md"
    shutil.copy(ROOT / "README.md", copy)
    environment = {**os.environ, "SCIM_DATABASE": "sqlite", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "manage.py", "demo", "--once", "--port", "0", "--transcript", copy]

    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)

    hint = "Run `python manage.py demo --once --transcript README.md`, and look at what has changed."
    assert copy.read_text("utf-8") == README, hint


def test_it_names_each_setting_with_its_default():
    documented = {match["name"]: ast.literal_eval(match["default"]) for match in SETTING.finditer(README)}

    with override_settings(SCIM_PROVISIONING={}):
        assert documented == {name: getattr(settings, name) for name in settings.names}


@pytest.mark.parametrize("limit", [bodies.MAX_DEPTH, parser.MAX_LENGTH, parser.MAX_DEPTH, parser.MAX_TERMS])
def test_it_names_each_fixed_limit(limit):
    (sentence,) = re.findall(r"^Fixed: .+?\n\n", README, re.DOTALL | re.MULTILINE)
    assert re.search(rf"\b{limit:,}\b", sentence)


@pytest.mark.parametrize("name", subcommands())
def test_it_names_each_subcommand(name):
    assert f"python manage.py scim {name}" in README


def test_it_names_each_argument_of_the_demo():
    documented = set(re.findall(r"^\| `(--[a-z-]+)", README, re.MULTILINE))
    own, common = (
        {name for action in command.create_parser("manage.py", "demo")._actions for name in action.option_strings}
        for command in (Command(), BaseCommand())
    )
    assert documented == own - common


NOT_OFFERED = {"bulk": "/Bulk", "changePassword": "passwords", "etag": "ETags", "sort": "sorting"}


@pytest.mark.django_db
def test_it_says_what_is_not_offered(scim):
    (sentence,) = re.findall(r"^Not offered: .+?\n\n", README, re.DOTALL | re.MULTILINE)
    configuration = scim.get("/ServiceProviderConfig").json

    for feature, word in NOT_OFFERED.items():
        assert configuration[feature]["supported"] == (word not in sentence), feature


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!#)(.+?)\)", README))))
def test_its_links_lead_somewhere(target):
    assert (ROOT / target).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(#(.+?)\)", README))))
def test_its_references_to_itself_lead_somewhere(target):
    headings = re.findall(r"^##+ (.+)$", README, re.MULTILINE)
    assert target in [heading.lower().replace(" ", "-") for heading in headings]
