"""Settings of the example product: an ordinary Django project that has scim_provisioning installed.

What the app needs from a host is marked with "SCIM"; everything else is what any Django project has.
"""

import os
from pathlib import Path

from example_project.database import database

BASE_DIR = Path(__file__).resolve().parent.parent

# Good for your own machine only. Wherever anybody else can reach the product, set both in the environment.
DEBUG = os.environ.get("DJANGO_DEBUG", "true").lower() in {"1", "true", "yes"}
SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "insecure-key-of-the-example-for-your-own-machine-only")

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]  # testserver: Django's test client

INSTALLED_APPS = [
    "example_project",
    "example_project.accounts",
    "example_project.access",
    "scim_provisioning",  # SCIM
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",  # the language that the browser asks for
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every page asks for a login. The SCIM endpoints do not: they ask for their token.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "example_project.urls"
WSGI_APPLICATION = "example_project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# SQLite, unless DATABASE_URL or SCIM_DATABASE asks for PostgreSQL.
DATABASES = {"default": database(os.environ, sqlite=BASE_DIR / "example.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "access:my_access"
LOGOUT_REDIRECT_URL = "login"

USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"

# SCIM: the classes in scim.py that say what a SCIM User and a SCIM Group are in this product.
SCIM_PROVISIONING = {
    "USER_ADAPTER": "example_project.scim.EmployeeAdapter",
    "GROUP_ADAPTERS": ["example_project.scim.ProfileAdapter", "example_project.scim.ProjectAccessAdapter"],
}
