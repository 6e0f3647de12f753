"""The flow of a number that is still moving: tried once, remembered for a day, and never taken for granted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from numbers_there import ON_DEFAULT, ON_INSTANCE, ON_RETAIL, REPLICA, SOURCE, everywhere, flows_of, home_of

from acgr import PhoneNumberPlacementProvider
from acgr.runtime.run import Run
from acgr_sandbox import Fault, Request, Sandbox

PLACEMENT = PhoneNumberPlacementProvider()
FLOW, MOVE = "AssociatePhoneNumberContactFlow", "UpdatePhoneNumber"
PROVED = {SOURCE: 1, REPLICA: 1}
"""Flows that are set before the first move of a run, to prove that it may be done."""

Begin = Callable[..., Run]
Switch = Callable[..., None]
Verdicts = Callable[[], dict[str, str]]


def declared(number: str, target: str = "emergency", **inputs: Any) -> dict[str, Any]:
    """The inputs of one placement."""
    plain = {"target": target, "flow": "Winter IVR", "return_to": "instance", "source_region": SOURCE}
    return {"phone_number": number, **plain, **inputs}


def flows_set(sandbox: Sandbox) -> dict[str, int]:
    """How often a flow was asked for, by Region, refused or not; what was throttled is asked for again."""
    count = sandbox.counters.calls
    return {here: count(FLOW, here) - count(FLOW, here, "throttled") for here in (SOURCE, REPLICA)}


@pytest.fixture
def verdicts(tmp_path: Path) -> Verdicts:
    """What is remembered, by Region."""

    def kept() -> dict[str, str]:
        files = (tmp_path / "early").rglob("*.json")
        learned = {file.stem.split("-", 1)[1]: json.loads(file.read_text())["value"] for file in files}
        return {region: value for region, value in learned.items() if isinstance(value, str)}

    return kept


@pytest.mark.parametrize("code", ["InvalidParameterException", "ResourceNotFoundException", "ResourceInUseException"])
def test_refused(
    sandbox: Sandbox,
    next_run_with: Begin,
    switch: Switch,
    verdicts: Verdicts,
    code: str,
) -> None:
    """Where it is refused, one number of one run asks once in each Region; nobody asks again for a day."""
    switch(flow_while_in_progress=code)
    next_run_with()
    for number in (ON_RETAIL, ON_DEFAULT):
        PLACEMENT.create(declared(number))
        assert flows_of(sandbox, number) == everywhere("Winter IVR")
    assert flows_set(sandbox) == {SOURCE: PROVED[SOURCE] + 1 + 2, REPLICA: PROVED[REPLICA] + 1}
    assert verdicts() == {SOURCE: "refused", REPLICA: "refused"}
    sandbox.counters.reset()
    next_run_with()
    PLACEMENT.create(declared(ON_RETAIL, "retail", flow="Sales"))
    assert flows_set(sandbox) == {SOURCE: PROVED[SOURCE] + 1, REPLICA: PROVED[REPLICA]}


@pytest.mark.parametrize("mirroring", [True, False])
def test_kept(
    sandbox: Sandbox,
    next_run_with: Begin,
    switch: Switch,
    verdicts: Verdicts,
    mirroring: bool,
) -> None:
    """Where it is kept, a number is dark for a request instead of a claim, in both Regions; in later runs too.

    It is set once more after the claim: answers run behind, and what was dropped then may be shown still.
    """
    switch(flow_while_in_progress="allow", claim_seconds=30.0, mirroring=mirroring)
    next_run_with()
    made = PLACEMENT.create(declared(ON_RETAIL))
    assert made.outs["dark_seconds"] < 1.0
    assert verdicts() == {SOURCE: "kept", REPLICA: "kept"}
    next_run_with()
    made = PLACEMENT.create(declared(ON_DEFAULT))
    assert made.outs["dark_seconds"] < 1.0
    assert flows_of(sandbox, ON_DEFAULT) == everywhere("Winter IVR")
    assert flows_set(sandbox) == {region: 2 * (PROVED[region] + 2) for region in (SOURCE, REPLICA)}


def test_dropped(sandbox: Sandbox, next_run_with: Begin, switch: Switch, verdicts: Verdicts) -> None:
    """Where it is taken and gone when the move ends, it is set again at once, and not tried again."""
    switch(flow_while_in_progress="drop")
    next_run_with()
    for number in (ON_RETAIL, ON_DEFAULT):
        PLACEMENT.create(declared(number))
        assert flows_of(sandbox, number) == everywhere("Winter IVR")
    assert verdicts()[SOURCE] == "dropped"
    assert flows_set(sandbox)[SOURCE] == PROVED[SOURCE] + 1 + 2


@pytest.mark.parametrize("then", ["InvalidParameterException", "drop"])
def test_what_was_kept_once_is_looked_at_all_the_same(
    sandbox: Sandbox,
    next_run_with: Begin,
    switch: Switch,
    verdicts: Verdicts,
    then: str,
) -> None:
    """What holds on one day need not hold on the next: the number answers, and what was learned is mended."""
    switch(flow_while_in_progress="allow")
    next_run_with()
    PLACEMENT.create(declared(ON_RETAIL))
    switch(flow_while_in_progress=then)
    next_run_with()
    PLACEMENT.create(declared(ON_DEFAULT))
    assert flows_of(sandbox, ON_DEFAULT) == everywhere("Winter IVR")
    assert verdicts()[SOURCE] == ("dropped" if then == "drop" else "refused")


def test_each_region_on_its_own(sandbox: Sandbox, next_run_with: Begin, verdicts: Verdicts, switch: Switch) -> None:
    """A Region that refuses says nothing about the other one."""
    switch(flow_while_in_progress="allow", mirroring=False)
    sandbox.faults.add(
        Fault(FLOW, "error-before", region=REPLICA, code="ResourceInUseException", status=409, after=PROVED[REPLICA])
    )
    next_run_with()
    PLACEMENT.create(declared(ON_RETAIL))
    assert flows_of(sandbox, ON_RETAIL) == everywhere("Winter IVR")
    assert verdicts() == {SOURCE: "kept", REPLICA: "refused"}


def test_never(sandbox: Sandbox, next_run_with: Begin, switch: Switch) -> None:
    """`acgr:earlyFlow` = never: no flow is set before the claim is over."""
    switch(flow_while_in_progress="allow")
    next_run_with(early_flow=False)
    PLACEMENT.create(declared(ON_RETAIL))
    assert flows_set(sandbox) == {SOURCE: PROVED[SOURCE] + 1, REPLICA: PROVED[REPLICA]}


def test_nothing_is_learned_where_the_number_was_not_known(
    sandbox: Sandbox, next_run_with: Begin, switch: Switch, verdicts: Verdicts
) -> None:
    """A number that comes from an instance is not known in the replica while it moves: that is no refusal."""
    switch(flow_while_in_progress="allow")
    next_run_with()
    PLACEMENT.create(declared(ON_INSTANCE))
    assert flows_of(sandbox, ON_INSTANCE) == everywhere("Winter IVR")
    assert verdicts() == {SOURCE: "kept"}


@pytest.mark.parametrize("kind", ["error-before", "lost-reply", "denied", "throttle"])
def test_an_answer_that_tells_nothing(
    sandbox: Sandbox,
    next_run_with: Begin,
    switch: Switch,
    verdicts: Verdicts,
    kind: str,
) -> None:
    """A fault while it is tried is no verdict, and the number answers as ever."""
    switch(flow_while_in_progress="allow")
    sandbox.faults.add(Fault(FLOW, kind, region=SOURCE, count=6, after=PROVED[SOURCE]))
    next_run_with()
    PLACEMENT.create(declared(ON_RETAIL))
    assert flows_of(sandbox, ON_RETAIL) == everywhere("Winter IVR")
    assert "refused" not in verdicts().values()


@pytest.mark.parametrize("how", ["allow", "drop"])
def test_a_move_that_fails(sandbox: Sandbox, next_run_with: Begin, switch: Switch, how: str) -> None:
    """A number that stayed where it was has the flow that it had, not the one it was to have elsewhere (N15)."""
    switch(flow_while_in_progress=how)
    sandbox.faults.add(Fault(MOVE, "failed-claim", message="limit reached"))
    next_run_with()
    with pytest.raises(Exception, match="the number is where it was"):
        PLACEMENT.create(declared(ON_RETAIL))
    assert home_of(sandbox, ON_RETAIL) == "retail"
    assert flows_of(sandbox, ON_RETAIL) == everywhere("Main IVR")


@pytest.mark.parametrize("how", ["allow", "drop"])
def test_killed_after_it_was_set(sandbox: Sandbox, next_run_with: Begin, switch: Switch, how: str) -> None:
    """The runner dies once the flow was set, and the move fails: the next run gives the number what it had."""
    switch(flow_while_in_progress=how)
    sandbox.faults.add(Fault(MOVE, "failed-claim", message="limit reached"))
    next_run_with()
    kept = sandbox.handle

    def handle(request: Request) -> Any:
        answer = kept(request)
        if sandbox.counters.calls(MOVE) and sandbox.counters.calls(FLOW, region=REPLICA) > PROVED[REPLICA]:
            raise KeyboardInterrupt
        return answer

    sandbox.handle = handle  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        PLACEMENT.create(declared(ON_RETAIL))
    sandbox.handle = kept  # type: ignore[method-assign]
    sandbox.clock.advance(30.0)
    next_run_with()
    PLACEMENT.create(declared(ON_DEFAULT, "retail", flow="Sales"))
    assert home_of(sandbox, ON_RETAIL) == "retail"
    assert flows_of(sandbox, ON_RETAIL) == everywhere("Main IVR")
