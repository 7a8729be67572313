"""What the product is to one of its users: a browser with that user's session, and the page it is shown."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from html import unescape

from django.test import Client
from django.urls import reverse

from example_project.access.models import Project
from example_project.accounts.models import User


class Login(StrEnum):
    """Whether the user gets in."""

    NONE = "has no account"
    NEW = "can log in"
    STAYS = "is still logged in"
    REFUSED = "is logged out, cannot log in"


@dataclass(frozen=True, slots=True)
class View:
    """What a user has of the product. Who is shut out sees none of it: then it is what the product keeps."""

    login: Login
    title: str = ""
    profiles: list[str] = field(default_factory=list)
    projects: dict[str, str] = field(default_factory=dict)
    """Names of projects, with the user's level in each."""

    def __str__(self) -> str:
        if self.login is Login.NONE:
            return self.login
        projects = [f"{name} ({level})" for name, level in self.projects.items()]
        verb = "keeps" if self.login is Login.REFUSED else "sees"
        access = ", ".join([*self.profiles, *projects]) or "no profile, no project"
        return f"{self.login} · {self.title} · {verb} {access}"


class Browser:
    """The browser of one user, who logs in again whenever the product asks for it."""

    def __init__(self, username: str) -> None:
        self.username = username
        self._client = Client()

    def view(self) -> View:
        """Open the page *My access*, and tell what is on it."""
        user = User.objects.filter(username=self.username).first()
        if user is None:
            return View(Login.NONE)
        login, page = Login.STAYS, self._page()
        if page is None:
            # In the place of single sign-on: the user has no password here.
            self._client.force_login(user)
            login, page = Login.NEW, self._page()
        if page is None:
            levels = {project.name: project.level_for(user).label for project in Project.objects.with_level(user)}
            return View(Login.REFUSED, user.job_title, [profile.name for profile in user.profiles.all()], levels)
        return View(login, user.job_title, *_read(page))

    def _page(self) -> str | None:
        """The page, or None where the product asks for a login instead."""
        response = self._client.get(reverse("access:my_access"))
        return response.content.decode() if response.status_code == 200 else None


def _read(page: str) -> tuple[list[str], dict[str, str]]:
    """Return the profiles and, with their levels, the projects on the page *My access*."""
    profiles, names, levels = (
        [unescape(text) for text in re.findall(pattern, page)]
        for pattern in (
            r'<li class="tag">(.+?)</li>',
            r'<a href="/projects/\d+/">(.+?)</a>',
            r'<span class="tag \w+">(.+?)</span>',
        )
    )
    return profiles, dict(zip(names, levels, strict=True))
