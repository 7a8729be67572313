"""Values of bodies in the types of their attributes (RFC 7643 §2.3)."""

from __future__ import annotations

from typing import Any

import pytest

from scim_provisioning.protocol.dialects import Leniency
from scim_provisioning.protocol.errors import InvalidValue
from scim_provisioning.protocol.schemas import Attribute
from scim_provisioning.protocol.values import coerced

PHONES = Attribute(
    "phones",
    "complex",
    multi_valued=True,
    sub_attributes=(Attribute("value"), Attribute("primary", "boolean"), Attribute("shown", mutability="readOnly")),
)


def read(type: str, value: Any, *, strict: bool = False) -> Any:
    return coerced(Attribute("it", type), value, "it", Leniency(strict=strict))


@pytest.mark.rfc("7643-2.3-02")
@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("string", "x"),
        ("string", "0"),
        ("reference", "https://x.example/"),
        ("boolean", True),
        ("boolean", False),
        ("integer", 0),
        ("integer", -7),
        ("decimal", 1.5),
        ("decimal", 2),
        ("binary", "YQ=="),
        ("binary", "YQ"),
    ],
)
def test_a_value_of_the_type_stays_as_it_is(type: str, value: Any) -> None:
    assert read(type, value, strict=True) == value


@pytest.mark.rfc("7643-2.3.5-01")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-01-23T04:56:22Z", "2026-01-23T04:56:22.000000Z"),
        ("2026-01-23T04:56:22.123456789+02:00", "2026-01-23T02:56:22.123456Z"),
    ],
)
def test_an_instant_is_kept_in_utc_to_the_microsecond(sent: str, kept: str) -> None:
    assert read("dateTime", sent, strict=True) == kept


@pytest.mark.rfc("7643-2.3-02", "7643-2.3.4-01", "7643-2.3.5-01", "7643-2.3.6-01", "7644-3.12-21")
@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("string", True),
        ("string", ["x", "y"]),
        ("string", {"value": "x", "type": "y"}),
        ("boolean", 1),
        ("boolean", "yes"),
        ("boolean", [True, False]),
        ("integer", 1.5),
        ("integer", 1e3),
        ("integer", True),
        ("integer", "one"),
        ("integer", "x" * 5000),
        ("integer", "1" * 5000),
        ("decimal", "much"),
        ("decimal", True),
        ("dateTime", "2026-01-23"),
        ("dateTime", "04:56:22"),
        ("dateTime", "2026-02-30T00:00:00Z"),
        ("dateTime", "20260123T045622Z"),
        ("dateTime", "2026-W04-5T04:56:22Z"),
        ("dateTime", 1769144182),
        ("binary", "not base64!"),
        ("binary", "ä"),
        ("binary", "A"),
        ("binary", 5),
    ],
)
def test_a_value_of_another_type_is_refused(type: str, value: Any, strict: bool) -> None:
    with pytest.raises(InvalidValue, match=r"^it is"):
        read(type, value, strict=strict)


@pytest.mark.parametrize(
    ("type", "value", "known"),
    [("boolean", "TRUE", True), ("boolean", "false", False), ("integer", "7", 7), ("string", 7, "7")],
)
def test_text_and_numbers_are_taken_for_each_other_unless_the_connection_is_strict(
    type: str, value: Any, known: Any
) -> None:
    assert read(type, value) == known
    with pytest.raises(InvalidValue):
        read(type, value, strict=True)


TYPES = ("string", "boolean", "integer", "dateTime", "binary", "complex")


@pytest.mark.rfc("7643-2.5-01")
def test_null_says_nothing_and_so_does_what_is_empty_where_it_is_due() -> None:
    assert [read(type, None, strict=True) for type in TYPES] == [None] * len(TYPES)
    assert read("complex", {}, strict=True) is None
    for nothing in (None, [], [None], [{}], [{"value": None}]):
        assert coerced(PHONES, nothing, "phones", Leniency(strict=True)) is None


@pytest.mark.parametrize("nothing", ["", [], {}])
def test_what_is_empty_says_nothing_anywhere_unless_the_connection_is_strict(nothing: Any) -> None:
    for type in TYPES:
        assert read(type, nothing) is None
        if (type, nothing) != ("complex", {}):
            with pytest.raises(InvalidValue, match="null"):
                read(type, nothing, strict=True)
    assert coerced(PHONES, [nothing, {"value": nothing}], "phones", Leniency()) is None
    with pytest.raises(InvalidValue, match=r"phones\.value"):
        coerced(PHONES, [{"value": nothing}], "phones", Leniency(strict=True))


@pytest.mark.rfc("7643-2.4-07")
def test_a_list_holds_nothing_twice() -> None:
    sent = [{"value": "1"}, {"VALUE": "2", "primary": True}, {"primary": True, "value": "2"}, {"value": "1"}]
    assert coerced(PHONES, sent, "phones", Leniency()) == [{"value": "1"}, {"value": "2", "primary": True}]
    assert coerced(Attribute("tags", multi_valued=True), ["a", "b", "a"], "tags", Leniency()) == ["a", "b"]


def test_a_sub_attribute_that_is_read_only_is_not_looked_at() -> None:
    assert coerced(PHONES, [{"value": "1", "shown": {}}], "phones", Leniency(strict=True)) == [{"value": "1"}]


@pytest.mark.rfc("7643-2.3.8-02")
def test_an_error_names_the_sub_attribute_and_no_value() -> None:
    for inner in ({"first": "secret"}, ["secret", "other"], True):
        with pytest.raises(InvalidValue, match=r"phones\.value") as refused:
            coerced(PHONES, [{"value": inner}], "phones", Leniency())
        assert "secret" not in refused.value.detail
