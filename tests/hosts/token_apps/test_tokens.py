"""Whoever is deactivated over SCIM calls the product's API no more, with no token, and not after activation either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.db.models.signals import pre_delete
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from knox.models import AuthToken
from oauth2_provider.models import AccessToken, Application, DeviceGrant, Grant, IDToken, RefreshToken
from rest_framework.authtoken.models import Token

from scim_provisioning.operations import api_tokens
from tests.scim import CORE_USER, ScimClient

pytestmark = pytest.mark.django_db

SOON = timedelta(hours=1)


class Person:
    """A user with tokens of each kind."""

    def __init__(self, name: str = "ann", tokens: int = 1) -> None:
        self.row = User.objects.create_user(name, password="swordfish")
        self.app, _ = Application.objects.get_or_create(
            client_id="phone",
            client_type=Application.CLIENT_PUBLIC,
            authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
            redirect_uris="https://phone.example.com/",
        )
        self.drf = Token.objects.create(user=self.row).key
        until = timezone.now() + SOON
        owned = {"user": self.row, "application": self.app}
        names = [f"{name}-{number}" for number in range(tokens)]
        for one in names:
            _, self.knox = AuthToken.objects.create(self.row)
            id_token = IDToken.objects.create(expires=until, **owned)
            access = AccessToken.objects.create(token=one, expires=until, scope="read", id_token=id_token, **owned)
            RefreshToken.objects.create(token=f"{one}-again", access_token=access, **owned)
            Grant.objects.create(code=one, expires=until, redirect_uri="https://phone.example.com/", **owned)
            DeviceGrant.objects.create(user=self.row, device_code=one, user_code=one, expires=until, client_id="phone")
        self.oauth, self.refresh = names[0], f"{names[0]}-again"

    def may_call(self) -> dict[str, bool]:
        """At which address each of the tokens is good."""
        headers = {"drf": f"Token {self.drf}", "knox": f"Token {self.knox}", "oauth": f"Bearer {self.oauth}"}
        return {
            at: Client().get(f"/{at}/", headers={"authorization": it}).status_code == 200 for at, it in headers.items()
        }

    def refreshed(self, token: str) -> int:
        """What the toolkit says to a refresh token."""
        body = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "phone"}
        return Client().post("/o/token/", body).status_code


ALL = {"drf": True, "knox": True, "oauth": True}
NONE = dict.fromkeys(ALL, False)


@pytest.fixture
def ann() -> Person:
    person = Person()
    assert person.may_call() == ALL
    return person


def patch(scim: ScimClient, person: Person, active: bool) -> None:
    body = {"op": "replace", "path": "active", "value": active}
    assert scim.patch(f"/Users/{person.row.pk}", body).status in (200, 204)


def put(scim: ScimClient, person: Person) -> None:
    body = {"schemas": [CORE_USER], "userName": person.row.username, "active": False}
    assert scim.put(f"/Users/{person.row.pk}", body).status == 200


def delete(scim: ScimClient, person: Person) -> None:
    assert scim.delete(f"/Users/{person.row.pk}").status == 204


def bulk(scim: ScimClient, person: Person) -> None:
    operation = {"method": "DELETE", "path": f"/Users/{person.row.pk}"}
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation]}
    assert scim.post("/Bulk", body).json["Operations"][0]["status"] == "204"


def deactivate(scim: ScimClient, person: Person) -> None:
    patch(scim, person, False)


@pytest.mark.parametrize("end", [deactivate, put, delete, bulk])
def test_no_token_works_on_or_again(scim: ScimClient, ann: Person, end: Callable[[ScimClient, Person], None]) -> None:
    bob = Person("bob")
    end(scim, ann)
    User.objects.filter(pk=ann.row.pk).update(is_active=True)  # by the product
    assert ann.may_call() == NONE
    assert ann.refreshed(ann.refresh) == 400
    assert not Grant.objects.filter(user=ann.row).exists()
    assert not DeviceGrant.objects.filter(user=ann.row).exists()
    assert IDToken.objects.get(user=ann.row).is_expired()
    assert bob.may_call() == ALL
    assert bob.refreshed(bob.refresh) == 200


def test_nor_after_activation_over_scim(scim: ScimClient, ann: Person) -> None:
    deactivate(scim, ann)
    patch(scim, ann, True)
    assert ann.may_call() == NONE
    assert Token.objects.create(user=ann.row).key  # which makes a new one possible


def test_a_token_that_is_made_of_who_is_inactive_ends_with_the_activation(scim: ScimClient, ann: Person) -> None:
    deactivate(scim, ann)
    ann.drf = Token.objects.create(user=ann.row).key
    patch(scim, ann, True)
    assert ann.may_call() == NONE


def test_a_refresh_token_that_was_used_up_is_not_forgiven_a_repetition(scim: ScimClient, ann: Person) -> None:
    assert ann.refreshed(ann.refresh) == 200
    assert ann.refreshed(ann.refresh) == 200  # in the toolkit's grace period
    deactivate(scim, ann)
    assert ann.refreshed(ann.refresh) == 400


def test_the_same_refresh_token_in_two_rows_ends_in_both(scim: ScimClient, ann: Person) -> None:
    RefreshToken.objects.create(token=ann.refresh, user=ann.row, application=ann.app)
    deactivate(scim, ann)
    assert ann.refreshed(ann.refresh) == 400
    assert not RefreshToken.objects.filter(user=ann.row, revoked=None).exists()


def test_another_change_leaves_tokens_alone(scim: ScimClient, ann: Person) -> None:
    scim.patch(f"/Users/{ann.row.pk}", {"op": "replace", "path": "name.givenName", "value": "Anna"})
    assert ann.may_call() == ALL


def test_it_costs_the_same_whether_there_are_few_or_many(scim: ScimClient) -> None:
    scim.get("/Users")  # the first request of a minute notes that the connection is in use
    counts = []
    for name, tokens in (("few", 1), ("many", 150)):
        person = Person(name, tokens)
        with CaptureQueriesContext(connection) as queries:
            deactivate(scim, person)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.fixture
def unwilling() -> Iterator[None]:
    """A product that lets nobody delete tokens of knox."""

    def refuse(**kwargs: Any) -> None:
        raise RuntimeError("not mine to say")

    pre_delete.connect(refuse, sender=AuthToken)
    yield
    pre_delete.disconnect(refuse, sender=AuthToken)


@pytest.mark.usefixtures("unwilling")
def test_an_app_that_fails_stops_neither_the_deactivation_nor_the_others(
    scim: ScimClient, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    deactivate(scim, ann)
    assert not User.objects.get(pk=ann.row.pk).is_active
    User.objects.filter(pk=ann.row.pk).update(is_active=True)
    assert ann.may_call() == {**NONE, "knox": True}
    (told,) = [record.getMessage() for record in caplog.records if "Tokens of" in record.getMessage()]
    assert "knox" in told
    assert "RuntimeError" in told
    assert "not mine" not in told


def test_a_deadlock_is_not_such_a_failure_as_the_whole_runs_again(ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    class Deadlock(Exception):
        sqlstate = "40P01"

    def fail(*arguments: Any) -> None:
        raise OperationalError from Deadlock()

    monkeypatch.setattr(api_tokens, "_end", fail)
    with pytest.raises(OperationalError):
        api_tokens.end_tokens(ann.row)
