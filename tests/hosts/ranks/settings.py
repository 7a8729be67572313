"""A product with projects, in which each user has one level of access."""

from tests.hosts.databases import databases
from tests.hosts.plain.settings import ALLOWED_HOSTS, MIDDLEWARE, SECRET_KEY, STATIC_URL, TEMPLATES, USE_TZ
from tests.hosts.plain.settings import INSTALLED_APPS as PLAIN_APPS

__all__ = ["ALLOWED_HOSTS", "MIDDLEWARE", "SECRET_KEY", "STATIC_URL", "TEMPLATES", "USE_TZ"]

ROOT_URLCONF = "tests.hosts.ranks.urls"
INSTALLED_APPS = [*PLAIN_APPS, "tests.hosts.ranks"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"  # the default since Django 6.0
SCIM_PROVISIONING = {
    "USER_ADAPTER": "tests.hosts.ranks.scim.UserAdapter",
    "GROUP_ADAPTERS": ["tests.hosts.ranks.scim.ProjectAdapter"],
}
DATABASES = databases("ranks")
