"""The contract, where the login name is the e-mail address."""

from __future__ import annotations

from django.test import TestCase

from scim_provisioning.testing import ContractTests


class TestContract(ContractTests, TestCase):
    """People and teams."""
