"""Several workers that know the same, and give way to others without losing a request."""

from __future__ import annotations

import signal

import httpx2

from tests.deployment.load import at_once, going_on
from tests.deployment.processes import until
from tests.deployment.site import Site

WORKERS = 4


def asked_of_all(site: Site, token: str) -> set[int]:
    """The statuses of the answers when each worker was asked."""
    before, statuses = len(site.workers()), set[int]()

    def ask(number: int) -> int:
        with site.client(token) as client:
            return client.get("/Users", params={"count": 0}).status_code

    def all_have_answered() -> bool:
        statuses.update(at_once(16, ask, 64))
        return len({*site.workers()[before:]}) == WORKERS

    until(all_have_answered, "a worker does not answer")
    return statuses


def test_a_token_ends_in_all_workers_at_once_and_on_another_machine(site: Site) -> None:
    site.manage("scim", "disable")
    token = site.manage("scim", "enable").strip()
    with site.another_gunicorn() as machine:
        machine.headers["Authorization"] = f"Bearer {token}"
        assert (asked_of_all(site, token), machine.get("/Users").status_code) == ({200}, 200)
        site.manage("scim", "disable")
        assert (asked_of_all(site, token), machine.get("/Users").status_code) == ({401}, 401)


def test_a_rotation_is_noticed_by_nobody_who_goes_on_with_either_token(site: Site) -> None:
    site.manage("scim", "disable")
    first = site.manage("scim", "enable").strip()
    with site.client(first) as client, going_on(lambda number: client.get("/Users", params={"count": 1})) as answers:
        second = site.manage("scim", "rotate", "--overlap", "1h").strip()
        assert asked_of_all(site, second) == {200}
    assert answers.statuses() == {200}
    site.manage("scim", "rotate", "--end-previous")
    assert (asked_of_all(site, first), asked_of_all(site, second)) == ({401}, {200})


def test_a_reload_loses_no_request(site: Site) -> None:
    site.manage("scim", "disable")
    token = site.manage("scim", "enable").strip()
    before = {*site.workers()}

    def create(number: int) -> httpx2.Response:
        return client.post("/Users", json={"userName": f"reload.{number}"})

    with site.client(token) as client, going_on(create) as answers:
        site.gunicorn.process.send_signal(signal.SIGHUP)
        until(lambda: before.isdisjoint(site.workers()[-2 * WORKERS :]), "the old workers go on")
    assert answers.statuses() == {201}
    (users,) = site.postgresql.run("SELECT count(*) FROM accounts_user WHERE username LIKE 'reload.%'")
    assert users == (len(answers),)


def test_while_gunicorn_is_stopped_clients_are_asked_to_wait(site: Site) -> None:
    site.gunicorn.stop()
    try:
        with site.client("any") as client:
            answer = client.post("/Users", json={"userName": "later"})
    finally:
        site.start_gunicorn()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.headers["Content-Type"] == "application/scim+json"
    assert answer.json()["status"] == "503"
    assert asked_of_all(site, "any") == {401}
