"""A product that changes a user or a group itself says so, and lastModified moves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.utils import timezone

from example_project.accounts.models import User
from scim_provisioning.adapters import touch
from scim_provisioning.models import UserRecord
from scim_provisioning.operations import connections
from tests.factories import ProfileFactory, ProjectFactory, UserFactory
from tests.scim import ScimClient, user

pytestmark = pytest.mark.django_db


def modified(scim: ScimClient, path: str) -> Any:
    return scim.get(path).json["meta"].get("lastModified")


def touched(instance: Any) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        touch(instance)


@pytest.mark.rfc("7643-3.1-16")
def test_a_users_time_moves_alone(scim: ScimClient) -> None:
    ada, bob = (f"/Users/{scim.post('/Users', user(name)).json['id']}" for name in ("ada", "bob"))
    before = modified(scim, ada), modified(scim, bob)
    touched(User.objects.get(username__startswith="ada"))
    assert modified(scim, ada) > before[0]
    assert modified(scim, bob) == before[1]


def test_a_projects_time_moves_at_each_level(scim: ScimClient) -> None:
    project, other = ProjectFactory.create_batch(2)
    groups = [f"/Groups/project-{project.pk}-read", f"/Groups/project-{project.pk}-full"]
    alone = f"/Groups/project-{other.pk}-full"
    for group in (*groups, alone):
        scim.patch(group, {"op": "add", "path": "externalId", "value": group})
    before = {group: modified(scim, group) for group in (*groups, alone)}
    touched(project)
    assert all(modified(scim, group) > before[group] for group in groups)
    assert modified(scim, alone) == before[alone]


def test_a_shared_groups_time_moves_for_each_tenant(db: None) -> None:
    profile = ProfileFactory()
    clients = []
    for tenant in ("acme", "volt"):
        _, token = connections.enable(tenant=tenant)
        assert token is not None
        clients.append(ScimClient(token))
    group = f"/Groups/profile-{profile.pk}"
    for scim in clients:
        scim.patch(group, {"op": "add", "path": "externalId", "value": "x"})
    before = [modified(scim, group) for scim in clients]
    touched(profile)
    assert all(modified(scim, group) > time for scim, time in zip(clients, before, strict=True))


def test_what_scim_never_wrote_has_no_time_and_gets_none(scim: ScimClient, django_assert_num_queries: Any) -> None:
    row, profile = UserFactory(), ProfileFactory()
    with django_assert_num_queries(1):
        touched(row)
    with django_assert_num_queries(2):
        touched(profile)
    assert modified(scim, f"/Users/{row.pk}") is None
    assert not UserRecord.objects.exists()


def test_what_is_no_resource_costs_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        touch(Group(pk=1))
