"""What cron, systemd and a monitor run beside the servers."""

from __future__ import annotations

import configparser
import shlex

import httpx2

from tests.deployment.site import FILES, Site


def command_of(unit: str) -> list[str]:
    """What the unit gives to manage.py."""
    parsed = configparser.ConfigParser(interpolation=None)
    parsed.read(FILES / unit, "utf-8")
    python, manage, *arguments = shlex.split(parsed["Service"]["ExecStart"])
    assert (python, manage) == (f"{parsed['Service']['WorkingDirectory']}/.venv/bin/python", "manage.py")
    return arguments


def test_the_timer_s_command_deletes_old_events_and_no_others(site: Site, scim: httpx2.Client) -> None:
    for name in ("old", "new"):
        assert scim.post("/Users", json={"userName": f"event.{name}"}).status_code == 201
    old = site.events("--search", "event.old")
    site.postgresql.run(f"UPDATE scim_provisioning_event SET at = at - interval '181 days' WHERE id = {old[0]['id']}")
    site.manage(*command_of("scim-prune.service"))
    assert (site.events("--search", "event.old"), len(site.events("--search", "event.new"))) == ([], 1)


def test_a_monitor_is_told_of_a_connection_that_fails(site: Site, scim: httpx2.Client) -> None:
    assert scim.post("/Users", json={"userName": "monitor"}).status_code == 201
    site.manage("scim", "status", "--check")
    assert scim.post("/Users", json={"userName": "monitor"}).status_code == 409
    assert "a refusal with 409" in site.manage("scim", "status", "--check", expect=1)


def test_the_system_checks_miss_only_a_cache_that_is_shared(site: Site) -> None:
    found = site.manage("check", "--deploy", "--fail-level", "WARNING", expect=1)
    assert [line for line in found.splitlines() if "(scim_provisioning." in line and ".W012)" not in line] == []
    assert "(scim_provisioning.W012)" in found
