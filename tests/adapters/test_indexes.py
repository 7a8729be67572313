"""What identity providers look up by is found by an index: PostgreSQL's plans among 100,000 users."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from example_project.access.models import Profile, Project
from scim_provisioning.adapters.filtering import condition
from scim_provisioning.adapters.registry import Directory
from scim_provisioning.operations import cursors
from scim_provisioning.protocol.binding import bind
from scim_provisioning.protocol.documents import Projection
from scim_provisioning.protocol.parser import parse_filter
from tests.test_docs import lines

from .directories import BASE, caller

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's plans"),
]

USERS = """
    INSERT INTO accounts_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
                               date_joined, job_title, department, phone)
    SELECT '!', false, 'user' || n || '@x.example', 'First' || n, 'Last' || n, 'user' || n || '@x.example', false, true,
           now(), 'Engineer', 'Lines', ''
    FROM generate_series(1, 100000) AS n
"""
RECORDS = """
    INSERT INTO scim_provisioning_userrecord (user_id, external_id, attributes, created, last_modified)
    SELECT id, 'external' || id,
           jsonb_build_object('nickName', 'Nick' || id, 'emails', jsonb_build_object('column', email, 'elements',
               jsonb_build_array(jsonb_build_object('value', email, 'type', 'work', 'primary', true),
                                 jsonb_build_object('value', 'home' || id || '@y.example', 'type', 'home')))),
           now(), now()
    FROM accounts_user WHERE id % 2 = 0
"""


@pytest.fixture(scope="module")
def _many_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """100,000 users, every other one with a record; 1,000 profiles and as many projects.

    Committed, and truncated: what is rolled back would stay in the tables, for all later tests to read past.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(USERS)
        cursor.execute(RECORDS)
        Profile.objects.bulk_create(Profile(name=f"Profile {n}") for n in range(1000))
        Project.objects.bulk_create(Project(name=f"Project {n}") for n in range(1000))
        cursor.execute("ANALYZE")
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_user, access_profile, access_project CASCADE")


@pytest.fixture
def directory(_many_rows: None, db: None) -> Directory:
    """What is found among them."""
    return Directory(caller().connection, BASE)


def scanned(directory: Directory, kind: str, text: str) -> set[str]:
    """The tables that the plans of a filter read from end to end: as they lie, or along an index."""
    bound = bind(parse_filter(text), directory.resource_type(kind))
    found: set[str] = set()
    for collection in directory.collections(kind):
        rows = collection.queryset().filter(condition(bound, collection)).order_by("pk").values_list("pk", flat=True)
        plan = rows[:100].explain(format="json")  # nothing for a collection that cannot have what is asked for
        found |= {node["Relation Name"] for node in nodes(json.loads(plan or "[]")) if reads_all(node)}
    return found


def nodes(plans: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The steps of the plans, and those below them."""
    for plan in plans:
        node = plan.get("Plan", plan)
        yield node
        yield from nodes(node.get("Plans", []))


def reads_all(node: dict[str, Any]) -> bool:
    """Whether a step reads a table and has nothing to look for in an index; a bitmap is made by a step below.

    The deprovisioned, of whom there are none here, have an index of their own, which is read as it is.
    """
    looks_up = "Index Cond" in node or node["Node Type"] == "Bitmap Heap Scan"
    return "Relation Name" in node and not looks_up and node.get("Index Name") != "scim_user_deprovisioned"


def test_what_no_index_answers_reads_a_table_from_end_to_end(directory: Directory) -> None:
    for text in ('nickName co "x"', 'userName co "x"', 'not (userName eq "x")', 'emails.value ew "x"', "title pr"):
        assert scanned(directory, "User", text), text


def test_look_ups_of_users_read_no_table_from_end_to_end(directory: Directory) -> None:
    key = directory.users.queryset().order_by("pk")[500].pk
    for text in (
        'userName eq "USER777@x.example"',
        f'externalId eq "external{key}"',
        f'id eq "{key}"',
        'emails.value eq "USER777@x.example"',
        'emails eq "user777@x.example"',
        'emails[type eq "work" and value eq "user777@x.example"]',
        f'emails[type eq "home"].value eq "home{key}@y.example"',
        f'nickName eq "nick{key}"',
    ):
        assert scanned(directory, "User", text) == set(), text


def test_look_ups_that_the_documentation_names_do_not_either_alone_or_joined_to_others(directory: Directory) -> None:
    documented = lines("scim-filter indexed")
    assert documented
    for text in documented:
        assert scanned(directory, "User", text) == set(), text
        assert scanned(directory, "User", f'title co "x" and {text}') == set(), text


def test_look_ups_of_groups_read_no_table_from_end_to_end(directory: Directory) -> None:
    profile, project = Profile.objects.all()[3], Project.objects.all()[3]
    for text in (
        'displayName eq "PROFILE 777"',
        'displayName eq "project 777 (Read-only)"',
        f'id eq "profile-{profile.pk}"',
        f'id eq "project-{project.pk}-full"',
        'displayName eq "nobody"',
    ):
        assert scanned(directory, "Group", text) == set(), text


def test_a_page_by_cursor_deep_in_the_list_costs_what_the_second_costs(directory: Directory) -> None:
    found = [(directory.users, directory.users.queryset())]
    projection = Projection(directory.users.resource_type, ["userName", "groups"])
    keys = directory.users.queryset().order_by("pk").values_list("pk", flat=True)
    asked = []
    for key in (keys[99], keys[90_000]):
        with CaptureQueriesContext(connection) as queries:
            part = cursors.page(found, projection, place=cursors.Place(0, None, key), count=100, sort=None)
        assert len(part.documents) == 100
        asked.append(len(queries))
    assert asked[0] == asked[1]
    beyond = directory.users.queryset().filter(pk__gt=keys[90_000]).order_by("pk").values_list("pk", flat=True)
    assert "Seq Scan on accounts_user" not in beyond[:101].explain()
