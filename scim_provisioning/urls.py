"""The endpoints, below wherever the host mounts them; each with and without a slash at the end."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, re_path

from .api.base import Unknown
from .api.bulk import BulkView
from .api.discovery import ResourceTypesView, SchemasView, ServiceProviderConfigView
from .api.searching import SearchView
from .api.views import GroupViewSet, NotOffered, ResourceViewSet, UserViewSet

app_name = "scim_provisioning"

SEARCH: dict[str, Any] = {"post": "search"}
MANY: dict[str, Any] = {"get": "list", "post": "create"}
ONE: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}

NO_ME = "/Me is not offered: the token belongs to an identity provider's connection, which is no user."


def resource(endpoint: str, view: type[ResourceViewSet]) -> list[URLPattern]:
    """The addresses of a resource type."""
    return [
        re_path(rf"^{endpoint}/?$", view.as_view(MANY)),
        re_path(rf"^{endpoint}/\.search/?$", view.as_view(SEARCH)),
        re_path(rf"^{endpoint}/(?P<id>[^/]+)/?$", view.as_view(ONE)),
    ]


urlpatterns = [
    re_path(r"^$", Unknown.as_view(), name="root"),
    re_path(r"^Me(?:/.*)?$", NotOffered.as_view(detail=NO_ME)),
    re_path(r"^Bulk/?$", BulkView.as_view()),
    re_path(r"^\.search/?$", SearchView.as_view()),
    *resource("Users", UserViewSet),
    *resource("Groups", GroupViewSet),
    re_path(r"^ServiceProviderConfig/?$", ServiceProviderConfigView.as_view()),
    re_path(r"^ResourceTypes(?:/(?P<name>[^/]+))?/?$", ResourceTypesView.as_view()),
    re_path(r"^Schemas(?:/(?P<id>[^/]+))?/?$", SchemasView.as_view()),
    re_path(r"", Unknown.as_view()),
]
