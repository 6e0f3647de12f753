"""What `acgr discover` writes, on the real CLI."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from harness.centre import VERIFYING, Centre, serving
from harness.output import Ran
from harness.stack import PLAIN, endpoints
from worlds_to_discover import SOURCE, awkward_world, e164

pytestmark = pytest.mark.engine

COMMAND = "import sys; from acgr_cli import main; sys.exit(main())"


def _called(folder: Path, environment: Mapping[str, str], *command: str) -> Ran:
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in ran.stdout + ran.stderr
    return Ran(ran.returncode, ran.stdout + ran.stderr)


def test_from_what_there_is_to_a_stack(clean: Mapping[str, str], tmp_path: Path) -> None:
    """The steps that the command names: the preview promises that callers notice nothing, and nothing is written."""
    with serving(Centre(awkward_world())) as centre:
        (tmp_path / "state").mkdir()
        backend = {"PULUMI_BACKEND_URL": (tmp_path / "state").as_uri(), "PULUMI_STACK": "prod"}
        environment = {**clean, **endpoints(centre.url), **backend, "XDG_CACHE_HOME": str(tmp_path / "cache")}
        rate = ("--requests-per-second", "1000", "--burst", "1000")
        asked = ("discover", "--region", SOURCE, "--instance", "northwind", "--out", "centre", *rate)
        reading = {**environment, "AWS_ACCESS_KEY_ID": VERIFYING}
        discovered = _called(tmp_path, reading, sys.executable, "-c", COMMAND, *asked)
        assert discovered.code == 3, discovered.text
        folder = tmp_path / "centre"
        (folder / ".venv").symlink_to(sys.prefix)  # `pulumi install` makes it

        def pulumi(*arguments: str) -> Ran:
            ran = _called(folder, environment, "pulumi", *arguments, *PLAIN)
            assert ran.code == 0, ran.text
            return ran

        _called(folder, environment, "pulumi", "stack", "init", "prod")
        preview = pulumi("preview")
        rows = [line.strip() for line in preview.text.splitlines() if line.startswith("    +44")]  # not the moving ones
        assert set(rows) == {
            row for row in rows if row.endswith("its flow: taken over as it is, callers notice nothing")
        }
        assert {row.split()[0] for row in rows} == {e164(last) for last in range(2, 12)}
        assert preview.summary() == ["+ 17 to create"]
        up = pulumi("up", "--yes", "--skip-preview")
        assert up.summary() == ["+ 17 created"]
        assert pulumi("preview", "--expect-no-changes").summary() == ["17 unchanged"]
        assert centre.writes() == {}
