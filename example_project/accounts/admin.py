"""The product's accounts in the Django admin."""

from django.contrib import admin
from django.contrib.auth import admin as auth_admin

from example_project.access.admin import ProfileUserInline, ProjectAccessInline
from example_project.accounts.models import User
from scim_provisioning.admin.users import ProvisionedUserAdmin


@admin.register(User)
class UserAdmin(ProvisionedUserAdmin, auth_admin.UserAdmin):
    """Django's own, with the person's details, profiles and project access, and who manages the account."""

    list_display = ["username", "first_name", "last_name", "department", "is_active", "is_staff", "managed_by"]
    list_filter = [*auth_admin.UserAdmin.list_filter, "profiles"]
    search_fields = [*auth_admin.UserAdmin.search_fields, "department"]
    fieldsets = [*auth_admin.UserAdmin.fieldsets, ("Work", {"fields": ["job_title", "department", "phone"]})]
    inlines = [ProfileUserInline, ProjectAccessInline]
