"""Factories of the example product's models: `UserFactory(department="Grid Planning")`."""

import factory
from factory.django import DjangoModelFactory, Password

from example_project.access.models import Level, Profile, Project, ProjectAccess
from example_project.accounts.models import User

FIRST_NAMES = ["Amara", "Björn", "Chloé", "Dmitri", "Eleni", "Farid", "Grace", "Hiroshi"]
LAST_NAMES = ["Okafor", "Lindqvist", "O'Neill", "Papadaki", "van Dijk", "Nakamura", "Silva"]


class UserFactory(DjangoModelFactory):
    """An employee who signs in elsewhere: no usable password, unless `password="…"` gives one."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n + 1}@example.com")
    email = factory.SelfAttribute("username")
    password = Password(None)
    first_name = factory.Sequence(lambda n: FIRST_NAMES[n % len(FIRST_NAMES)])
    last_name = factory.Sequence(lambda n: LAST_NAMES[n % len(LAST_NAMES)])
    job_title = "Grid engineer"
    department = "Engineering"
    phone = factory.Sequence(lambda n: f"+44 1632 {960_000 + n % 1000}")


class SuperuserFactory(UserFactory):
    """An administrator of the whole product."""

    username = factory.Sequence(lambda n: f"admin{n + 1}@example.com")
    is_staff = True
    is_superuser = True


class ProfileFactory(DjangoModelFactory):
    """A profile; `users=[…]` gives it members."""

    class Meta:
        model = Profile
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"SE - Profile {n + 1}")

    @factory.post_generation
    def users(profile, create, extracted, **kwargs):
        if create and extracted:
            profile.users.add(*extracted)


class ProjectFactory(DjangoModelFactory):
    """A project that nobody has access to yet."""

    class Meta:
        model = Project

    name = factory.Sequence(lambda n: f"Project {n + 1}")
    description = "Made for a test."
    status = Project.Status.CONSTRUCTION
    voltage = 110


class ProjectAccessFactory(DjangoModelFactory):
    """A user's access to a project, Read-only unless told otherwise."""

    class Meta:
        model = ProjectAccess

    user = factory.SubFactory(UserFactory)
    project = factory.SubFactory(ProjectFactory)
    level = Level.READ
