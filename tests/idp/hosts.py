"""The hosts that scenarios are played against: what their groups are, and what they let an identity provider do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from example_project.access.models import Level, ProjectAccess
from example_project.scim import ProfileAdapter
from tests.factories import ProfileFactory, ProjectFactory


class OpenProfileAdapter(ProfileAdapter):
    """Profiles that are made, renamed and deleted over SCIM too."""

    can_create = True
    can_rename = True
    can_delete = True


@dataclass(frozen=True)
class Host:
    """A product; `does` is what it does of what a scenario may need, the rest it refuses by policy.

    `make_group` makes a group with a name and the primary keys of its members, and gives its SCIM id.
    """

    name: str
    does: frozenset[str]
    group_adapters: list[str]
    make_group: Callable[[str, Sequence[int]], str]

    def __str__(self) -> str:
        return self.name


def profile(name: str, members: Sequence[int]) -> str:
    return f"profile-{ProfileFactory(name=name, users=members).pk}"


def project(name: str, members: Sequence[int]) -> str:
    """Full access to a project; that somebody else may read it must not matter."""
    project = ProjectFactory(name=name)
    for member in members:
        ProjectAccess.objects.create(project=project, user_id=member, level=Level.FULL)
    return f"project-{project.pk}-full"


PROFILES: Final = "example_project.scim.ProfileAdapter"
OPEN_PROFILES: Final = f"{__name__}.OpenProfileAdapter"
PROJECTS: Final = "example_project.scim.ProjectAccessAdapter"
GROUP_NEEDS: Final = frozenset({"group-create", "group-rename", "group-delete"})

PRODUCT: Final = Host("product", frozenset({"many-emails"}), [PROFILES, PROJECTS], profile)
OPEN: Final = Host("open", PRODUCT.does | GROUP_NEEDS, [OPEN_PROFILES, PROJECTS], profile)
LEVELS: Final = Host("levels", PRODUCT.does, [PROFILES, PROJECTS], project)
