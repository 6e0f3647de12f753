"""The control routes under /_sandbox/: JSON in, JSON out, never throttled, never signed.

`_ROUTES` at the end has them all, docs/sandbox.md says what each does and takes, and `Control` (module `client`) is
their client.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any
from urllib.parse import parse_qsl

from acgr_sandbox.core.clock import AcceleratedClock, ManualClock, clock_name
from acgr_sandbox.core.faults import KINDS, Fault
from acgr_sandbox.core.switches import Switches
from acgr_sandbox.scenario.snapshot import restored, snapshot, time_of
from acgr_sandbox.simulation import Simulation
from acgr_sandbox.wire.rest_json import Request, Response, json_response

from .overview import overview
from .page import page
from .placed_calls import lost_rows, of_number, place_calls, totals
from .second_writer import make_change

PREFIX = "/_sandbox"

PRIVATE = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of every answer: for nobody to keep, and for no page of another origin."""

Payload = dict[str, Any]


def answer(simulation: Simulation, request: Request) -> Response:
    """Answer one control request; a mistake in it is a 400 with a sentence."""
    path = request.raw_path.removeprefix(f"{PREFIX}/").rstrip("/")
    if (request.method, path) == ("GET", "page"):
        return _private(page())
    route = _ROUTES.get((request.method, path))
    if route is None:
        there = ", ".join(f"{method} {PREFIX}/{name}" for method, name in [*_ROUTES, ("GET", "page")])
        message = f"There is no {request.method} {request.raw_path}; there are {there}."
        return _json(404, {"Message": message})
    try:
        payload = _payload(request)
        with simulation.lock:
            return _json(200, route(simulation, payload))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return _json(400, {"Message": f"{type(error).__name__}: {error}"})


def _json(status: int, value: object) -> Response:
    return _private(json_response(status, value))


def _private(response: Response) -> Response:
    return replace(response, headers={**response.headers, **PRIVATE})


def _payload(request: Request) -> Payload:
    if not request.body:
        return dict(parse_qsl(request.query))
    payload = json.loads(request.body)
    if not isinstance(payload, dict):
        raise ValueError("The body of a control request is a JSON object.")
    return payload


def _figure(payload: Payload, name: str) -> float:
    value = payload.get(name)
    try:
        if isinstance(value, bool):
            raise ValueError(value)
        return float(value)  # type: ignore[arg-type]  # what it cannot take is refused
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"{name} is {value!r}; it takes a number.") from None


def _whole(payload: Payload, name: str, default: int) -> int:
    value = payload.get(name, default)
    try:
        if isinstance(value, bool) or int(value) < 0:
            raise ValueError(value)
        return int(value)
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"{name} is {value!r}; it takes a whole number of 0 or more.") from None


def status(simulation: Simulation, payload: Payload) -> object:
    """What is in the world, in figures; with a `challenge` also the proof that this is the sandbox with that secret."""
    world, challenge = simulation.world, str(payload.get("challenge", ""))
    return {
        "pid": os.getpid(),
        **({"proof": _proof(simulation.secret, challenge)} if challenge else {}),
        "account": world.account,
        "source_region": world.source_region,
        "replica_region": world.replica_region,
        "instances": {instance.alias: instance.id for instance in world.instances.values()},
        "groups": {group.name: world.arn(group) for group in world.groups.values()},
        "numbers": len(world.numbers),
        "agents": len(world.users),
        "flows": len(world.flows),
        "members": {group.name: len(group.members) for group in world.groups.values()},
        "dark": simulation.dark_numbers(),
        "calls": simulation.counters.calls(),
        **totals(simulation.phone_calls),
        "lost": lost_rows(simulation),
        "lacked": simulation.counters.lacked,
        "revision": world.revision,
        "claims_held": world.claims_held,
        "now": simulation.clock.now(),
        "clock": clock_name(simulation.clock),
    }


def _proof(secret: str, challenge: str) -> str:
    return hmac.new(secret.encode(), challenge.encode(), "sha256").hexdigest()


def _counters(simulation: Simulation, _: Payload) -> object:
    return simulation.counters.rows()


def _timeline(simulation: Simulation, payload: Payload) -> object:
    return simulation.timeline.rows(payload.get("number"))


def _events(simulation: Simulation, payload: Payload) -> object:
    simulation.settle()
    log = simulation.events
    return {"events": log.after(_whole(payload, "after", 0), _whole(payload, "limit", 1000)), "last": log.last}


def _overview(simulation: Simulation, _: Payload) -> object:
    return overview(simulation)


def _world(simulation: Simulation, _: Payload) -> object:
    return snapshot(simulation.world, simulation.clock.now())


def _dark(simulation: Simulation, _: Payload) -> object:
    return simulation.dark_numbers()


def _switches(simulation: Simulation, _: Payload) -> object:
    return simulation.switches.plain()


def _faults(simulation: Simulation, _: Payload) -> object:
    return simulation.faults.table()


def _reset_counters(simulation: Simulation, _: Payload) -> object:
    simulation.counters.reset()
    simulation.phone_calls.begin()
    return {}


def _place_calls(simulation: Simulation, payload: Payload) -> object:
    return place_calls(simulation, str(payload["number"]), payload.get("count", 1))


def _calls(simulation: Simulation, _: Payload) -> object:
    calls, numbers = simulation.phone_calls, simulation.world.numbers.values()
    return {**totals(calls), "numbers": {number.e164: of_number(calls, number) for number in numbers}}


def _stream_calls(simulation: Simulation, payload: Payload) -> object:
    numbers = [str(number) for number in payload.get("numbers", ())]
    simulation.stream_calls(":".join([str(payload["rate"]), *([",".join(numbers)] if numbers else [])]))
    return totals(simulation.phone_calls)


def _reset(simulation: Simulation, _: Payload) -> object:
    simulation.reset()
    return status(simulation, {})


def _advance(simulation: Simulation, payload: Payload) -> object:
    if not isinstance(simulation.clock, (ManualClock, AcceleratedClock)):
        raise ValueError("This sandbox runs on the wall clock: start it with --clock manual, or --clock 60x.")
    seconds = _figure(payload, "seconds")
    simulation.clock.advance(seconds)
    simulation.settle()
    simulation.log_world_event("clock moved", seconds=seconds)
    return {"now": simulation.clock.now()}


def _run(simulation: Simulation, payload: Payload) -> object:
    if not isinstance(simulation.clock, AcceleratedClock):
        raise ValueError("The speed of this clock is fixed: start the sandbox with --clock 1x, or another speed.")
    simulation.clock.run(_figure(payload, "factor"))
    simulation.log_world_event("clock runs", factor=simulation.clock.factor)
    return {"now": simulation.clock.now(), "clock": clock_name(simulation.clock)}


def _change(simulation: Simulation, payload: Payload) -> object:
    return {"outcome": make_change(simulation, payload)}


def _hold(simulation: Simulation, _: Payload) -> object:
    simulation.hold_claims()
    return {}


def _release(simulation: Simulation, _: Payload) -> object:
    simulation.release_claims()
    return {}


def _add_fault(simulation: Simulation, payload: Payload) -> object:
    unknown = sorted(payload.keys() - {each.name for each in fields(Fault)})
    if unknown or "kind" not in payload:
        raise ValueError(f"A fault has no {unknown[0]!r}." if unknown else f"A fault has a kind: {', '.join(KINDS)}.")
    fault = Fault(**payload)
    simulation.faults.add(fault)
    simulation.log_world_event("fault added", fault=fault.kind, operation=fault.operation)
    return simulation.faults.table()


def _clear_faults(simulation: Simulation, _: Payload) -> object:
    simulation.faults.clear()
    simulation.log_world_event("faults cleared")
    return []


def _policies(simulation: Simulation, _: Payload) -> object:
    access = simulation.access
    return {"policies": access.documents() if access else {}, "asked": access.asked() if access else []}


def _set_policies(simulation: Simulation, payload: Payload) -> object:
    simulation.set_policies(payload)
    return _policies(simulation, {})


def _drop_policies(simulation: Simulation, _: Payload) -> object:
    simulation.set_policies({})
    return {}


def _restore(simulation: Simulation, payload: Payload) -> object:
    simulation.restore(restored(payload), time_of(payload))
    return status(simulation, {})


def _set_switches(simulation: Simulation, payload: Payload) -> object:
    changed: Switches = simulation.switches.with_values(payload)
    simulation.set_switches(changed)
    simulation.log_world_event("switches set", switches=payload)
    return changed.plain()


_ROUTES: dict[tuple[str, str], Callable[[Simulation, Payload], object]] = {
    ("GET", "status"): status,
    ("GET", "counters"): _counters,
    ("GET", "timeline"): _timeline,
    ("GET", "events"): _events,
    ("GET", "overview"): _overview,
    ("GET", "world"): _world,
    ("GET", "dark"): _dark,
    ("GET", "switches"): _switches,
    ("GET", "faults"): _faults,
    ("GET", "policies"): _policies,
    ("POST", "policies"): _set_policies,
    ("DELETE", "policies"): _drop_policies,
    ("POST", "counters/reset"): _reset_counters,
    ("GET", "calls"): _calls,
    ("POST", "calls"): _place_calls,
    ("POST", "calls/stream"): _stream_calls,
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
