"""The contract, where a user is spread over several tables."""

from __future__ import annotations

from typing import ClassVar

from django.test import TestCase

from scim_provisioning.adapters import ENTERPRISE_USER
from scim_provisioning.testing import ContractTests, Given

from .models import Department


class TestContract(ContractTests, TestCase):
    """Logins and offices."""

    examples: ClassVar[Given] = {
        f"{ENTERPRISE_USER}:department": ["Sales", "Grid"],
        f"{ENTERPRISE_USER}:employeeNumber": lambda number: str(1000 + number),
        "password": lambda number: f"horse-battery-{number}",
    }

    @classmethod
    def setUpTestData(cls) -> None:
        Department.objects.bulk_create([Department(name="Sales"), Department(name="Grid")])
        super().setUpTestData()
