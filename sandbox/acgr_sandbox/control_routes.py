"""The control routes under /_sandbox/: JSON in, JSON out, never throttled. `Control` is their client.

GET     status               what is in the world, in figures
GET     overview             who answers where, at one look
GET     counters             calls by operation, Region and outcome
GET     events               ?after=N&limit=1000 (module `events`)
GET     timeline             ?number=E.164 or id
GET     dark                 [E.164, Region] of every number without a flow
GET     world                a snapshot
GET     switches, faults
POST    world                a snapshot, to be restored
POST    reset                back to the scenario
POST    counters/reset
POST    clock/advance        {"seconds": 60}, for a manual or accelerated clock
POST    clock/run            {"factor": 10}, for an accelerated clock
POST    claims/hold, claims/release
POST    faults               the fields of `Fault`, `kind` at least
POST    changes              a change by somebody else (module `rivals`)
DELETE  faults
PATCH   switches             {"claim_seconds": "3..8"}
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from .clock import AcceleratedClock, ManualClock
from .faults import Fault
from .overview import overview, pace_of
from .snapshot import restored, snapshot, time_of
from .switches import Switches
from .wire import Request, Response, json_response

if TYPE_CHECKING:
    from .app import Sandbox

Payload = dict[str, Any]


def answer(sandbox: Sandbox, request: Request) -> Response:
    """Answer one control request; a mistake in it is a 400 with a sentence."""
    path = request.raw_path.removeprefix("/_sandbox/").rstrip("/")
    route = _ROUTES.get((request.method, path))
    if route is None:
        there = ", ".join(f"{method} /_sandbox/{name}" for method, name in _ROUTES)
        message = f"There is no {request.method} {request.raw_path}; there are {there}."
        return json_response(404, {"Message": message})
    try:
        payload = json.loads(request.body) if request.body else dict(parse_qsl(request.query))
        with sandbox.lock:
            return json_response(200, route(sandbox, payload))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return json_response(400, {"Message": f"{type(error).__name__}: {error}"})


def status(sandbox: Sandbox, _: Payload) -> object:
    """What is in the world, in figures."""
    world = sandbox.world
    return {
        "pid": os.getpid(),
        "account": world.account,
        "source_region": world.source_region,
        "replica_region": world.replica_region,
        "instances": {instance.alias: instance.id for instance in world.instances.values()},
        "groups": {group.name: world.arn(group) for group in world.groups.values()},
        "numbers": len(world.numbers),
        "agents": len(world.users),
        "flows": len(world.flows),
        "members": {group.name: len(group.members) for group in world.groups.values()},
        "dark": sandbox.dark_numbers(),
        "calls": sandbox.counters.calls(),
        "revision": world.revision,
        "claims_held": world.claims_held,
        "now": sandbox.clock.now(),
        "clock": pace_of(sandbox.clock),
    }


def _counters(sandbox: Sandbox, _: Payload) -> object:
    return sandbox.counters.rows()


def _timeline(sandbox: Sandbox, payload: Payload) -> object:
    return sandbox.timeline.rows(payload.get("number"))


def _events(sandbox: Sandbox, payload: Payload) -> object:
    sandbox.settle()
    log = sandbox.events
    return {"events": log.after(int(payload.get("after", 0)), int(payload.get("limit", 1000))), "last": log.last}


def _overview(sandbox: Sandbox, _: Payload) -> object:
    return overview(sandbox)


def _world(sandbox: Sandbox, _: Payload) -> object:
    return snapshot(sandbox.world, sandbox.clock.now())


def _dark(sandbox: Sandbox, _: Payload) -> object:
    return sandbox.dark_numbers()


def _switches(sandbox: Sandbox, _: Payload) -> object:
    return sandbox.switches.plain()


def _faults(sandbox: Sandbox, _: Payload) -> object:
    return sandbox.faults.table()


def _reset_counters(sandbox: Sandbox, _: Payload) -> object:
    sandbox.counters.reset()
    return {}


def _reset(sandbox: Sandbox, _: Payload) -> object:
    sandbox.reset()
    return status(sandbox, {})


def _advance(sandbox: Sandbox, payload: Payload) -> object:
    if not isinstance(sandbox.clock, (ManualClock, AcceleratedClock)):
        raise ValueError("This sandbox runs on the wall clock: start it with --clock manual, or --clock 60x.")
    sandbox.clock.advance(float(payload["seconds"]))
    sandbox.settle()
    sandbox.tell("clock moved", seconds=float(payload["seconds"]))
    return {"now": sandbox.clock.now()}


def _run(sandbox: Sandbox, payload: Payload) -> object:
    if not isinstance(sandbox.clock, AcceleratedClock):
        raise ValueError("The speed of this clock is fixed: start the sandbox with --clock 1x, or another speed.")
    sandbox.clock.run(float(payload["factor"]))
    sandbox.tell("clock runs", factor=sandbox.clock.factor)
    return {"now": sandbox.clock.now(), "clock": pace_of(sandbox.clock)}


def _change(sandbox: Sandbox, payload: Payload) -> object:
    return {"outcome": sandbox.change(payload)}


def _hold(sandbox: Sandbox, _: Payload) -> object:
    sandbox.hold_claims()
    return {}


def _release(sandbox: Sandbox, _: Payload) -> object:
    sandbox.release_claims()
    return {}


def _add_fault(sandbox: Sandbox, payload: Payload) -> object:
    fault = Fault(**{**payload, "kind": payload["kind"]})
    sandbox.faults.add(fault)
    sandbox.tell("fault added", fault=fault.kind, operation=fault.operation)
    return sandbox.faults.table()


def _clear_faults(sandbox: Sandbox, _: Payload) -> object:
    sandbox.faults.clear()
    sandbox.tell("faults cleared")
    return []


def _restore(sandbox: Sandbox, payload: Payload) -> object:
    sandbox.restore(restored(payload), time_of(payload))
    return status(sandbox, {})


def _set_switches(sandbox: Sandbox, payload: Payload) -> object:
    changed: Switches = sandbox.switches.with_values(payload)
    sandbox.set_switches(changed)
    sandbox.tell("switches set", switches=payload)
    return changed.plain()


_ROUTES: dict[tuple[str, str], Callable[[Sandbox, Payload], object]] = {
    ("GET", "status"): status,
    ("GET", "counters"): _counters,
    ("GET", "timeline"): _timeline,
    ("GET", "events"): _events,
    ("GET", "overview"): _overview,
    ("GET", "world"): _world,
    ("GET", "dark"): _dark,
    ("GET", "switches"): _switches,
    ("GET", "faults"): _faults,
    ("POST", "counters/reset"): _reset_counters,
    ("POST", "reset"): _reset,
    ("POST", "clock/advance"): _advance,
    ("POST", "clock/run"): _run,
    ("POST", "changes"): _change,
    ("POST", "claims/hold"): _hold,
    ("POST", "claims/release"): _release,
    ("POST", "faults"): _add_fault,
    ("POST", "world"): _restore,
    ("DELETE", "faults"): _clear_faults,
    ("PATCH", "switches"): _set_switches,
}
