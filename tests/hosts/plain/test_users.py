"""auth.User as SCIM User, with no adapter written."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core import checks
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from scim_provisioning.admin.users import ProvisionedUserAdmin
from tests.scim import CORE_USER, ENTERPRISE_USER, ScimClient, user

pytestmark = pytest.mark.django_db


def test_the_checks_warn_of_names_that_differ_in_their_case_and_of_nothing_else() -> None:
    assert [found.id for found in checks.run_checks()] == ["scim_provisioning.W001"]


def test_the_project_needs_no_migration_of_its_own() -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def test_a_user_goes_to_the_columns_of_django_s_user(scim: ScimClient) -> None:
    answer = scim.post("/Users", user("ann", active=False))
    assert answer.status == 201
    ann = User.objects.get(pk=answer.json["id"])
    assert (ann.username, ann.first_name, ann.last_name) == ("ann@example.com", "Ann", "Example")
    assert (ann.email, ann.is_active, ann.has_usable_password()) == ("ann@example.com", False, False)


def test_what_django_s_user_has_no_column_for_comes_back_as_it_was_sent(scim: ScimClient) -> None:
    more = {"externalId": "E-1", "title": "Engineer", ENTERPRISE_USER: {"department": "Lines"}}
    sent = user("ann", **more, emails=[{"value": "a@x.example"}, {"value": "b@x.example", "primary": True}])
    id = scim.post("/Users", sent).json["id"]
    shown = scim.get(f"/Users/{id}").json
    assert {key: shown[key] for key in (*more, "emails")} == {**more, "emails": sent["emails"]}
    assert User.objects.get(pk=id).email == "b@x.example"


def test_a_user_of_the_product_is_there_before_scim_has_heard_of_it(scim: ScimClient) -> None:
    ann = User.objects.create_user("ann", "ann@x.example", first_name="Ann")
    shown = scim.get(f"/Users/{ann.pk}").json
    assert (shown["userName"], shown["name"]["givenName"], shown["active"]) == ("ann", "Ann", True)
    assert shown["emails"] == [{"value": "ann@x.example", "type": "work", "primary": True}]


@pytest.mark.parametrize(
    "filter",
    [
        'userName eq "ANN@example.com"',
        'emails[type eq "work"].value eq "ann@example.com"',
        'emails co "ann@"',
        'externalId eq "E-1"',
        'name.familyName sw "ex" and not (title pr)',
        'userName sw "ann" and meta.created gt "2020-01-01T00:00:00Z"',
    ],
)
def test_users_are_found(scim: ScimClient, filter: str) -> None:
    id = scim.post("/Users", user("ann", externalId="E-1")).json["id"]
    scim.post("/Users", {"schemas": [CORE_USER], "userName": "bob", "title": "Chief"})
    assert scim.get("/Users", filter=filter).ids == [id]


def test_a_user_is_changed_by_patch_and_put(scim: ScimClient) -> None:
    id = scim.post("/Users", user("ann", title="Engineer")).json["id"]
    patched = scim.patch(f"/Users/{id}", {"op": "Replace", "path": "active", "value": "False"})
    assert (patched.status, patched.json["active"]) == (200, False)
    assert not User.objects.get(pk=id).is_active
    put = scim.put(f"/Users/{id}", user("anna"))
    assert (put.status, put.json["userName"], "title" in put.json) == (200, "anna@example.com", False)
    assert User.objects.get(pk=id).first_name == "Anna"


def test_names_that_differ_in_their_case_are_one_without_a_constraint(scim: ScimClient) -> None:
    scim.post("/Users", user("ann"))
    again = scim.post("/Users", {"schemas": [CORE_USER], "userName": "ANN@example.com"})
    assert (again.status, again.scim_type) == (409, "uniqueness")
    bob = scim.post("/Users", user("bob")).json["id"]
    renamed = scim.patch(f"/Users/{bob}", {"op": "replace", "path": "userName", "value": "Ann@example.com"})
    assert (renamed.status, renamed.scim_type) == (409, "uniqueness")


def test_a_deleted_user_is_gone_and_comes_back_under_its_id(scim: ScimClient) -> None:
    id = scim.post("/Users", user("ann")).json["id"]
    assert scim.delete(f"/Users/{id}").status == 204
    assert scim.get(f"/Users/{id}").status == 404
    assert not User.objects.get(pk=id).is_active
    assert scim.post("/Users", user("ann")).json["id"] == id


def test_a_superuser_is_out_of_reach(scim: ScimClient) -> None:
    root = User.objects.create_superuser("root")
    assert scim.patch(f"/Users/{root.pk}", {"op": "replace", "path": "active", "value": False}).status == 403
    assert scim.delete(f"/Users/{root.pk}").status == 403
    root.refresh_from_db()
    assert root.is_active


def test_the_schemas_publish_what_can_be_stored(scim: ScimClient) -> None:
    schemas = {schema["id"]: schema for schema in scim.get("/Schemas").json["Resources"]}
    names = {attribute["name"] for attribute in schemas[CORE_USER]["attributes"]}
    assert {"userName", "name", "emails", "active", "groups", "title"} <= names
    assert "password" not in names
    assert ENTERPRISE_USER in schemas


def test_the_index_that_the_documentation_writes_keeps_names_apart_and_finds_them() -> None:
    page = (Path(__file__).parents[3] / "docs" / "checks.md").read_text("utf-8")
    made, dropped = re.findall(r'^ +"((?:CREATE UNIQUE|DROP) INDEX .+)",$', page, re.MULTILINE)
    User.objects.create_user("ann")
    with connection.cursor() as cursor:
        cursor.execute(made)
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # for one row it would not be worth while
    found = User.objects.filter(Exact(Lower("username"), Lower(Value("ANN"))))
    assert found.get().username == "ann"
    assert dropped.split()[-1] in found.explain()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("ANN")
    with connection.cursor() as cursor:
        cursor.execute(dropped)


@pytest.mark.parametrize("bases", [(ProvisionedUserAdmin, UserAdmin), (UserAdmin, ProvisionedUserAdmin)])
def test_the_admin_of_django_s_user_says_who_manages_an_account(scim: ScimClient, rf: Any, bases: Any) -> None:
    id = scim.post("/Users", user("ann")).json["id"]
    request = rf.get("/")
    request.user = User.objects.create_superuser("admin")
    page = type("Accounts", bases, {})(User, admin.site).change_view(request, id).render().content.decode()
    assert "Managed by SCIM provisioning since" in page
    assert page.count("<strong>Overwritten by provisioning.</strong>") == 6
