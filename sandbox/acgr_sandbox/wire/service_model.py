"""botocore's service model of Connect, and which operation a method and a raw path belong to."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from botocore import __version__
from botocore.loaders import create_loader
from botocore.model import ServiceModel

Model = Any
"""botocore is untyped: a `botocore.model.ServiceModel`, `OperationModel` or `Shape`."""


WRITTEN_FOR = (1, 44, 8)
"""The botocore whose model the operations follow."""


def is_older_model(version: str = __version__) -> bool:
    """Whether the installed botocore is older: it lacks members that answers have."""
    return tuple(int(part) for part in version.split(".")[:3]) < WRITTEN_FOR


@dataclass
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    label: _Node | None = None
    operations: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)


@lru_cache(maxsize=1)
def service_model() -> Model:
    """The `connect` model of the installed botocore."""
    return ServiceModel(create_loader().load_service_model("connect", "service-2"), "connect")


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


def operation_model(name: str) -> Model:
    """The model of one operation."""
    return service_model().operation_model(name)


@lru_cache(maxsize=1)
def _error_statuses() -> dict[str, int]:
    shapes = {shape.name: shape for name in service_model().operation_names for shape in _errors(name)}
    return {name: shape.metadata.get("error", {}).get("httpStatusCode", 400) for name, shape in shapes.items()}


def _errors(name: str) -> list[Model]:
    return list(operation_model(name).error_shapes)


def error_status(code: str, default: int = 400) -> int:
    """The HTTP status of a modelled error, else `default`."""
    return _error_statuses().get(code, default)


BAD_REQUEST = ("InvalidRequestException", "InvalidParameterException")
"""The two names that the model has for a bad request."""


def listed_code(operation: str, code: str) -> str:
    """What an operation calls an error: one that it does not list is a bad request there, by the name that it lists.

    That holds for a bad request by its other name, and for something that is not found; other codes stay as they are.
    """
    listed = {shape.name for shape in _errors(operation)}
    if code in listed or code not in (*BAD_REQUEST, "ResourceNotFoundException"):
        return code
    return next((name for name in BAD_REQUEST if name in listed), code)
