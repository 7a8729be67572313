"""A product with its own user model, whose users have one profile each."""

from tests.hosts.databases import databases
from tests.hosts.plain.settings import ALLOWED_HOSTS, MIDDLEWARE, SECRET_KEY, STATIC_URL, TEMPLATES, USE_TZ
from tests.hosts.plain.settings import INSTALLED_APPS as PLAIN_APPS

__all__ = ["ALLOWED_HOSTS", "MIDDLEWARE", "SECRET_KEY", "STATIC_URL", "TEMPLATES", "USE_TZ"]

ROOT_URLCONF = "tests.hosts.one_profile.urls"
AUTH_USER_MODEL = "one_profile.Person"
INSTALLED_APPS = [*PLAIN_APPS, "tests.hosts.one_profile"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"  # the default since Django 6.0
SCIM_PROVISIONING = {
    "USER_ADAPTER": "tests.hosts.one_profile.scim.PersonAdapter",
    "GROUP_ADAPTERS": ["tests.hosts.one_profile.scim.ProfileAdapter", "tests.hosts.one_profile.scim.SiteAdapter"],
}
DATABASES = databases("one_profile")
