"""JSON from outside, bounded (RFC 8259)."""

from __future__ import annotations

import pytest

from scim_provisioning.protocol.bodies import parse_json
from scim_provisioning.protocol.errors import InvalidSyntax


def refused(body: bytes) -> str:
    with pytest.raises(InvalidSyntax) as error:
        parse_json(body)
    return error.value.detail


def test_nesting_is_counted_outside_strings_only() -> None:
    assert parse_json(b"[" * 32 + b"]" * 32)
    assert "deeper than 32" in refused(b"[" * 33 + b"]" * 33)
    assert "deeper than 32" in refused(b'{"a":' * 33 + b"1" + b"}" * 33)
    assert parse_json(b'["' + b"[{" * 100 + b'"]')


@pytest.mark.threat(16)
@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_nesting_that_would_exhaust_the_stack_is_refused(opening: bytes) -> None:
    assert "deeper than 32" in refused(opening * 100_000)


@pytest.mark.threat(19)
def test_a_long_text_without_an_end_is_read_once() -> None:
    assert "Unterminated" in refused(b'"' + b'\\"' * 1_000_000)


@pytest.mark.threat(20, 21)
@pytest.mark.parametrize("text", [b'"\\u0000"', b'"\\ud800"', b'{"\\u0000": 1}', b'[{"a": ["\\udfff"]}]'])
def test_what_no_database_can_hold_is_refused_wherever_it_stands(text: bytes) -> None:
    assert "U+0000 or a lone surrogate" in refused(text)
