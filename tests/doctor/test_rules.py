"""The rules as a whole, and those whose faults no test can plant on this machine."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest

from scim_provisioning.doctor.answers import Answer
from scim_provisioning.doctor.conversations import Step
from scim_provisioning.doctor.diagnosis import Case, diagnose
from scim_provisioning.doctor.rules import RULES

URL = "https://app.example.com/scim/v2"
ASKED = Step("the configuration is there", "GET", "/ServiceProviderConfig")
NO_ANSWER = [
    (socket.gaierror(-2, "Name or service not known"), "host-unknown", "DNS"),
    (ssl.SSLCertVerificationError("self-signed certificate"), "certificate", "fullchain.pem"),
    (ConnectionRefusedError(111, "Connection refused"), "nobody-listens", "port"),
    (TimeoutError("timed out"), "too-slow", "firewall"),
    (ssl.SSLError("wrong version number"), "no-http", "https is due"),
]


@pytest.mark.parametrize(("fault", "rule", "remedy"), NO_ANSWER, ids=[rule for _, rule, _ in NO_ANSWER])
def test_it_says_why_no_answer_came(fault: Exception, rule: str, remedy: str) -> None:
    case = Case(ASKED, URL, ASKED.path, Answer(0, fault=fault), "no answer")
    found = diagnose(case, RULES)
    assert found.name == rule
    assert remedy in found.advice(case)


def test_https_that_django_takes_for_http_is_told_from_http() -> None:
    answer = Answer(301, {"location": f"{URL}/ServiceProviderConfig"})
    behind, plain = (
        Case(ASKED, url, ASKED.path, answer, "301 instead of 200") for url in (URL, URL.replace("https:", "http:"))
    )
    assert [diagnose(case, RULES).name for case in (behind, plain)] == ["redirect-to-https"] * 2
    assert "SECURE_PROXY_SSL_HEADER" in diagnose(behind, RULES).advice(behind)
    assert f"Give the provider {URL}" in diagnose(plain, RULES).advice(plain)


def test_what_no_rule_knows_is_left_to_the_reader() -> None:
    answer = Answer(418, {"x-request-id": "r-1"}, '{"schemas": []}')
    case = Case(ASKED, URL, ASKED.path, answer, "418 instead of 200")
    found = diagnose(case, RULES)
    assert found.name == "unknown"
    assert "X-Request-Id r-1" in found.advice(case)


def test_each_rule_has_a_name_of_its_own_and_a_test() -> None:
    names = [rule.name for rule in RULES]
    assert sorted(set(names)) == sorted(names)
    tests = "".join(module.read_text("utf-8") for module in Path(__file__).parent.glob("test_*.py"))
    assert [name for name in names if f'"{name}"' not in tests] == []
