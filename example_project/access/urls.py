"""The product's own pages."""

from django.urls import path

from example_project.access import views

app_name = "access"
urlpatterns = [
    path("", views.my_access, name="my_access"),
    path("projects/<int:pk>/", views.project, name="project"),
]
