"""`GlobalResiliency`, constructed by the plugin: what it registers with the engine, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from native_door import PROVIDER_ID, UNKNOWN, Door, Failed, Props, plain, provider_urn, secret, urn_of
from numbers_there import DARK, ON_INSTANCE, ON_RETAIL, REPLICA, SOURCE
from pulumi.runtime.proto import provider_pb2, resource_pb2, resource_pb2_grpc

from acgr.requests import WORKERS
from acgr_plugin.wire import OUTPUT, SIGNATURE

TOKEN = "acgr:index:GlobalResiliency"


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """The engine: notes what is registered, and has the provider make it, in a preview."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.registered: dict[str, Any] = {}
        self.outputs: dict[str, Props] = {}

    def SupportsFeature(self, request: Any, context: Any) -> Any:  # noqa: N802
        """As the engine of today."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in {"secrets", "aliasSpecs"})

    def RegisterResource(self, request: Any, context: Any) -> Any:  # noqa: N802
        """A resource: check and create it."""
        self.registered[request.name] = request
        kind = request.type.rpartition(":")[2]
        urn = urn_of(kind, request.name)
        if not request.custom:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        props = plain(request.object)
        inputs = self._door.check(kind, props, name=request.name)
        id_, outputs = self._door.create(kind, inputs, preview=True, name=request.name)
        struct = Struct()
        struct.update({**inputs, **outputs})
        return resource_pb2.RegisterResourceResponse(urn=urn, id=id_, object=struct)

    def GetDeploymentInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """As an engine that does not tell."""
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "not told")

    def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:  # noqa: N802
        """What a component answers."""
        self.outputs[request.urn] = plain(request.outputs)
        return Empty()


@pytest.fixture
def monitor(door: Door) -> Iterator[Monitor]:
    """An engine that makes what is registered by the same provider."""
    monitor = Monitor(door)
    server = grpc.server(ThreadPoolExecutor(8))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    monitor.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"  # type: ignore[attr-defined]
    server.start()
    yield monitor
    server.stop(None).wait()


def constructed(door: Door, monitor: Monitor, name: str = "centre", **inputs: Any) -> Props:
    """What the component answers."""
    struct = Struct()
    struct.update({"sourceRegion": SOURCE, "replicaRegion": REPLICA, **inputs})
    request = provider_pb2.ConstructRequest(
        project="trial",
        stack="dev",
        dryRun=True,
        type=TOKEN,
        name=name,
        inputs=struct,
        monitorEndpoint=monitor.address,  # type: ignore[attr-defined]
    )
    try:
        return plain(door.stub.Construct(request).state)
    except grpc.RpcError as error:
        raise Failed(error) from None


def test_children_and_answers(door: Door, monitor: Monitor) -> None:
    """The children are resources of this plugin by the names of the Python component; a preview knows the answers."""
    numbers = {
        ON_INSTANCE: {"flow": "Main IVR"},
        "sales": {"phoneNumber": ON_RETAIL, "flow": "Sales", "returnTo": "leave"},
    }
    state = constructed(door, monitor, trafficDistributionGroup="emergency", numbers=numbers, agents=["alice.smith"])
    assert set(monitor.registered) == {"centre", "centre-agents", f"centre-{ON_INSTANCE}", "centre-sales"}
    assert plain(monitor.registered["centre-sales"].object) == {
        "phoneNumber": ON_RETAIL,
        "flow": "Sales",
        "returnTo": "leave",
        "target": "emergency",
        "sourceRegion": SOURCE,
        "replicaRegion": REPLICA,
    }
    former = [alias.spec.type for alias in monitor.registered["centre-sales"].aliases]
    assert former == ["pulumi-python:dynamic/acgr:PhoneNumberPlacement"]
    assert state["numbers"]["sales"] == {
        "e164": ON_RETAIL,
        "target": "emergency",
        "flows": {SOURCE: "Sales", REPLICA: "Sales"},
    }
    assert (state["darkNumbers"], list(state["agents"])) == ([], ["alice.smith"])
    assert state["trafficDistributionGroupArn"].startswith("arn:aws:connect:eu-west-2:111122223333:traffic-")
    assert monitor.outputs[urn_of("GlobalResiliency", "centre")].keys() == state.keys()
    [said] = door.said("centre")
    assert said.startswith("centre: 2 numbers move, and the callers of each reach nothing for about 6 s; ")


def test_a_group_that_it_makes(door: Door, monitor: Monitor) -> None:
    """A group that is declared with the component is its child, and what stands on it waits for its id."""
    group = {"name": "storm", "instance": "northwind"}
    state = constructed(door, monitor, trafficDistributionGroup=group, numbers={ON_INSTANCE: {"flow": "Main IVR"}})
    assert set(monitor.registered) == {"centre", "centre-group", f"centre-{ON_INSTANCE}"}
    assert plain(monitor.registered["centre-group"].object) == {**group, "sourceRegion": SOURCE}
    assert plain(monitor.registered[f"centre-{ON_INSTANCE}"].object)["target"] == UNKNOWN
    assert state["agents"] == {}


@pytest.mark.parametrize("name", ["default", "default_0_9_0_git_/example.com/acme/acgr/plugin", "emea"])
def test_children_are_made_by_the_provider_of_the_component(door: Door, monitor: Monitor, name: str) -> None:
    """Whatever version the program's SDK is of, and wherever the plugin was found: no other provider is asked for."""
    door.configure(name)
    constructed(door, monitor, trafficDistributionGroup="emergency", numbers={ON_INSTANCE: {"flow": "Main IVR"}})
    child = monitor.registered[f"centre-{ON_INSTANCE}"]
    assert (child.provider, child.version) == (f"{provider_urn(name)}::{PROVIDER_ID}", "")


def test_what_other_resources_make(door: Door, monitor: Monitor) -> None:
    """A number that another resource of the program claims is not known in the preview, and waits for that resource."""
    claimed = {SIGNATURE: OUTPUT, "dependencies": [urn_of("Number", "claimed")]}
    numbers = {"sales": {"phoneNumber": claimed, "flow": "Sales"}}
    state = constructed(door, monitor, trafficDistributionGroup="emergency", numbers=numbers)
    asked = monitor.registered["centre-sales"]
    assert plain(asked.object)["phoneNumber"] == UNKNOWN
    assert list(asked.propertyDependencies["phoneNumber"].urns) == [urn_of("Number", "claimed")]
    assert state["numbers"]["sales"] == UNKNOWN


def test_all_that_is_wrong_is_said_at_once(door: Door, monitor: Monitor) -> None:
    """Arguments that cannot be meant end the construction, with a line for each and no traceback."""
    with pytest.raises(Failed) as failed:
        constructed(
            door, monitor, trafficDistributionGroup="emergency", numbers={"442079460001": {}}, agents=["a b", "a b"]
        )
    lines = str(failed.value).splitlines()
    assert lines[0] == 'GlobalResiliency "centre":'
    assert len(lines) > 2
    assert "Traceback" not in str(failed.value)
    with pytest.raises(Failed, match="has no colour; it has: trafficDistributionGroup, "):
        constructed(door, monitor, trafficDistributionGroup="emergency", colour="red")
    assert DARK not in str(failed.value)


def test_more_components_than_workers(door: Door, monitor: Monitor) -> None:
    """A construction waits for its children, and takes no worker from those who make them."""
    names = [f"c{last}" for last in range(WORKERS + 6)]

    def construct(name: str) -> Props:
        return constructed(door, monitor, name, trafficDistributionGroup="emergency", agents={name: UNKNOWN})

    with ThreadPoolExecutor(len(names)) as pool:
        states = list(pool.map(construct, names))
    assert [state["agents"] for state in states] == [UNKNOWN] * len(names)
    assert {f"{name}-agents" for name in names} <= set(monitor.registered)


def test_one_secret_makes_no_other_argument_an_output(door: Door, monitor: Monitor) -> None:
    """A secret, or what is not known yet, inside of an argument is an Output there: labels and shape stay plain."""
    numbers = {"sales": {"phoneNumber": secret(ON_RETAIL), "flow": {SOURCE: UNKNOWN, REPLICA: "Sales"}}}
    group = {"name": "storm", "instance": UNKNOWN, "tags": {"owner": secret("telephony")}}
    constructed(door, monitor, trafficDistributionGroup=group, numbers=numbers, agents={"a": secret("alice.smith")})
    made, placed, roster = (plain(monitor.registered[f"centre-{name}"].object) for name in ("group", "sales", "agents"))
    assert (made["instance"], made["tags"]) == (UNKNOWN, {"owner": secret("telephony")})
    assert (placed["phoneNumber"], placed["flow"]) == (secret(ON_RETAIL), {SOURCE: UNKNOWN, REPLICA: "Sales"})
    assert roster["users"] == {"a": secret("alice.smith")}


def test_a_child_that_fails(door: Door, monitor: Monitor) -> None:
    """What is wrong with a child is on the child's row; the component says no more than that, without a traceback."""
    with pytest.raises(Failed, match="it is not claimed in this account and Region") as failed:
        constructed(door, monitor, trafficDistributionGroup="emergency", numbers={"+442079460044": {"flow": "Sales"}})
    assert "File " not in str(failed.value)
