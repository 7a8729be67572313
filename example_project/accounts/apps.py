"""Configuration of the accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The product's login accounts."""

    name = "example_project.accounts"
