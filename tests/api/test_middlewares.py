"""What the product puts around every view: caches, tags, compression, transactions."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.db import connection

from example_project.access.models import Profile
from example_project.scim import EmployeeAdapter
from scim_provisioning.operations import connections
from tests.factories import UserFactory
from tests.scim import BASE, ScimClient, user

from .unchanged import nothing_changes

TITLE = {"op": "replace", "path": "title", "value": "Lead"}


def within(scim: ScimClient, settings: Any, first: str, last: str) -> ScimClient:
    """The same client, where these are the outermost and the innermost middleware."""
    settings.MIDDLEWARE = [first, *settings.MIDDLEWARE, last]
    return ScimClient(scim.token, scim.connection)


@pytest.mark.threat("C19")
def test_a_cache_of_the_whole_site_keeps_no_answer(scim: ScimClient, settings: Any) -> None:
    cache = "django.middleware.cache"
    scim = within(scim, settings, f"{cache}.UpdateCacheMiddleware", f"{cache}.FetchFromCacheMiddleware")
    assert scim.get("/Users").json["totalResults"] == 0
    UserFactory()
    assert scim.get("/Users").json["totalResults"] == 1
    connections.disable()
    assert scim.get("/Users").status == 401


@pytest.mark.threat("C18")
def test_tags_stay_ours_and_conditions_hold_where_the_product_has_tags_and_compression(
    scim: ScimClient, settings: Any
) -> None:
    path = f"/Users/{UserFactory().pk}"
    plain, listed = scim.get(path), scim.get("/Users")
    gzipping, tagging = "django.middleware.gzip.GZipMiddleware", "django.middleware.http.ConditionalGetMiddleware"
    scim = within(scim, settings, gzipping, tagging)
    asked = {"Authorization": f"Bearer {scim.token}", "Accept-Encoding": "gzip"}
    packed = scim.django.get(f"{BASE}{path}", headers=asked)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.body
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert "ETag" not in scim.get("/Users").headers
    assert scim.get("/Users").json == listed.json
    assert scim.patch(path, TITLE, headers={"If-Match": packed.headers["ETag"]}).status == 200
    assert scim.patch(path, TITLE, headers={"If-Match": packed.headers["ETag"]}).status == 412


class DanglingAdapter(EmployeeAdapter):
    """A host whose rows break a foreign key, which the database finds at COMMIT."""

    def save(self, instance: Any, update_fields: list[str] | None) -> None:
        super().save(instance, update_fields)
        Profile.users.through.objects.create(profile_id=99999999, user_id=instance.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("C7", "C8")
def test_in_a_product_with_atomic_requests_what_commit_says_is_still_answered(
    scim: ScimClient, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "USER_ADAPTER": f"{__name__}.DanglingAdapter"}
    with nothing_changes():
        answer = scim.post("/Users", user("ada"))
    assert (answer.status, answer.scim_type) == (400, "invalidValue")
