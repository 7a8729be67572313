"""What the hospital's tables say after a request."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from scim_provisioning.adapters import Column, MultiValue
from scim_provisioning.protocol.constants import ENTERPRISE_USER
from tests.scim import CORE_GROUP, CORE_USER, Answer, ScimClient

from .models import Clinician, Language, Pager, Rota, Shift, Ward
from .scim import ClinicianAdapter

pytestmark = pytest.mark.django_db


def made(name: str, **attributes: Any) -> Clinician:
    return Clinician.objects.create(username=name, **attributes)


def patch(scim: ScimClient, row: Clinician, op: str, path: str, value: Any = None) -> Answer:
    return scim.patch(f"/Users/{row.pk}", {"op": op, "path": path} | ({} if value is None else {"value": value}))


def names(scim: ScimClient, filter: str) -> list[str]:
    return [one["userName"] for one in scim.get("/Users", filter=filter).json["Resources"]]


def post(scim: ScimClient, login: str, **attributes: Any) -> Answer:
    return scim.post("/Users", {"schemas": [CORE_USER], "userName": login, **attributes})


def speak(*codes: str) -> list[dict[str, str]]:
    return [{"value": code} for code in codes]


class LanguageOfTheTenant(Column):
    """A host that makes a language where it is missing, and knows for whom."""

    def pick(self, value: Any) -> Language:
        return Language.objects.get_or_create(code=f"{value}{self.connection.tenant}")[0]


class MakingAdapter(ClinicianAdapter):
    """Languages are picked within the connection."""

    attributes = {
        **ClinicianAdapter.attributes,
        "entitlements": MultiValue("languages", {"value": LanguageOfTheTenant("language.code")}),
    }


class WardAdapter(ClinicianAdapter):
    """The ward is shown with the clinician."""

    attributes = {**ClinicianAdapter.attributes, f"{ENTERPRISE_USER}:division": Column("ward.name")}


class TestAForeignKeyOnTheUser:
    def test_is_set_by_the_name_of_its_row_and_cleared(self, scim: ScimClient, settings: Any) -> None:
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "USER_ADAPTER": f"{__name__}.WardAdapter"}
        division, ward = f"{ENTERPRISE_USER}:division", Ward.objects.create(name="Burns")
        ada = made("ada")
        assert patch(scim, ada, "add", division, "burns").json[ENTERPRISE_USER]["division"] == "Burns"
        assert Clinician.objects.get(pk=ada.pk).ward == ward
        assert names(scim, f'{division} eq "BURNS"') == ["ada"]
        assert post(scim, "bob", **{ENTERPRISE_USER: {"division": "Burns"}}).status == 201
        assert patch(scim, ada, "add", division, "Moon").scim_type == "invalidValue"
        assert patch(scim, ada, "remove", division).status == 200
        assert list(Clinician.objects.order_by("pk").values_list("ward", flat=True)) == [None, ward.pk]
        assert list(Ward.objects.values_list("name", flat=True)) == ["Burns"]


class TestAFlagThatSaysTheOpposite:
    def test_is_read_found_and_written(self, scim: ScimClient) -> None:
        ada, bob = made("ada"), made("bob", is_suspended=True)
        assert (names(scim, "active eq true"), names(scim, "active eq false")) == (["ada"], ["bob"])
        assert patch(scim, ada, "replace", "active", value=False).json["active"] is False
        assert patch(scim, bob, "replace", "active", value=True).json["active"] is True
        assert list(Clinician.objects.order_by("pk").values_list("is_suspended", flat=True)) == [True, False]


class TestNamesInARowOfTheUsersOwn:
    def test_make_the_full_name_while_none_was_sent(self, scim: ScimClient) -> None:
        ada = made("ada")
        assert "displayName" not in scim.get(f"/Users/{ada.pk}").json
        shown = post(scim, "bob", name={"givenName": "Bob", "familyName": "Stone"}).json
        assert (shown["displayName"], shown["name"]["formatted"]) == ("Bob Stone", "Bob Stone")
        assert names(scim, 'displayName eq "bob stone"') == names(scim, "displayName pr") == ["bob"]
        assert [one["userName"] for one in scim.get("/Users", sortBy="displayName").json["Resources"]] == ["bob", "ada"]


class TestAKeyOfAJsonColumn:
    def test_is_saved_although_it_was_changed_in_place(self, scim: ScimClient) -> None:
        ada = made("ada", preferences={"theme": "dark"})
        assert patch(scim, ada, "add", "timezone", "Europe/Oslo").json["timezone"] == "Europe/Oslo"
        assert Clinician.objects.get(pk=ada.pk).preferences == {"theme": "dark", "timezone": "Europe/Oslo"}
        assert names(scim, 'timezone sw "europe"') == ["ada"]
        assert "timezone" not in patch(scim, ada, "remove", "timezone").json
        assert Clinician.objects.get(pk=ada.pk).preferences == {"theme": "dark"}


class TestAManyToManyRelation:
    @pytest.fixture(autouse=True)
    def languages(self) -> None:
        Language.objects.bulk_create([Language(code=code) for code in ("en", "de", "fr")])

    def spoken(self, row: Clinician) -> set[str]:
        return set(row.languages.values_list("code", flat=True))

    def test_is_a_multi_valued_attribute(self, scim: ScimClient) -> None:
        ada, _ = made("ada"), made("bob")
        patch(scim, ada, "add", "entitlements", speak("en", "de"))
        assert self.spoken(ada) == {"en", "de"}
        assert names(scim, 'entitlements.value eq "DE"') == ["ada"]
        patch(scim, ada, "replace", "entitlements", speak("de", "fr"))
        assert self.spoken(ada) == {"de", "fr"}
        patch(scim, ada, "remove", 'entitlements[value eq "de"]')
        assert self.spoken(ada) == {"fr"}
        assert Language.objects.count() == 3

    def test_refuses_what_there_is_no_row_for(self, scim: ScimClient) -> None:
        ada = made("ada")
        answer = patch(scim, ada, "add", "entitlements", speak("tlh"))
        assert (answer.status, answer.scim_type, "'tlh'" in answer.detail) == (400, "invalidValue", True)

    def test_picks_its_rows_within_the_connection(self, scim: ScimClient, settings: Any) -> None:
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "USER_ADAPTER": f"{__name__}.MakingAdapter"}
        ada = made("ada")
        assert patch(scim, ada, "add", "entitlements", speak("tlh")).status == 200
        assert self.spoken(ada) == {"tlh"}

    def test_refuses_one_value_in_two_letter_cases(self, scim: ScimClient) -> None:
        answer = patch(scim, made("ada"), "add", "entitlements", speak("en", "EN"))
        assert (answer.status, answer.scim_type) == (409, "uniqueness")
        assert answer.detail.startswith("entitlements holds a value twice")


class TestAValueThatIsTaken:
    def test_in_a_table_of_elements_is_named(self, scim: ScimClient) -> None:
        Pager.objects.create(owner=made("ada"), number="4711")
        answer = post(scim, "bob", phoneNumbers=[{"value": "4711"}])
        assert (answer.status, answer.scim_type) == (409, "uniqueness")
        assert answer.detail == "phoneNumbers holds a value twice, or one that another user has."

    def test_in_a_column_is_named(self, scim: ScimClient) -> None:
        made("ada", licence="GMC1")
        answer = post(scim, "bob", **{ENTERPRISE_USER: {"employeeNumber": "GMC1"}})
        assert (answer.status, answer.scim_type) == (409, "uniqueness")
        assert answer.detail.startswith(f"{ENTERPRISE_USER}:employeeNumber is taken")

    def test_by_a_group_out_of_sight_is_the_name(self, scim: ScimClient) -> None:
        Rota.objects.create(name="Night", archived=True)
        answer = scim.post("/Groups", {"schemas": [CORE_GROUP], "displayName": "night"})
        assert (answer.status, answer.scim_type) == (409, "uniqueness")
        assert answer.detail.startswith("displayName is taken")


class TestAStorageOfTheHostsOwn:
    def test_fills_further_columns_with_a_function_and_keeps_what_was(self, scim: ScimClient) -> None:
        ada, rota = made("ada"), Rota.objects.create(name="Night")
        address = f"/Groups/rota-{rota.pk}"
        for _ in range(2):
            add = {"op": "add", "path": "members", "value": [{"value": str(ada.pk)}]}
            assert scim.patch(address, add).status == 204
            assert scim.patch(address, {"op": "remove", "path": "members"}).status == 204
        starts: set[date] = set(Shift.objects.exclude(removed_at=None).values_list("starts_on", flat=True))
        assert (starts, Shift.objects.count()) == ({timezone.localdate()}, 2)

    def test_a_deleted_group_is_archived(self, scim: ScimClient) -> None:
        rota = Rota.objects.create(name="Night")
        assert scim.delete(f"/Groups/rota-{rota.pk}").status == 204
        assert scim.get(f"/Groups/rota-{rota.pk}").status == 404
        assert Rota.objects.get().archived


def test_a_name_that_is_worked_out_is_found_and_not_written(scim: ScimClient) -> None:
    north = Ward.objects.create(name="North", parent=Ward.objects.create(name="Surgery"))
    assert scim.get("/Groups", filter='displayName eq "surgery / north"').ids == [f"ward-{north.pk}"]
    answer = scim.patch(f"/Groups/ward-{north.pk}", {"op": "replace", "path": "displayName", "value": "South"})
    assert (answer.status, answer.scim_type) == (400, "mutability")


def test_the_models_own_save_is_called_once_for_a_change(scim: ScimClient) -> None:
    ada = made("ada")
    assert patch(scim, ada, "replace", "title", "Registrar").json["title"] == "Registrar"
    assert list(ada.history.order_by("pk").values_list("grade", flat=True)) == [5, 20]
