"""The contract, where little is stored as Django would."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Model
from django.test import TestCase

from scim_provisioning.adapters import GroupAdapter
from scim_provisioning.testing import ContractTests, Given

from .models import Language, Ward


class TestContract(ContractTests, TestCase):
    """Clinicians, rotas and wards."""

    examples: ClassVar[Given] = {"entitlements": [[{"value": "en"}, {"value": "de"}], [{"value": "fr"}]]}

    @classmethod
    def setUpTestData(cls) -> None:
        Language.objects.bulk_create([Language(code=code) for code in ("en", "de", "fr")])
        super().setUpTestData()

    @classmethod
    def make_group(cls, adapter: GroupAdapter, name: str) -> Model:
        if adapter.model is Ward:
            return Ward.objects.create(name=name)
        return super().make_group(adapter, name)
