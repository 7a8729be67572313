"""`manage.py demo`: the product on this machine, provisioned by an identity provider before your eyes."""

import time
from argparse import ArgumentTypeError
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from example_project import sample_data
from example_project.demo import accounts, database, interrupts, policy, story
from example_project.demo.accounts import Credentials
from example_project.demo.product import Browser
from example_project.demo.server import Server, serving
from example_project.demo.transcript import embedded
from scim_provisioning.operations import connections

PROGRESS_FROM = 1000
INTERRUPTED = 130  # the exit status by which shells know it

CLIENT_PACKAGES = {"httpx2", "scim2_client", "scim2_models"}


class Command(BaseCommand):
    """The order in which things happen; how each of them does is in a module of example_project.demo."""

    help = "Serves the product on this machine with SCIM switched on, and provisions a user with a SCIM client."
    requires_system_checks = ()  # some open the database, and which one it is gets chosen here

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=up_to(65_535), default=8000, help="if it is taken, the next free one")
        parser.add_argument("--users", type=up_to(10_000_000), default=0, metavar="N", help="invent so many users")
        parser.add_argument("--credentials", type=Path, metavar="FILE", help="write addresses and secrets, as JSON")
        parser.add_argument(
            "--once", action="store_true", help="end after the client: 0 if each step did what it should"
        )
        parser.add_argument(
            "--open-profiles", action="store_true", help="let profiles be created, renamed and deleted over SCIM"
        )
        parser.add_argument("--no-client", action="store_false", dest="client", help="serve only")
        parser.add_argument(
            "--transcript", type=Path, metavar="FILE", help="put what the client did into this document"
        )

    def handle(
        self,
        *,
        port: int,
        users: int,
        credentials: Path | None,
        once: bool,
        client: bool,
        open_profiles: bool,
        transcript: Path | None,
        **options: Any,
    ) -> None:
        if client:
            require_client()
        try:
            groups = policy.open_profiles() if open_profiles else nullcontext()
            with interrupts.heeded(), groups, database.prepared() as description, accounts.swept():
                self.say(description)
                self.check()
                self.invent(users)
                with serving(port) as server:
                    if port not in (0, server.server_port):
                        self.say(f"Port {port} is taken; using {server.server_port}.")
                    opened = self.open(server, credentials)
                    if client:
                        self.provision(opened, transcript)
                    if not once:
                        self.serve(server, opened)
        except KeyboardInterrupt:
            raise CommandError("Interrupted.", returncode=INTERRUPTED) from None

    def invent(self, count: int) -> None:
        """Make invented users, with a word on how far it is where it takes a while."""
        if count:
            sample_data.many_users(count, self.progress if count >= PROGRESS_FROM else lambda done, total: None)
            self.say(f"{count:,} invented users have profiles and access to projects.")

    def progress(self, done: int, total: int) -> None:
        """Tell it in place on a terminal, else a line for each tenth."""
        if self.stdout.isatty():
            self.say(f"\r{done:,} of {total:,} users", ending="\n" if done == total else "")
        elif done * 10 // total > (done - sample_data.BATCH) * 10 // total:
            self.say(f"{done:,} of {total:,} users")

    def open(self, server: Server, file: Path | None) -> Credentials:
        """Switch SCIM on, as the admin page does, and return what is needed to use it."""
        superuser, password = accounts.make_superuser()
        _, token = connections.enable(by=superuser)
        opened = Credentials(
            base_url=server.url + reverse("scim_provisioning:root").rstrip("/"),
            token=token,
            admin_url=server.url + reverse("admin:index"),
            username=superuser.get_username(),
            password=password,
        )
        if file:
            opened.write(file)
        return opened

    def provision(self, opened: Credentials, document: Path | None) -> None:
        """Let the identity provider do its work on the served product."""
        from example_project.demo.identity_provider import IdentityProvider

        told: list[str] = []

        def say(line: str) -> None:
            told.append(line)
            self.say(line)

        self.say("")
        try:
            with IdentityProvider(opened.base_url, opened.token, story.PERSON) as idp:
                story.play(story.STEPS, idp, Browser(story.USERNAME), say)
        except story.StepFailedError as error:
            raise CommandError(f"The demo failed. {error}") from error
        self.say(self.style.SUCCESS(f"Each of the {len(story.STEPS)} steps did what it should."))
        if document:
            try:
                document.write_text(embedded(document.read_text("utf-8"), "\n".join(told)), "utf-8")
            except (OSError, ValueError) as error:
                raise CommandError(f"Cannot put the transcript into {document}: {error}.") from error

    def serve(self, server: Server, opened: Credentials) -> None:
        """Say how to get in, and answer requests until told to end."""
        page = server.url + reverse("admin:scim_provisioning_connection_changelist")
        self.say(
            f"\nProduct           {server.url}/"
            f"\nAdmin             {opened.admin_url}  as {opened.username} with the password {opened.password}"
            f"\nSCIM in the admin {page}"
            f"\nProvisioning URL  {opened.base_url}"
            f"\nToken             {opened.token}"
            "\n\nServing this machine only. Ctrl-C ends it."
        )
        try:
            while True:
                time.sleep(1)
        except KeyboardInterrupt:
            self.say("Ended.")

    def say(self, text: str, ending: str = "\n") -> None:
        """Write, and let it be seen at once, also through a pipe."""
        self.stdout.write(text, ending=ending)
        self.stdout.flush()


def up_to(largest: int) -> Callable[[str], int]:
    """Return what reads an argument that is a number, not negative and not larger than that."""

    def number(text: str) -> int:
        if not (text.isascii() and text.isdigit() and int(text) <= largest):
            raise ArgumentTypeError(f"{text!r} is no number from 0 to {largest:,}")
        return int(text)

    return number


def require_client() -> None:
    """Say what is missing before anything is made."""
    try:
        import example_project.demo.identity_provider  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name not in CLIENT_PACKAGES:
            raise
        raise CommandError(
            f"The demo's SCIM client needs {error.name}: install the group `client` "
            "(pip install --group client), or serve only, with --no-client."
        ) from error
