"""Clinicians, with a flag that says who is suspended, names in a table of their own, and preferences in JSON."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower


class Ward(models.Model):
    """A node of a tree: two wards may have one name, if not under one parent."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parent", "name"], name="ward_sibling")]
        indexes = [models.Index(Lower("name"), name="ward_name")]

    def __str__(self) -> str:
        return self.name


class Language(models.Model):
    """A language that is spoken."""

    code = models.CharField(max_length=8, primary_key=True)

    def __str__(self) -> str:
        return self.code


class Clinician(AbstractUser):
    """Whoever treats patients; the history tells each grade that somebody had."""

    class Grade(models.IntegerChoices):
        """The staff grades, by the numbers of the pay office."""

        STUDENT = 5, "Student"
        REGISTRAR = 20, "Registrar"
        CONSULTANT = 30, "Consultant"

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    is_suspended = models.BooleanField(default=False)
    licence = models.CharField(max_length=12, unique=True, null=True)  # noqa: DJ001 (unique where there is one)
    grade = models.PositiveSmallIntegerField(choices=Grade, default=Grade.STUDENT)
    ward = models.ForeignKey(Ward, models.PROTECT, null=True, related_name="clinicians")
    languages = models.ManyToManyField(Language)
    preferences = models.JSONField(default=dict)
    approval = models.CharField(max_length=10, choices={"pending": "pending", "granted": "granted"})

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="clinician_username")]
        indexes = [models.Index(Lower("email"), name="clinician_email")]

    def save(self, **kwargs: Any) -> None:
        super().save(**kwargs)
        self.history.create(grade=self.grade)

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """What Django's backends ask for."""
        return not self.is_suspended


class History(models.Model):
    """A grade that a clinician had."""

    clinician = models.ForeignKey(Clinician, models.CASCADE, related_name="history")
    grade = models.IntegerField()

    def __str__(self) -> str:
        return str(self.grade)


class Profile(models.Model):
    """The legal name of a clinician."""

    clinician = models.OneToOneField(Clinician, models.CASCADE, related_name="profile")
    legal_given = models.CharField(max_length=80, blank=True)
    legal_family = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return f"{self.legal_given} {self.legal_family}"


class Pager(models.Model):
    """A pager; its number rings nowhere else."""

    owner = models.ForeignKey(Clinician, models.CASCADE, related_name="pagers")
    number = models.CharField(max_length=30, unique=True)
    on_call = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.number


class Rota(models.Model):
    """A plan of who is on duty; it is archived, never deleted."""

    name = models.CharField(max_length=60)
    archived = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="rota_name")]

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """Somebody's place in a rota, from a day on, until it is removed."""

    rota = models.ForeignKey(Rota, models.CASCADE)
    clinician = models.ForeignKey(Clinician, models.CASCADE)
    starts_on = models.DateField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rota", "clinician"], condition=models.Q(removed_at=None), name="one_shift")
        ]

    def __str__(self) -> str:
        return f"{self.clinician} in {self.rota}"
