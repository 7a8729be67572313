"""The addresses of the hospital."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("scim/v2/", include("scim_provisioning.urls")), path("admin/", admin.site.urls)]
