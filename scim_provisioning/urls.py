"""The endpoints, below wherever the host mounts them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

app_name = "scim_provisioning"


def _none(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=404)


urlpatterns = [path("", _none, name="root")]
