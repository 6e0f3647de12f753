"""What of a user's environment reaches the stack `sandbox`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tooling.stack_environment import SANDBOX_PORT, SANDBOX_URL, stack_environment

CLONE, CLI = Path("/clone"), Path("/cli")
ROOT = Path(__file__).resolve().parents[3]

HOSTILE = {
    "PATH": "/usr/bin",
    "HOME": "/home/me",
    "PULUMI_STACK": "production",
    "PULUMI_ACCESS_TOKEN": "token",
    "PULUMI_HOME": "/home/me/.pulumi",
    "PULUMI_BACKEND_URL": "s3://state",
    "PULUMI_CONFIG_PASSPHRASE": "mine",
    "PULUMI_CONFIG_PASSPHRASE_FILE": "/home/me/passphrase",
    "PULUMI_RUN_PROGRAM": "false",
    "AWS_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "AKIA",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "session",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/home/me/web",
    "AWS_ENDPOINT_URL": "https://real",
    "AWS_ENDPOINT_URL_CONNECT": "https://real",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_CONFIG_FILE": "/home/me/.aws/config",
    "ACGR_PROFILE": "production",
    "ACGR_LOG": "debug",
    "ACGR_LOG_FILE": "/home/me/acgr.log",
    "PYTHONPATH": "/home/me/lib",
    "VIRTUAL_ENV": "/home/me/venv",
    "no_proxy": "intranet, localhost",
}


@pytest.fixture
def hostile() -> dict[str, str]:
    """What a hostile environment becomes."""
    return stack_environment(HOSTILE, CLONE, CLI)


def test_state_is_in_the_clone(hostile: dict[str, str]) -> None:
    """The backend, the home and the passphrase are the clone's, whatever the user has."""
    assert hostile["PULUMI_BACKEND_URL"] == "file:///clone/.state/pulumi"
    assert hostile["PULUMI_HOME"] == "/clone/.state/pulumi-home"
    assert hostile["PULUMI_CONFIG_PASSPHRASE"] == "sandbox"
    assert hostile["PULUMI_RUN_PROGRAM"] == "true"


def test_nothing_else_of_the_users_cloud(hostile: dict[str, str]) -> None:
    """No variable of Pulumi, AWS or this project that the user set is left, but what is said about the log."""
    left = {name for name, value in hostile.items() if HOSTILE.get(name) == value}
    assert left == {"HOME", "ACGR_LOG", "ACGR_LOG_FILE"}
    for name in ("PULUMI_STACK", "PULUMI_ACCESS_TOKEN", "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        assert name not in hostile


def test_only_the_sandbox_is_reached(hostile: dict[str, str]) -> None:
    """Both services answer from the sandbox, and neither a setting nor a proxy leads elsewhere."""
    assert {hostile["AWS_ENDPOINT_URL_CONNECT"], hostile["AWS_ENDPOINT_URL_STS"]} == {SANDBOX_URL}
    assert hostile["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] == "false"
    assert hostile["AWS_CONFIG_FILE"] == hostile["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    assert hostile["NO_PROXY"] == hostile["no_proxy"] == "intranet,localhost,127.0.0.1"


def test_own_programs_come_first(hostile: dict[str, str]) -> None:
    """The virtual environment and the CLI come first on PATH."""
    assert hostile["PATH"] == "/clone/.venv/bin:/cli:/usr/bin"


def test_stack_configuration_names_the_same_place() -> None:
    """Pulumi.sandbox.yaml pins the endpoints that the environment names."""
    text = (ROOT / "Pulumi.sandbox.yaml").read_text()
    assert text.count(f"http://127.0.0.1:{SANDBOX_PORT}\n") == 2
