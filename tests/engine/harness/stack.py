"""A stack of its own, driven by the real Pulumi CLI."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.centre import DEPLOYING, PREVIEWING
from harness.declarations import Declaration
from harness.output import Ran

PLAIN = ("--non-interactive", "--color", "never")
NO_PACKAGES = Path(__file__).with_name("no_packages")
"""Has a `pip` that knows of nothing."""

LIMIT = 120
"""Seconds after which a command hangs for certain."""

FAST = {"acgr:requestsPerSecond": "1000", "acgr:burst": "1000"}
"""The configuration of a stack that nothing holds up."""

_DROPPED_PREFIXES = ("PULUMI_", "AWS_", "ACGR_")
_DROPPED = frozenset({"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"})


def clean_environment(user: Mapping[str, str], cli: Path) -> dict[str, str]:
    """The user's environment without what decides which cloud and which state is used."""
    kept = {k: v for k, v in user.items() if k not in _DROPPED and not k.startswith(_DROPPED_PREFIXES)}
    path = [str(Path(sys.executable).parent), str(cli), user.get("PATH", os.defpath)]
    return {
        **kept,
        "PATH": os.pathsep.join(path),
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "AWS_ACCESS_KEY_ID": DEPLOYING,
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PULUMI_CONFIG_PASSPHRASE": "sandbox",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # Before each command the language host asks pip what is installed, and so which plugins it may have to
        # download. It downloads none here, and pip takes longer for it than the program for itself.
        "PYTHONPATH": str(NO_PACKAGES),
    }


def endpoints(url: str) -> dict[str, str]:
    """The environment that sends the SDKs to one place."""
    return {"AWS_ENDPOINT_URL_CONNECT": url, "AWS_ENDPOINT_URL_STS": url}


@dataclass(frozen=True)
class State:
    """What the stack's state holds."""

    deployment: Mapping[str, Any]

    @property
    def resources(self) -> dict[str, Mapping[str, Any]]:
        """By name, all but the stack and its provider."""
        rows = self.deployment.get("resources", [])
        return {r["urn"].rsplit("::", 1)[-1]: r for r in rows if not r["type"].startswith("pulumi:")}

    @property
    def pending(self) -> Sequence[Any]:
        """Operations that were begun and of which nobody knows how they ended."""
        return self.deployment.get("pending_operations") or []

    def urn(self, name: str) -> str:
        """A resource's URN."""
        return str(self.resources[name]["urn"])

    def outputs(self, name: str) -> Mapping[str, Any]:
        """The outputs of one resource."""
        outputs: Mapping[str, Any] = self.resources[name]["outputs"]
        return outputs


def empty_stack(folder: Path, environment: Mapping[str, str]) -> Path:
    """The files of a stack that has nothing in it yet, to be copied: the CLI takes a second for it."""
    (folder / "state").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: trial\nruntime: python\n", encoding="utf-8")
    program = Path(__file__).with_name("__main__.py").read_text(encoding="utf-8")
    (folder / "__main__.py").write_text(program, encoding="utf-8")
    backend = {"PULUMI_BACKEND_URL": (folder / "state").as_uri()}
    subprocess.run(["pulumi", "stack", "init", "dev"], cwd=folder, env={**environment, **backend}, check=True)
    return folder


class Stack:
    """One stack with its own program, state and environment.

    Args:
        folder: a folder for program and state, which does not exist yet.
        environment: what the CLI and the program see.
        config: stack configuration.
        empty: what it begins as (`empty_stack`).
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], config: Mapping[str, str], empty: Path) -> None:
        self.folder = folder
        shutil.copytree(empty, folder)
        own = {"PULUMI_BACKEND_URL": (folder / "state").as_uri(), "PULUMI_STACK": "dev"}
        self.environment = {**environment, **own, "XDG_CACHE_HOME": str(folder / "cache")}
        self.log = Log(folder / "log")
        self._settings = (folder / "Pulumi.dev.yaml").read_text(encoding="utf-8")
        self.configure(config)
        self.declare()

    def use_native(self) -> None:
        """The project finds the native provider where the wheel has put it."""
        project = self.folder / "Pulumi.yaml"
        found = f"plugins:\n  providers:\n    - name: acgr\n      path: {Path(sys.executable).parent}\n"
        project.write_text(project.read_text(encoding="utf-8") + found, encoding="utf-8")

    def configure(self, config: Mapping[str, Any]) -> None:
        """The whole of the stack's configuration from now on."""
        lines = ["config:", *(f"  {key}: {json.dumps(value)}" for key, value in config.items())] if config else []
        text = "".join(f"{line}\n" for line in lines)
        (self.folder / "Pulumi.dev.yaml").write_text(self._settings + text, encoding="utf-8")

    def declare(self, *declarations: Declaration) -> None:
        """What the program declares from now on."""
        (self.folder / "program.json").write_text(json.dumps(declarations), encoding="utf-8")

    def up(self, *arguments: str, **environment: str) -> Ran:
        """`pulumi up`, without the preview that it would begin with."""
        return self.run("up", "--yes", "--skip-preview", *PLAIN, *arguments, **environment)

    def preview(self, *arguments: str, **environment: str) -> Ran:
        """`pulumi preview`."""
        return self.run("preview", *PLAIN, *arguments, **environment)

    def plan(self, *arguments: str) -> dict[str, str]:
        """What `pulumi preview` would do: resource to operation, without what stays the same."""
        steps = json.loads(self._must("preview", "--json", *arguments).text)["steps"]
        named = {step["urn"].rsplit("::", 1)[-1]: step["op"] for step in steps if "pulumi:pulumi" not in step["urn"]}
        return {name: op for name, op in named.items() if op != "same"}

    def refresh(self, *arguments: str, **environment: str) -> Ran:
        """`pulumi refresh`."""
        return self.run("refresh", "--yes", "--skip-preview", *PLAIN, *arguments, **environment)

    def destroy(self, *arguments: str, **environment: str) -> Ran:
        """`pulumi destroy`."""
        return self.run("destroy", "--yes", "--skip-preview", *PLAIN, *arguments, **environment)

    def state(self) -> State:
        """The state as it is now: the file of the backend, which is what `pulumi stack export` prints."""
        file = self.folder / "state" / ".pulumi" / "stacks" / "trial" / "dev.json"
        return State(json.loads(file.read_text(encoding="utf-8"))["checkpoint"]["latest"])

    def set(self, key: str, value: str) -> None:
        """`pulumi config set`."""
        self._must("config", "set", key, value)

    def forget_journal(self) -> None:
        """What a runner loses that is thrown away."""
        shutil.rmtree(self.folder / "cache" / "acgr" / "journal")

    def forget_pace(self) -> None:
        """What runs have learned of how long things take: a runner that is new knows nothing of it."""
        for folder in (self.folder / "cache" / "acgr").glob("*"):
            if folder.name != "journal":
                shutil.rmtree(folder)

    def run(self, *arguments: str, **environment: str) -> Ran:
        """Any command of the CLI; `environment` is added to the stack's."""
        return self.start(*arguments, **environment).wait()

    def start(self, *arguments: str, **environment: str) -> Running:
        """The same, still running."""
        process = subprocess.Popen(
            ["pulumi", *arguments],
            cwd=self.folder,
            env={**self.environment, **_role(arguments, self.environment), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Running(process)

    def _must(self, *arguments: str) -> Ran:
        ran = self.run(*arguments)
        assert ran.code == 0, ran.text
        return ran


class Log:
    """What the plugin has written down, in a file of its own, where `ACGR_LOG_FILE` says so."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def environment(self) -> dict[str, str]:
        """What has to be set for that."""
        return {"ACGR_LOG": "info", "ACGR_LOG_FORMAT": "json", "ACGR_LOG_FILE": str(self._path)}

    def events(self, name: str) -> list[dict[str, Any]]:
        """All events of that name so far."""
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        read = [json.loads(line) for line in text.splitlines() if line.endswith("}")]
        return [event for event in read if event["event"] == name]

    def until(self, name: str, count: int = 1) -> bool:
        """Whether so many events of that name come about; another process writes them."""
        for _ in range(LIMIT * 10):
            if len(self.events(name)) >= count:
                return True
            time.sleep(0.1)
        return False


class Running:
    """A command that has not ended."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def wait(self) -> Ran:
        """Let it end; none of these tests may ever see a traceback."""
        try:
            text, _ = self._process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            self.kill(*self.children())
            raise
        assert "Traceback" not in text, text
        assert 'File "' not in text, text
        return Ran(self._process.returncode, text)

    def children(self) -> list[int]:
        """The process ids of everything that it started."""
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
        parents = {int(pid): int(ppid) for pid, ppid in map(str.split, listed.stdout.splitlines())}
        return [pid for pid in parents if _descends(pid, self._process.pid, parents)]

    def signal(self, number: signal.Signals) -> None:
        """What a terminal, or whoever runs a pipeline, sends to the CLI."""
        self._process.send_signal(number)

    def kill(self, *children: int) -> None:
        """End it at once, and those of its children that are named."""
        for pid in (self._process.pid, *children):
            end(pid)
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


def _role(arguments: Sequence[str], environment: Mapping[str, str]) -> dict[str, str]:
    """Who only looks is somebody who may do no more."""
    looks = arguments[0] in ("preview", "refresh") and environment.get("AWS_ACCESS_KEY_ID") == DEPLOYING
    return {"AWS_ACCESS_KEY_ID": PREVIEWING} if looks else {}


def end(pid: int) -> None:
    """`kill -9` for a process that may have ended already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _descends(pid: int, ancestor: int, parents: Mapping[int, int]) -> bool:
    while pid in parents:
        pid = parents[pid]
        if pid == ancestor:
            return True
    return False
