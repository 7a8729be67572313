"""A product whose users are spread over several tables, and whose default manager hides those who left."""

from tests.hosts.databases import databases
from tests.hosts.plain.settings import ALLOWED_HOSTS, MIDDLEWARE, SECRET_KEY, STATIC_URL, TEMPLATES, USE_TZ
from tests.hosts.plain.settings import INSTALLED_APPS as PLAIN_APPS

__all__ = ["ALLOWED_HOSTS", "MIDDLEWARE", "SECRET_KEY", "STATIC_URL", "TEMPLATES", "USE_TZ"]

ROOT_URLCONF = "tests.hosts.employees.urls"
AUTH_USER_MODEL = "employees.User"
INSTALLED_APPS = [*PLAIN_APPS, "tests.hosts.employees"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
SCIM_PROVISIONING = {
    "USER_ADAPTER": "tests.hosts.employees.scim.PersonnelAdapter",
    "GROUP_ADAPTERS": ["tests.hosts.employees.scim.OfficeAdapter"],
}
DATABASES = databases("employees")
