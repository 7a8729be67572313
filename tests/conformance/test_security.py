"""Tokens and what they open (RFC 6750 §5, RFC 7644 §7)."""

from __future__ import annotations

import base64

import pytest
from django.test import Client

from scim_provisioning import tokens
from scim_provisioning.models import Connection
from tests.factories import UserFactory
from tests.scim import ScimClient, user


@pytest.mark.threat(44)
@pytest.mark.rfc("7644-7.4-01", "6750-5.2-01")
def test_a_token_is_256_bits_that_nobody_guesses() -> None:
    minted = {tokens.mint() for _ in range(100)}
    assert len(minted) == 100
    for token in minted:
        secret = token.removeprefix(tokens.PREFIX)
        assert len(base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))) * 8 == 256


@pytest.mark.threat(43)
@pytest.mark.rfc("7644-7.7-01")
def test_a_token_is_not_stored(scim: ScimClient) -> None:
    token = str(scim.token)
    (row,) = Connection.objects.values()
    assert row["token_digest"] == tokens.digest(token)
    assert token not in str(row)


@pytest.mark.rfc("6750-5.3-01")
@pytest.mark.parametrize("path", ["/admin/", "/"])
def test_a_token_opens_nothing_else(scim: ScimClient, path: str) -> None:
    answer = Client().get(path, headers={"Authorization": f"Bearer {scim.token}"})
    assert answer.status_code == 302
    assert "login" in answer.headers["Location"]


@pytest.mark.threat("C19")
@pytest.mark.rfc("6750-5.2-04", "6750-2.3-02")
def test_no_answer_sets_a_cookie_or_may_be_kept(scim: ScimClient) -> None:
    mira = UserFactory()
    for answer in (
        scim.get(f"/Users/{mira.pk}"),
        scim.get("/Users"),
        scim.post("/Users", user("noor")),
        scim.delete(f"/Users/{mira.pk}"),
        scim.get("/Users", headers={"Authorization": "Bearer none"}),
    ):
        assert not answer.response.cookies
        assert answer.headers["Cache-Control"] == "no-store, private"
