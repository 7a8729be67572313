"""Organisations, and what each has of its own: users, teams, projects."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower


class Organisation(models.Model):
    """A customer; the slug is the tenant of its connection."""

    slug = models.SlugField(unique=True)

    def __str__(self) -> str:
        return self.slug


class User(AbstractUser):
    """A login; two organisations may each have an Ann."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="users")
    username = models.CharField(max_length=150)
    manager = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), "organisation", name="tenants_user_username")]


class Team(models.Model):
    """Some users of an organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=60)
    members = models.ManyToManyField(User, related_name="teams")

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), "organisation", name="tenants_team_name")]

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """A project of an organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), "organisation", name="tenants_project_name")]

    def __str__(self) -> str:
        return self.name


class Access(models.Model):
    """A level at which a user may use a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="access")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access")
    level = models.CharField(max_length=4, choices={"read": "Read-only", "full": "Full access"})

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user", "level"], name="tenants_access_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.level} {self.project}"
