"""A product whose tables answer every question in a way of their own."""

from tests.hosts.databases import databases
from tests.hosts.plain.settings import ALLOWED_HOSTS, MIDDLEWARE, SECRET_KEY, STATIC_URL, TEMPLATES, USE_TZ
from tests.hosts.plain.settings import INSTALLED_APPS as PLAIN_APPS

__all__ = ["ALLOWED_HOSTS", "MIDDLEWARE", "SECRET_KEY", "STATIC_URL", "TEMPLATES", "USE_TZ"]

ROOT_URLCONF = "tests.hosts.hospital.urls"
AUTH_USER_MODEL = "hospital.Clinician"
INSTALLED_APPS = [*PLAIN_APPS, "tests.hosts.hospital"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"  # the default since Django 6.0
SCIM_PROVISIONING = {
    "USER_ADAPTER": "tests.hosts.hospital.scim.ClinicianAdapter",
    "GROUP_ADAPTERS": ["tests.hosts.hospital.scim.RotaAdapter", "tests.hosts.hospital.scim.WardAdapter"],
}
DATABASES = databases("hospital")
