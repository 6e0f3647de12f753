"""What is written wrongly and looks right: the sentence says how what is there differs."""

from __future__ import annotations

from typing import Any

import pytest
from numbers_there import ON_INSTANCE, REPLICA, SOURCE, everywhere, flows_of

from acgr import PhoneNumberContactFlowProvider, PhoneNumberPlacementProvider, TrafficDistributionGroupUserProvider
from acgr_connect.world.connection import Connection
from acgr_sandbox import Sandbox

COMPOSED, DECOMPOSED = "Caf\u00e9", "Cafe\u0301"


def _declared(**inputs: Any) -> dict[str, Any]:
    plain = {"target": "retail", "flow": "Main IVR", "return_to": "instance", "source_region": SOURCE}
    return {"phone_number": ON_INSTANCE, **plain, **inputs}


def _refusal(**inputs: Any) -> str:
    with pytest.raises(Exception) as caught:
        PhoneNumberPlacementProvider().create(_declared(**inputs))
    return str(caught.value)


def _rename(sandbox: Sandbox, flow: str, name: str) -> str:
    found = sandbox.world.flow(flow)
    found.name = name
    return sandbox.world.arn(found, SOURCE)


@pytest.mark.parametrize(
    ("name", "written", "hint"),
    [
        ("Sales ", "Sales", "did you mean 'Sales '? It differs in a space at its beginning or end"),
        (COMPOSED, DECOMPOSED, r"did you mean 'Caf\xe9'? It differs in how its accents are composed"),
        ("Sales\u00a0line", "Sales line", r"did you mean 'Sales\xa0line'? It differs in its spaces"),
        ("SALES", "Sales", "did you mean 'SALES'? It differs in capital and small letters"),
    ],
)
def test_a_flow_that_looks_the_same(
    sandbox: Sandbox, connection: Connection, name: str, written: str, hint: str
) -> None:
    """A name is matched as Connect has it; the hint says what differs, and what it says can be written."""
    _rename(sandbox, "Sales", name)
    assert hint in _refusal(flow=written)
    props = _declared(flow=name)
    assert PhoneNumberPlacementProvider().check({}, props).failures == []
    PhoneNumberPlacementProvider().create(props)
    assert flows_of(sandbox, ON_INSTANCE) == everywhere(name)


@pytest.mark.parametrize("written", ["arn", "id", "name"])
def test_a_flow_of_another_type(sandbox: Sandbox, connection: Connection, written: str) -> None:
    """A flow that cannot answer a number is called what it is, however it was written."""
    flow = sandbox.world.flow("Sales")
    flow.type = "CUSTOMER_QUEUE"
    ways = {"arn": sandbox.world.arn(flow, SOURCE), "id": flow.id, "name": "Sales"}
    said = "'Sales' is a flow of type CUSTOMER_QUEUE, and a number takes only one of type CONTACT_FLOW"
    assert said in _refusal(flow=ways[written])


def test_a_flow_of_another_instance(sandbox: Sandbox, connection: Connection) -> None:
    """The ARN of another instance's flow says which instance it is of."""
    island = sandbox.world.instance("island").id
    arn = sandbox.world.arn(sandbox.world.flow("Sales"), SOURCE).replace(sandbox.world.instance("northwind").id, island)
    assert f"the ARN is of instance {island}; write the ARN that this instance shows" in _refusal(flow=arn)


@pytest.mark.parametrize("group", ["retail", "default", "id"])
def test_regions_that_are_swapped(sandbox: Sandbox, connection: Connection, group: str) -> None:
    """A replica shows the groups of its source: to look for one there says that the Regions are swapped."""
    written = sandbox.world.group("retail").id if group == "id" else group
    said = _refusal(target=written, source_region=REPLICA, replica_region=SOURCE)
    swapped = f"that is the replica's Region, and the group is of {SOURCE}: source and replica Region are swapped"
    assert f"looking for traffic distribution group '{written}' in {REPLICA}: {swapped}" in said
    assert f"source_region is {SOURCE}, replica_region is {REPLICA}" in said
    user = {"traffic_distribution_group": written, "user": "alice.smith", "source_region": REPLICA}
    with pytest.raises(Exception, match="source and replica Region are swapped"):
        TrafficDistributionGroupUserProvider().create(user)


def test_a_replica_region_that_is_the_source(sandbox: Sandbox, connection: Connection) -> None:
    """The source Region given as the replica's is called what it is."""
    target = sandbox.world.arn(sandbox.world.group("retail"))
    said = _refusal(target=target, source_region=None, replica_region=SOURCE)
    assert f"that is its source Region, and its replica is in {REPLICA}; source and replica Region are swapped" in said


def test_a_groups_arn_with_the_replicas_region(sandbox: Sandbox, connection: Connection) -> None:
    """A group's ARN carries the source Region in both Regions: one with the other is answered with the right one."""
    right = sandbox.world.arn(sandbox.world.group("retail"))
    said = _refusal(target=right.replace(SOURCE, REPLICA), source_region=None)
    assert f"{REPLICA} is the replica's Region: write the ARN of the source, {right}" in said


def test_a_group_that_is_nearly_there(sandbox: Sandbox, connection: Connection) -> None:
    """A group's name in other letters is answered with the name."""
    said = _refusal(target="Retail")
    assert "there are: emergency, everyone, retail; did you mean 'retail'? It differs in capital and small" in said


def test_ids_of_a_get(sandbox: Sandbox, connection: Connection) -> None:
    """An id that is an Output is known when it is read only: the sentence is the same."""
    with pytest.raises(Exception, match="a phone number has one of the form arn:aws:connect:REGION:ACCOUNT:phone-num"):
        PhoneNumberPlacementProvider().read("blue", {"phone_number": "blue", "target": "", "flow": ""})
    with pytest.raises(Exception, match="'#', and the ARN of the instance in the Region: arn:aws:connect:REGION"):
        PhoneNumberContactFlowProvider().read("a,b,c", {"phone_number": "", "region": "", "flow": ""})
