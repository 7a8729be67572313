"""Data to try the product with: a few profiles and projects, and as many invented users as wanted."""

from collections.abc import Callable

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models.functions import Lower

from example_project.access.models import Level, Profile, Project, ProjectAccess
from example_project.accounts.models import User

PROFILES = ["SE - Data Entry", "SE - Review", "SE - Administration"]

PROJECTS = {
    "Transmission line": {
        "description": "A double-circuit overhead line of 84 km that joins the northern and the eastern grid.",
        "status": Project.Status.CONSTRUCTION,
        "voltage": 380,
    },
    "Substation": {
        "description": "A gas-insulated substation with two transformers of 63 MVA, in the place of the one from 1968.",
        "status": Project.Status.OPERATION,
        "voltage": 110,
    },
    "Wind farm": {
        "description": "Eighteen turbines on the ridge and the cable that collects what they make.",
        "status": Project.Status.PLANNED,
        "voltage": 33,
    },
}

FIRST_NAMES = [
    "Ada",
    "Bilal",
    "Carmen",
    "Dewi",
    "Emre",
    "Freya",
    "Goran",
    "Hana",
    "Ivo",
    "Jana",
    "Kofi",
    "Leila",
    "Mei",
]
LAST_NAMES = ["Abara", "Berger", "Costa", "Dahl", "Eriksen", "Ferrari", "Gupta", "Horvat", "Ito", "Jansen", "Kaya"]
JOBS = [("Grid engineer", "Engineering"), ("Planner", "Engineering"), ("Surveyor", "Field"), ("Controller", "Finance")]

LEVELS = [[Level.READ], [Level.FULL], [Level.READ, Level.FULL]]

BATCH = 1000


def load() -> tuple[list[Profile], list[Project]]:
    """Make the profiles and projects that are missing, leave the others as they are, and return all of them."""
    profiles = [Profile.objects.get_or_create(name=name)[0] for name in PROFILES]
    projects = [Project.objects.get_or_create(name=name, defaults=content)[0] for name, content in PROJECTS.items()]
    return profiles, projects


def many_users(count: int, progress: Callable[[int, int], object] = lambda done, total: None) -> None:
    """Make sure of `count` invented users, each with a profile and access to a project; those there already stay.

    The users are the same ones in every run. After each batch, `progress` is called with how many are done and `count`.
    """
    profiles, projects = load()
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        with transaction.atomic():
            _make_batch(numbers, profiles, projects)
        progress(numbers.stop, count)


def _make_batch(numbers: range, profiles: list[Profile], projects: list[Project]) -> None:
    folded = User.objects.annotate(folded=Lower("username")).values_list("folded", flat=True)
    there = set(folded.filter(folded__in=[_username(number) for number in numbers]))
    missing = [number for number in numbers if _username(number) not in there]
    users = dict(zip(missing, User.objects.bulk_create(map(_user, missing)), strict=True))
    Profile.users.through.objects.bulk_create(
        Profile.users.through(profile=profiles[number % len(profiles)], user=user) for number, user in users.items()
    )
    ProjectAccess.objects.bulk_create(
        ProjectAccess(project=projects[number // 3 % len(projects)], user=user, level=level)
        for number, user in users.items()
        for level in LEVELS[number // 9 % len(LEVELS)]
    )


def _user(number: int) -> User:
    first_name, last_name = _name(number)
    job_title, department = JOBS[number % len(JOBS)]
    return User(
        username=_username(number),
        email=_username(number),
        password=make_password(None),
        first_name=first_name,
        last_name=last_name,
        job_title=job_title,
        department=department,
        phone=f"+44 1632 {960_000 + number % 1000}",
    )


def _name(number: int) -> tuple[str, str]:
    return FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[number // len(FIRST_NAMES) % len(LAST_NAMES)]


def _username(number: int) -> str:
    return f"{'.'.join(_name(number))}.{number + 1}@example.com".lower()
