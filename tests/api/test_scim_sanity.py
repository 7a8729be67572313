"""scim-sanity, a prober of SCIM servers that is not ours, objects in its strict mode to what is named here only."""

from __future__ import annotations

from typing import Any, Final

import pytest
from scim_sanity.http_client import SCIMClient, SCIMResponse
from scim_sanity.probe import runner

from tests.idp.hosts import OPEN
from tests.scim import BASE, ScimClient

OBJECTIONS: Final = {
    # RFC 7644 §3.5.2: 200 with the group or 204 without a body. It knows the former only.
    "PATCH /Groups/{id}": "Expected HTTP 200, got 204 (RFC 7644 §3.3); Response body is empty",
    "PATCH /Groups/{id} remove members": "Expected 200, got 204",
    # It adds a member that it made up, and a member is a user who exists (RFC 7643 §4.2).
    "PATCH /Groups/{id} add member": "Expected 200, got 400",
}

NOT_OFFERED: Final = {"Agent CRUD Lifecycle", "AgenticApplication CRUD Lifecycle", "Agent Rapid Lifecycle"}
"""What it asks about drafts that have not become RFCs."""


@pytest.fixture
def report(scim: ScimClient, settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What it reports of a host whose groups can be made, renamed and deleted."""

    class WithoutNetwork(SCIMClient):
        def _request(
            self, method: str, path: str, payload: Any = None, extra_headers: dict[str, str] | None = None
        ) -> SCIMResponse:
            answer = scim.request(method, path, payload, headers=self._build_headers(extra_headers, method))
            return SCIMResponse(answer.status, dict(answer.headers), answer.body.decode())

    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": OPEN.group_adapters}
    monkeypatch.setattr(runner, "SCIMClient", WithoutNetwork)
    report: dict[str, Any] = runner.run_probe_api(f"http://testserver{BASE}", token=scim.token, strict=True)
    return report


@pytest.mark.rfc("7644-3.1-03", "7644-3.4.1-01", "7644-3.3-04", "7644-3.3-06", "7644-3.6-01", "7644-3.6-02")
def test_it_objects_to_what_is_named_only(report: dict[str, Any]) -> None:
    results = report["results"]
    assert {one["name"]: one["message"] for one in results if one["status"] not in ("pass", "skip")} == OBJECTIONS
    assert {one["name"] for one in results if one["status"] == "skip"} == NOT_OFFERED
    passed = [one for one in results if one["status"] == "pass"]
    assert (
        sum("User" in one["phase"] for one in passed) == 8
    )  # create, read, replace, patch, delete, and what came of it
    assert len(passed) >= 25
