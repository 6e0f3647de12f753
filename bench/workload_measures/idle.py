"""A provider that does nothing: what the engine itself needs for as many resources."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider

HELD = "HELD"
"""Names the file of what resources hold: a list, each with `name`, `inputs` and `outputs`."""


class IdleProvider(ResourceProvider):
    """Stores what it is given and, where `row` is one of the file's, the outputs there."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Nothing is made."""
        outputs = held()[int(props["row"])]["outputs"] if "row" in props else {}
        return CreateResult("idle", {**props, **outputs})

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Nothing changes."""
        return DiffResult(changes=False)


class Idle(Resource):
    """A resource that is nothing but a row of the state."""

    def __init__(self, name: str, stored: Mapping[str, Any]) -> None:
        """Declare it.

        Args:
            name: the name in the program.
            stored: what the state holds of it.
        """
        super().__init__(IdleProvider(), name, dict(stored))


def held() -> list[dict[str, Any]]:
    """What the resources of another stack hold."""
    rows: list[dict[str, Any]] = json.loads(Path(os.environ[HELD]).read_text())
    return rows


def holdings(exported: Mapping[str, Any]) -> list[dict[str, Any]]:
    """From an exported stack, what each resource of a dynamic provider has as inputs and outputs."""
    rows = [each for each in exported["deployment"]["resources"] if each["type"].startswith("pulumi-python:dynamic/")]
    return [
        {"name": each["urn"].rsplit("::", 1)[-1], "inputs": _plain(each["inputs"]), "outputs": _plain(each["outputs"])}
        for each in rows
    ]


def _plain(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name != "__provider"}
