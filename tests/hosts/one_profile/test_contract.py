"""The contract, kept where a user has one profile."""

from __future__ import annotations

from django.test import TestCase

from scim_provisioning.testing import ContractTests


class TestContract(ContractTests, TestCase):
    """A foreign key on the user, and a storage of the host's own."""
