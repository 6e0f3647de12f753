"""Which paths differ."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.output import UNKNOWN
from pulumi.runtime.proto import provider_pb2

from acgr_plugin.diffs import detailed

Kind = provider_pb2.PropertyDiff.Kind


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a", "a", {}),
        ("a", "b", {"sourceRegion": "UPDATE"}),
        (None, "b", {"sourceRegion": "ADD"}),
        ("a", None, {"sourceRegion": "DELETE"}),
        ({"x": "1", "y": "2"}, {"x": "1", "z": "3"}, {'sourceRegion["y"]': "DELETE", 'sourceRegion["z"]': "ADD"}),
        ("a", {"x": "a"}, {"sourceRegion": "UPDATE"}),
        ("a", UNKNOWN, {"sourceRegion": "UPDATE"}),
        (None, UNKNOWN, {"sourceRegion": "ADD"}),
        ({"x": "1"}, {"x": UNKNOWN}, {'sourceRegion["x"]': "UPDATE"}),
        ({'a "b"]': "1"}, {}, {'sourceRegion["a \\"b\\"]"]': "DELETE"}),
        ({"a\\": "1", "b": "1"}, {"a\\": "1", "b": "2"}, {"sourceRegion": "UPDATE"}),
    ],
)
def test_paths(old: Any, new: Any, expected: dict[str, str]) -> None:
    """Each path is added, removed or changed; of a mapping only the entries that differ, as the engine reads paths."""
    found = detailed(["source_region", "flow"], {"source_region": old}, {"source_region": new}, [])
    assert {path: Kind.Name(one.kind) for path, one in found.items()} == expected


def test_replacements() -> None:
    """What means another object replaces, though it may be written as before."""
    found = detailed(["source_region", "flow"], {"flow": "a"}, {"flow": "a", "source_region": "b"}, ["source_region"])
    assert {path: Kind.Name(one.kind) for path, one in found.items()} == {"sourceRegion": "ADD_REPLACE"}
    found = detailed(["flow"], {"flow": "a"}, {"flow": "a"}, ["flow"])
    assert {path: Kind.Name(one.kind) for path, one in found.items()} == {"flow": "UPDATE_REPLACE"}
