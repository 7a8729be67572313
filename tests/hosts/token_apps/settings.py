"""A product whose API takes the tokens of REST framework, knox and django-oauth-toolkit."""

from tests.hosts.databases import databases
from tests.hosts.mail.settings import MIDDLEWARE
from tests.hosts.plain.settings import ALLOWED_HOSTS, SECRET_KEY, USE_TZ

__all__ = ["ALLOWED_HOSTS", "MIDDLEWARE", "SECRET_KEY", "USE_TZ"]

ROOT_URLCONF = "tests.hosts.token_apps.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "rest_framework",
    "rest_framework.authtoken",
    "knox",
    "oauth2_provider",
    "scim_provisioning",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"  # the default since Django 6.0
OAUTH2_PROVIDER = {"REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 3600}
DATABASES = databases("token_apps")
