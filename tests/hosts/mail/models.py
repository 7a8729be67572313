"""People, who are known by their e-mail address, and the teams they form."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class Person(AbstractBaseUser):
    """Somebody who may log in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=80, blank=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    objects = BaseUserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="mail_person_email")]


class Team(models.Model):
    """Some people, under a name that they choose and change themselves."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60)
    people = models.ManyToManyField(Person, related_name="teams")

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="mail_team_name")]

    def __str__(self) -> str:
        return self.name
