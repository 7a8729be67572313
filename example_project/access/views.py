"""The product's own pages: what I have access to, and one project. LoginRequiredMiddleware keeps them for users."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from example_project.access.forms import ProjectForm
from example_project.access.models import Level, Project


@require_safe
def my_access(request: HttpRequest) -> HttpResponse:
    """Show the user's profiles, and the projects that the user may open."""
    projects = [(project, Level(project.level)) for project in Project.objects.with_level(request.user)]
    return render(request, "access/my_access.html", {"profiles": request.user.profiles.all(), "projects": projects})


@require_http_methods(["GET", "HEAD", "POST"])
def project(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a project to read or, with Full access, to edit; without access there is no such page."""
    project = get_object_or_404(Project.objects.with_level(request.user), pk=pk)
    level = Level(project.level)
    if level != Level.FULL:
        if request.method == "POST":
            raise PermissionDenied
        return render(request, "access/project.html", {"project": project, "level": level})
    form = ProjectForm(request.POST if request.method == "POST" else None, instance=project)
    if form.is_valid():
        form.save()
        messages.success(request, "Your changes are saved.")
        return redirect(project)
    return render(request, "access/project.html", {"project": project, "level": level, "form": form})
