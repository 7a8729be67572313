"""Profiles say what users may do; projects, and an access level on each, say where."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Case, OuterRef, Subquery, Value, When
from django.db.models.functions import Lower
from django.urls import reverse


def unique_in_any_case(field: str, name: str) -> models.UniqueConstraint:
    """Return a constraint whose index also finds a row by its name in any case of letters, as identity providers do."""
    return models.UniqueConstraint(Lower(field), name=name, violation_error_message="This name is taken.")


class Profile(models.Model):
    """A set of duties, such as data entry, that any number of users have."""

    name = models.CharField(max_length=150)
    users = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="profiles", blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [unique_in_any_case("name", "profile_name_any_case")]

    def __str__(self) -> str:
        return self.name


class Level(models.TextChoices):
    """What a user may do in a project, the lower level first."""

    READ = "read", "Read-only"
    FULL = "full", "Full access"


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects as their users see them."""

    def with_level(self, user: AbstractBaseUser) -> ProjectQuerySet:
        """Return the projects that the user may open, each with the highest ``level`` that the user holds in it."""
        held = ProjectAccess.objects.filter(user=user)
        rank = Case(*(When(level=level, then=Value(rank)) for rank, level in enumerate(Level)))
        highest = held.filter(project=OuterRef("pk")).order_by(rank.desc()).values("level")[:1]
        return self.filter(pk__in=held.values("project")).annotate(level=Subquery(highest))


class Project(models.Model):
    """An engineering project that users read or edit, each according to their level."""

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        CONSTRUCTION = "construction", "Under construction"
        OPERATION = "operation", "In operation"

    name = models.CharField(max_length=150)
    description = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.PLANNED)
    voltage = models.PositiveSmallIntegerField("voltage (kV)", null=True, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [unique_in_any_case("name", "project_name_any_case")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("access:project", args=[self.pk])

    def level_for(self, user: AbstractBaseUser) -> Level | None:
        """Return the highest level that the user holds in this project, None without access."""
        level = Project.objects.filter(pk=self.pk).with_level(user).values_list("level", flat=True).first()
        return level and Level(level)


class ProjectAccess(models.Model):
    """One user's access to one project at one level; who holds both levels has the higher one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="project_access")
    # The unique constraint's index begins with the project: a second one would only cost writes.
    project = models.ForeignKey(Project, models.CASCADE, related_name="project_access", db_index=False)
    level = models.CharField(max_length=10, choices=Level)

    class Meta:
        verbose_name_plural = "project access"
        constraints = [
            # In this order, the index also finds the users who hold one level in a project.
            models.UniqueConstraint(fields=["project", "level", "user"], name="access_once_per_level"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.project} ({self.get_level_display()})"
