"""One request to the API on its way: who calls, the throttle, the faults, the operation, the record of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import unquote

from .control.second_writer import make_change
from .core.delays import drawn
from .core.events import LONGEST
from .core.faults import Fault, async_failure_of, refuse_after, refuse_before, throttled
from .core.metrics import NO_OPERATION
from .operations import OPERATIONS
from .simulation import Simulation
from .wire import sts
from .wire.caller import Caller, caller_of
from .wire.refusal import ConnectionReset, LostReply, Refusal
from .wire.rest_json import Request, Response, parse, render, render_error
from .wire.service_model import find_operation, listed_code
from .wire.validation import validate

_GUIDE_DISASSOCIATE = re.compile(r"(/traffic-distribution-group/([^/]+)/user)/([^/]+)")


class ApiCall(NamedTuple):
    """Which operation somebody called; `labels` are the ids and ARNs in the path."""

    caller: Caller
    operation: str
    labels: Mapping[str, str]
    request: Request


class Outcome(NamedTuple):
    """What became of a call: an answer or a broken connection, the counter's word for it, the fault that hit it."""

    response: Response | LostReply
    counted_as: str
    fault: Fault | None


def dispatch(simulation: Simulation, request: Request) -> Response:
    """Answer a request to the API.

    Raises:
        LostReply: a fault says that the answer never arrives.
    """
    caller: Caller | None = None
    try:
        caller = caller_of(request.headers, simulation.account)
        if caller.service == "sts":
            return _identity(simulation, caller, request)
        request = _guide_form_rewritten(simulation, request)
        call = ApiCall(caller, *_operation_of(request), request)
    except Refusal as refusal:
        return _turned_away(simulation, request, caller, refusal)
    return _serve(simulation, call)


def _identity(simulation: Simulation, caller: Caller, request: Request) -> Response:
    action, response = sts.action(request), sts.answer(caller, request, simulation.partition)
    known = response.status == 200
    facts = {"account": caller.account, "status": response.status, "on": []}
    with simulation.lock:
        simulation.record_call(
            action if known else NO_OPERATION,
            caller.region,
            "ok" if known else "InvalidAction",
            facts if known else {**facts, "asked": f"sts:{action}"},
            lacked="" if known else f"sts:{action}",
        )
    return response


def _turned_away(simulation: Simulation, request: Request, caller: Caller | None, refusal: Refusal) -> Response:
    """The answer to what never becomes an operation; it is counted like any other."""
    response = render_error(refusal, simulation.switches.error_member)
    found, asked = find_operation(request.method, request.raw_path), f"{request.method} {request.raw_path}"[:LONGEST]
    facts = {"account": caller.account if caller else "", "status": response.status, "on": [], "asked": asked}
    named = asked if caller is None or caller.service == "connect" else f"{caller.service}: {asked}"
    with simulation.lock:
        simulation.record_call(
            found[0] if found else NO_OPERATION,
            caller.region if caller else "",
            refusal.code,
            facts,
            lacked="" if caller is None else found[0] if found else named,
        )
    return response


def _guide_form_rewritten(simulation: Simulation, request: Request) -> Request:
    # The guide has DELETE …/user/{UserId}, the service model DELETE …/user?UserId=…&InstanceId=….
    guide = _GUIDE_DISASSOCIATE.fullmatch(request.raw_path)
    if request.method != "DELETE" or guide is None or simulation.switches.guide_disassociate == "refuse":
        return request
    group = simulation.world.groups.get(unquote(guide[2]).rsplit("/", 1)[-1])
    query = f"UserId={guide[3]}&InstanceId={group.instance_id if group else 'unknown'}"
    return replace(request, raw_path=guide[1], query=query)


def _operation_of(request: Request) -> tuple[str, dict[str, str]]:
    found = find_operation(request.method, request.raw_path)
    if found is None:
        message = f"No operation of Amazon Connect is {request.method} {request.raw_path}."
        raise Refusal("UnknownOperationException", message, status=404)
    name, labels = found
    if name not in OPERATIONS:
        raise Refusal("UnimplementedOperationException", f"The sandbox does not implement {name}.", status=501)
    return name, labels


def _serve(simulation: Simulation, call: ApiCall) -> Response:
    with simulation.lock:
        simulation.settle()
        switches, before = simulation.switches, simulation.counters.total
        try:
            outcome = _attempt(simulation, call)
        except Exception:
            failed = render_error(Refusal("InternalServiceException", ""))
            _record(simulation, call, Outcome(failed, "InternalServiceException", None))
            raise
        _record(simulation, call, outcome)
    delay = drawn(switches.latency_seconds, f"{switches.seed}/{before}")
    delay += drawn(outcome.fault.seconds, f"{outcome.fault.seed}/{before}") if outcome.fault else 0.0
    if delay:
        simulation.clock.sleep(delay)
    if isinstance(outcome.response, LostReply):
        raise outcome.response
    return outcome.response


def _attempt(simulation: Simulation, call: ApiCall) -> Outcome:
    fault = None
    try:
        _check_rate(simulation, call)
        for change in simulation.faults.second_writers(call.operation, call.caller.region):
            make_change(simulation, change)
        fault = _fault_for(simulation, call)
        refuse_before(fault, simulation.switches)
        outcome = Outcome(_run(simulation, call, fault), "ok", fault)
    except Refusal as refusal:
        refusal.code = listed_code(call.operation, refusal.code)
        outcome = Outcome(render_error(refusal, simulation.switches.error_member), refusal.code or "throttled", fault)
    except ConnectionReset as reset:
        return Outcome(reset, "reset", fault)
    if fault and fault.kind == "lost-reply":
        lost = LostReply(f"The answer to {call.operation} in {call.caller.region} was lost.")
        return Outcome(lost, "lost", fault)
    return outcome


def _check_rate(simulation: Simulation, call: ApiCall) -> None:
    caller, now = call.caller, simulation.clock.now()
    if not simulation.throttle.admits(caller.account, caller.region, call.operation, now, simulation.switches):
        raise throttled(simulation.switches)


def _fault_for(simulation: Simulation, call: ApiCall) -> Fault | None:
    caller, now = call.caller, simulation.clock.now()
    fault = simulation.faults.next(call.operation, caller.region)
    if fault is None:
        return None
    simulation.events.add(now, "fault", {"fault": fault.kind, "operation": call.operation, "region": caller.region})
    if fault.kind == "drain":
        simulation.throttle.drain(caller.account, caller.region, call.operation, now, simulation.switches)
    return fault


def _run(simulation: Simulation, call: ApiCall, fault: Fault | None) -> Response:
    params = parse(call.operation, call.labels, call.request)
    validate(call.operation, params, patterns=simulation.switches.patterns == "check")
    if simulation.access is not None and call.caller.account == simulation.account:
        simulation.access.check(simulation.world, call.caller, call.operation, params)
    answer = simulation.operate(call.caller, call.operation, params, async_failure_of(fault))
    response = render(call.operation, answer)
    refuse_after(fault)
    return response


def _record(simulation: Simulation, call: ApiCall, outcome: Outcome) -> None:
    status = outcome.response.status if isinstance(outcome.response, Response) else 0
    labels = [label[:LONGEST] for label in call.labels.values()]
    facts = {"account": call.caller.account, "status": status, "on": labels}
    simulation.record_call(call.operation, call.caller.region, outcome.counted_as, facts)
