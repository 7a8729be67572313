"""A product with many organisations, each with an identity provider of its own."""

from tests.hosts.databases import databases
from tests.hosts.plain.settings import ALLOWED_HOSTS, MIDDLEWARE, SECRET_KEY, STATIC_URL, TEMPLATES, USE_TZ
from tests.hosts.plain.settings import INSTALLED_APPS as PLAIN_APPS

__all__ = ["ALLOWED_HOSTS", "MIDDLEWARE", "SECRET_KEY", "STATIC_URL", "TEMPLATES", "USE_TZ"]

ROOT_URLCONF = "tests.hosts.tenants.urls"
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["tests.hosts.tenants.backend.OrganisationBackend"]
INSTALLED_APPS = [*PLAIN_APPS, "tests.hosts.tenants"]
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # a name is unique in its organisation; the backend asks for both
SCIM_PROVISIONING = {
    "TENANTS": "tests.hosts.tenants.scim.organisations",
    "USER_ADAPTER": "tests.hosts.tenants.scim.MemberAdapter",
    "GROUP_ADAPTERS": [
        "tests.hosts.tenants.scim.TeamAdapter",
        "tests.hosts.tenants.scim.ProjectAdapter",
        "scim_provisioning.adapters.AuthGroupAdapter",  # which all organisations share
    ],
}
DATABASES = databases("tenants")
