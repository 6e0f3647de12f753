"""`examples/native-yaml` on the real CLI, as somebody runs it who writes no Python."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from harness.centre import Centre, policies, serving
from harness.declarations import REPLICA, SOURCE, e164
from harness.stack import PLAIN, Stack, endpoints

from acgr_sandbox import load_scenario

pytestmark = pytest.mark.engine

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
RATE = {"acgr:requestsPerSecond": "1000", "acgr:burst": "1000"}
BOTH = (SOURCE, REPLICA)


@pytest.fixture
def northwind() -> Iterator[Centre]:
    """The reference contact centre."""
    with serving(Centre(load_scenario(EXAMPLES / "sandbox" / "contact-centre.yaml"))) as centre:
        centre.sandbox.set_policies(policies(centre.sandbox.world, "set-up"))  # it deletes a group that was imported
        yield centre


@pytest.fixture
def example(northwind: Centre, clean: dict[str, str], language_hosts: Path, empty: Path, tmp_path: Path) -> Stack:
    """The example's project, on that contact centre; the plugin is the one that is tested."""
    path = os.pathsep.join((clean["PATH"], str(language_hosts)))
    stack = Stack(tmp_path / "stack", {**clean, **endpoints(northwind.url), "PATH": path}, RATE, empty)
    project = yaml.safe_load((EXAMPLES / "native-yaml" / "Pulumi.yaml").read_text(encoding="utf-8"))
    project["name"] = "trial"
    project["plugins"]["providers"][0]["path"] = str(Path(sys.executable).parent)
    _write(stack, project)
    return stack


def _write(stack: Stack, project: object) -> None:
    (stack.folder / "Pulumi.yaml").write_text(yaml.safe_dump(project, sort_keys=False), encoding="utf-8")


def _project(stack: Stack) -> dict[str, dict[str, dict[str, dict[str, object]]]]:
    return yaml.safe_load((stack.folder / "Pulumi.yaml").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def test_the_example(example: Stack, northwind: Centre) -> None:
    """Preview, up, no change, import, a change, refresh, destroy; what is imported previews as nothing to do."""
    preview = example.preview()
    assert preview.code == 0, preview.text
    assert preview.summary() == ["+ 10 to create"]
    assert preview.exported()["dutyEngineer"] == northwind.arn("number", e164(9))
    assert northwind.writes() == {}

    up = example.up()
    assert up.code == 0, up.text
    assert northwind.placed(9) == ("emergency", dict.fromkeys(BOTH, "Emergency line"))
    assert northwind.placed(5) == ("Default", dict.fromkeys(BOTH, "Main IVR"))
    assert northwind.members("emergency") == {"oliver.wright", "priya.patel", "quentin.martin"}

    northwind.forget()
    wanted = [
        {"type": "acgr:index:PhoneNumberPlacement", "name": "press", "id": northwind.arn("number", e164(12))},
        {"type": "acgr:index:TrafficDistributionGroupRoster", "name": "shops", "id": northwind.arn("group", "retail")},
        {"type": "acgr:index:TrafficDistributionGroup", "name": "group", "id": northwind.arn("group", "retail")},
    ]
    (example.folder / "wanted.json").write_text(json.dumps({"resources": wanted}), encoding="utf-8")
    options = ("--yes", "--skip-preview", "--protect=false", "--file", "wanted.json", "--out", "imported.yaml")
    imported = example.run("import", *options, *PLAIN)
    assert imported.code == 0, imported.text
    project = _project(example)
    project["resources"] |= yaml.safe_load((example.folder / "imported.yaml").read_text(encoding="utf-8"))["resources"]
    _write(example, project)
    same = example.up("--expect-no-changes")
    assert same.code == 0, same.text
    assert northwind.writes() == {}

    project["resources"]["duty-engineer"]["properties"]["flow"] = "Out of hours"
    _write(example, project)
    changed = example.up("--refresh")
    assert changed.code == 0, changed.text
    assert northwind.placed(9) == ("emergency", dict.fromkeys(BOTH, "Out of hours"))
    destroyed = example.destroy()
    assert destroyed.code == 0, destroyed.text
    assert northwind.placed(9)[0] == "northwind"
    assert northwind.dark() == []
