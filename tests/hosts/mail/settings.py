"""A product whose people log in with their e-mail address, with ids that nobody can guess, and without the admin."""

from tests.hosts.databases import databases
from tests.hosts.plain.settings import ALLOWED_HOSTS, SECRET_KEY, USE_TZ

__all__ = ["ALLOWED_HOSTS", "SECRET_KEY", "USE_TZ"]

ROOT_URLCONF = "tests.hosts.mail.urls"
AUTH_USER_MODEL = "mail.Person"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "scim_provisioning",
    "tests.hosts.mail",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
SCIM_PROVISIONING = {
    "USER_ADAPTER": "tests.hosts.mail.scim.PersonAdapter",
    "GROUP_ADAPTERS": ["tests.hosts.mail.scim.TeamAdapter"],
}
DATABASES = databases("mail")
