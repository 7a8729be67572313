"""A product that is in order passes the conversations of every provider, and nothing of them stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command

from scim_provisioning import signals
from scim_provisioning.doctor.conversations import Phase
from scim_provisioning.doctor.providers import providers
from scim_provisioning.models import Connection
from scim_provisioning.operations import connections
from scim_provisioning.pages.providers import PROVIDERS
from tests.factories import ProfileFactory, ProjectFactory, SuperuserFactory, UserFactory
from tests.idp.hosts import OPEN_PROFILES
from tests.idp.scenarios import RECORDED, load
from tests.scim import ScimClient, user

from .played import failed, results, rows, told

pytestmark = pytest.mark.once_per_database

EVERY = sorted(providers())


@pytest.fixture
def product(db: None) -> None:
    """People, groups, and somebody who is logged in."""
    SuperuserFactory()
    ProfileFactory(users=[UserFactory(), UserFactory(is_active=False)])
    ProjectFactory()


@pytest.mark.django_db
@pytest.mark.parametrize("name", EVERY)
def test_a_product_in_order_passes(product: None, name: str) -> None:
    found = results("--provider", name)
    assert {step["outcome"] for step in found} <= {"passed", "noted"}
    played = {step["phase"].partition(":")[0] for step in found}
    assert played >= {str(phase) for phase in providers()[name].phases if phase != Phase.PUSH}


@pytest.mark.django_db
def test_without_a_provider_all_are_played() -> None:
    assert {provider.title for provider in providers().values()} <= {step["part"] for step in results()}


def test_every_provider_whose_traffic_is_recorded_has_a_conversation() -> None:
    assert {scenario.provider for scenario in load(RECORDED)} | {"generic"} == set(EVERY)


def test_every_provider_that_the_settings_page_knows_has_a_conversation() -> None:
    assert {one.key for one in PROVIDERS if one.is_known} <= set(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_a_conversation_tests_the_connection_and_follows_a_person_in_and_out_and_in(name: str) -> None:
    due = {Phase.CONNECTION, Phase.FIRST_SYNC, Phase.DAILY, Phase.LEAVER, Phase.RETURNER}
    assert due <= providers()[name].phases.keys()
    assert (Phase.GROUPS in providers()[name].phases) is (name != "google")


@pytest.mark.django_db
def test_each_kind_and_level_of_groups_is_assigned() -> None:
    phases = {step["phase"] for step in results("--provider", "entra")}
    assert {f"Group assignment: {kind}" for kind in ("profile", "project read", "project full")} <= phases


@pytest.mark.django_db
def test_groups_are_pushed_where_that_is_asked_for(settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": [OPEN_PROFILES]}
    pushed = [step for step in results("--push-groups") if step["phase"] == Phase.PUSH]
    assert {step["outcome"] for step in pushed} == {"passed"}
    assert {step["part"] for step in pushed} == {one.title for one in providers().values() if Phase.PUSH in one.phases}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("arguments", [(), ("--push-groups",)])
def test_no_row_stays_and_nobody_hears_of_it(product: None, settings: Any, arguments: tuple[str, ...]) -> None:
    if arguments:
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": [OPEN_PROFILES]}
    heard = []

    def hear(**kwargs: Any) -> None:
        heard.append(kwargs)

    ours = [one for one in vars(signals).values() if isinstance(one, signals.Signal)]
    before = rows()
    for signal in ours:
        signal.connect(hear)
    try:
        assert told(*arguments)[0] == 0
    finally:
        for signal in ours:
            signal.disconnect(hear)
    assert signals.connection_rotated in ours
    assert rows() == before
    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_the_connection_keeps_its_token_and_what_it_knows(product: None) -> None:
    _, token = connections.enable()
    scim = ScimClient(token)
    assert scim.post("/Users", user("ada")).status == 201
    before = rows()
    assert failed() == []
    assert rows() == before
    assert scim.get("/Users", filter='userName eq "ada@example.com"').json["totalResults"] == 1


@pytest.mark.django_db(transaction=True)
def test_what_the_product_s_failure_does_to_the_transaction_does_not_matter(product: None, settings: Any) -> None:
    before = rows()
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.breaks_the_transaction"]
    (step,) = failed("--provider", "okta")
    assert (step["phase"], step["rule"]) == (Phase.ADDRESS, "middleware")
    assert rows() == before


def breaks_the_transaction(get_response: Any) -> Any:
    def middleware(request: Any) -> Any:
        for _ in range(2):
            Connection(pk=99, tenant="twice").save(force_insert=True)

    return middleware


@pytest.mark.django_db
def test_a_strict_connection_is_fine_for_clients_that_keep_to_the_rfc() -> None:
    Connection.objects.create(dialect=Connection.Dialect.STRICT)
    assert failed("--provider", "generic") == []


@pytest.mark.django_db
def test_the_product_may_put_back_what_others_need(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.SECURE_SSL_REDIRECT = True
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "BASE_URL": "https://app.example.com"}
    assert failed("--provider", "generic") == []


@pytest.mark.django_db
def test_system_checks_come_first_and_are_told_once(capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "MAX_COUNTS": 1}
    with pytest.raises(SystemExit):
        call_command("scim", "doctor", skip_checks=False)
    said = capsys.readouterr()
    assert said.out.index("System checks") < said.out.index("✗ E001") < said.out.index("1 failed")
    assert said.err == ""
