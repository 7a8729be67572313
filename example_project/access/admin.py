"""Profiles, projects and the access to them in the Django admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from example_project.access.models import Profile, Project, ProjectAccess

# Django refuses a form with more than DATA_UPLOAD_MAX_NUMBER_FIELDS (1,000) values, and a row of access has four. Where
# more users have access than this, a profile's or project's page links to a list of them instead.
MOST_USERS_IN_A_FORM = 200


class ProfileUserInline(admin.TabularInline):
    """The profiles of one user."""

    model = Profile.users.through
    verbose_name = "profile"
    verbose_name_plural = "profiles"
    extra = 0

    class Media:
        css = {"all": ["example/admin.css"]}


class ProjectAccessInline(admin.TabularInline):
    """The projects of one user, or the users of one project."""

    model = ProjectAccess
    autocomplete_fields = ["user", "project"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProjectAccess]:
        """Fetch with the rows what their labels show."""
        return super().get_queryset(request).select_related("user", "project")


@admin.register(Profile)
class ProfileAdmin(admin.ModelAdmin):
    """A profile and, while they fit into a form, its users."""

    autocomplete_fields = ["users"]
    readonly_fields = ["users_elsewhere"]
    search_fields = ["name"]

    def get_fields(self, request: HttpRequest, obj: Profile | None = None) -> list[str]:
        return ["name", "users_elsewhere" if obj and obj.users.count() > MOST_USERS_IN_A_FORM else "users"]

    @admin.display(description="users")
    def users_elsewhere(self, profile: Profile) -> str:
        """Link to the profile's users among all users."""
        query = {"profiles__id__exact": profile.pk}
        return _link("admin:accounts_user_changelist", query, f"{profile.users.count()} users")


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    """A project and, while they fit into a form, the users with access to it."""

    list_display = ["name", "status", "voltage"]
    list_filter = ["status"]
    readonly_fields = ["access_elsewhere"]
    search_fields = ["name"]
    view_on_site = False  # the page is there for those with access, and a superuser may have none

    def get_fields(self, request: HttpRequest, obj: Project | None = None) -> list[str]:
        fields = ["name", "description", "status", "voltage"]
        return [*fields, "access_elsewhere"] if self._has_many_users(obj) else fields

    def get_inlines(self, request: HttpRequest, obj: Project | None) -> list[type[admin.TabularInline]]:
        return [] if self._has_many_users(obj) else [ProjectAccessInline]

    def _has_many_users(self, project: Project | None) -> bool:
        return project is not None and project.project_access.count() > MOST_USERS_IN_A_FORM

    @admin.display(description="project access")
    def access_elsewhere(self, project: Project) -> str:
        """Link to the project's rows among all project access."""
        query = {"project__id__exact": project.pk}
        return _link("admin:access_projectaccess_changelist", query, f"{project.project_access.count()} rows of access")


@admin.register(ProjectAccess)
class ProjectAccessAdmin(admin.ModelAdmin):
    """Every row of access, to search and filter."""

    list_display = ["user", "project", "level"]
    list_filter = ["project", "level"]
    list_select_related = ["user", "project"]
    search_fields = ["user__username"]
    autocomplete_fields = ["user", "project"]


def _link(viewname: str, query: dict[str, int], text: str) -> str:
    return format_html('<a href="{}?{}">{}</a>', reverse(viewname), urlencode(query), text)
