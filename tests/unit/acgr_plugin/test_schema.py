"""What the engine and the makers of SDKs are told of the package."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pulumi
import pytest

import acgr
from acgr_connect.aws.setting_keys import HONOURED, OURS
from acgr_plugin import schema as made
from acgr_plugin.configuration import KEYS, TEXT, in_own_words
from acgr_plugin.docstrings import entries, summary
from acgr_plugin.kinds import UnknownKind, kind_of, kinds
from acgr_plugin.schema import as_json, package_version, schema
from acgr_plugin.shapes import may_be_none, shape
from acgr_plugin.words import as_written

REFUSED = {"insecure"}
"""What is read of the configuration of other providers only to be refused."""


def test_every_resource_is_in_it() -> None:
    """Each resource that `acgr` registers is served, under its own name, and takes over what the dynamic one stored."""
    found = schema()["resources"]
    names = {name.removesuffix("Provider") for name in acgr.__all__ if name.endswith("Provider")}
    assert {token.rpartition(":")[2] for token in found} == names | {"GlobalResiliency"}
    for name in names:
        aliases = found[f"acgr:index:{name}"]["aliases"]
        assert aliases == [{"type": f"pulumi-python:dynamic/acgr:{name}"}]


def test_every_property_is_described() -> None:
    """Whatever a program can write or read says what it is, in names of the schema, in whole sentences."""
    missing = [path for path, text in _described(schema()) if not text or text[-1] not in ".?!"]
    assert missing == []
    snake = [path for path, text in _described(schema()) if re.search(r"`[a-z0-9]+_[a-z_0-9]+`", text)]
    assert snake == []


def _described(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, inner in node.items():
            if key in {"inputProperties", "properties", "variables"}:
                yield from ((f"{path}/{name}", one.get("description", "")) for name, one in inner.items())
            yield from _described(inner, f"{path}/{key}")


def test_types_and_what_is_required() -> None:
    """Types are those of the annotations; what has a default is not required."""
    placement = schema()["resources"]["acgr:index:PhoneNumberPlacement"]
    assert placement["requiredInputs"] == ["phoneNumber", "target", "flow"]
    assert placement["properties"]["darkSeconds"]["type"] == "number"
    assert placement["properties"]["darkRegions"]["items"] == {"type": "string"}
    assert {"e164", "returnTo", "darkRegions"} <= set(placement["required"])
    assert "description" not in placement["required"]
    flow = placement["inputProperties"]["flow"]["oneOf"]
    assert [one["type"] for one in flow] == ["string", "object"]


def test_the_configuration_is_what_is_honoured() -> None:
    """Every key that a stack may set for the dynamic provider is one of the native one; no other is."""
    assert set(KEYS) == (OURS | HONOURED) - REFUSED
    found = schema()["provider"]["inputProperties"]
    assert {name for name, one in found.items() if one.get("secret")} == {"secretKey", "token"}
    assert KEYS["profile"].type == TEXT


def test_it_is_json() -> None:
    """The engine asks for it as text."""
    assert json.loads(as_json()) == schema()


@pytest.mark.parametrize(
    ("python", "semantic"),
    [
        ("0.1.0.dev329+g29f194a40", "0.1.0-dev.329"),
        ("1.2.3", "1.2.3"),
        ("0.1.0.dev0", "0.1.0-dev.0"),
    ],
)
def test_versions(python: str, semantic: str) -> None:
    """Python's development versions are written as the engine reads versions."""
    assert made.semantic(python) == semantic
    assert re.fullmatch(r"\d+\.\d+\.\d+(-dev\.\d+)?", package_version())


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (pulumi.Input[str], {"type": "string"}),
        (pulumi.Input[str] | pulumi.Resource, {"type": "string"}),
        (pulumi.Input[int | str] | None, {"oneOf": [{"type": "integer"}, {"type": "string"}]}),
        (Mapping[str, pulumi.Input[str]], {"type": "object", "additionalProperties": {"type": "string"}}),
        (Sequence[str], {"type": "array", "items": {"type": "string"}}),
        (pulumi.Output[list[str]], {"type": "array", "items": {"type": "string"}}),
        (pulumi.Output[Any], {"$ref": "pulumi.json#/Any"}),
    ],
    ids=str,
)
def test_shapes(annotation: Any, expected: Any) -> None:
    """What may be awaited is what it holds."""
    assert shape(annotation) == expected
    assert may_be_none(pulumi.Output[str | None])
    assert not may_be_none(pulumi.Output[str])


def documented() -> None:
    """What it is.

    More of it, with `source_region`.

    Args:
        one: the first; it goes on
            in another line.
        two_words: with a `default_value`

    Raises:
        Error: never.
    """


def test_docstrings() -> None:
    """A docstring's beginning is the description, its sections say of each name one sentence."""
    assert summary(documented) == "What it is.\n\nMore of it, with `sourceRegion`."
    assert entries(documented, "Args") == {
        "one": "The first; it goes on in another line.",
        "two_words": "With a `defaultValue`.",
    }
    assert entries(documented) == {}


def test_an_unknown_kind() -> None:
    """A type that is not served is named, whether the engine says it or only the URN."""
    urn = "urn:pulumi:dev::trial::acgr:index:GlobalResiliency$acgr:index:PhoneNumberPlacement::one"
    assert kind_of(urn).name == "PhoneNumberPlacement"
    with pytest.raises(UnknownKind, match="there is no resource acgr:index:Agent"):
        kind_of(urn, "acgr:index:Agent")
    assert all(kind.required for kind in kinds().values())


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("source_region: it is missing", "sourceRegion: it is missing"),
        ("raise max_number_removals, or max_removals", "raise maxNumberRemovals, or maxRemovals"),
        ("arn:aws:connect:eu-west-2:1:phone-number/x", "arn:aws:connect:eu-west-2:1:phone-number/x"),
        ("aws:allowedAccountIds names 1", "acgr:allowedAccountIds names 1"),
        ("`my_source_region` is a flow", "`my_source_region` is a flow"),
    ],
)
def test_sentences(said: str, written: str) -> None:
    """Names in sentences are those that programs of this door write; what is no name stays."""
    assert as_written(said) == written
    assert in_own_words("arn:aws:iam::1:role/x") == "arn:aws:iam::1:role/x"
