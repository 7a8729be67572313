"""The product's pages in the Django admin."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from example_project.access import admin
from example_project.access.models import Level
from example_project.accounts.models import User
from tests.factories import ProfileFactory, ProjectAccessFactory, ProjectFactory, SuperuserFactory, UserFactory

pytestmark = pytest.mark.django_db

MODELS = ["accounts_user", "access_profile", "access_project", "access_projectaccess"]


@pytest.fixture(autouse=True)
def superuser(client):
    superuser = SuperuserFactory()
    client.force_login(superuser)
    return superuser


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("page", ["changelist", "add"])
def test_lists_and_forms_open(client, model, page):
    access = ProjectAccessFactory()
    ProfileFactory(users=[access.user])

    assert client.get(reverse(f"admin:{model}_{page}"), {"q": "a"} if page == "changelist" else {}).status_code == 200


def test_the_form_of_each_model_opens(client):
    access = ProjectAccessFactory()
    profile = ProfileFactory(users=[access.user])

    for instance in [access.user, profile, access.project, access]:
        response = client.get(
            reverse(f"admin:{instance._meta.label_lower.replace('.', '_')}_change", args=[instance.pk])
        )
        assertContains(response, access.user.username)


def test_a_new_user_needs_no_password(client):
    url = reverse("admin:accounts_user_add")
    no_rows = {
        f"{prefix}-{count}_FORMS": 0 for prefix in ["Profile_users", "project_access"] for count in ["TOTAL", "INITIAL"]
    }

    client.post(url, {"username": "maria@example.com", "usable_password": "false", **no_rows})

    assert not User.objects.get(username="maria@example.com").has_usable_password()


def test_a_users_page_shows_profiles_and_project_access(client):
    access = ProjectAccessFactory(level=Level.FULL)
    profile = ProfileFactory(users=[access.user])

    response = client.get(reverse("admin:accounts_user_change", args=[access.user.pk]))

    assertContains(response, profile.name)
    assertContains(response, access.project.name)


@pytest.mark.parametrize(("most", "in_the_form"), [(3, True), (2, False)])
def test_a_profile_with_more_users_than_a_form_can_carry_links_to_them(client, monkeypatch, most, in_the_form):
    monkeypatch.setattr(admin, "MOST_USERS_IN_A_FORM", most)
    profile = ProfileFactory(users=UserFactory.create_batch(3))
    everyone = reverse("admin:accounts_user_changelist", query={"profiles__id__exact": profile.pk})

    response = client.get(reverse("admin:access_profile_change", args=[profile.pk]))

    (assertContains if in_the_form else assertNotContains)(response, 'name="users"')
    (assertNotContains if in_the_form else assertContains)(response, f'<a href="{everyone}">3 users</a>', html=True)
    assertContains(client.get(everyone), "3 users")


@pytest.mark.parametrize(("most", "in_the_form"), [(3, True), (2, False)])
def test_a_project_with_more_users_than_a_form_can_carry_links_to_them(client, monkeypatch, most, in_the_form):
    monkeypatch.setattr(admin, "MOST_USERS_IN_A_FORM", most)
    project = ProjectFactory()
    ProjectAccessFactory.create_batch(3, project=project)
    everyone = reverse("admin:access_projectaccess_changelist", query={"project__id__exact": project.pk})

    response = client.get(reverse("admin:access_project_change", args=[project.pk]))

    (assertContains if in_the_form else assertNotContains)(response, "project_access-0-level")
    (assertNotContains if in_the_form else assertContains)(
        response, f'<a href="{everyone}">3 rows of access</a>', html=True
    )
    assertContains(client.get(everyone), "3 project access")


def test_saving_a_profile_with_many_users_keeps_them(client, monkeypatch):
    monkeypatch.setattr(admin, "MOST_USERS_IN_A_FORM", 2)
    profile = ProfileFactory(users=UserFactory.create_batch(3))

    client.post(reverse("admin:access_profile_change", args=[profile.pk]), {"name": "SE - Renamed"})

    profile.refresh_from_db()
    assert (profile.name, profile.users.count()) == ("SE - Renamed", 3)
