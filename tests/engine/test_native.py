"""The native provider on the real CLI: its life, passing over and back, several accounts, runs that end early."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator

import pytest
from harness.centre import SCENARIO, Centre, serving
from harness.declarations import (
    DYNAMIC,
    REPLICA,
    SOURCE,
    Declaration,
    component,
    e164,
    native,
    number,
    provider,
    roster,
)
from harness.stack import PLAIN, Stack

from acgr_sandbox.core.world import World

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)


@pytest.fixture
def stack(stack: Stack) -> Stack:
    """A stack whose project names the native provider."""
    stack.use_native()
    return stack


@pytest.fixture
def elsewhere() -> Iterator[Centre]:
    """The contact centre of another account."""
    with serving(Centre({**SCENARIO, "account": "444455556666"})) as centre:
        yield centre


def test_from_the_first_preview_to_the_destroy(stack: Stack, centre: Centre) -> None:
    """The first preview knows what names mean, a change is a line, drift is seen and mended, all is given back."""
    main = native(number("main", 1, "retail", "Main IVR", return_to="instance"))
    agents = ["alice.smith", "bob.brown"]
    storm = native(component("storm", "emergency", {e164(4): {"flow": "Sales"}}, agents))
    stack.declare(main, storm)
    preview = stack.preview()
    assert preview.code == 0, preview.text
    assert preview.exported() == {"main": centre.arn("number", e164(1))}
    assert centre.writes() == {}

    up = stack.up()
    assert up.code == 0, up.text
    assert up.summary() == ["+ 5 created"]
    assert (centre.placed(1), centre.placed(4)) == (
        ("retail", dict.fromkeys(BOTH, "Main IVR")),
        ("emergency", dict.fromkeys(BOTH, "Sales")),
    )
    assert up.said("main")[0].startswith(f"{e164(1)} is on traffic distribution group retail; it had no flow for ")

    stack.declare(native(number("main", 1, "retail", "Winter IVR")), storm)
    changed = stack.preview("--diff")
    assert changed.changed()[1:] == ['~ flow: "Main IVR" => "Winter IVR"']
    assert stack.up().code == 0
    assert centre.placed(1) == ("retail", dict.fromkeys(BOTH, "Winter IVR"))

    centre.by_hand(
        "update_phone_number",
        PhoneNumberId=centre.arn("number", e164(1)).rpartition("/")[2],
        TargetArn=centre.arn("group", "emergency"),
    )
    drift = stack.refresh("--diff")
    assert '~ target: "retail" => "emergency"' in drift.changed(), drift.text
    mended = stack.up("--refresh")
    assert mended.code == 0, mended.text
    assert centre.placed(1)[0] == "retail"
    assert stack.preview("--expect-no-changes").code == 0
    assert stack.destroy().code == 0
    assert (centre.placed(1)[0], centre.placed(4)[0], centre.members("emergency")) == ("northwind", "northwind", set())
    assert centre.dark() == []


def test_passing_over_and_back(stack: Stack, centre: Centre) -> None:
    """A dynamic stack becomes a native one and a dynamic one again: unchanged, without a call that could change."""
    dynamic = [
        number("main", 1, "retail", "Main IVR"),
        roster("agents", "emergency", ["alice.smith"]),
        component("storm", "everyone", {e164(2): {"flow": "Sales"}}, ["carol.white"]),
    ]
    stack.declare(*dynamic)
    assert stack.up().code == 0
    centre.forget()
    urns = {name: stack.state().urn(name) for name in ("main", "storm-agents")}

    stack.declare(*map(native, dynamic))
    over = stack.up()
    assert over.code == 0, over.text
    assert over.summary() == ["6 unchanged"]
    assert stack.state().urn("main") == urns["main"].replace(DYNAMIC, "acgr:index:")
    refreshed = stack.refresh()
    assert refreshed.code == 0, refreshed.text
    assert "phoneNumberArn" in stack.state().outputs("main")
    assert "phone_number_arn" not in stack.state().outputs("main")

    stack.declare(*map(_back, dynamic))
    back = stack.up()
    assert back.code == 0, back.text
    assert back.summary() == ["6 unchanged"]
    assert stack.state().urn("main") == urns["main"]
    assert centre.writes() == {}
    assert stack.destroy().code == 0
    assert (centre.placed(1)[0], centre.members("emergency")) == ("northwind", set())


def _back(declared: Declaration) -> Declaration:
    """A dynamic resource, or component, that takes over what the native provider has."""
    return {**declared, "options": {"from_native": True}}


def test_several_providers_in_one_program(stack: Stack, centre: Centre, elsewhere: Centre) -> None:
    """Each has its own endpoint and account; a resource may go, under a new name, to another one of its account."""
    here, there = ([{"connect": url, "sts": url}] for url in (centre.url, elsewhere.url))
    theirs = provider("theirs", endpoints=json.dumps(there))
    other = native(number("other", 1, "retail", "Sales"), provider="theirs")
    stack.declare(theirs, other, native(number("ours", 1, "retail", "Main IVR", return_to="instance")))
    up = stack.up()
    assert up.code == 0, up.text
    assert centre.placed(1) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert elsewhere.placed(1) == ("retail", dict.fromkeys(BOTH, "Sales"))
    state = stack.state()
    accounts = [state.outputs(name)["targetArn"].split(":")[4] for name in ("ours", "other")]
    assert accounts == ["111122223333", "444455556666"]

    centre.forget()
    mine = provider("mine", endpoints=json.dumps(here))
    renamed = native(number("renamed", 1, "retail", "Main IVR", return_to="instance"), provider="mine")
    stack.declare(theirs, other, mine, renamed)
    handed_over = stack.up()
    assert handed_over.code == 0, handed_over.text
    assert f"{e164(1)} stays where it is: renamed declares it now" in handed_over.said("ours"), handed_over.text
    assert (centre.placed(1), centre.writes()) == (("retail", dict.fromkeys(BOTH, "Main IVR")), {})
    assert stack.destroy().code == 0
    assert (centre.placed(1)[0], elsewhere.placed(1)[0]) == ("northwind", "northwind")


def test_ctrl_c_leaves_no_number_dark(stack: Stack, centre: Centre) -> None:
    """A Cancel is a request of its own: what is in flight is named and gets its flow, nothing else begins."""
    centre.set(claim_seconds=2.0)
    stack.declare(native(number("main", 1, "retail", "Main IVR")))

    def is_moving(world: World) -> bool:
        return world.number(e164(1)).status == "IN_PROGRESS"

    running = stack.start("up", "--yes", "--skip-preview", *PLAIN)
    centre.until(is_moving)
    running.signal(signal.SIGINT)
    stopped = running.wait()
    assert stopped.code != 0
    assert "stopping; numbers in flight: 1" in stopped.text
    assert centre.placed(1) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert stack.state().pending == []
    assert stack.up("--expect-no-changes").code == 0
