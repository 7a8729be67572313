"""Our own tables. The host's models stay untouched."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Connection(models.Model):
    """One identity provider's access to this site, or to one tenant of it."""

    class Dialect(models.TextChoices):
        """How the protocol is read."""

        AUTOMATIC = "automatic", _("Automatic: forgive what identity providers are known to get wrong")
        STRICT = "strict", _("Strict: the RFC to the letter")

    tenant = models.CharField(max_length=255, blank=True, default="", unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True, default="")
    provider = models.CharField(_("identity provider"), max_length=30, blank=True, default="")
    dialect = models.CharField(_("dialect"), max_length=10, choices=Dialect, default=Dialect.AUTOMATIC)
    enabled = models.BooleanField(_("enabled"), default=False)
    token_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001 (unique)
    token_hint = models.CharField(max_length=4, blank=True, default="", editable=False)
    token_made_at = models.DateTimeField(null=True, editable=False)
    token_made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    expires_at = models.DateTimeField(_("token expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    last_address = models.GenericIPAddressField(null=True, editable=False)
    previous_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001 (unique)
    previous_until = models.DateTimeField(null=True, editable=False)
    previous_used_at = models.DateTimeField(null=True, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    by_previous = False
    """Whether the request at hand carries the previous token; not stored."""

    class Meta:
        verbose_name = _("SCIM provisioning")
        verbose_name_plural = _("SCIM provisioning")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name or self.tenant or str(_("SCIM provisioning"))


class UserRecord(models.Model):
    """What SCIM knows of a user beyond the host's columns; made with the first write through SCIM."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="scim_record", primary_key=True
    )
    connection = models.ForeignKey(Connection, null=True, on_delete=models.SET_NULL, related_name="+")
    external_id = models.CharField(max_length=255, blank=True, default="", db_index=True)
    attributes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    created = models.DateTimeField(default=timezone.now)
    last_modified = models.DateTimeField(default=timezone.now)
    deprovisioned_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["user"], condition=models.Q(deprovisioned_at__isnull=False), name="scim_user_deprovisioned"
            ),
        ]

    def __str__(self) -> str:
        return f"user {self.pk}"


class GroupRecord(models.Model):
    """What SCIM knows of a group, by `tenant/id`, or the SCIM id alone; made with the first write through SCIM."""

    group = models.CharField(max_length=511, primary_key=True)
    connection = models.ForeignKey(Connection, null=True, on_delete=models.SET_NULL, related_name="+")
    external_id = models.CharField(max_length=255, blank=True, default="", db_index=True)
    created = models.DateTimeField(default=timezone.now)
    last_modified = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.group


class Remembered(models.Model):
    """A level that a user was granted beside a higher one, where the host keeps one row per user and group.

    `row` is the primary key of the host's row with the higher level: with another row, the grant is forgotten.
    """

    kind = models.CharField(max_length=255)
    group = models.CharField(max_length=255)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=255)
    row = models.CharField(max_length=255)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "group", "user", "level"], name="scim_remembered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.level} of user {self.user_id} in {self.kind} {self.group}"


class Event(models.Model):
    """One request of an identity provider that changed something, or that was refused (`outcome` from 400 on).

    `changes` is the net difference: `{"resource", "path", "before", "after"}` for a value,
    `{"resource", "path": "members", "added": […], "removed": […]}` for a set. Never a secret.

    Append-only, but that a refusal which comes again within the hour counts up its row: `count` says how often it was,
    all else is of the last time; `fold` tells what is the same.
    """

    class Operation(models.TextChoices):
        """What was asked for."""

        CREATE = "create", _("create")
        REPLACE = "replace", _("replace")
        PATCH = "patch", _("patch")
        DELETE = "delete", _("delete")
        READ = "read", _("read")
        BULK = "bulk", _("bulk request")

    at = models.DateTimeField(default=timezone.now, db_index=True)
    connection = models.ForeignKey(Connection, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    operation = models.CharField(max_length=10, choices=Operation)
    resource_type = models.CharField(max_length=20)
    resource = models.CharField(max_length=255)
    request_id = models.CharField(max_length=64)
    address = models.GenericIPAddressField(null=True)
    outcome = models.PositiveSmallIntegerField()
    scim_type = models.CharField(max_length=20, blank=True, default="")
    detail = models.CharField(max_length=500, blank=True, default="")
    tolerances = models.JSONField(default=list)
    adopted = models.BooleanField(default=False)
    changes = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    count = models.PositiveIntegerField(default=1)
    fold = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 (unique, below)

    class Meta:
        verbose_name = _("provisioning event")
        verbose_name_plural = _("provisioning events")
        default_permissions = ()
        indexes = [
            models.Index(fields=["resource", "-at"], name="scim_event_resource"),
            models.Index(fields=["connection", "-at"], name="scim_event_connection"),
            models.Index(fields=["operation", "-at"], name="scim_event_operation"),
            models.Index(fields=["request_id"], name="scim_event_request"),
            models.Index(fields=["connection", "-at"], condition=models.Q(outcome__gte=400), name="scim_event_refused"),
            models.Index(fields=["-at"], condition=models.Q(outcome__gte=400), name="scim_event_all_refused"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["fold"], condition=models.Q(fold__isnull=False), name="scim_event_folded_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.resource_type} {self.resource}"


class LoginSession(models.Model):
    """A session key noted at login, so that deactivation ends the user's sessions without reading them all."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"session of user {self.user_id}"
