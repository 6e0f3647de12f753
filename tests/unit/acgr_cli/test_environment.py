"""The environment that leads AWS clients to the sandbox and nowhere else."""

from __future__ import annotations

import shlex

from acgr_cli.sandbox.environment import REMOVED, as_exports, sandbox_environment

URL = "http://127.0.0.1:7843"


def test_what_leads_elsewhere_is_gone() -> None:
    """Profiles, session tokens, roles and other endpoints do not get through; the rest does."""
    hostile = {**dict.fromkeys(REMOVED, "x"), "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "PATH": "/bin"}
    environment = sandbox_environment(hostile, URL, "eu-west-2")
    assert not set(REMOVED) & set(environment)
    assert environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] == "false"
    assert environment["AWS_ENDPOINT_URL_CONNECT"] == environment["AWS_ENDPOINT_URL_STS"] == URL
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == "eu-west-2"
    assert environment["PATH"] == "/bin"


def test_past_any_proxy() -> None:
    """The sandbox is reached directly, and hosts that were excepted stay so."""
    environment = sandbox_environment({"NO_PROXY": "example.com", "no_proxy": "127.0.0.1"}, URL, "eu-west-2")
    assert (environment["NO_PROXY"], environment["no_proxy"]) == ("example.com,127.0.0.1", "127.0.0.1")


def test_for_a_shell() -> None:
    """The lines are what a shell can evaluate."""
    lines = as_exports("http://127.0.0.1:1/a b", "eu-west-2").splitlines()
    assert shlex.split(lines[0]) == ["export", "AWS_ENDPOINT_URL_CONNECT=http://127.0.0.1:1/a b"]
    assert lines[-3] == 'export NO_PROXY="${NO_PROXY:+$NO_PROXY,}127.0.0.1"'
    assert lines[-1].startswith("unset AWS_PROFILE ")
