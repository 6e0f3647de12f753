#!/usr/bin/env python3
"""Measures what a preview costs besides its requests, and prints a table; ends with 1 when a measure is missed.

Checks and diffs of many resources in one process, as the engine asks for them, without the engine, and the comment of
as many changes: seconds of the processor, the best of three. Each is measured for a quarter as many too: four times as
many may take four times as long, and what grows with the square takes sixteen times.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import process_time
from typing import Any

from sandbox_measures.measure import Measure, table

from acgr import connected
from acgr.agents.roster import RosterLogic
from acgr.agents.user import UserLogic
from acgr.numbers.placement import PlacementLogic
from acgr.runtime.resource import ResourceLogic
from acgr.runtime.run import Run, current_run
from acgr_cli.preview.markdown import markdown
from acgr_cli.preview.reading import read_preview
from acgr_cli.preview.report import report_of
from acgr_components.declared import declared
from acgr_connect.aws.settings import Settings
from acgr_connect.model.clock import SystemClock
from acgr_connect.model.operation import Deadline, Operation
from acgr_connect.scheduling.token_bucket import Rate
from acgr_sandbox import RealClock, Sandbox, Switches, load_scenario, session_on

MANY = 2000
TIMES = 3
MOST_SECONDS = 2.0
MOST_GROWTH = 10.0
SOURCE, REPLICA = "eu-west-2", "eu-central-1"


def main() -> int:
    """Measure everything."""
    measured = [measure for name, seconds in MEASURES.items() for measure in _measured(name, seconds)]
    print(table(measured))
    return 0 if all(measure.met for measure in measured) else 1


def _measured(name: str, seconds: Callable[[int], float]) -> Iterator[Measure]:
    quarter, whole = (min(seconds(count) for _ in range(TIMES)) for count in (MANY // 4, MANY))
    growth = whole / quarter
    yield Measure(f"{MANY:,} {name}", f"{whole:.2f} s", f"< {MOST_SECONDS} s", whole < MOST_SECONDS)
    yield Measure(f"{MANY:,} {name}, to a quarter as many", f"{growth:.1f}", f"< {MOST_GROWTH}", growth < MOST_GROWTH)


def _users(count: int) -> float:
    """Each agent a resource of his own, whose name is looked up."""
    with _centre(count) as (run, sandbox):
        group = sandbox.world.arn(sandbox.world.group("retail"))
        made = [(user.username, sandbox.world.arn(user)) for user in sandbox.world.users.values()]
        inputs = [{"traffic_distribution_group": "retail", "user": name, "source_region": SOURCE} for name, _ in made]
        states = [{"user_arn": arn, "username": name, "traffic_distribution_group_arn": group} for name, arn in made]
        return _previewed(UserLogic(), run, inputs, states)


def _placements(count: int) -> float:
    """Each number a resource, whose flow, group and number are looked up."""
    with _centre(count) as (run, sandbox):
        world = sandbox.world
        group, instance = world.arn(world.group("retail")), world.arn(world.instance("northwind"))
        flows = {region: world.arn(world.flow("Main IVR"), region) for region in (SOURCE, REPLICA)}
        made = [(number.e164, world.arn(number)) for number in world.numbers.values()]
        plain = {"target": "retail", "flow": "Main IVR", "return_to": "instance", "source_region": SOURCE}
        inputs = [{"phone_number": e164, **plain} for e164, _ in made]
        seen = {"target_arn": group, "placed_on_arn": group, "placed_flow_arns": flows, "contact_flow_arns": flows}
        rest = {"instance_arn": instance, "dark_regions": [], "dark_seconds": 0.0, **seen}
        states = [{"phone_number_arn": arn, "e164": e164, **rest} for e164, arn in made]
        return _previewed(PlacementLogic(), run, inputs, states)


def _roster(count: int) -> float:
    """All agents one resource, whose names are looked up."""
    with _centre(count) as (run, sandbox):
        group = sandbox.world.arn(sandbox.world.group("retail"))
        arns = {user.username: sandbox.world.arn(user) for user in sandbox.world.users.values()}
        inputs = {"traffic_distribution_group": "retail", "source_region": SOURCE, "users": dict.fromkeys(arns, "")}
        inputs["users"] = {name: name for name in arns}
        state = {"members": arns, "failed": {}, "undeclared": [], "traffic_distribution_group_arn": group}
        return _previewed(RosterLogic(), run, [inputs], [state])


def _component(count: int) -> float:
    """The arguments of a component with as many numbers and agents."""
    props = {
        "traffic_distribution_group": "retail",
        "source_region": SOURCE,
        "replica_region": REPLICA,
        "numbers": {e164: {"flow": {SOURCE: "Main IVR", REPLICA: "Main IVR"}} for e164 in _numbers(count)},
        "agents": [f"agent{number}" for number in range(count)],
        "max_removals": None,
        "max_number_removals": None,
    }
    began = process_time()
    declared("centre", props, None)
    return process_time() - began


def _comment(count: int) -> float:
    """A comment of a preview in which as many numbers move, each from and to a group of its own."""
    text = json.dumps(
        {"steps": [_move(number) for number in range(count)], "changeSummary": {"update": count}}, indent=4
    )
    began = process_time()
    markdown(report_of(read_preview(text)))
    return process_time() - began


def _move(number: int) -> dict[str, Any]:
    """One step of a preview's document."""
    head, e164 = f"arn:aws:connect:{SOURCE}:111122223333:", f"+4420794{number:05d}"
    on = f"{head}traffic-distribution-group/{number:08x}-0000-5000-8000-000000000000"
    flows = {region: f"{head.replace(SOURCE, region)}instance/a1/contact-flow/b1" for region in (SOURCE, REPLICA)}
    old = {"phone_number": e164, "target": f"group {number}", "flow": "Main IVR", "source_region": SOURCE}
    seen = {"e164": e164, "phone_number_arn": f"{head}phone-number/{number}", "target_arn": on, "placed_on_arn": on}
    outputs = {**old, **seen, "placed_flow_arns": flows, "contact_flow_arns": flows, "dark_regions": []}
    return {
        "op": "update",
        "urn": f"urn:pulumi:dev::bench::pulumi-python:dynamic/acgr:PhoneNumberPlacement::number-{number}",
        "oldState": {"inputs": old, "outputs": outputs},
        "newState": {"inputs": {**old, "target": f"other {number}"}},
        "diffReasons": ["target"],
    }


def _previewed(logic: ResourceLogic, run: Run, inputs: list[dict[str, Any]], states: list[dict[str, Any]]) -> float:
    """Seconds of a preview that finds nothing to do: the requests to the sandbox are made before."""
    for operation, news, state in _asked(run, inputs[:1], states):
        logic.diff(operation, run, {**news, **state}, news)
    began = process_time()
    for operation, news, state in _asked(run, inputs, states):
        answer = logic.check(operation, run, news, news)
        decision = logic.diff(operation, run, {**news, **state}, answer.inputs)
        assert (answer.failures, decision.changes) == ([], False), (answer.failures, decision.changes)
    return process_time() - began


def _asked(
    run: Run, inputs: list[dict[str, Any]], states: list[dict[str, Any]]
) -> Iterator[tuple[Operation, dict[str, Any], dict[str, Any]]]:
    for index, (news, state) in enumerate(zip(inputs, states, strict=False)):
        operation = Operation(Deadline.after(600.0, run.connection.clock), f"urn:pulumi:dev::bench::one::{index}")
        run.checked.add(operation.urn)
        yield operation, news, state


@contextmanager
def _centre(count: int) -> Iterator[tuple[Run, Sandbox]]:
    scenario = {
        "account": "111122223333",
        "source_region": SOURCE,
        "replica_region": REPLICA,
        "instances": [{"alias": "northwind"}],
        "groups": [{"name": "retail"}],
        "flows": ["Main IVR"],
        "users": [{"prefix": "agent", "count": count}],
        "numbers": [{"e164": e164, "target": "retail", "flow": "Main IVR"} for e164 in _numbers(count)],
    }
    sandbox = Sandbox(load_scenario(scenario), clock=RealClock(), switches=Switches(rate=0))
    with connected(session_on(sandbox), SystemClock(), Settings(rate=Rate(100_000.0, 100_000.0))):
        yield current_run(), sandbox


def _numbers(count: int) -> list[str]:
    return [f"+4420794{number:05d}" for number in range(count)]


MEASURES: dict[str, Callable[[int], float]] = {
    "user resources checked and compared": _users,
    "placements checked and compared": _placements,
    "agents of a roster checked and compared": _roster,
    "numbers and as many agents of a component": _component,
    "changes made a comment of": _comment,
}


if __name__ == "__main__":
    sys.exit(main())
