"""Forms of the product's pages."""

from django import forms

from example_project.access.models import Project


class ProjectForm(forms.ModelForm):
    """What a user with Full access edits in a project."""

    class Meta:
        model = Project
        fields = ["description", "status", "voltage"]
