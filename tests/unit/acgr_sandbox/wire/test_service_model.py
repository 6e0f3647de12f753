"""The service model, read without botocore's classes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

from acgr_sandbox.wire.service_model import (
    Shape,
    error_status,
    newest_description,
    operation_model,
    service_model,
)

MODEL: Any = Session().get_service_model("connect")
CHECKED = ("min", "max", "pattern", "enum", "union", "required")


def _facts(shape: Any) -> dict[str, Any]:
    checked = {name: shape.metadata[name] for name in CHECKED if name in shape.metadata}
    return {"name": shape.name, "type": shape.type_name, "required": list(shape.required_members), **checked}


def _parts(shape: Any) -> dict[str, Any]:
    if shape.type_name == "structure":
        return dict(shape.members)
    names = {"list": ("member",), "map": ("key", "value")}.get(shape.type_name, ())
    return {name: getattr(shape, name) for name in names}


def _compare(ours: Shape, theirs: Any, seen: set[tuple[str, str, str]]) -> None:
    place = (ours.name, ours.location, ours.wire_name)
    if place in seen:
        return
    seen.add(place)
    assert _facts(ours) == _facts(theirs)
    mine, other = _parts(ours), _parts(theirs)
    assert list(mine) == list(other), ours.name
    for name, part in other.items():
        travels = part.serialization.get("location", "body"), part.serialization.get("name", name)
        assert (mine[name].location, mine[name].wire_name) == travels, (ours.name, name)
        _compare(mine[name], part, seen)


def test_it_is_what_botocore_reads() -> None:
    """Operations, shapes, members, where they travel and what they may be: as botocore's own classes have them."""
    seen: set[tuple[str, str, str]] = set()
    assert service_model().operation_names == MODEL.operation_names
    assert service_model().shape_names == MODEL.shape_names
    for name in MODEL.operation_names:
        ours, theirs = operation_model(name), MODEL.operation_model(name)
        assert (ours.name, ours.http) == (name, theirs.http)
        assert ours.errors == {shape.name for shape in theirs.error_shapes}
        for mine, other in ((ours.input_shape, theirs.input_shape), (ours.output_shape, theirs.output_shape)):
            assert (mine is None) == (other is None), name
            if mine is not None:
                _compare(mine, other, seen)
    assert len(seen) > 1000


def test_the_status_of_an_error() -> None:
    """What the model says; another one where it has no such error."""
    assert error_status("ResourceNotFoundException") == 404
    assert error_status("Nonsense", 418) == 418
    assert error_status("ListUsersRequest") == 400  # of the model, and no error


def _model(folder: Path, version: str, name: str) -> None:
    (folder / version).mkdir()
    text = json.dumps({"version": version, "file": name})
    data = gzip.compress(text.encode()) if name.endswith(".gz") else text.encode()
    (folder / version / name).write_bytes(data)


def test_the_newest_is_read(tmp_path: Path) -> None:
    """Of several versions the last, compressed or not; where there is none, it is said where one was looked for."""
    with pytest.raises(FileNotFoundError, match=tmp_path.name):
        newest_description(tmp_path)
    _model(tmp_path, "2017-08-08", "service-2.json.gz")
    (tmp_path / "2031-01-01").mkdir()  # without a service model
    assert newest_description(tmp_path)["version"] == "2017-08-08"
    _model(tmp_path, "2030-02-02", "service-2.json")
    assert newest_description(tmp_path) == {"version": "2030-02-02", "file": "service-2.json"}
