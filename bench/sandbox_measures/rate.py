"""boto3 in process, against a stub that answers a constant."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from acgr_sandbox import Sandbox, Switches, load_scenario, session_on
from acgr_sandbox.scenario.generate import generated

from .clock import seconds_of
from .measure import Measure

LEAST = 0.6
ROUNDS, CALLS = 21, 150

Call = Callable[[Any], object]


class _Body(io.BytesIO):
    def stream(self, size: int = 65536) -> Iterator[bytes]:
        while chunk := self.read(size):
            yield chunk


def rates() -> list[Measure]:
    """A read and a write: calls a second of the sandbox in those of the stub, alternating in one run."""
    sandbox = Sandbox(load_scenario(generated()), switches=Switches(rate=0))
    world = sandbox.world
    number, instance, flow = next(iter(world.numbers)), next(iter(world.instances)), next(iter(world.flows))
    calls: dict[str, Call] = {
        "DescribePhoneNumber": lambda client: client.describe_phone_number(PhoneNumberId=number),
        "AssociatePhoneNumberContactFlow": lambda client: client.associate_phone_number_contact_flow(
            PhoneNumberId=number, InstanceId=instance, ContactFlowId=flow
        ),
    }
    return [_compare(name, call, sandbox) for name, call in calls.items()]


def _compare(name: str, call: Call, sandbox: Sandbox) -> Measure:
    real, stub = session_on(sandbox).client("connect"), _stub_of(sandbox, call)
    pairs = [(_rate(real, call), _rate(stub, call)) for _ in range(ROUNDS)]
    share = median(mine / its for mine, its in pairs)
    figures = f"{median(mine for mine, _ in pairs):,.0f} of {median(its for _, its in pairs):,.0f} a second"
    return Measure(f"boto3 in process, {name}", f"{share:.2f} ({figures})", f">= {LEAST}", share >= LEAST)


def _rate(client: Any, call: Call) -> float:
    def work() -> None:
        for _ in range(CALLS):
            call(client)

    return CALLS / seconds_of(work)


def _stub_of(sandbox: Sandbox, call: Call) -> Any:
    """A client whose every answer is what the sandbox answered to `call` once."""
    answers: list[Any] = []
    session = session_on(sandbox)
    session.events.register("after-call.connect", lambda http_response, **_: answers.append(http_response))
    call(session.client("connect"))
    body, headers = answers[0].content, dict(answers[0].headers)
    core = botocore.session.Session()
    core.set_config_variable("config_file", os.devnull)
    stub = boto3.Session("stub", "stub", region_name="eu-west-2", botocore_session=core)
    stub.events.register_first(
        "before-send.connect", lambda request, **_: AWSResponse(request.url, 200, headers, _Body(body))
    )
    return stub.client("connect", config=Config(retries={"total_max_attempts": 1, "mode": "standard"}))
