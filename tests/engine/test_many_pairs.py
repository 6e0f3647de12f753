"""`examples/many-pairs`: several pairs at a time by the Automation API, one that fails, Ctrl-C, and one table."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from harness.centre import Centre, serving
from harness.stack import endpoints

from acgr_sandbox import load_scenario

pytestmark = pytest.mark.engine

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "many-pairs"
BERLIN = "+493023125001"
RATE = {"acgr:requestsPerSecond": "1000", "acgr:burst": "1000"}


@pytest.fixture
def winds() -> Iterator[Centre]:
    """The three contact centres of the example."""
    with serving(Centre(load_scenario(EXAMPLE / "scenario.yaml"))) as centre:
        yield centre


class Example:
    """The example as its README says it is used."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", "Pulumi.*.yaml", "state"))
        (folder / "state").mkdir()
        own = {"PULUMI_BACKEND_URL": (folder / "state").as_uri(), "XDG_CACHE_HOME": str(folder / "cache")}
        self.environment = {**environment, **own}
        self.plan: dict[str, Any] = yaml.safe_load((folder / "pairs.yaml").read_text(encoding="utf-8"))
        del self.plan["pairs"]["southwind"]  # two tell as much as three
        for pair in self.plan["pairs"].values():
            pair["settings"] = {**pair.get("settings", {}), **RATE}

    def start(self, action: str, *arguments: str) -> subprocess.Popen[str]:
        """Begin what the command line asks for, with the pairs as they are now, in JSON."""
        (self.folder / "pairs.json").write_text(json.dumps(self.plan), encoding="utf-8")
        return subprocess.Popen(
            [sys.executable, "many_pairs.py", action, "--pairs", "pairs.json", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, action: str, *arguments: str) -> tuple[int, str, dict[str, list[str]]]:
        """Exit code, the whole output, and the table's rows."""
        return ended(self.start(action, *arguments))


def ended(process: subprocess.Popen[str]) -> tuple[int, str, dict[str, list[str]]]:
    """Exit code, the whole output, and the table's rows."""
    out, err = process.communicate(timeout=180)
    assert "Traceback" not in err, err
    rows = [
        [cell.strip() for cell in line.split("  ") if cell.strip()] for line in out.partition("\n\n")[0].splitlines()
    ]
    return process.returncode, out + err, {row[0]: row[1:] for row in rows}


def test_some_fail_some_are_stopped_and_all_come_back(winds: Centre, clean: dict[str, str], tmp_path: Path) -> None:
    """A pair that fails stops no other; Ctrl-C waits until no number is dark; table and exit code say it all."""
    example = Example(tmp_path / "many-pairs", {**clean, **endpoints(winds.url)})
    berlin = example.plan["pairs"]["eastwind"]["groups"]["eastwind-retail"]
    berlin["numbers"][BERLIN] = "Bestelung"
    code, said, rows = example.run("up")
    assert code == 1, said
    assert rows["northwind"] == ["done", "5 created", "-"]
    assert rows["eastwind"][0] == "failed"
    assert "eastwind: eastwind-retail-" in said
    assert "Bestellung" in said, said
    assert winds.members("northwind-retail") == {"alice.smith", "bob.jones"}
    assert winds.dark() == []

    berlin["numbers"][BERLIN] = "Bestellung"
    winds.set(claim_seconds=3.0)
    running = example.start("up", "--only", "eastwind")
    winds.until(lambda world: world.number(BERLIN).status == "IN_PROGRESS")
    running.send_signal(signal.SIGINT)
    code, said, rows = ended(running)
    assert (code, rows["eastwind"][0]) == (130, "interrupted"), said
    assert winds.dark() == []

    winds.set(claim_seconds=0.3)
    code, said, rows = example.run("destroy")
    assert code == 0, said
    assert {row[0] for name, row in rows.items() if name != "Pair"} == {"done"}
    numbers = winds.sandbox.world.numbers.values()
    assert {winds.sandbox.world.instances[one.target].alias for one in numbers} == {
        "northwind",
        "southwind",
        "eastwind",
    }
    assert winds.dark() == []
    assert not os.listdir(example.folder / "state" / ".pulumi" / "locks" / "organization" / "many-pairs" / "eastwind")
