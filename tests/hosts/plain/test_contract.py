"""The contract, kept by auth's own models."""

from __future__ import annotations

from django.test import TestCase

from scim_provisioning.testing import ContractTests


class TestContract(ContractTests, TestCase):
    """With no adapter written."""
