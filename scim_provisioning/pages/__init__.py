"""The settings pages, for superusers, in the frame of the admin or of a product's own settings."""

from .settings_page import SettingsPages

__all__ = ["SettingsPages"]
