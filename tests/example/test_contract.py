"""The contract, kept by the adapters of the example product."""

from __future__ import annotations

from django.test import TestCase

from scim_provisioning.testing import ContractTests


class TestContract(ContractTests, TestCase):
    """Profiles, and projects with two levels."""
