"""Deactivation ends the sessions of the user, for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends import cache as cache_store
from django.contrib.sessions.backends import db as database_store
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection as database
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from example_project.accounts.models import User
from scim_provisioning.models import LoginSession
from scim_provisioning.operations import sessions
from tests.factories import UserFactory

from .provider import Provider

pytestmark = pytest.mark.django_db

ENGINES = ["db", "cached_db", "cache", "file"]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, settings: Any, tmp_path: Any) -> str:
    settings.SESSION_FILE_PATH = str(tmp_path)
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{request.param}"
    cache.clear()
    return str(request.param)


@pytest.fixture(params=["with a password", "without a password"])
def row(request: pytest.FixtureRequest) -> User:
    user: User = UserFactory(password="swordfish" if request.param == "with a password" else None)
    return user


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    assert is_known(client)
    return client


def is_known(client: Client) -> bool:
    """Whether the cookie still logs in."""
    return bool(client.get(reverse("access:my_access")).status_code == 200)


class TestDeactivation:
    @pytest.mark.threat(7, 8, "C1")
    def test_ends_every_session_and_activation_brings_none_back(
        self, idp: Provider, engine: str, row: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        clients = [logged_in(row), logged_in(row)]
        bystander = logged_in(UserFactory())
        with django_capture_on_commit_callbacks(execute=True):
            idp.replace(row.pk, "active", False)
        assert not any(map(is_known, clients))
        with django_capture_on_commit_callbacks(execute=True):
            idp.replace(row.pk, "active", True)
        assert not any(map(is_known, clients))
        assert is_known(bystander)
        assert is_known(logged_in(User.objects.get(pk=row.pk)))

    @pytest.mark.threat(7, 8, "C1")
    def test_is_for_good_also_where_the_product_activates_the_account(
        self, idp: Provider, engine: str, row: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        client = logged_in(row)
        with django_capture_on_commit_callbacks(execute=True):
            idp.replace(row.pk, "active", False)
        User.objects.filter(pk=row.pk).update(is_active=True)
        assert not is_known(client)

    @pytest.mark.threat("C1")
    def test_reaches_sessions_that_nobody_noted_of_who_has_no_password(self, idp: Provider, settings: Any) -> None:
        settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
        row = UserFactory(password=None)
        client = logged_in(row)
        idp.replace(row.pk, "active", False)
        User.objects.filter(pk=row.pk).update(is_active=True)
        assert not is_known(client)

    @pytest.mark.threat(7, 8)
    def test_by_deletion_ends_them_too_also_where_the_product_had_deactivated(
        self, idp: Provider, row: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        client = logged_in(row)
        User.objects.filter(pk=row.pk).update(is_active=False)
        with django_capture_on_commit_callbacks(execute=True):
            idp.delete(row.pk)
        User.objects.filter(pk=row.pk).update(is_active=True)
        assert not is_known(client)

    def test_keeps_a_password_that_can_be_used(self, idp: Provider, row: User) -> None:
        idp.replace(row.pk, "active", False)
        after = User.objects.get(pk=row.pk)
        assert after.has_usable_password() == row.has_usable_password()
        assert (after.password == row.password) == row.has_usable_password()

    @pytest.mark.threat(8)
    def test_that_a_worker_left_half_done_is_finished_before_activation(self, idp: Provider) -> None:
        row = UserFactory(password="swordfish")
        client = logged_in(row)
        idp.replace(row.pk, "active", False)  # what waits for COMMIT never runs in this test
        idp.replace(row.pk, "active", True)
        assert not is_known(client)

    @pytest.mark.threat("C1")
    def test_of_one_user_costs_nothing_for_the_sessions_of_others(
        self, idp: Provider, django_capture_on_commit_callbacks: Any
    ) -> None:
        counts = []
        for others in (1, 50):
            row = UserFactory(password="swordfish")
            logged_in(row)
            for _ in range(others):
                Client().force_login(UserFactory())
            with CaptureQueriesContext(database) as queries, django_capture_on_commit_callbacks(execute=True):
                idp.replace(row.pk, "active", False)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    @pytest.mark.threat("C1")
    @pytest.mark.parametrize("engine", ["db", "cached_db", "cache"], indirect=True)
    def test_costs_the_same_for_ten_sessions_and_for_a_thousand(
        self, idp: Provider, engine: str, django_capture_on_commit_callbacks: Any
    ) -> None:
        counts = []
        for number in (10, 1_000):
            row = UserFactory(password="swordfish")
            keys = noted(row, number)
            with CaptureQueriesContext(database) as queries, django_capture_on_commit_callbacks(execute=True):
                idp.replace(row.pk, "active", False)
            counts.append(len(queries))
            assert not any(map(sessions._store()().exists, keys[:: number // 10]))
            assert not LoginSession.objects.exists()
        assert counts[0] == counts[1]

    def test_asks_a_store_that_deletes_in_its_own_way(
        self, idp: Provider, settings: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        settings.SESSION_ENGINE = __name__
        row = UserFactory(password="swordfish")
        client = logged_in(row)
        SessionStore.deleted.clear()
        with django_capture_on_commit_callbacks(execute=True):
            idp.replace(row.pk, "active", False)
        assert SessionStore.deleted == [client.cookies["sessionid"].value]


class SessionStore(database_store.SessionStore):
    """Somebody's own, which tells of what it deletes."""

    deleted: ClassVar[list[str | None]] = []

    def delete(self, session_key: str | None = None) -> None:
        self.deleted.append(session_key or self.session_key)
        super().delete(session_key)


def noted(user: User, number: int) -> list[str]:
    """The keys of so many sessions of the user, made without a login of each."""
    store = sessions._store()
    keys = [f"{user.pk:016}{one:016}" for one in range(number)]
    if store is not cache_store.SessionStore:
        until = timezone.now() + timedelta(days=1)
        Session.objects.bulk_create([Session(session_key=key, session_data="", expire_date=until) for key in keys])
    if store is not database_store.SessionStore:
        cache.set_many({store.cache_key_prefix + key: {} for key in keys})
    LoginSession.objects.bulk_create([LoginSession(user=user, session_key=key) for key in keys])
    return keys


@pytest.fixture
def following(settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "scim_provisioning.middleware.NoteSessions"]


def changes_password(client: Client, user: User) -> None:
    """What Django's own page does."""
    request = RequestFactory().get("/")
    request.session, request.user = client.session, user
    user.set_password("halibut")
    user.save()
    update_session_auth_hash(request, user)
    request.session.save()
    client.cookies["sessionid"] = request.session.session_key


class TestAKeyThatChanges:
    @pytest.mark.threat("C1")
    @pytest.mark.usefixtures("following")
    def test_with_the_password_is_followed_where_the_middleware_stands(
        self, idp: Provider, engine: str, django_capture_on_commit_callbacks: Any
    ) -> None:
        row = UserFactory(password="swordfish")
        client = logged_in(row)
        earlier = client.cookies["sessionid"].value
        changes_password(client, row)
        assert is_known(client)
        assert client.cookies["sessionid"].value != earlier
        assert [note.session_key for note in LoginSession.objects.all()] == [client.cookies["sessionid"].value]
        with django_capture_on_commit_callbacks(execute=True):
            idp.replace(row.pk, "active", False)
        User.objects.filter(pk=row.pk).update(is_active=True)
        assert not is_known(client)

    @pytest.mark.threat("C1")
    @pytest.mark.usefixtures("following")
    def test_from_nothing_is_noted_too_as_in_sessions_begun_before_the_app_was_installed(self) -> None:
        client = Client()
        user_logged_in.disconnect(dispatch_uid="scim_provisioning.note_login")
        try:
            client.force_login(UserFactory())
        finally:
            user_logged_in.connect(sessions.note_login, dispatch_uid="scim_provisioning.note_login")
        assert not LoginSession.objects.exists()
        assert is_known(client)
        assert LoginSession.objects.get().session_key == client.cookies["sessionid"].value

    @pytest.mark.usefixtures("following")
    def test_not_costs_nothing(self) -> None:
        client = logged_in(UserFactory())
        with CaptureQueriesContext(database) as queries:
            assert is_known(client)
        assert not [query for query in queries if LoginSession._meta.db_table in query["sql"]]

    @pytest.mark.usefixtures("following")
    def test_of_nobody_is_not_noted(self) -> None:
        assert not is_known(Client())
        assert not LoginSession.objects.exists()


class TestALogin:
    @pytest.mark.threat("C1")
    def test_forgets_the_user_s_sessions_that_ended_by_themselves(self, engine: str) -> None:
        row = UserFactory()
        ended, lasting = logged_in(row), logged_in(row)
        ended.session.delete()
        someone_else_s = logged_in(UserFactory())
        LoginSession.objects.update(at=timezone.now() - timedelta(days=15))  # more than SESSION_COOKIE_AGE
        new = logged_in(row)
        going_on = {client.cookies["sessionid"].value for client in (lasting, new, someone_else_s)}
        assert set(LoginSession.objects.values_list("session_key", flat=True)) == going_on
        assert LoginSession.objects.filter(user=row, at__gt=timezone.now() - timedelta(days=1)).count() == 2

    def test_is_noted_and_a_logout_forgotten(self) -> None:
        row = UserFactory()
        client = logged_in(row)
        note = LoginSession.objects.get()
        assert (note.user, note.session_key) == (row, client.session.session_key)
        client.logout()
        assert not LoginSession.objects.exists()

    def test_of_another_user_in_the_same_session_counts_for_that_one(self) -> None:
        client = logged_in(UserFactory())
        other = UserFactory()
        client.force_login(other)
        assert [note.user for note in LoginSession.objects.filter(session_key=client.session.session_key)] == [other]

    def test_with_signed_cookies_has_no_key_to_note(self, settings: Any) -> None:
        settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
        client = logged_in(UserFactory())
        assert not LoginSession.objects.exists()
        client.logout()
        assert not is_known(client)

    def test_without_a_request_or_a_session_is_nothing_to_note(self) -> None:
        sessions.note_login(None, None, UserFactory())
        sessions.note_login(None, None, AnonymousUser())
        sessions.forget_logout(None, None, None)
        assert not LoginSession.objects.exists()
