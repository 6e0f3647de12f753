"""Every operation that is implemented, called by AWS's JavaScript client where Node.js is installed.

The client is fetched once, into a cache: `$ACGR_CACHE`, else `~/.cache/acgr`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from contract_calls import CALLS, check, filled, prepared

from acgr_sandbox import Sandbox
from acgr_sandbox.server import Server

CLIENT = "@aws-sdk/client-connect@3.1136.0"
CACHE = Path(os.environ.get("ACGR_CACHE") or Path.home() / ".cache" / "acgr")
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": str(Path.home())}

Ask = Callable[[str, dict[str, Any], str], tuple[str | None, dict[str, Any]]]


@pytest.fixture(scope="session")
def client_folder() -> Path:
    """Where the client is installed, which the first session that has a network does."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Node.js or npm is not installed.")
    folder = CACHE / CLIENT.replace("/", "-").lstrip("@")
    if not folder.is_dir():
        _install(npm, folder)
    return folder


def _install(npm: str, folder: Path) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    # Installed aside and moved in one step: another run may be at it too.
    aside = Path(tempfile.mkdtemp(dir=CACHE))
    (aside / "package.json").write_text('{"private": true}')
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=0", CLIENT]
    try:
        subprocess.run(command, cwd=aside, capture_output=True, timeout=90, check=True)
        aside.rename(folder)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip(f"npm cannot install {CLIENT} here.")
    except OSError:
        assert folder.is_dir()
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@pytest.fixture(scope="module")
def ask(client_folder: Path) -> Iterator[Ask]:
    """Calls one operation; the error's name, or None, and the answer."""
    script = str(Path(__file__).with_name("javascript_client.mjs"))
    process = subprocess.Popen(
        ["node", script, str(client_folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )

    def ask(operation: str, params: dict[str, Any], url: str) -> tuple[str | None, dict[str, Any]]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"operation": operation, "params": params, "url": url}) + "\n")
        process.stdin.flush()
        error, answer = json.loads(process.stdout.readline())
        return error, answer

    yield ask
    process.communicate(timeout=30)


@pytest.mark.parametrize("operation", CALLS)
def test_javascript(operation: str, ask: Ask, served: Server, sandbox: Sandbox) -> None:
    """The client gets its answer, or the error there is to get, and the world is what the operation says."""
    call, known = CALLS[operation], prepared(operation, sandbox)
    error, answer = ask(operation, filled(call.get("params", {}), known), served.url)
    if error == "UnknownCommand":
        pytest.skip(f"{CLIENT} does not know {operation}.")
    assert error == call.get("refused"), answer
    check(operation, answer, known, sandbox)
