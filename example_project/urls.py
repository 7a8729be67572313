"""The URLs of the example product: SCIM, the Django admin and the product's own pages."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from example_project.access.provisioning import pages

urlpatterns = [
    path("scim/v2/", include("scim_provisioning.urls")),
    path("settings/provisioning/", include(pages.urls)),
    path("admin/", admin.site.urls),
    path("login/", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("", include("example_project.access.urls")),
]
