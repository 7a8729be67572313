"""Logins, and what the personnel office knows of the people behind them, in tables of its own."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower


class ActiveManager(UserManager["User"]):
    """Hides people who left: what a product's lists want, and provisioning must not fall for."""

    def get_queryset(self) -> models.QuerySet[User]:
        return super().get_queryset().filter(is_active=True)


class User(AbstractUser):
    """A login."""

    class Kind(models.TextChoices):
        """How the person belongs to the company, in the codes of an older system."""

        EMPLOYEE = "E", "employee"
        CONTRACTOR = "C", "contractor"

    kind = models.CharField(max_length=1, choices=Kind, default=Kind.EMPLOYEE)
    language = models.CharField(max_length=8, blank=True)
    country = models.CharField(max_length=8, blank=True)
    manager = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")

    objects = ActiveManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="employees_user_username")]


class Department(models.Model):
    """A department; others than identity providers make it."""

    name = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.name


class Employee(models.Model):
    """What the personnel office knows of a person."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="employee")
    number = models.PositiveIntegerField(null=True, unique=True)
    cost_centre = models.CharField(max_length=10, blank=True)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT)
    changed = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.number)


class Phone(models.Model):
    """One of a person's telephones."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="phones")
    number = models.CharField(max_length=30)
    kind = models.CharField(max_length=1, choices={"o": "office", "m": "mobile"}, default="o")
    is_main = models.BooleanField(default=False)
    note = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.number

    def save(self, **kwargs: Any) -> None:
        self.note = self.note or "new"
        super().save(**kwargs)
