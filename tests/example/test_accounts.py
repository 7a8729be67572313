"""The product's user."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from example_project.accounts.models import User
from tests.factories import ProjectAccessFactory, SuperuserFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_user_name_is_unique_in_any_case_of_letters():
    UserFactory(username="Maria@example.com")

    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(username="maria@EXAMPLE.com")


def test_a_form_says_that_a_user_name_is_taken_in_any_case_of_letters():
    UserFactory(username="Maria@example.com")

    with pytest.raises(ValidationError, match="A user with that username already exists"):
        User(username="maria@example.com", password="!").full_clean()


def test_a_user_signs_in_elsewhere_unless_given_a_password():
    assert not UserFactory().has_usable_password()
    assert UserFactory(password="correct horse").check_password("correct horse")


def test_deleting_a_user_takes_the_access_along():
    access = ProjectAccessFactory()

    access.user.delete()

    assert not access.project.project_access.exists()


def test_a_superuser_may_enter_the_admin():
    assert SuperuserFactory().is_staff
    assert SuperuserFactory().is_superuser
