"""The product's user."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower


class User(AbstractUser):
    """A login account, with what the product wants to know about the person."""

    job_title = models.CharField(max_length=150, blank=True)
    department = models.CharField(max_length=150, blank=True)
    phone = models.CharField(max_length=50, blank=True)

    class Meta(AbstractUser.Meta):
        constraints = [
            # To an identity provider, Maria@example.com and maria@example.com are one user name. So they are here, also
            # when two requests race; and the constraint's index answers the look-up that begins every provisioning.
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_user_username_any_case",
                violation_error_message="A user with that username already exists.",
            ),
        ]
        indexes = [models.Index(Lower("email"), name="accounts_user_email_any_case")]
