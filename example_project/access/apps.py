"""Configuration of the access app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Profiles, projects and the users' access to them."""

    name = "example_project.access"
