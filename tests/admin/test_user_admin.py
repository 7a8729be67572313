"""The product's own admin of its users says who manages an account, and what provisioning overwrites."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from example_project.accounts.models import User
from scim_provisioning.models import Connection, UserRecord
from scim_provisioning.operations import connections
from tests.factories import SuperuserFactory, UserFactory
from tests.operations.provider import Provider
from tests.scim import user

pytestmark = pytest.mark.django_db

LIST = reverse("admin:accounts_user_changelist")
SETTINGS = reverse("admin:scim_provisioning_connection_changelist")
MARK = "Overwritten by provisioning."


@pytest.fixture
def client(client: Client) -> Client:
    """A superuser's."""
    client.force_login(SuperuserFactory(username="admin@example.com"))
    return client


@pytest.fixture
def idp() -> Provider:
    connections.describe(provider="entra")
    return Provider(connections.enable()[0])


@pytest.fixture
def maria(idp: Provider) -> User:
    """Somebody who came over SCIM."""
    return User.objects.get(pk=idp.post(user("maria"))["id"])


@pytest.fixture
def staff() -> Client:
    """Somebody who may change users, and is not a superuser."""
    colleague = UserFactory(is_staff=True)
    colleague.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    client = Client()
    client.force_login(colleague)
    return client


def page_of(client: Client, who: Any, query: str = "") -> Any:
    response = client.get(reverse("admin:accounts_user_change", args=[who.pk]) + query)
    assert response.status_code == 200
    return response


def words(response: Any) -> str:
    """The text of the page, in one line."""
    return " ".join(re.sub("<[^>]*>", " ", response.text).split())


def marked(response: Any) -> set[str]:
    """The fields with the mark, which is read out with the field."""
    html = response.text
    ids = re.findall(rf'id="(id_\w+)_helptext">\s*<div><strong>{MARK}</strong>', html)
    assert html.count(MARK) == len(ids)
    for id in ids:
        assert re.search(rf'aria-describedby="{id}_helptext"[^>]*id="{id}"|id="{id}"[^>]*describedby="{id}_help', html)
    return {id.removeprefix("id_") for id in ids}


class TestAUserWhoCameOverScim:
    def test_is_managed_by_the_identity_provider_since_a_day(self, client: Client, maria: User) -> None:
        UserRecord.objects.update(created=datetime(2026, 3, 3, 12, tzinfo=UTC))
        assert "Managed by Microsoft Entra ID since March 3, 2026. Last changed by provisioning:" in words(
            page_of(client, maria)
        )

    def test_has_the_fields_marked_that_are_written(self, client: Client, maria: User) -> None:
        fields = {"username", "first_name", "last_name", "email", "is_active", "job_title", "department"}
        assert marked(page_of(client, maria)) == fields

    def test_has_the_tables_named_that_are_written(self, client: Client, maria: User) -> None:
        assert "Also overwritten: Profile-user relationships" not in (text := words(page_of(client, maria)))
        assert "Also overwritten: Profiles, Project access." in text

    def test_keeps_the_help_text_that_a_field_has(self, client: Client, maria: User) -> None:
        assert f"{MARK} Required. 150 characters or fewer." in words(page_of(client, maria))

    def test_can_be_saved_as_before(self, client: Client, maria: User) -> None:
        page = page_of(client, maria)
        form = {name: value for name, value in page.context["adminform"].form.initial.items() if value is not None}
        form |= {"first_name": "Mary", "date_joined_0": "2026-01-01", "date_joined_1": "12:00"}
        for prefix in ("Profile_users", "project_access"):
            form |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
        assert client.post(page.request["PATH_INFO"], form | {"username": "?!"}).status_code == 200
        assert client.post(page.request["PATH_INFO"], form).status_code == 302
        maria.refresh_from_db()
        assert maria.first_name == "Mary"

    def test_leaves_the_page_of_another_as_it_is(self, client: Client, maria: User) -> None:
        page_of(client, maria)
        text = page_of(client, UserFactory()).text
        assert MARK not in text
        assert "Managed by" not in text

    def test_who_is_staff_by_now_has_groups_overwritten_alone(self, client: Client, maria: User) -> None:
        User.objects.filter(pk=maria.pk).update(is_staff=True)
        page = page_of(client, maria)
        assert "provisioning changes its groups, and nothing else" in words(page)
        assert "Also overwritten: Profiles, Project access." in words(page)
        assert marked(page) == set()

    def test_and_was_deleted_there_is_called_so(self, client: Client, idp: Provider, maria: User) -> None:
        idp.delete(maria.pk)
        page = page_of(client, maria)
        assert re.search(r"Deleted by Microsoft Entra ID on \w+\.? \d+, \d+\. The account is deactivated", words(page))
        assert "comes back when the identity provider creates the same user name again" in words(page)
        assert marked(page) == set()

    def test_and_was_activated_here_since_is_managed_again(self, client: Client, idp: Provider, maria: User) -> None:
        idp.delete(maria.pk)
        User.objects.filter(pk=maria.pk).update(is_active=True)
        page = page_of(client, maria)
        assert "Managed by Microsoft Entra ID" in words(page)
        assert "activated on this site since" in words(page)
        assert "is_active" in marked(page)

    def test_was_managed_until_provisioning_was_disabled(self, client: Client, maria: User) -> None:
        connections.disable()
        page = page_of(client, maria)
        assert re.search(
            r"Was managed by Microsoft Entra ID until provisioning was disabled on \w+\.? \d+", words(page)
        )
        assert marked(page) == set()

    def test_has_a_page_when_the_connection_is_gone(self, client: Client, maria: User) -> None:
        Connection.objects.all().delete()
        assert "Was managed by SCIM provisioning. Provisioning is not enabled any more." in words(
            page_of(client, maria)
        )

    @pytest.mark.parametrize(
        ("details", "name"),
        [
            ({}, "SCIM provisioning"),
            ({"name": "<b>Head & office"}, "&lt;b&gt;Head &amp; office"),
            ({"provider": "entra", "name": "Head office"}, "Microsoft Entra ID (Head office)"),
        ],
    )
    def test_is_managed_by_what_the_connection_is_called(
        self, client: Client, maria: User, details: dict[str, str], name: str
    ) -> None:
        Connection.objects.update(**{"provider": "", "name": "", **details})
        assert f"Managed by {name} since" in page_of(client, maria).text


class TestTheLinks:
    def test_lead_superusers_from_list_and_user_to_the_settings(self, client: Client, maria: User) -> None:
        assert f'<a href="{SETTINGS}">Settings of SCIM provisioning</a>' in page_of(client, maria).text
        text = client.get(LIST).text
        assert f'<li><a href="{SETTINGS}">SCIM provisioning</a></li>' in text
        assert reverse("admin:accounts_user_add") in text

    def test_are_not_shown_to_other_staff(self, staff: Client, maria: User) -> None:
        page = page_of(staff, maria)
        assert "Managed by Microsoft Entra ID" in words(page)
        assert "first_name" in marked(page)
        assert SETTINGS not in page.text
        assert SETTINGS not in staff.get(LIST).text

    def test_are_not_in_a_popup(self, client: Client, maria: User) -> None:
        page = page_of(client, maria, "?_popup=1&_to_field=id")
        assert "Managed by Microsoft Entra ID" in words(page)
        assert "Settings of SCIM provisioning" not in page.text

    def test_lead_to_the_connection_of_the_tenant(self, client: Client, maria: User) -> None:
        Connection.objects.update(tenant="acme")
        connection = Connection.objects.get()
        assert f'<a href="{SETTINGS}{connection.pk}/">' in page_of(client, maria).text

    def test_are_not_there_where_the_site_has_no_settings_page(
        self, client: Client, maria: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delitem(admin.site._registry, Connection)
        assert "Managed by Microsoft Entra ID" in words(page_of(client, maria))
        assert ">SCIM provisioning</a>" not in client.get(LIST).text

    def test_the_list_still_answers_a_wrong_filter_and_an_action(self, client: Client, maria: User) -> None:
        assert client.get(LIST, {"no_such_field": "1"}).status_code == 302
        chosen = {"action": "delete_selected", "_selected_action": [maria.pk]}
        assert "Are you sure" in client.post(LIST, chosen).text


def test_who_may_only_look_sees_who_manages_the_account(maria: User) -> None:
    colleague = UserFactory(is_staff=True)
    colleague.user_permissions.set(Permission.objects.filter(codename="view_user"))
    viewer = Client()
    viewer.force_login(colleague)
    page = page_of(viewer, maria)
    assert "Managed by Microsoft Entra ID" in words(page)
    assert MARK not in page.text


def test_a_user_page_costs_the_same_whatever_the_user_has(client: Client, idp: Provider, maria: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(database) as found:
            page_of(client, maria)
        return len([one for one in found if "scim_" in one["sql"]])

    assert queries() == (few := 3)
    for job in ("Nurse", "Doctor", "Surgeon"):
        idp.replace(maria.pk, "title", job)
    assert queries() == few


def test_the_column_of_the_list_costs_one_query(client: Client, idp: Provider) -> None:
    def queries() -> int:
        with CaptureQueriesContext(database) as found:
            assert "Microsoft Entra ID" in client.get(LIST).text
        return len(found)

    for name in ("ada", "bea"):
        idp.post(user(name))
    few = queries()
    for name in ("cleo", "dora", "eve"):
        idp.post(user(name))
    UserFactory.create_batch(3)
    assert queries() == few


def test_the_column_of_the_list_is_empty_for_who_is_not_managed(client: Client, maria: User) -> None:
    model_admin: Any = admin.site.get_model_admin(User)
    assert model_admin.managed_by(UserFactory()) is None
    assert model_admin.managed_by(maria) == "Microsoft Entra ID"
    connections.disable()
    assert model_admin.managed_by(User.objects.get(pk=maria.pk)) is None


@pytest.mark.threat(57)
def test_names_from_outside_run_nothing(client: Client, idp: Provider) -> None:
    script = "<script>alert(1)</script>"
    connections.describe(name=script)
    row = User.objects.get(pk=idp.post(user("mallory", displayName=script, title=script))["id"])
    User.objects.filter(pk=row.pk).update(username=script, first_name=script)
    for response in (page_of(client, row), client.get(LIST), client.get(SETTINGS)):
        assert "<script>alert" not in response.text
        assert "&lt;script&gt;alert" in response.text
