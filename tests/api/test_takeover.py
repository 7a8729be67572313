"""A client cannot make an account that is there its own, nor give anybody more than access to groups."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.forms import PasswordResetForm

from example_project.accounts.models import User
from tests.factories import ProfileFactory, SuperuserFactory, UserFactory
from tests.scim import CORE_USER, ENTERPRISE_USER, ScimClient, user

POWERS = {
    "is_superuser": True,
    "isSuperuser": True,
    "is_staff": True,
    "isStaff": "True",
    "superuser": True,
    "staff": True,
    "admin": True,
    "user_permissions": [1],
    "roles": [{"value": "admin", "primary": True}],
    "entitlements": [{"value": "superuser"}],
    "userType": "superuser",
    "password": "swordfish",
}
PATHS = [
    *POWERS,
    f"{CORE_USER}:is_superuser",
    f"{ENTERPRISE_USER}:is_staff",
    'roles[value eq "admin"].value',
]


def reset_mails(address: str) -> list[str]:
    """Where mails go when somebody says at the login that the password of that address was forgotten."""
    return [row.email for row in PasswordResetForm().get_users(address)]


@pytest.mark.threat(1, 6)
def test_the_reset_mail_of_staff_goes_where_it_went_before(scim: ScimClient) -> None:
    root = SuperuserFactory(email="root@example.com", password="correct horse")
    change = {"op": "replace", "path": 'emails[type eq "work"].value', "value": "thief@example.com"}
    assert scim.patch(f"/Users/{root.pk}", change).status == 403
    assert reset_mails("root@example.com") == ["root@example.com"]
    assert reset_mails("thief@example.com") == []


@pytest.mark.threat(1, 10, "C2")
def test_who_came_over_scim_gets_no_reset_mail(scim: ScimClient) -> None:
    assert scim.post("/Users", user("ada", password="swordfish")).status == 201
    assert reset_mails("ada@example.com") == []


@pytest.mark.threat(2)
@pytest.mark.parametrize("template", ["{pk}", "1", "profile-{pk}"])
def test_an_external_id_that_is_somebody_s_id_leads_to_nobody_else(scim: ScimClient, template: str) -> None:
    ada = UserFactory(pk=1)
    profile = ProfileFactory(pk=1)
    other = scim.post("/Users", user("other", externalId=template.format(pk=ada.pk))).json
    assert scim.get("/Users", filter=f'id eq "{ada.pk}"').ids == [str(ada.pk)]
    assert scim.get(f"/Users/{ada.pk}").json["userName"] == ada.username
    assert scim.patch(f"/Users/{ada.pk}", {"op": "add", "path": "title", "value": "Hers"}).status == 200
    member = {"op": "add", "path": "members", "value": [{"value": str(ada.pk)}]}
    assert scim.patch(f"/Groups/profile-{profile.pk}", member).status == 204
    assert list(profile.users.all()) == [ada]
    assert scim.get(f"/Users/{other['id']}").json == other


def held(row: User) -> dict[str, Any]:
    """What could give power: every column but those that are the client's to write."""
    written = {"username", "email", "first_name", "last_name", "job_title", "department", "is_active"}
    values = User.objects.filter(pk=row.pk).values().get()
    return {
        **{name: value for name, value in values.items() if name not in written},
        "permissions": list(row.user_permissions.all()),
        "groups": list(row.groups.all()),
    }


@pytest.mark.threat(4, 10)
@pytest.mark.parametrize("name", POWERS)
def test_no_attribute_gives_power(scim: ScimClient, name: str) -> None:
    row = UserFactory()
    before = held(row)
    body = {**user("ada"), name: POWERS[name]}
    made = scim.post("/Users", body)
    scim.put(f"/Users/{row.pk}", {**user("row"), name: POWERS[name]})
    scim.patch(f"/Users/{row.pk}", {"op": "replace", "value": {name: POWERS[name]}})
    assert held(row) == before
    if made.status == 201:
        ada = User.objects.get(pk=made.json["id"])
        assert not (ada.is_superuser or ada.is_staff or ada.has_usable_password() or ada.user_permissions.exists())


@pytest.mark.threat(4, 66)
@pytest.mark.parametrize("path", PATHS)
def test_no_path_gives_power(scim: ScimClient, path: str) -> None:
    row = UserFactory()
    before = held(row)
    for op in ("add", "replace"):
        scim.patch(f"/Users/{row.pk}", {"op": op, "path": path, "value": POWERS.get(path, True)})
    assert held(row) == before
