"""Lists that were emptied, on purpose or by a YAML whose entries are all comments."""

from __future__ import annotations

import pytest
from harness.centre import Centre
from harness.declarations import component, e164
from harness.stack import Stack

pytestmark = pytest.mark.engine

NUMBERS = {e164(last): {"flow": "Main IVR"} for last in range(4, 12)}
AGENTS = ["alice.smith", "bob.brown", "carol.white"]


def _placed(centre: Centre, home: str) -> int:
    return sum(centre.placed(last)[0] == home for last in range(4, 12))


def test_an_explicit_null_is_an_empty_list_and_guarded(stack: Stack, centre: Centre) -> None:
    """`agents:` and `numbers:` with nothing under them: the preview refuses for the agents; of the numbers no more
    leave than may, and none is dark.

    `max_number_removals` counts for the run that raises it; what passes to another component is no removal. A destroy
    is not guarded.
    """
    stack.declare(component("centre", "retail", NUMBERS, AGENTS))
    assert stack.up("--parallel", "16").code == 0
    stack.declare(component("centre", "retail", None, None))
    preview = stack.preview()
    assert preview.code != 0
    too_many = "users: 3 of 3 agents would be removed, and max_removals is 10%, 1 here: alice.smith, bob.brown, "
    assert too_many in preview.text
    assert set(AGENTS) <= centre.members("retail")

    stack.declare(component("centre", "retail", None, AGENTS))
    up = stack.up("--continue-on-error", "--parallel", "16")
    assert up.code != 0
    errors = set(up.errors().values())
    assert len(up.errors()) == 7
    said = (
        "it is on traffic distribution group retail; 2 of 2 numbers would leave it in one run, and max_number_removals "
        "is 10%, 1 here; declare it again, or raise max_number_removals"
    )
    assert all(said in error for error in errors), errors
    assert (_placed(centre, "retail"), _placed(centre, "northwind")) == (7, 1)
    assert centre.dark() == []

    there = [e164(last) for last in range(4, 12) if centre.placed(last)[0] == "retail"]
    kept = {key: NUMBERS[key] for key in there[:4]}
    fewer = component("centre", "retail", kept, AGENTS)
    fewer["args"]["max_number_removals"] = "50%"
    stack.declare(fewer)
    up = stack.up("--parallel", "16")
    assert up.code == 0, up.text
    assert (_placed(centre, "retail"), _placed(centre, "northwind")) == (4, 4)
    stack.declare(component("renamed", "retail", kept, AGENTS))
    centre.forget()
    renamed = stack.up("--parallel", "16")
    assert renamed.code == 0, renamed.text
    assert centre.writes() == {}

    destroyed = stack.destroy("--parallel", "16")
    assert destroyed.code == 0, destroyed.text
    assert _placed(centre, "northwind") == 8
    assert centre.dark() == []
