"""The contract, kept where a user has one row for each project."""

from __future__ import annotations

from django.test import TestCase

from scim_provisioning.testing import ContractTests


class TestContract(ContractTests, TestCase):
    """Levels of access."""
