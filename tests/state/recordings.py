"""Stacks as a release wrote them, each with its program and its world, and what it takes to run them again."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(_HERE.parent / "engine")]

from harness.stack import Stack, State, clean_environment, empty_stack, endpoints  # noqa: E402

RECORDED = _HERE / "recorded"
"""A folder for each release that recorded its own."""

_TAKES = {"claim_seconds": 0.3, "metadata_seconds": 0.2, "replicate_seconds": 0.2, "group_seconds": 0.2}
PASSING = ("--rate", "0", *(part for name, value in _TAKES.items() for part in ("--switch", f"{name}={value}")))
"""The sandbox throttles nothing, and nothing takes long."""

_READS = ("BatchGet", "Describe", "Get", "List", "Search")
_STARTING = 20.0
_OF_THE_DAY = ("created", "modified", "sourcePosition", "stackTrace")
"""What every run writes anew about a resource, and what depends on where the program lies."""

_OF_THE_ENGINE = ("propertyDependencies",)
"""What the engine forgets at a refresh and notes again at the next `up`."""

_NAMED = ("instances", "groups", "flows")


@dataclass(frozen=True)
class Recording:
    """One stack in the folder of a release.

    Attributes:
        folder: holds `case.json` (program and expectations), `state.json` (as `pulumi stack export` gives it) and
            `world.json` (as the sandbox keeps it). Beside it are the stack's configuration and the scenario.
    """

    folder: Path

    @property
    def case(self) -> Mapping[str, Any]:
        """How it was made, and what is to be expected of it."""
        return dict(json.loads((self.folder / "case.json").read_text(encoding="utf-8")))

    @property
    def state(self) -> Path:
        """The stack's state."""
        return self.folder / "state.json"

    @property
    def world(self) -> Path:
        """The world as it was after the `up` that wrote the state."""
        return self.folder / "world.json"

    @property
    def scenario(self) -> Path:
        """What there was before that: of the case's own, or of the release."""
        own = self.folder / "scenario.yaml"
        return own if own.exists() else self.folder.parent / "scenario.yaml"

    @property
    def config(self) -> Path:
        """The stack's configuration, with the salt of its secrets."""
        return self.folder.parent / "Pulumi.dev.yaml"

    def __str__(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"


def recordings(release: Path | None = None) -> list[Recording]:
    """All that were recorded, or those of one release."""
    return [Recording(file.parent) for file in sorted((release or RECORDED).rglob("case.json"))]


class Connect:
    """A sandbox in a process of its own, seen through its control routes.

    Args:
        url: where it answers.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def ask(self, method: str, route: str, payload: object = None) -> Any:
        """The answer of one control route."""
        body = None if payload is None else json.dumps(payload).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/_sandbox/{route}", data=body, headers=headers, method=method)
        with self._open(request, timeout=10) as answer:
            return json.loads(answer.read())

    def world(self) -> dict[str, Any]:
        """Everything there is, without what time it is, once nothing is under way any more."""
        while (world := self.ask("GET", "world"))["changes"]:
            time.sleep(0.05)
        return {name: value for name, value in world.items() if name != "now"}

    def writes(self) -> dict[str, int]:
        """Calls that could change something, by operation, refused ones too; from now on they are counted anew."""
        counted: dict[str, int] = {}
        for row in self.ask("GET", "counters"):
            if not row["operation"].startswith(_READS):
                counted[row["operation"]] = counted.get(row["operation"], 0) + row["calls"]
        self.ask("POST", "counters/reset")
        return counted


@contextmanager
def sandbox(folder: Path, scenario: Path, world: Path | None = None) -> Iterator[Connect]:
    """A sandbox on a port of its own, that keeps its world in a folder: the scenario, or a world that was kept."""
    kept, ready = folder / "world.json", folder / "ready.json"
    if world:
        shutil.copy(world, kept)
    files = ("--scenario", str(scenario), "--world", str(kept), "--ready", str(ready))
    with (folder / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen([sys.executable, "-m", "acgr_sandbox", *files, *PASSING], stderr=log)
    try:
        until = time.monotonic() + _STARTING
        while not ready.exists():
            assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
            assert time.monotonic() < until, "the sandbox does not start"
            time.sleep(0.02)
        yield Connect(json.loads(ready.read_text(encoding="utf-8"))["url"])
    finally:
        process.terminate()
        process.wait()


def stack_on(folder: Path, connect: Connect, recording: Recording, environment: Mapping[str, str], cli: Path) -> Stack:
    """An empty stack with the recorded configuration and program, whose SDKs speak to the sandbox.

    `cli` is the folder of the Pulumi CLI.
    """
    beside = folder.with_name(f"{folder.name}-empty")
    clean = {**clean_environment(environment, cli), "PULUMI_HOME": str(beside / "home")}
    stack = Stack(folder, {**clean, **endpoints(connect.url)}, {}, empty_stack(beside / "stack", clean))
    shutil.copy(recording.config, folder)
    stack.declare(*recording.case["program"])
    return stack


def stored(stack: Stack) -> dict[str, Any]:
    """What the stack's state says of its resources: `name` to `inputs.flow` to value, without what is of the day.

    A secret is `{"secret": value}`, as in a case's program: its ciphertext is another one each time.
    """
    exported = stack.run("stack", "export", "--show-secrets")
    assert exported.code == 0, exported.text
    resources = State(json.loads(exported.text)["deployment"]).resources
    return {name: dict(_facts(timeless(resource))) for name, resource in resources.items()}


def timeless(resource: Mapping[str, Any]) -> dict[str, Any]:
    """A resource of a state without what every run writes anew."""
    return {name: value for name, value in resource.items() if name not in _OF_THE_DAY}


def _facts(resource: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in resource.items():
        if name in ("inputs", "outputs"):
            yield from ((f"{name}.{key}", _revealed(inner)) for key, inner in value.items())
        elif name not in _OF_THE_ENGINE:
            yield name, value


def _revealed(value: Any) -> Any:
    if isinstance(value, dict):
        if "plaintext" in value:
            return {"secret": json.loads(value["plaintext"])}
        return {key: _revealed(inner) for key, inner in value.items()}
    return value


def seen(world: Mapping[str, Any]) -> dict[str, Any]:
    """Of a world, in names: where each number is, with which flow in which Region, and who is on each group."""
    numbers, groups, users = (world[kind].values() for kind in ("numbers", "groups", "users"))
    names = {id_: one.get("name") or one.get("alias") for kind in _NAMED for id_, one in world[kind].items()}
    on_groups = {group["name"]: group["members"] for group in groups}
    return {
        **{number["e164"]: _seen_number(number, names) for number in numbers},
        **{name: sorted(u["username"] for u in users if u["id"] in members) for name, members in on_groups.items()},
        **{f"tags of {group['name']}": group["tags"] for group in groups if group.get("tags")},
    }


def _seen_number(number: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    flows = {region: names[kept["flow_id"]] for region, kept in number["flows"].items() if kept["flow_id"]}
    return {"on": names[number["target"]], "description": number["description"], "flows": flows}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What became different, mapping by mapping; None is what is gone."""
    found: dict[str, Any] = {}
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            if inner := differences(old, new):
                found[name] = inner
        elif old != new:
            found[name] = new
    return found


def merged(old: Any, new: Any) -> Any:
    """A mapping with another put over it, at every depth; what is no mapping is replaced."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {**old, **{key: merged(old.get(key), value) for key, value in new.items()}}
