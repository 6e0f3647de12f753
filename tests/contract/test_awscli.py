"""Every operation that is implemented, called by awscli: version 1 in one process, version 2 where it is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from contract_calls import CALLS, check, filled, prepared

from acgr_sandbox import Sandbox
from acgr_sandbox.server import Server

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "AWS_ACCESS_KEY_ID": "sandbox",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    "AWS_DEFAULT_REGION": "eu-west-2",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_MAX_ATTEMPTS": "1",
}

# awscli itself, without starting Python anew for every command.
_LOOP = """
import contextlib, io, json, sys
from awscli.clidriver import create_clidriver
driver = create_clidriver()
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = driver.main(json.loads(line))
        except SystemExit as wrong:
            code = wrong.code
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
"""


class Loop:
    """awscli that stays, fed with arguments."""

    def __init__(self) -> None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": ENVIRONMENT}
        self._process = subprocess.Popen([sys.executable, "-c", _LOOP], **pipes)  # type: ignore[call-overload]

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status and what was written."""
        self._process.stdin.write(json.dumps(arguments) + "\n")
        self._process.stdin.flush()
        status, out, err = json.loads(self._process.stdout.readline())
        return status, out, err

    def end(self) -> None:
        """Let it end."""
        self._process.communicate(timeout=30)


def _once(*arguments: str) -> tuple[int, str, str]:
    command = [str(shutil.which("aws")), *arguments]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    """Awscli of version 1."""
    loop = Loop()
    yield loop
    loop.end()


@pytest.fixture(scope="module")
def version_2() -> None:
    """Only where awscli of version 2 is installed."""
    command = shutil.which("aws", path=os.defpath + os.pathsep + os.environ["PATH"])
    if command is None or not _once("--version")[1].startswith("aws-cli/2"):
        pytest.skip("awscli of version 2 is not installed.")


@pytest.mark.parametrize("operation", CALLS)
def test_version_1(operation: str, loop: Loop, served: Server, sandbox: Sandbox) -> None:
    """Awscli 1 gets its answer, or the error there is to get, and the world is what the operation says."""
    _called(loop, operation, served, sandbox)


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.usefixtures("version_2")
def test_version_2(operation: str, served: Server, sandbox: Sandbox) -> None:
    """Awscli 2 likewise."""
    _called(_once, operation, served, sandbox)


def _called(aws: Any, operation: str, served: Server, sandbox: Sandbox) -> None:
    call, known = CALLS[operation], prepared(operation, sandbox)
    params = json.dumps(filled(call.get("params", {}), known))
    command = ("connect", xform_name(operation, "-"), "--cli-input-json", params)
    status, out, err = aws(*command, "--output", "json", "--endpoint-url", served.url)
    if "nvalid choice" in err:
        pytest.skip(f"This awscli does not know {operation}.")
    if "refused" in call:
        assert call["refused"] in err
    else:
        assert status == 0, err
    check(operation, json.loads(out) if out.strip() else {}, known, sandbox)


def test_the_command(served: Server) -> None:
    """The command itself, and STS: GetCallerIdentity names the scenario's account."""
    command = [str(Path(sys.executable).with_name("aws")), "sts", "get-caller-identity", "--output", "json"]
    environment = {**ENVIRONMENT, "AWS_ENDPOINT_URL": served.url}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout)["Account"] == "111122223333"
