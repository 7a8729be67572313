"""Projects, and who may do how much in each."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower


class Project(models.Model):
    """What people work on."""

    name = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="project_name")]

    def __str__(self) -> str:
        return self.name


class Access(models.Model):
    """The most that a user may do in a project."""

    class Level(models.TextChoices):
        VIEWER = "viewer"
        EDITOR = "editor"
        OWNER = "owner"
        ROOT = "root"
        """Given by the product alone; no identity provider knows of it."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    project = models.ForeignKey(Project, models.CASCADE, db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    level = models.CharField(max_length=10, choices=Level)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="access_once")]

    def __str__(self) -> str:
        return f"{self.user} is {self.level} of {self.project}"
