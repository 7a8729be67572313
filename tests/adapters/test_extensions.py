"""A schema of the host's own, declared as data: stored, given back, filtered, sorted, patched and published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.test import override_settings

from example_project.scim import EmployeeAdapter
from scim_provisioning.protocol.schemas import Attribute, Schema
from tests.scim import CORE_USER, ScimClient

URN = "urn:example:params:scim:schemas:extension:grid:2.0:User"

GRID = Schema(
    URN,
    "Grid",
    "What the grid's operator knows of a person.",
    (
        Attribute("badge", description="The number on the badge.", case_exact=True, mutability="immutable"),
        Attribute("grade", "integer", description="The pay grade."),
        Attribute("rate", "decimal", description="The hourly rate."),
        Attribute("hired", "dateTime", description="When the person was hired."),
        Attribute("certified", "boolean", description="Whether the person may switch lines."),
        Attribute("tags", multi_valued=True, description="Free words."),
        Attribute("notes", description="Only on request.", returned="request"),
        Attribute("pin", description="Never shown.", mutability="writeOnly", returned="never"),
        Attribute("key", "binary", description="A public key.", case_exact=True),
        Attribute(
            "home",
            "complex",
            description="The home station.",
            sub_attributes=(
                Attribute("station", description="Its name.", required=True),
                Attribute("region", description="Its region."),
            ),
        ),
    ),
)


class GridAdapter(EmployeeAdapter):
    """The example's users, with the extension."""

    extensions = (GRID,)


SETTINGS = {"USER_ADAPTER": f"{__name__}.GridAdapter"}
FULL = {
    "badge": "B-1",
    "grade": 7,
    "rate": 12.5,
    "hired": "2020-05-01T10:00:00+02:00",
    "certified": True,
    "tags": ["Lines", "night"],
    "notes": "shy",
    "pin": "1234",
    "key": "aGVsbG8=",
    "home": {"station": "North", "region": "NW"},
}


@pytest.fixture(autouse=True)
def _with_the_extension() -> Iterator[None]:
    with override_settings(SCIM_PROVISIONING=SETTINGS):
        yield


def made(scim: ScimClient, name: str = "mira", **grid: Any) -> dict[str, Any]:
    """A user with those attributes of the extension."""
    answer = scim.post("/Users", {"schemas": [CORE_USER, URN], "userName": name, URN: grid})
    assert answer.status == 201, answer
    document: dict[str, Any] = answer.json
    return document


def test_what_was_sent_comes_back(scim: ScimClient) -> None:
    document = made(scim, **FULL)
    shown = {key: value for key, value in FULL.items() if key != "pin"}
    assert document[URN] == {**shown, "hired": "2020-05-01T08:00:00.000000Z"}
    assert URN in document["schemas"]
    del document[URN]["notes"]
    assert scim.get(f"/Users/{document['id']}").json == document


@pytest.mark.rfc("7643-7-15", "7643-7-17")
def test_what_is_returned_on_request_comes_on_request_and_what_never_never(scim: ScimClient) -> None:
    id = made(scim, **FULL)["id"]
    asked = scim.get(f"/Users/{id}", attributes=f"{URN}:notes,{URN}:pin").json
    assert asked[URN] == {"notes": "shy"}
    changed = scim.patch(f"/Users/{id}", {"op": "replace", "path": f"{URN}:notes", "value": "bold"})
    assert changed.json[URN]["notes"] == "bold"
    assert "notes" not in scim.patch(f"/Users/{id}", {"op": "replace", "path": "title", "value": "x"}).json[URN]


def test_it_is_published_with_its_characteristics(scim: ScimClient) -> None:
    published = scim.get(f"/Schemas/{URN}").json
    assert [attribute["name"] for attribute in published["attributes"]] == [one.name for one in GRID.attributes]
    types = scim.get("/ResourceTypes/User").json["schemaExtensions"]
    assert {"schema": URN, "required": False} in types


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f'{URN}:badge eq "B-1"', True),
        (f'{URN}:badge eq "b-1"', False),
        (f"{URN}:grade gt 6", True),
        (f"{URN}:grade gt 10", False),
        (f"{URN}:grade eq 7", True),
        (f"{URN}:rate le 12.50", True),
        (f"{URN}:rate lt 12.5", False),
        (f'{URN}:hired eq "2020-05-01T08:00:00Z"', True),
        (f'{URN}:hired lt "2020-05-01T08:00:00.5Z"', True),
        (f'{URN}:hired gt "2020-05-01T09:59:00+02:00"', True),
        (f'{URN}:hired gt "2020-05-01T10:00:00+02:00"', False),
        (f"{URN}:certified eq true", True),
        (f"{URN}:certified eq false", False),
        (f'{URN}:tags eq "lines"', True),
        (f'{URN}:tags co "igh"', True),
        (f'{URN}:tags eq "line"', False),
        (f"{URN}:tags pr", True),
        (f'{URN}:home.station sw "no"', True),
        (f"{URN}:home pr", True),
        (f'{URN}:key eq "aGVsbG8="', True),
        ("hired pr", True),
    ],
)
def test_it_is_filtered(scim: ScimClient, text: str, found: bool) -> None:
    made(scim, **FULL)
    made(scim, "other", badge="B-2", grade=10, rate=99, tags=[])
    names = [one["userName"] for one in scim.get(f"/Users?filter={quote(text)}").json["Resources"]]
    assert ("mira" in names) == found


@pytest.mark.threat(11)
def test_what_is_never_returned_is_not_filtered_by(scim: ScimClient) -> None:
    answer = scim.get(f"/Users?filter={quote(f'{URN}:pin pr')}")
    assert (answer.status, answer.scim_type) == (400, "invalidFilter")


def test_it_is_sorted_by(scim: ScimClient) -> None:
    made(scim, "c", grade=10, tags=["a"])
    made(scim, "a", grade=9, tags=["b"])
    made(scim, "b")
    by_grade = scim.get("/Users", sortBy=f"{URN}:grade").json["Resources"]
    assert [one["userName"] for one in by_grade] == ["a", "c", "b"]
    by_tag = scim.get("/Users", sortBy=f"{URN}:tags", sortOrder="descending").json["Resources"]
    assert [one["userName"] for one in by_tag] == ["b", "a", "c"]


def test_it_is_patched(scim: ScimClient) -> None:
    id = made(scim, **FULL)["id"]
    answer = scim.patch(
        f"/Users/{id}",
        {"op": "replace", "path": f"{URN}:grade", "value": 8},
        {"op": "add", "path": f"{URN}:tags", "value": ["new", "night"]},
        {"op": "remove", "path": f"{URN}:home.region"},
        {"op": "replace", "value": {f"{URN}:certified": False}},
    )
    assert answer.json[URN] == {
        **{key: FULL[key] for key in ("badge", "rate", "key")},
        "grade": 8,
        "hired": "2020-05-01T08:00:00.000000Z",
        "certified": False,
        "tags": ["Lines", "night", "new"],
        "home": {"station": "North"},
    }


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"grade": 7.5}, "grade"),
        ({"grade": True}, "grade"),
        ({"hired": "2020-05-01"}, "hired"),
        ({"certified": "yes"}, "certified"),
        ({"key": "not base64!"}, "key"),
        ({"tags": [{"value": "x"}]}, "tags"),
        ({"home": "North"}, "home"),
        ({"home": {"region": "NW"}}, "home.station is required"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(scim: ScimClient, attributes: dict[str, Any], said: str) -> None:
    answer = scim.post("/Users", {"userName": "mira", URN: attributes})
    assert (answer.status, answer.scim_type) == (400, "invalidValue"), answer
    assert said in answer.detail
    assert scim.get("/Users").json["totalResults"] == 0


@pytest.mark.rfc("7644-3.5.1-05", "7644-3.5.1-06", "7643-7-12", "7644-3.5.2-09")
def test_an_immutable_attribute_is_set_once(scim: ScimClient) -> None:
    id = made(scim)["id"]
    once = {"op": "add", "path": f"{URN}:badge", "value": "B-1"}
    assert scim.patch(f"/Users/{id}", once).json[URN]["badge"] == "B-1"
    assert scim.patch(f"/Users/{id}", once).status == 200
    for refused in (
        scim.patch(f"/Users/{id}", {"op": "replace", "path": f"{URN}:badge", "value": "B-2"}),
        scim.patch(f"/Users/{id}", {"op": "remove", "path": f"{URN}:badge"}),
        scim.put(f"/Users/{id}", {"schemas": [CORE_USER, URN], "userName": "mira", URN: {"badge": "B-2"}}),
    ):
        assert (refused.status, refused.scim_type) == (400, "mutability"), refused
    kept = scim.put(f"/Users/{id}", {"schemas": [CORE_USER], "userName": "mira"})
    assert kept.json[URN] == {"badge": "B-1"}


@pytest.mark.threat(67)
def test_what_is_never_returned_is_in_no_event(scim: ScimClient) -> None:
    from scim_provisioning.models import Event

    made(scim, pin="1234")
    (event,) = Event.objects.all()
    assert "1234" not in str(event.changes)
    assert {"resource": event.resource, "path": f"{URN}:pin", "before": None, "after": None} in event.changes
