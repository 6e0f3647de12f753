"""The service model of Connect that botocore brings, and which operation a method and a raw path belong to.

Only the file is botocore's: the classes with which botocore reads it bring half of its modules, and importing those
takes longer than all else that a sandbox does before its first answer.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import botocore

WRITTEN_FOR = (1, 44, 8)
"""The botocore whose model the operations follow."""


def is_older_model(version: str = botocore.__version__) -> bool:
    """Whether the installed botocore is older: it lacks members that answers have."""
    return tuple(int(part) for part in version.split(".")[:3]) < WRITTEN_FOR


class Shape:
    """A type of the model, by itself or as what a member is of.

    Attributes:
        name: of the type.
        type_name: `structure`, `list`, `map`, `string`, `integer`, …
        metadata: what is known of its values: `min`, `max`, `pattern`, `enum`, `required`, `union`, `error`, …
        location: where a member of a request travels: `body`, `uri`, `querystring` or `header`.
        wire_name: what a member is called there.
    """

    def __init__(self, model: ServiceModel, name: str, *, location: str = "body", wire_name: str = "") -> None:
        self._model, self.name, self.location, self.wire_name = model, name, location, wire_name
        self.metadata: Mapping[str, Any] = model.description["shapes"][name]
        self.type_name: str = self.metadata["type"]

    def __repr__(self) -> str:
        return f"<Shape {self.name}>"

    @cached_property
    def members(self) -> dict[str, Shape]:
        """The members of a structure by their names in the model; else none."""
        return {name: self._model.member(name, of) for name, of in self.metadata.get("members", {}).items()}

    @cached_property
    def required_members(self) -> list[str]:
        """The members that a structure has to have."""
        return list(self.metadata.get("required", ()))

    @cached_property
    def member(self) -> Shape:
        """What a list is of."""
        return self._part("member")

    @cached_property
    def key(self) -> Shape:
        """What the keys of a map are."""
        return self._part("key")

    @cached_property
    def value(self) -> Shape:
        """What the values of a map are."""
        return self._part("value")

    def _part(self, name: str) -> Shape:
        return self._model.member(name, self.metadata[name])


class OperationModel:
    """One operation of the model; `http` has its `method` and `requestUri`."""

    def __init__(self, model: ServiceModel, name: str) -> None:
        facts = model.description["operations"][name]
        self.name, self.http = name, facts["http"]
        self.input_shape, self.output_shape = (
            model.shape_for(facts[each]["shape"]) if each in facts else None for each in ("input", "output")
        )
        self.errors: frozenset[str] = frozenset(error["shape"] for error in facts.get("errors", ()))


class ServiceModel:
    """The service model in `description`, which is a file `service-2.json` as it was read."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self.description = description
        self.operation_names = list(description["operations"])
        self.shape_names = list(description["shapes"])
        self._shapes: dict[tuple[str, str, str], Shape] = {}
        self._operations: dict[str, OperationModel] = {}

    def operation_model(self, name: str) -> OperationModel:
        """One operation; a KeyError where there is none of that name."""
        found = self._operations.get(name)
        if found is None:
            found = self._operations[name] = OperationModel(self, name)
        return found

    def shape_for(self, name: str) -> Shape:
        """One type."""
        return self._shape(name, "body", "")

    def member(self, name: str, reference: Mapping[str, Any]) -> Shape:
        """The type of a member, with where it travels and what it is called there."""
        return self._shape(reference["shape"], reference.get("location", "body"), reference.get("locationName", name))

    def _shape(self, name: str, location: str, wire_name: str) -> Shape:
        # There is one of each: a type may hold itself.
        key = (name, location, wire_name)
        found = self._shapes.get(key)
        if found is None:
            found = self._shapes[key] = Shape(self, name, location=location, wire_name=wire_name)
        return found


@lru_cache(maxsize=1)
def service_model() -> ServiceModel:
    """The `connect` model of the installed botocore."""
    return ServiceModel(newest_description(Path(botocore.__file__).with_name("data") / "connect"))


def newest_description(folder: Path) -> dict[str, Any]:
    """The service model of the newest version of an API, whose versions are folders beside each other.

    Raises:
        FileNotFoundError: there is none.
    """
    files = [*folder.glob("*/service-2.json"), *folder.glob("*/service-2.json.gz")]
    if not files:
        raise FileNotFoundError(f"botocore has no service model of Connect: there is none in {folder}")
    newest = max(files, key=lambda file: file.parent.name)
    data = newest.read_bytes()
    description: dict[str, Any] = json.loads(gzip.decompress(data) if newest.suffix == ".gz" else data)
    return description


@dataclass
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    label: _Node | None = None
    operations: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)


@lru_cache(maxsize=1)
def _root() -> _Node:
    root = _Node()
    for name in service_model().operation_names:
        http = service_model().operation_model(name).http
        _add_route(root, name, http["method"], _segments(http["requestUri"].partition("?")[0]))
    return root


def _add_route(root: _Node, name: str, method: str, segments: list[str]) -> None:
    node, labels = root, []
    for segment in segments:
        if segment.startswith("{"):
            labels.append(segment.strip("{}"))
            node.label = node.label or _Node()
            node = node.label
        else:
            node = node.literals.setdefault(segment, _Node())
    node.operations[method] = (name, tuple(labels))


def find_operation(method: str, raw_path: str) -> tuple[str, dict[str, str]] | None:
    """The operation and the labels of its path, or None.

    The path is taken as it came over the wire, split first and unquoted once per segment: an ARN in it
    holds encoded slashes.
    """
    found = _find_route(_root(), method, _segments(raw_path), [])
    if found is None:
        return None
    (name, labels), values = found
    return name, dict(zip(labels, values, strict=True))


def _find_route(
    node: _Node, method: str, segments: list[str], values: list[str]
) -> tuple[tuple[str, tuple[str, ...]], list[str]] | None:
    if not segments:
        operation = node.operations.get(method)
        return (operation, values) if operation else None
    head, rest = segments[0], segments[1:]
    literal = node.literals.get(unquote(head))
    found = _find_route(literal, method, rest, values) if literal else None
    if found is None and node.label and head:
        found = _find_route(node.label, method, rest, [*values, unquote(head)])
    return found


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def operation_model(name: str) -> OperationModel:
    """The model of one operation."""
    return service_model().operation_model(name)


def error_status(code: str, default: int = 400) -> int:
    """The HTTP status of a modelled error, else `default`."""
    error = service_model().description["shapes"].get(code, {}).get("error")
    return default if error is None else int(error.get("httpStatusCode", 400))


BAD_REQUEST = ("InvalidRequestException", "InvalidParameterException")
"""The two names that the model has for a bad request."""


def listed_code(operation: str, code: str) -> str:
    """What an operation calls an error: one that it does not list is a bad request there, by the name that it lists.

    That holds for a bad request by its other name, and for something that is not found; other codes stay as they are.
    """
    listed = operation_model(operation).errors
    if code in listed or code not in (*BAD_REQUEST, "ResourceNotFoundException"):
        return code
    return next((name for name in BAD_REQUEST if name in listed), code)
