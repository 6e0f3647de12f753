"""A preview of the native provider's resources makes the same comment as one of the dynamic ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from acgr_cli.preview.markdown import markdown
from acgr_cli.preview.reading import decoded, read_preview
from acgr_cli.preview.report import report_of
from acgr_connect.model.property_names import camel

RECORDED = Path(__file__).resolve().parents[1] / "recorded"
DYNAMIC, NATIVE = "pulumi-python:dynamic/acgr:", "acgr:index:"
FILES = sorted(path.name for path in RECORDED.glob("*.json") if path.stat().st_size > 0)


def native(node: Any) -> Any:
    """What the CLI would print of the same resources of the native provider."""
    if isinstance(node, list):
        return [native(one) for one in node]
    if not isinstance(node, Mapping):
        return node
    of_ours = DYNAMIC in str(node.get("urn"))
    found = {}
    for key, value in node.items():
        if of_ours and key in {"inputs", "outputs", "propertyDependencies", "detailedDiff"} and value:
            found[key] = {camel(name): one for name, one in value.items() if name != "__provider"}
        elif of_ours and key in {"additionalSecretOutputs", "diffReasons", "replaceReasons"} and value:
            found[key] = [camel(name) for name in value]
        else:
            found[key] = native(value)
    return found


@pytest.mark.parametrize("name", FILES)
def test_the_comment_is_the_same(name: str) -> None:
    """Types and names differ, and nothing that a reader sees, but for which type it is in the folded line."""
    text = decoded((RECORDED / name).read_bytes())
    try:
        document = json.loads(text)
    except ValueError:
        pytest.skip("it is no document")
    written = json.dumps(native(document)).replace(DYNAMIC, NATIVE)
    assert written.count(NATIVE) >= text.count(DYNAMIC)
    expected = (RECORDED / f"{name}.md").read_text(encoding="utf-8").replace(DYNAMIC, NATIVE)
    assert markdown(report_of(read_preview(written), stack="trial/dev")) == expected
