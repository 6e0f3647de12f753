"""Programs run under Pulumi's mocks, and what they registered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks

ACCOUNT = "111122223333"
PLACEMENT = "pulumi-python:dynamic/acgr:PhoneNumberPlacement"
ROSTER = "pulumi-python:dynamic/acgr:TrafficDistributionGroupRoster"
REPLICA = "pulumi-python:dynamic/acgr:InstanceReplica"
COMPONENT = "acgr:index:GlobalResiliency"


@dataclass(frozen=True)
class Registered:
    """A resource, as the program registered it."""

    type: str
    name: str
    parent: str
    inputs: dict[str, Any]
    protect: bool
    dependencies: list[str]
    ignore_changes: list[str]
    property_dependencies: dict[str, list[str]]


@dataclass
class Deployed:
    """What one run of a program registered: resources, the outputs of components, what the stack exports."""

    resources: list[Registered] = field(default_factory=list)
    outputs: list[dict[str, Any]] = field(default_factory=list)
    exports: dict[str, Any] = field(default_factory=dict)

    def of(self, type_: str) -> dict[str, Registered]:
        """The resources of a type, by name."""
        return {found.name: found for found in self.resources if found.type == type_}


class _World(Mocks):
    """Answers as Connect would: a dark number has no flow in the replica Region; a new one is not known yet."""

    def __init__(self, *, preview: bool, existing: Collection[str], dark: Collection[str]) -> None:
        self._preview = preview
        self._existing = existing
        self._dark = dark

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        return {}, None

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        inputs = {key: value for key, value in args.inputs.items() if key != "__provider"}
        if self._preview and args.name not in self._existing:
            return None, inputs
        kinds = {PLACEMENT: self._placed, ROSTER: self._joined, REPLICA: self._replicated}
        made = kinds.get(args.typ, self._other)
        return f"{args.name}-id", {**inputs, **made(args.name, inputs)}

    def _placed(self, _name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        source, replica = inputs["source_region"], inputs["replica_region"]
        number = inputs["phone_number"]
        dark = [replica] if number in self._dark else []
        flows = {region: arn(region, "instance/i/contact-flow/f") for region in (source, replica) if region not in dark}
        group = arn(source, "traffic-distribution-group/placed")
        found = {"e164": number, "contact_flow_arns": flows, "dark_regions": dark, "placed_on_arn": group}
        return {**found, "target_arn": group}

    def _joined(self, _name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        source = inputs["source_region"]
        members = {label: arn(source, f"instance/i/agent/{label}") for label in inputs["users"]}
        group = arn(source, "traffic-distribution-group/joined")
        return {"members": members, "failed": {}, "traffic_distribution_group_arn": group}

    def _replicated(self, _name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {"instance_arn": inputs["instance"]}

    def _other(self, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        kinds = {"user": "instance/i/agent", "flow": "instance/i/contact-flow", "number": "phone-number"}
        path = kinds.get(name.split("-")[0], "traffic-distribution-group")
        made = arn("eu-west-2", f"{path}/{name}")
        return {"arn": made, "traffic_distribution_group_arn": made, "trafficDistributionGroupArn": made}


class _Recorder(MockMonitor):
    def __init__(self, world: _World, deployed: Deployed) -> None:
        super().__init__(world)
        self._deployed = deployed

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - Pulumi's name
        answer = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        inputs = rpc.deserialize_properties(request.object, keep_unknowns=True)
        known = {key: value for key, value in inputs.items() if key != "__provider" and value is not None}
        self._deployed.resources.append(
            Registered(
                request.type,
                request.name,
                request.parent,
                known,
                request.protect,
                list(request.dependencies),
                list(request.ignoreChanges),
                {key: list(found.urns) for key, found in request.propertyDependencies.items()},
            )
        )
        return answer

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - Pulumi's name
        if COMPONENT in request.urn:
            self._deployed.outputs.append(rpc.deserialize_properties(request.outputs, keep_unknowns=True))
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]


def arn(region: str, resource: str) -> str:
    """An ARN of the account that all tests use."""
    return f"arn:aws:connect:{region}:{ACCOUNT}:{resource}"


def _deploy(
    program: Callable[[], Any],
    *,
    preview: bool = False,
    existing: Collection[str] = (),
    dark: Collection[str] = (),
) -> Deployed:
    deployed = Deployed()
    world = _World(preview=preview, existing=existing, dark=dark)
    set_mocks(world, "contact-centre", "test", preview, monitor=_Recorder(world, deployed))
    stack = pulumi.runtime.settings.get_root_resource()

    def run() -> pulumi.Output[Any]:
        program()
        return pulumi.Output.from_input(dict(getattr(stack, "outputs", {}))).apply(deployed.exports.update)

    pulumi.runtime.test(run)()  # type: ignore[no-untyped-call]
    return deployed


Deploy = Callable[..., Deployed]


@contextmanager
def _event_loops() -> Iterator[None]:
    """An event loop for this thread and one for each thread that Pulumi's mocks use; all are closed at the end."""
    opened: list[asyncio.AbstractEventLoop] = []

    def open_one() -> None:
        opened.append(asyncio.new_event_loop())
        asyncio.set_event_loop(opened[-1])

    open_one()
    opened[0].set_default_executor(ThreadPoolExecutor(4, initializer=open_one))
    try:
        yield
    finally:
        opened[0].run_until_complete(opened[0].shutdown_default_executor())
        asyncio.set_event_loop(None)
        for loop in opened:
            loop.close()


@contextmanager
def deploying() -> Iterator[Deploy]:
    """Runs programs and gives what each registered; each run has a Pulumi runtime of its own."""
    with _event_loops():
        yield lambda *args, **kwargs: Context().run(_deploy, *args, **kwargs)
