"""The pages in the Django admin, for superusers only."""

from django.contrib import admin

from ..models import Connection
from .settings_page import SettingsPage

admin.site.register(Connection, SettingsPage)
