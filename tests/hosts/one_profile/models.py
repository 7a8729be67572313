"""People, each with one profile at the most, and the sites where they work."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower


class Profile(models.Model):
    """What a person may do."""

    name = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="profile_name")]

    def __str__(self) -> str:
        return self.name


class Person(AbstractUser):
    """Django's user, with a profile."""

    profile = models.ForeignKey(Profile, models.PROTECT, null=True, blank=True, related_name="people")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="person_username")]
        indexes = [models.Index(Lower("email"), name="person_email")]


class Site(models.Model):
    """A place where people work."""

    name = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="site_name")]

    def __str__(self) -> str:
        return self.name


class Stay(models.Model):
    """A person works at a site, until somebody says when that was over; it is kept for the records."""

    site = models.ForeignKey(Site, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE)
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "person"], condition=models.Q(until=None), name="stay_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} at {self.site}"
