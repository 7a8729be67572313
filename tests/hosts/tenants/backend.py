"""Logging in, where a name alone does not tell who somebody is."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from .models import User


class OrganisationBackend(ModelBackend):
    """Logs in whom a name and an organisation tell."""

    def authenticate(self, request: Any, organisation: str = "", **credentials: Any) -> Any:
        """Return the user of that organisation."""
        user = User.objects.filter(username=credentials.get("username"), organisation__slug=organisation).first()
        return user if user and user.check_password(credentials.get("password", "")) else None
