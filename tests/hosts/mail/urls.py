"""SCIM, somewhere else than others have it."""

from django.urls import include, path

urlpatterns = [path("api/provisioning/", include("scim_provisioning.urls"))]
