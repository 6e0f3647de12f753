"""One request on its way: who calls, the throttle, the faults, the operation, the record of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from . import sts
from .caller import Caller, caller_of
from .delays import drawn
from .faults import Fault, misfortune_of, refuse_after, refuse_before, throttled
from .insight import THROTTLES
from .model import match, own_code
from .operations import OPERATIONS
from .refusal import ConnectionReset, LostReply, Refusal
from .validation import validate
from .wire import Request, Response, parse, render, render_error

if TYPE_CHECKING:
    from .app import Sandbox


_GUIDE_DISASSOCIATE = re.compile(r"(/traffic-distribution-group/([^/]+)/user)/([^/]+)")


@dataclass(frozen=True)
class Asked:
    """Which operation somebody asked for."""

    caller: Caller
    operation: str
    labels: Mapping[str, str]
    request: Request


@dataclass(frozen=True)
class Ended:
    """What became of a call: an answer or a broken connection, the counter's word for it, the fault that hit it."""

    response: Response | LostReply
    outcome: str
    fault: Fault | None


def dispatch(sandbox: Sandbox, request: Request) -> Response:
    """Answer a request to the API.

    Raises:
        LostReply: a fault says that the answer never arrives.
    """
    try:
        caller = caller_of(request.headers, sandbox.account)
        if caller.service == "sts":
            sandbox.counters.add("GetCallerIdentity", caller.region, "ok")
            return sts.answer(caller, request, sandbox.partition)
        request = _as_the_model_has_it(sandbox, request)
        asked = Asked(caller, *_route(request), request)
    except Refusal as refusal:
        return render_error(refusal, sandbox.switches.error_member)
    return _serve(sandbox, asked)


def _as_the_model_has_it(sandbox: Sandbox, request: Request) -> Request:
    guide = _GUIDE_DISASSOCIATE.fullmatch(request.raw_path)
    if request.method != "DELETE" or guide is None or sandbox.switches.guide_disassociate == "refuse":
        return request
    group = sandbox.world.groups.get(unquote(guide[2]).rsplit("/", 1)[-1])
    query = f"UserId={guide[3]}&InstanceId={group.instance_id if group else 'unknown'}"
    return replace(request, raw_path=guide[1], query=query)


def _route(request: Request) -> tuple[str, dict[str, str]]:
    found = match(request.method, request.raw_path)
    if found is None:
        message = f"No operation of Amazon Connect is {request.method} {request.raw_path}."
        raise Refusal("UnknownOperationException", message, status=404)
    name, labels = found
    if name not in OPERATIONS:
        raise Refusal("UnimplementedOperationException", f"The sandbox does not implement {name}.", status=501)
    return name, labels


def _serve(sandbox: Sandbox, asked: Asked) -> Response:
    with sandbox.lock:
        sandbox.settle()
        switches, before = sandbox.switches, sandbox.counters.total
        ended = _attempt(sandbox, asked)
        _record(sandbox, asked, ended)
    delay = drawn(switches.latency_seconds, f"{switches.seed}/{before}")
    delay += drawn(ended.fault.seconds, f"{ended.fault.seed}/{before}") if ended.fault else 0.0
    if delay:
        sandbox.clock.sleep(delay)
    if isinstance(ended.response, LostReply):
        raise ended.response
    return ended.response


def _attempt(sandbox: Sandbox, asked: Asked) -> Ended:
    fault = None
    try:
        _admit(sandbox, asked)
        for change in sandbox.faults.second_writers(asked.operation, asked.caller.region):
            sandbox.change(change)
        fault = _fault_for(sandbox, asked)
        refuse_before(fault, sandbox.switches)
        ended = Ended(_done(sandbox, asked, fault), "ok", fault)
    except Refusal as refusal:
        refusal.code = own_code(asked.operation, refusal.code)
        ended = Ended(render_error(refusal, sandbox.switches.error_member), refusal.code or "throttled", fault)
    except ConnectionReset as reset:
        return Ended(reset, "reset", fault)
    if fault and fault.kind == "lost-reply":
        lost = LostReply(f"The answer to {asked.operation} in {asked.caller.region} was lost.")
        return Ended(lost, "lost", fault)
    return ended


def _admit(sandbox: Sandbox, asked: Asked) -> None:
    caller, now = asked.caller, sandbox.clock.now()
    if not sandbox.throttle.admits(caller.account, caller.region, asked.operation, now, sandbox.switches):
        raise throttled(sandbox.switches)


def _fault_for(sandbox: Sandbox, asked: Asked) -> Fault | None:
    caller, now = asked.caller, sandbox.clock.now()
    fault = sandbox.faults.next(asked.operation, caller.region)
    if fault is None:
        return None
    sandbox.events.add(now, "fault", {"fault": fault.kind, "operation": asked.operation, "region": caller.region})
    if fault.kind == "drain":
        sandbox.throttle.drain(caller.account, caller.region, asked.operation, now, sandbox.switches)
    return fault


def _done(sandbox: Sandbox, asked: Asked, fault: Fault | None) -> Response:
    params = parse(asked.operation, asked.labels, asked.request)
    validate(asked.operation, params, patterns=sandbox.switches.patterns == "check")
    answer = sandbox.operate(asked.caller, asked.operation, params, misfortune_of(fault))
    response = render(asked.operation, answer)
    refuse_after(fault)
    return response


def _record(sandbox: Sandbox, asked: Asked, ended: Ended) -> None:
    now, where = sandbox.clock.now(), asked.caller
    status = ended.response.status if isinstance(ended.response, Response) else 0
    sandbox.counters.add(asked.operation, where.region, ended.outcome)
    sandbox.pulse.add(now, throttled=ended.outcome in THROTTLES)
    facts = {"operation": asked.operation, "region": where.region, "account": where.account}
    end = {"outcome": ended.outcome, "status": status, "on": list(asked.labels.values())}
    sandbox.events.add(now, "call", {**facts, **end})
