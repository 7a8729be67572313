"""The contract, where each organisation has a connection, and another one has users and groups of the same names."""

from __future__ import annotations

from django.test import TestCase

from scim_provisioning.testing import ContractTests

from .models import Organisation, Project, Team, User


class TestContract(ContractTests, TestCase):
    """Users, teams and projects of one organisation."""

    tenant = "acme"

    @classmethod
    def setUpTestData(cls) -> None:
        Organisation.objects.create(slug="acme")
        other = Organisation.objects.create(slug="globex")
        for number in range(4):
            User.objects.create(organisation=other, username=str(cls.name_of_other(number)))
        Team.objects.create(organisation=other, name="Group 1")
        Project.objects.create(organisation=other, name="Group 2")
        super().setUpTestData()

    @staticmethod
    def name_of_other(number: int) -> str:
        """A name that a user of the organisation at hand has too."""
        return f"{('amber', 'birch', 'cedar', 'dune')[number]}@example.com"
