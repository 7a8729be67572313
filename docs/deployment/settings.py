"""What the settings of a product say behind nginx and PgBouncer, beside what they say anyway."""

import os

from example_project.settings import *  # noqa: F403 -- what they say anyway
from example_project.settings import MIDDLEWARE, SCIM_PROVISIONING

DEBUG = False
SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
ALLOWED_HOSTS = ["app.example.com"]
STATIC_ROOT = "/srv/product/static"

# nginx sets both headers, whatever a client has sent.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
MIDDLEWARE = ["middleware.ClientAddress", *MIDDLEWARE]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

SCIM_PROVISIONING = {**SCIM_PROVISIONING, "BASE_URL": "https://app.example.com"}

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "product",
        "USER": "product",
        "PASSWORD": os.environ["DATABASE_PASSWORD"],
        "HOST": "127.0.0.1",
        "PORT": "6432",  # PgBouncer's
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,  # a connection that PgBouncer has closed is opened anew
        "DISABLE_SERVER_SIDE_CURSORS": True,  # they live longer than a transaction
    }
}
