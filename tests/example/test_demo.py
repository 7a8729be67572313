"""`manage.py demo`, run as its readers run it: in a process of its own, over HTTP."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection
from httpx2 import Client

from example_project import sample_data
from example_project.access.models import Level
from example_project.accounts.models import User
from example_project.demo import policy, story, transcript
from example_project.demo.accounts import Credentials
from example_project.demo.product import Browser, Login, View
from example_project.demo.story import Step, StepFailedError
from example_project.demo.transcript import Exchange
from example_project.management.commands.demo import Command, require_client
from tests.factories import ProfileFactory, ProjectAccessFactory, UserFactory

pytestmark = pytest.mark.once

PATIENCE = 120  # seconds: on a busy machine, everything takes many times longer

PYTHON = [sys.executable, "-X", "dev", "-W", "error"]
DEMO = [*PYTHON, "manage.py", "demo"]

SEEN = [
    "she has no account",
    "she can log in · Trainee · sees no profile, no project",
    "she is still logged in · Trainee · sees SE - Data Entry\n",
    "she is still logged in · Trainee · sees SE - Data Entry, Transmission line (Read-only)",
    "she is still logged in · Trainee · sees SE - Data Entry, Transmission line (Full access)",
    "she is still logged in · Grid engineer · sees SE - Data Entry, Transmission line (Full access)",
    "she is logged out, cannot log in · Grid engineer · keeps SE - Data Entry, Transmission line (Full access)",
    "she can log in · Grid engineer · sees SE - Data Entry, Transmission line (Full access)",
    "she is logged out, cannot log in · Grid engineer · keeps no profile, no project",
]


class Run:
    """A process and what it wrote."""

    def __init__(self, *command, environment):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, encoding="utf-8", stdout=pipe, stderr=pipe
        )

    def end(self, with_signal=None):
        """Wait for the end, or bring it about, and return this run with its `status`, `out` and `err`."""
        try:
            if with_signal:
                self.process.send_signal(with_signal)
            self.out, self.err = self.process.communicate(timeout=PATIENCE)
        finally:
            self.process.kill()
        self.status = self.process.returncode
        return self

    def credentials(self, file):
        """Wait for the file of credentials and return what is in it."""
        deadline = time.monotonic() + PATIENCE
        while not file.exists():
            assert self.process.poll() is None, self.end().err
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return Credentials(**json.loads(file.read_text()))


@pytest.fixture
def sqlite(tmp_path):
    """An environment that asks for SQLite and has a temporary folder of its own."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {
        **inherited,
        "DJANGO_SETTINGS_MODULE": "example_project.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
        "PYTHONIOENCODING": "utf-8",
        "SCIM_DATABASE": "sqlite",
        "SCIM_SQLITE": str(tmp_path / "not-for-the-demo.sqlite3"),
        "TMPDIR": str(temporary),
    }


@pytest.fixture
def postgres(sqlite, django_db_blocker):
    """An environment that names an empty database on the PostgreSQL server of the tests."""
    if connection.vendor != "postgresql":
        pytest.skip("SCIM_DATABASE=postgres lets it run")
    name = f"scim_demo_{uuid4().hex}"
    url = urlsplit(os.environ.get("DATABASE_URL") or "postgresql:///")._replace(path=f"/{name}").geturl()
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield {**sqlite, "SCIM_DATABASE": "postgres", "DATABASE_URL": url}
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "credentials.json"


@pytest.fixture
def taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def is_in_order(parts, text):
    """Whether all parts are in the text, one after the other."""
    return re.search(".*".join(map(re.escape, parts)), text, re.DOTALL) is not None


def left_by_run_in(environment):
    """The files that a run on SQLite has made and not deleted."""
    other_database = Path(environment["SCIM_SQLITE"])
    return [*Path(environment["TMPDIR"]).iterdir(), *other_database.parent.glob(f"{other_database.name}*")]


def test_each_step_does_what_it_should(sqlite, file, taken_port):
    arguments = ["--once", "--users", "1000", "--port", str(taken_port), "--credentials", str(file)]
    run = Run(*DEMO, *arguments, environment=sqlite).end()

    assert (run.status, run.err) == (0, "")
    assert is_in_order([f"\n{number}. {step.title}\n" for number, step in enumerate(story.STEPS, 1)], run.out)
    assert is_in_order(SEEN, run.out)
    assert run.out.endswith("Each of the 11 steps did what it should.\n")

    assert is_in_order(["1,000 of 1,000 users\n", "1,000 invented users have"], run.out)

    opened = Credentials(**json.loads(file.read_text()))
    assert opened.token not in run.out
    assert opened.password not in run.out
    port = urlsplit(opened.base_url).port
    assert port > taken_port
    assert f"Port {taken_port} is taken; using {port}.\n" in run.out

    assert left_by_run_in(sqlite) == []


def test_profiles_may_be_opened_to_identity_providers(scim):
    def status(adapter_is_open):
        with policy.open_profiles() if adapter_is_open else nullcontext():
            return scim.post("/Groups", {"displayName": "SE - New"}).status

    assert [status(adapter_is_open=False), status(adapter_is_open=True)] == [403, 201]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_told_to_end(sqlite, file, end):
    run = Run(*DEMO, "--no-client", "--port", "0", "--credentials", str(file), environment=sqlite)
    opened = run.credentials(file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert opened.base_url.endswith("/scim/v2")
    with Client(trust_env=False, timeout=PATIENCE, follow_redirects=True) as browser:
        users = browser.get(f"{opened.base_url}/Users", headers={"Authorization": f"Bearer {opened.token}"})
        assert users.json()["totalResults"] == 1  # the superuser
        assert "body" in browser.get(f"{opened.admin_url}/../../static/admin/css/base.css").text
        form = browser.get(opened.admin_url)
        sent = {"username": opened.username, "password": opened.password, "next": "/admin/"}
        sent["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
        page = browser.post(form.url, data=sent)
        assert "SCIM provisioning" in page.text

    run.end(with_signal=end)

    assert (run.status, run.err) == (0, "")
    assert all(value in run.out for value in asdict(opened).values())
    assert run.out.endswith("Ended.\n")
    assert left_by_run_in(sqlite) == []


def test_on_postgresql_it_clears_what_a_broken_run_left(postgres, file):
    broken = Run(*DEMO, "--port", "0", "--credentials", str(file), environment=postgres)
    before = broken.credentials(file)
    broken.end(with_signal=signal.SIGKILL)
    file.unlink()

    run = Run(*DEMO, "--once", "--port", "0", "--credentials", str(file), environment=postgres).end()

    assert (run.status, run.err) == (0, "")
    assert is_in_order(["is kept", *SEEN], run.out)
    assert json.loads(file.read_text())["token"] != before.token


CHANGED = """
import os, signal
from dataclasses import replace
import django
from django.core.management import execute_from_command_line
django.setup()
from example_project.demo import story
from example_project.demo.product import Login, View

def kill(idp):
    os.kill(os.getpid(), signal.SIGTERM)

story.STEPS[3] = replace(story.STEPS[3], {change})
execute_from_command_line(["manage.py", "demo", "--once", "--port", "0"])
"""


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        (
            "view=View(Login.NEW, 'Boss')",
            1,
            (
                "The demo failed. Assign SE - Data Entry: in the product she should be one who can log in · Boss · "
                "sees no profile, no project, and she is one who is still logged in · Trainee · sees SE - Data Entry."
            ),
        ),
        ("act=lambda idp: idp.assign('SE - Coffee')", 1, "SE - Data Entry: `totalResults` should be 1, and it is 0."),
        ("act=lambda idp: idp.look_up_in_vain()", 1, "SE - Data Entry: `totalResults` should be 0, and it is 1."),
        ("act=lambda idp: idp.create()", 1, "userName is taken"),
        ("act=kill", 130, "Interrupted."),
    ],
)
def test_it_fails_with_a_word_when_a_step_does(sqlite, change, status, words):
    run = Run(*PYTHON, "-c", CHANGED.format(change=change), environment=sqlite).end()

    assert run.status == status
    assert "4. Assign SE - Data Entry" in run.out
    assert "5. " not in run.out
    assert words in run.err
    assert "Traceback" not in run.err
    assert left_by_run_in(sqlite) == []


def test_a_step_is_checked_by_its_answers_and_by_what_the_user_sees():
    step = Step("Create her", lambda idp: None, [201], View(Login.NEW, "Trainee"))

    step.check([201], View(Login.NEW, "Trainee"))
    with pytest.raises(StepFailedError, match=r"the answers should be \[201\], and they are \[409\]"):
        step.check([409], View(Login.NEW, "Trainee"))
    with pytest.raises(StepFailedError, match="she should be one who can log in"):
        step.check([201], View(Login.STAYS, "Trainee"))


def test_it_says_when_the_client_is_not_installed(monkeypatch):
    monkeypatch.delitem(sys.modules, "example_project.demo.identity_provider", raising=False)
    monkeypatch.setitem(sys.modules, "scim2_client", None)

    with pytest.raises(CommandError, match="scim2_client: install the group `client`"):
        require_client()


@pytest.mark.parametrize("text", ["-1", "9.5", "many", "65536", "٨"])
def test_a_port_is_a_number_that_ports_have(text):
    with pytest.raises(CommandError, match=f"argument --port: '{text}' is no number from 0 to 65,535"):
        Command().create_parser("manage.py", "demo").parse_args([f"--port={text}"])


@pytest.fixture
def command():
    return Command(stdout=StringIO(), no_color=True)


def progress(command, total):
    for done in range(sample_data.BATCH, total + sample_data.BATCH, sample_data.BATCH):
        command.progress(min(done, total), total)
    return command.stdout._out.getvalue()


def test_progress_is_a_line_for_each_tenth(command):
    told = progress(command, 24_500).splitlines()

    assert told[0] == "3,000 of 24,500 users"
    assert told[-1] == "24,500 of 24,500 users"
    assert len(told) == 10


def test_progress_stays_in_place_on_a_terminal(command, monkeypatch):
    monkeypatch.setattr(command.stdout._out, "isatty", lambda: True, raising=False)

    assert progress(command, 3000) == "\r1,000 of 3,000 users\r2,000 of 3,000 users\r3,000 of 3,000 users\n"


@pytest.mark.django_db
class TestTheBrowser:
    def test_tells_what_is_on_the_page(self):
        user = UserFactory(job_title="Planner")
        ProfileFactory(name="R & D", users=[user])
        ProjectAccessFactory(user=user, project__name="Wind <farm>", level=Level.FULL)
        browser = Browser(user.username)

        assert browser.view() == View(Login.NEW, "Planner", ["R & D"], {"Wind <farm>": "Full access"})
        assert browser.view().login == Login.STAYS

    def test_tells_who_is_shut_out_and_what_the_product_keeps(self):
        user = UserFactory(job_title="Planner", is_active=False)
        ProfileFactory(name="R & D", users=[user])

        assert Browser(user.username).view() == View(Login.REFUSED, "Planner", ["R & D"])

    def test_tells_who_is_not_there(self):
        assert Browser("nobody").view() == View(Login.NONE)
        assert not User.objects.exists()


def test_an_exchange_is_told_in_two_lines():
    exchange = Exchange(
        method="PATCH",
        target="/scim/v2/Users/2?attributes=title",
        sent={"schemas": ["…"], "Operations": [{"op": "remove", "path": "title"}]},
        status=403,
        answer={"schemas": ["…"], "status": "403", "detail": "The account “2” is protected."},
    )

    assert list(exchange.lines()) == [
        'PATCH /scim/v2/Users/2?attributes=title {"Operations": [{"op": "remove", "path": "title"}]}',
        '→ 403 Forbidden {"detail": "The account “2” is protected."}',
    ]


def test_a_transcript_takes_the_place_of_the_one_before():
    document = "Before\n<!-- transcript -->\nold\n<!-- end of transcript -->\nafter\n"

    document = transcript.embedded(document, "new\\1\n\n")

    expected = "Before\n<!-- transcript -->\n```text\nnew\\1\n```\n<!-- end of transcript -->\nafter\n"
    assert document == expected
    with pytest.raises(ValueError, match="once each"):
        transcript.embedded("no marks", "new")
