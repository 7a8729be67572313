"""An identity provider's side of a connection: its token, and a client that speaks SCIM with it.

A test of a requirement runs in both dialects: the RFCs are met with every tolerance on, and with every tolerance off.
Which it is depends on no version, so that the strict one is run where all tests are; and what takes long runs once.
"""

from __future__ import annotations

from typing import Final

import pytest

from scim_provisioning.models import Connection
from scim_provisioning.operations import connections
from tests.scim import ScimClient, make_strict

AUTOMATIC, STRICT = Connection.Dialect.AUTOMATIC.value, Connection.Dialect.STRICT.value

ONLY_AUTOMATIC: Final = {
    "api/test_scim2_tester.py::test_every_check_passes_but_those_that_are_named": "it has `schemas` in an extension",
    "conformance/test_7643_4_users.py::test_a_password_is_kept_nowhere": "the example has no attribute `password`",
}
"""Tests of requirements that send what a strict connection does not forgive: what that is."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "scim" in metafunc.fixturenames and metafunc.definition.get_closest_marker("rfc") is not None:
        name = metafunc.definition.nodeid.partition("tests/")[2]
        long = any(metafunc.definition.get_closest_marker(mark) for mark in ("once", "once_per_database"))
        once = long or name in ONLY_AUTOMATIC
        strict = [] if once else [pytest.param(STRICT, marks=pytest.mark.once)]
        metafunc.parametrize("dialect", [AUTOMATIC, *strict])


@pytest.fixture
def dialect() -> str:
    """The dialect of the connection."""
    return AUTOMATIC


@pytest.fixture
def scim(db: None, dialect: str) -> ScimClient:
    """A client with the token of an enabled connection."""
    connection, token = connections.enable()
    assert token is not None
    client = ScimClient(token, connection)
    if dialect == STRICT:
        make_strict(client)
    return client
