"""The contract that adapters keep, as tests which a host's team runs on its own.

from django.test import TestCase
from scim_provisioning.testing import ContractTests

class ScimContractTests(ContractTests, TestCase):
    examples = {"title": ["Engineer", "Pilot"]}
"""

from __future__ import annotations

from .attributes import AttributeContract
from .client import Answer, ScimClient
from .costs import CostContract
from .discovery import DiscoveryContract
from .examples import Given
from .groups import GroupContract
from .searching import SearchContract
from .users import UserContract

__all__ = ["Answer", "ContractTests", "Given", "ScimClient"]


class ContractTests(DiscoveryContract, UserContract, AttributeContract, SearchContract, GroupContract, CostContract):
    """What SCIM promises, asked of the host's adapters over HTTP."""
