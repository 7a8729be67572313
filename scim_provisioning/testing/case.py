"""What all contract tests stand on: a connection of their own, some users, and words for what went wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Model
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from ..adapters.base import GroupAdapter
from ..adapters.collections import UserCollection
from ..adapters.registry import Directory
from ..adapters.sources import Source
from ..models import Connection
from ..operations import connections
from ..protocol.constants import USER
from ..protocol.documents import Document
from .client import Answer, ScimClient
from .examples import Examples, Given
from .mapped import Mapped, flat, same

if TYPE_CHECKING:
    from django.test import TestCase as Base
else:
    Base = object  # a TestCase here would be collected, and run, wherever it is imported

QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""Hashing that is slow on purpose would be most of the run."""


class ContractCase(Base):
    """A connection, an identity provider's client with its token, and a few users whom it has made.

    A host may override: `tenant`, whose connection is used; `examples`, values by attribute path, or functions from a
    number to a value; `make_user` and `make_group`, where its rows need more than an adapter's `new()` gives them;
    and `setUpTestData`, to make beforehand what those need.
    """

    tenant: ClassVar[str] = ""
    examples: ClassVar[Given] = {}
    people: ClassVar[int] = 4
    """How many users there are, besides one who has nothing but a name and is the manager of the others."""

    connection: ClassVar[Connection]
    token: ClassVar[str]
    manager: ClassVar[dict[str, Any]]
    made: ClassVar[list[dict[str, Any]]]

    @classmethod
    def setUpClass(cls) -> None:
        cls.enterClassContext(override_settings(PASSWORD_HASHERS=QUICK))
        super().setUpClass()

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.connection, token = connections.enable(tenant=cls.tenant)
        if token is None:
            raise AssertionError(f"The connection of the tenant {cls.tenant!r} is enabled before the tests begin.")
        cls.token = token
        # That a connection is in use is noted once a minute; here it must not count among the queries.
        Connection.objects.filter(pk=cls.connection.pk).update(last_used_at=timezone.now() + timedelta(days=1))
        cls.manager = cls.make_user(userName=cls.name_of(0))
        cls.made = [cls.make_user(**cls.body(number)) for number in range(1, cls.people + 1)]

    def setUp(self) -> None:
        super().setUp()
        self.scim = ScimClient(self.token, self.connection)

    # What a host may override

    @classmethod
    def make_user(cls, **attributes: Any) -> dict[str, Any]:
        """A new user with these attributes; its document. By default it is made over SCIM."""
        answer = ScimClient(cls.token).post("/Users", {"schemas": [USER], **attributes})
        if answer.status != 201:
            raise AssertionError(
                f"POST /Users answered {answer!r} to {attributes!r}. If a value is at fault, name others in `examples` "
                f"of {cls.__name__}; if new rows need more, give it to them in `new()` or `save()` of "
                f"{type(cls.users().adapter).__name__}."
            )
        made: dict[str, Any] = answer.json
        return made

    @classmethod
    def make_group(cls, adapter: GroupAdapter, name: str) -> Model:
        """A new row that `adapter` shows as a group, or at several levels, with that name and without members."""
        group: Model = adapter.new()
        source = adapter.bound(None)["displayName"]
        attribute = f"{type(adapter).__name__}.attributes['displayName']"
        if not (isinstance(source, Source) and source.writable):
            raise AssertionError(f"{attribute} cannot be written: override `make_group` of {cls.__name__}.")
        source.write(group, name)
        adapter.save(group, None)
        return group

    # What the tests use

    @classmethod
    def directory(cls) -> Directory:
        """What the connection sees."""
        return Directory(cls.connection, f"http://testserver{reverse('scim_provisioning:root').rstrip('/')}")

    @classmethod
    def users(cls) -> UserCollection:
        """The users that the connection sees."""
        return cls.directory().users

    @classmethod
    def sample(cls) -> Examples:
        """Values to send."""
        manager = getattr(cls, "manager", None)
        return Examples(
            cls.users(), cls.examples, (manager["id"], manager["meta"]["location"]) if manager else ("", "")
        )

    @classmethod
    def body(cls, number: int) -> dict[str, Any]:
        """A whole user, as a client sends it."""
        return cls.sample().body(number)

    @classmethod
    def name_of(cls, number: int) -> Any:
        """The userName of the user with that number."""
        sample = cls.sample()
        return sample.value(sample.attributes["userName"], number)

    def expect(
        self, answer: Answer, status: int | tuple[int, ...], hint: object, scim_type: str | None = None
    ) -> Answer:
        """The answer, if it has that status; else a failure that says what was answered and what to look at."""
        wanted = (status,) if isinstance(status, int) else status
        request = answer.response.wsgi_request
        asked = f"{request.method} {request.get_full_path()}"
        if answer.status not in wanted:
            due = " or ".join(map(str, wanted))
            self.fail(f"{asked}: {answer.status} instead of {due}.\nAnswer: {answer!r}\nLook at: {hint}")
        if scim_type is not None and answer.scim_type != scim_type:
            self.fail(f"{asked}: scimType {answer.scim_type!r} instead of {scim_type!r}.\nLook at: {hint}")
        return answer

    def reads(self, found: Mapped, sent: Any, shown: Document, step: str, hint: str) -> None:
        """Fail, naming adapter and attribute, unless the document shows what is due for what was sent."""
        due = found.removed(shown) if sent is None else found.read_as(sent)
        if not same(found.target.leaf, due, shown.get(found.key)):
            self.fail(
                f"{type(self.users().adapter).__name__}.attributes: {found}, {step}.\n"
                f"Sent: {sent!r}\nDue:  {due!r}\nRead: {shown.get(found.key)!r}\nLook at: {hint}"
            )

    def flat(self, document: dict[str, Any]) -> Document:
        """A user's document by the paths of its attributes."""
        return flat(document, self.users().resource_type)
