"""A varied company, and what the service provider says of it as the flat documents that the oracle reads."""

from __future__ import annotations

import random
from typing import Any

from example_project.access.models import Level, Profile, Project, ProjectAccess
from example_project.accounts.models import User
from scim_provisioning.adapters.collections import Collection
from scim_provisioning.adapters.mapping import Plan
from scim_provisioning.adapters.registry import Directory
from scim_provisioning.models import Connection
from scim_provisioning.operations import resources
from scim_provisioning.operations.caller import Caller
from scim_provisioning.protocol.constants import ENTERPRISE_USER, USER
from scim_provisioning.protocol.documents import Document, Projection
from scim_provisioning.protocol.schemas import ResourceType
from scim_provisioning.testing.client import patch_op

BASE = "https://app.example.com/scim/v2"

WORDS = [
    "a",
    "A",
    "ab",
    "aB",
    "b",
    "Bo",
    "%",
    "_",
    "a%",
    "a_b",
    "\\",
    "\\%",
    "日本",
    "'",
    '"',
    "a b",
    " a",
    "1",
    "true",
]
TYPES = ["work", "home", "Work", "other", None]


def caller() -> Caller:
    """An enabled connection's."""
    connection, _ = Connection.objects.get_or_create(tenant="", defaults={"enabled": True})
    return Caller(connection, BASE)


def company(seed: int, users: int) -> Directory:
    """Users of all kinds: made over SCIM and in the product, changed behind SCIM's back, deleted; and their groups."""
    draw = random.Random(seed)
    names = sorted({word.lower() for word in WORDS})
    groups = [Profile.objects.create(name=f"{word} p") for word in draw.sample(names, 4)]
    projects = [Project.objects.create(name=f"{word} Q") for word in draw.sample(names, 3)]
    for number in range(users):
        user = _by_scim(draw, number) if draw.random() < 0.7 else _in_product(draw, number)
        if draw.random() < 0.15:
            user.email = draw.choice(["", "moved@x.example"])
            user.save()
        for profile in draw.sample(groups, draw.randrange(3)):
            profile.users.add(user)
        for project in draw.sample(projects, draw.randrange(3)):
            ProjectAccess.objects.create(user=user, project=project, level=draw.choice(list(Level)))
        if draw.random() < 0.1:
            resources.delete(caller(), "User", str(user.pk))
    for profile in groups[:2]:
        operation = {"op": "replace", "path": "externalId", "value": draw.choice(WORDS)}
        resources.patch(caller(), "Group", f"profile-{profile.pk}", patch_op(operation))
    return Directory(caller().connection, BASE)


def _by_scim(draw: random.Random, number: int) -> User:
    def maybe(value: Any) -> Any:
        return value if draw.random() < 0.6 else None

    def element(**more: Any) -> dict[str, Any]:
        return {"value": draw.choice(WORDS), "type": draw.choice(TYPES), "display": maybe(draw.choice(WORDS)), **more}

    body = {
        "schemas": [USER, ENTERPRISE_USER],
        "userName": f"{draw.choice(WORDS)}{number}",
        "externalId": maybe(draw.choice(WORDS)),
        "name": {"givenName": maybe(draw.choice(WORDS)), "familyName": maybe(draw.choice(WORDS))},
        "displayName": maybe(draw.choice(WORDS)),
        "nickName": maybe(draw.choice(WORDS)),
        "title": maybe(draw.choice(WORDS)),
        "profileUrl": maybe(draw.choice(WORDS)),
        "active": draw.random() < 0.7,
        "emails": maybe([element(primary=True), *[element() for _ in range(draw.randrange(3))]]),
        "roles": maybe([element(primary=draw.choice([True, False])), element()]),
        "addresses": maybe([{"locality": draw.choice(WORDS), "type": draw.choice(TYPES)}]),
        ENTERPRISE_USER: {
            "department": maybe(draw.choice(WORDS)),
            "costCenter": maybe(draw.choice(WORDS)),
            "manager": maybe({"value": draw.choice(WORDS)}),
        },
    }
    instance = resources.create(caller(), "User", body).instance
    assert isinstance(instance, User)
    return instance


def _in_product(draw: random.Random, number: int) -> User:
    name = draw.choice(WORDS)
    return User.objects.create(
        username=f"{name}{number}",
        first_name=draw.choice(["", *WORDS]),
        last_name=draw.choice(["", *WORDS]),
        email=draw.choice(["", "a@x.example", "A@X.example", "%"]),
        job_title=draw.choice(["", *WORDS]),
        is_active=draw.random() < 0.7,
    )


def documents(collection: Collection) -> dict[Any, Document]:
    """Everything that a client can see of a collection, flat, by primary key."""
    keys = list(collection.queryset().order_by("pk").values_list("pk", flat=True))
    nested = Plan(collection, Projection(collection.resource_type)).documents(keys)
    return {key: flat(nested[key], collection.resource_type) for key in keys}


def flat(nested: dict[str, Any], resource_type: ResourceType) -> Document:
    """The flat form of a document as the RFC has it."""
    document: Document = {}
    for key, target in resource_type.leaves.items():
        place = nested.get(target.prefix[:-1], {}) if target.prefix else nested
        value = place.get(target.attribute.name)
        if target.sub is not None:
            value = (value or {}).get(target.sub.name)
        if value is not None:
            document[key] = value
    return document
