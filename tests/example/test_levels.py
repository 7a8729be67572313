"""Who may open a project, and at which level."""

import pytest
from django.db import IntegrityError, transaction

from example_project.access.models import Level, Project
from tests.factories import ProjectAccessFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db

GRANTS = [
    ([], None),
    ([Level.READ], Level.READ),
    ([Level.FULL], Level.FULL),
    ([Level.READ, Level.FULL], Level.FULL),
    ([Level.FULL, Level.READ], Level.FULL),
]


@pytest.mark.parametrize(("granted", "highest"), GRANTS)
def test_the_higher_level_wins_in_any_order_of_grants(granted, highest):
    user, project = UserFactory(), ProjectFactory()
    for level in granted:
        ProjectAccessFactory(user=user, project=project, level=level)

    assert project.level_for(user) == highest
    assert [project.level for project in Project.objects.with_level(user)] == [highest] * bool(granted)


def test_taking_full_access_away_leaves_the_read_only_level():
    read = ProjectAccessFactory(level=Level.READ)
    full = ProjectAccessFactory(user=read.user, project=read.project, level=Level.FULL)

    full.delete()

    assert read.project.level_for(read.user) == Level.READ


def test_a_level_is_one_users_in_one_project():
    access = ProjectAccessFactory(level=Level.FULL)
    elsewhere = ProjectAccessFactory(user=access.user, level=Level.READ)

    assert access.project.level_for(UserFactory()) is None
    assert elsewhere.project.level_for(access.user) == Level.READ
    assert {project.name: project.level for project in Project.objects.with_level(access.user)} == {
        access.project.name: Level.FULL,
        elsewhere.project.name: Level.READ,
    }


def test_a_level_is_granted_once():
    access = ProjectAccessFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        ProjectAccessFactory(user=access.user, project=access.project, level=access.level)


@pytest.mark.parametrize("count", [1, 20])
def test_any_number_of_projects_takes_one_query(count, django_assert_num_queries):
    user = UserFactory()
    for _ in range(count):
        ProjectAccessFactory(user=user)
        ProjectAccessFactory()

    with django_assert_num_queries(1):
        assert len(Project.objects.with_level(user)) == count


def test_access_names_its_user_project_and_level():
    access = ProjectAccessFactory(user__username="maria@example.com", project__name="Wind farm", level=Level.FULL)

    assert str(access) == "maria@example.com: Wind farm (Full access)"
