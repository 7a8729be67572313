"""The data that the demo, the load tests and the reader of the README start with."""

import pytest

from example_project import sample_data
from example_project.access.models import Level, Profile, Project, ProjectAccess
from example_project.accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

USERS = User.objects.order_by("pk").values_list("username", "email", "first_name", "last_name", "department", "phone")


def test_loading_twice_makes_the_same_once():
    profiles, projects = sample_data.load()

    assert sample_data.load() == (profiles, projects)
    assert {profile.name for profile in Profile.objects.all()} == set(sample_data.PROFILES)
    assert {project.name for project in Project.objects.all()} == {"Transmission line", "Substation", "Wind farm"}
    assert all(project.description for project in projects)


def test_loading_again_keeps_what_was_edited():
    sample_data.load()
    Project.objects.filter(name="Wind farm").update(description="Twenty turbines.")

    sample_data.load()

    assert Project.objects.get(name="Wind farm").description == "Twenty turbines."


def test_invented_users_are_complete_and_have_access():
    sample_data.many_users(30)

    assert User.objects.count() == 30
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert User.objects.values("password").distinct().count() == 30
    for field in ["first_name", "last_name", "email", "job_title", "department", "phone"]:
        assert not User.objects.filter(**{field: ""}).exists()
    assert not User.objects.filter(profiles=None).exists()
    assert not User.objects.filter(project_access=None).exists()
    assert set(ProjectAccess.objects.values_list("level", flat=True)) == set(Level)


def test_invented_users_are_the_same_in_every_run():
    sample_data.many_users(20)
    users = list(USERS.all())
    User.objects.all().delete()

    sample_data.many_users(20)

    assert list(USERS.all()) == users


def test_more_invented_users_join_those_there_already():
    sample_data.many_users(10)
    untouched = User.objects.earliest("pk")
    untouched.profiles.clear()

    sample_data.many_users(15)

    assert User.objects.count() == 15
    assert not untouched.profiles.exists()


def test_an_invented_user_name_may_be_taken_in_other_letters():
    sample_data.many_users(1)
    User.objects.update(username=User.objects.get().username.upper())

    sample_data.many_users(2)

    assert User.objects.count() == 2


def test_real_users_are_left_alone():
    user = UserFactory()

    sample_data.many_users(5)

    assert not user.profiles.exists()
    assert not user.project_access.exists()


def test_progress_is_told_after_each_batch(monkeypatch):
    monkeypatch.setattr(sample_data, "BATCH", 4)
    told = []

    sample_data.many_users(10, lambda done, total: told.append((done, total)))

    assert told == [(4, 10), (8, 10), (10, 10)]


def test_a_batch_takes_as_many_queries_for_any_number_of_users(django_assert_max_num_queries):
    sample_data.load()

    with django_assert_max_num_queries(20):
        sample_data.many_users(200)
