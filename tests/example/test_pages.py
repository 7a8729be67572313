"""The product's own pages, as users with each level of access meet them."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects, assertTemplateUsed

from example_project.access.models import Level, Project
from tests.factories import ProfileFactory, ProjectAccessFactory, ProjectFactory, SuperuserFactory, UserFactory

pytestmark = pytest.mark.django_db

MY_ACCESS = "/"
CHANGES = {"description": "Moved to the west.", "status": Project.Status.OPERATION, "voltage": "220"}


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.mark.parametrize("path", [MY_ACCESS, "/projects/1/"])
def test_a_page_asks_for_a_login(client, path):
    assertRedirects(client.get(path), f"/login/?next={path}")


def test_a_user_logs_in_and_out(client):
    UserFactory(username="maria@example.com", password="correct horse")

    response = client.post("/login/", {"username": "maria@example.com", "password": "correct horse"})
    assertRedirects(response, MY_ACCESS)
    assertRedirects(client.post("/logout/"), "/login/")
    assertRedirects(client.get(MY_ACCESS), "/login/?next=/")


def test_login_returns_to_the_page_that_asked_for_it(client):
    access = ProjectAccessFactory(user__username="maria@example.com", user__password="correct horse")
    path = access.project.get_absolute_url()

    response = client.post(
        f"/login/?next={path}", {"username": "maria@example.com", "password": "correct horse", "next": path}
    )

    assertRedirects(response, path)


def test_an_inactive_user_cannot_log_in(client):
    UserFactory(username="maria@example.com", password="correct horse", is_active=False)

    response = client.post("/login/", {"username": "maria@example.com", "password": "correct horse"})

    assertContains(response, "Please enter a correct username and password")


def test_my_access_shows_my_profiles_only(client, user):
    ProfileFactory(name="SE - Review", users=[user])
    ProfileFactory(name="SE - Data Entry")

    response = client.get(MY_ACCESS)

    assertContains(response, "SE - Review")
    assertNotContains(response, "SE - Data Entry")


def test_my_access_links_to_my_projects_with_their_level(client, user):
    reading = ProjectAccessFactory(user=user, level=Level.READ).project
    editing = ProjectAccessFactory(user=user, level=Level.FULL).project
    elsewhere = ProjectAccessFactory().project

    response = client.get(MY_ACCESS)

    assert response.context["projects"] == [(reading, Level.READ), (editing, Level.FULL)]
    assertContains(response, f'<a href="/projects/{reading.pk}/">{reading.name}</a>', html=True)
    assertContains(response, '<span class="tag read">Read-only</span>', html=True)
    assertContains(response, f'<a href="/projects/{editing.pk}/">{editing.name}</a>', html=True)
    assertContains(response, '<span class="tag full">Full access</span>', html=True)
    assertNotContains(response, elsewhere.get_absolute_url())


def test_my_access_shows_a_project_once_and_at_its_higher_level(client, user):
    project = ProjectAccessFactory(user=user, level=Level.READ).project
    ProjectAccessFactory(user=user, project=project, level=Level.FULL)

    assert client.get(MY_ACCESS).context["projects"] == [(project, Level.FULL)]


def test_my_access_says_when_there_is_none(client, user):
    response = client.get(MY_ACCESS)

    assertContains(response, "You have no profile yet.")
    assertContains(response, "You have access to no project yet.")


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_project_is_not_found_without_access(client, user, method):
    project = ProjectAccessFactory(level=Level.FULL).project

    response = getattr(client, method)(project.get_absolute_url(), CHANGES)

    assertTemplateUsed(response, "404.html")
    assert response.status_code == 404


@pytest.mark.parametrize("pk", [0, 10**30])
def test_a_project_that_never_was_is_not_found(client, user, pk):
    assert client.get(f"/projects/{pk}/").status_code == 404


def test_a_superuser_needs_access_like_anyone(client):
    client.force_login(SuperuserFactory())

    assert client.get(ProjectFactory().get_absolute_url()).status_code == 404


def test_read_only_shows_a_project_without_a_form(client, user):
    project = ProjectAccessFactory(user=user, project__description="On <b>231</b> towers.", level=Level.READ).project

    response = client.get(project.get_absolute_url())

    assertContains(response, "On &lt;b&gt;231&lt;/b&gt; towers.")
    assertContains(response, "Under construction")
    assertContains(response, "110 kV")
    assertNotContains(response, "<textarea")
    assertNotContains(response, "Save")


def test_read_only_cannot_change_a_project(client, user):
    project = ProjectAccessFactory(user=user, level=Level.READ).project

    response = client.post(project.get_absolute_url(), CHANGES)

    assert response.status_code == 403
    assertTemplateUsed(response, "403.html")
    project.refresh_from_db()
    assert project.description == "Made for a test."


@pytest.mark.parametrize("levels", [[Level.FULL], [Level.READ, Level.FULL]])
def test_full_access_edits_a_project(client, user, levels):
    project = ProjectFactory()
    for level in levels:
        ProjectAccessFactory(user=user, project=project, level=level)
    assertContains(client.get(project.get_absolute_url()), "Made for a test.</textarea>")

    response = client.post(project.get_absolute_url(), CHANGES, follow=True)

    assertRedirects(response, project.get_absolute_url())
    assertContains(response, "Your changes are saved.")
    project.refresh_from_db()
    assert (project.description, project.status, project.voltage) == ("Moved to the west.", "operation", 220)


def test_a_mistake_is_explained_and_nothing_is_saved(client, user):
    project = ProjectAccessFactory(user=user, level=Level.FULL).project

    response = client.post(project.get_absolute_url(), {**CHANGES, "voltage": "-1"})

    assertContains(response, "Ensure this value is greater than or equal to 0.")
    project.refresh_from_db()
    assert project.voltage == 110


def test_a_form_cannot_rename_a_project(client, user):
    project = ProjectAccessFactory(user=user, project__name="Wind farm", level=Level.FULL).project

    client.post(project.get_absolute_url(), {**CHANGES, "name": "Mine"})

    project.refresh_from_db()
    assert project.name == "Wind farm"


def test_only_staff_are_shown_the_way_to_the_admin(client, user):
    assertNotContains(client.get(MY_ACCESS), reverse("admin:index"))

    client.force_login(SuperuserFactory())

    assertContains(client.get(MY_ACCESS), reverse("admin:index"))


@pytest.mark.parametrize("count", [1, 20])
def test_my_access_takes_as_many_queries_for_any_number_of_projects(client, user, count, django_assert_num_queries):
    for _ in range(count):
        ProjectAccessFactory(user=user)
        ProfileFactory(users=[user])

    with django_assert_num_queries(4):  # the session, the user, profiles, projects
        client.get(MY_ACCESS)
