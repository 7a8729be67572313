"""PgBouncer in transaction mode between the product and PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx2
import pytest

from tests.deployment.load import at_once, going_on
from tests.deployment.processes import until
from tests.deployment.site import POOL, Site

CLIENTS = 16
USERS = 48

BINDING = 'DATABASES["default"]["OPTIONS"] = {"server_side_binding": True}'
CURSORS = 'DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = False'
EACH_REQUEST = 'DATABASES["default"]["CONN_MAX_AGE"] = 0'
POOL_OPTIONS = 'DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 4}}'
DJANGO_S_POOL = f"{EACH_REQUEST}; {POOL_OPTIONS}"

END_CONNECTIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'product'"


SETTINGS = {
    "as documented": "",
    "server-side binding": BINDING,
    "server-side cursors": CURSORS,
    "a connection for each request": EACH_REQUEST,
    "Django's own pool": DJANGO_S_POOL,
}


@pytest.fixture(params=SETTINGS.values(), ids=SETTINGS)
def product(site: Site, token: str, request: pytest.FixtureRequest) -> Iterator[httpx2.Client]:
    """The product, with what a host may have in its settings of the database besides."""
    with site.another_gunicorn(request.param) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def connections(site: Site) -> int:
    """How many PostgreSQL has from the product."""
    ((number,),) = site.postgresql.run("SELECT count(*) FROM pg_stat_activity WHERE usename = 'product'")
    return int(str(number))


def test_many_write_at_once_over_a_few_connections(site: Site, product: httpx2.Client) -> None:
    def create(number: int) -> str:
        answer = product.post("/Users", json={"userName": f"{product.base_url.port}.{number}"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def join(user: str) -> int:
        operations = [{"op": "add", "path": "members", "value": [{"value": user}]}]
        return product.patch("/Groups/project-1-read", json={"Operations": operations}).status_code

    users = at_once(CLIENTS, create, USERS)
    assert {*at_once(CLIENTS, lambda number: join(users[number]), USERS)} == {204}
    members = product.get("/Groups/project-1-read").json()["members"]
    assert {*users} <= {member["value"] for member in members}
    assert 1 <= connections(site) <= POOL


def test_two_who_create_the_same_user_at_once_make_one(scim: httpx2.Client) -> None:
    answers = at_once(CLIENTS, lambda number: scim.post("/Users", json={"userName": "one"}).status_code, CLIENTS)
    assert sorted(answers) == [201] + [409] * (CLIENTS - 1)


def test_while_postgresql_is_away_clients_are_asked_to_wait(site: Site, scim: httpx2.Client) -> None:
    site.postgresql.stop()
    try:
        began = time.monotonic()
        answer = scim.post("/Users", json={"userName": "later"})
        assert time.monotonic() - began < 15
    finally:
        site.postgresql.start()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.headers["Content-Type"] == "application/scim+json"
    until(lambda: scim.get("/Users").status_code == 200, "no recovery")
    assert scim.post("/Users", json={"userName": "later"}).status_code == 201


def test_a_restart_of_postgresql_loses_nothing_of_who_sends_again(site: Site, scim: httpx2.Client) -> None:
    with going_on(lambda number: scim.post("/Users", json={"userName": f"restart.{number}"}), clients=8) as answers:
        time.sleep(0.5)
        site.postgresql.stop()
        site.postgresql.start()
        time.sleep(2)
    assert answers.statuses() <= {201, 503}
    assert made_wholly(site)
    headers = {"Content-Type": "application/scim+json"}
    again = [answer.request.content for answer in answers if answer.status_code == 503]
    # 409: it was made, and PostgreSQL went away before the answer.
    assert {scim.post("/Users", content=sent, headers=headers).status_code for sent in again} <= {201, 409}
    assert made_wholly(site) == len(answers)


def made_wholly(site: Site) -> int:
    """How many users the restart has left; each has its record and its Event."""
    ((users, records, events),) = site.postgresql.run(MADE)
    assert users == records == events
    return int(str(users))


MADE = """
    SELECT count(*), count(record.user_id), count(event.id) FROM accounts_user AS made
    LEFT JOIN scim_provisioning_userrecord AS record ON record.user_id = made.id
    LEFT JOIN scim_provisioning_event AS event ON event.resource = made.id::text AND event.resource_type = 'User'
        AND event.operation = 'create' AND event.outcome < 400
    WHERE made.username LIKE 'restart.%'
"""


def test_connections_that_are_ended_below_a_request_are_at_the_worst_a_wait(site: Site, scim: httpx2.Client) -> None:
    with going_on(lambda number: scim.post("/Users", json={"userName": f"ended.{number}"}), clients=8) as answers:
        for _ in range(5):
            time.sleep(0.3)
            site.postgresql.run(END_CONNECTIONS)
    assert answers.statuses() <= {201, 503}
    assert 201 in answers.statuses()


def test_where_postgresql_only_reads_clients_are_asked_to_wait(site: Site, scim: httpx2.Client) -> None:
    site.postgresql.run("ALTER DATABASE product SET default_transaction_read_only = on")
    site.postgresql.run(END_CONNECTIONS)
    try:
        answer = scim.post("/Users", json={"userName": "read only"})
    finally:
        site.postgresql.run("ALTER DATABASE product RESET default_transaction_read_only", database="postgres")
        site.postgresql.run(END_CONNECTIONS)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "30"), answer.text
    until(lambda: scim.post("/Users", json={"userName": "writes again"}).status_code in (201, 409), "no recovery")
