"""What a real account says of the rows of docs/sandbox.md, and that the sandbox can be told apart by the same looks.

Against a real account only with `ACGR_CONTRACT_ACCOUNT=1`, with the credentials and Region boto3 finds. Nothing is
written, unless `ACGR_CONTRACT_WRITES=1`: then `ACGR_CONTRACT_USER` (an id) is put on `ACGR_CONTRACT_GROUP` (an ARN;
one it is not on) and taken off again. `ACGR_CONTRACT_INSTANCE` chooses an instance, else the first that is replicated.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, get_args, get_type_hints

import boto3
import pytest
from botocore.config import Config
from contract_calls import REPLICA, SOURCE
from contract_rows import READ, WRITE, Centre, Undecided, code_of

from acgr_sandbox import Sandbox, Switches, session_on

REAL = os.environ.get("ACGR_CONTRACT_ACCOUNT") == "1"
WRITES = os.environ.get("ACGR_CONTRACT_WRITES") == "1"
LOOKS = {**READ, **WRITE}

KINDS = get_type_hints(Switches)


def _values(switch: str) -> list[Any]:
    return [False, True] if KINDS[switch] is bool else list(get_args(KINDS[switch]))


def _centre(client: Callable[[str], Any], region: str, instance: str, user: str = "", group: str = "") -> Centre:
    found = client(region).describe_instance(InstanceId=instance)
    replication = found["ReplicationConfiguration"]
    source = replication["SourceRegion"]
    regions = [row["Region"] for row in replication["ReplicationStatusSummaryList"] if row["Region"] != source]
    groups = client(source).list_traffic_distribution_groups(InstanceId=instance)
    group = group or next(row["Arn"] for row in groups["TrafficDistributionGroupSummaryList"] if row["IsDefault"])
    arn = found["Instance"]["Arn"].replace(f":{region}:", f":{source}:")
    return Centre(client(source), client(regions[0]), source, regions[0], instance, arn, group, user)


@pytest.fixture
def imitated(sandbox: Sandbox, names: Any) -> Iterator[Centre]:
    """The sandbox's pair of instances."""
    session = session_on(sandbox)
    clients = {region: session.client("connect", region_name=region) for region in (SOURCE, REPLICA)}
    yield _centre(clients.__getitem__, SOURCE, names.instance, names.user_id(), names.group())
    for client in clients.values():
        client.close()


@pytest.fixture(scope="module")
def real() -> Iterator[Centre]:
    """A real pair of instances."""
    if not REAL:
        pytest.skip("ACGR_CONTRACT_ACCOUNT is not 1.")
    made: dict[str, Any] = {}
    # Adaptive: botocore keeps to the rate by itself.
    patient = Config(retries={"mode": "adaptive", "total_max_attempts": 10})

    def client(region: str) -> Any:
        made[region] = made.get(region) or boto3.client("connect", region_name=region, config=patient)
        return made[region]

    region = boto3.Session().region_name
    instance = os.environ.get("ACGR_CONTRACT_INSTANCE") or _first_replicated(client(region))
    user, group = os.environ.get("ACGR_CONTRACT_USER", ""), os.environ.get("ACGR_CONTRACT_GROUP", "")
    yield _centre(client, region, instance, user, group)
    for each in made.values():
        each.close()


def _first_replicated(client: Any) -> str:
    for row in client.list_instances()["InstanceSummaryList"]:
        if "ReplicationConfiguration" in client.describe_instance(InstanceId=row["Id"]):
            return str(row["Id"])
    pytest.skip("No instance here is replicated.")


@pytest.fixture(params=["imitated", "real"])
def centre(request: pytest.FixtureRequest) -> Centre:
    """Either."""
    found: Centre = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("switch", LOOKS)
def test_the_sandbox_is_told_apart(switch: str, imitated: Centre, set_switches: Any) -> None:
    """Whatever a switch is set to can be seen from outside."""
    _, look = LOOKS[switch]
    for value in _values(switch):
        set_switches(**{switch: value})
        assert look(imitated) == value


@pytest.mark.parametrize("switch", LOOKS)
def test_a_real_account(switch: str, real: Centre, settled: dict[str, str]) -> None:
    """What the account does is reported, with the row and the sandbox's default."""
    row, look = LOOKS[switch]
    if switch in WRITE and not WRITES:
        pytest.skip("ACGR_CONTRACT_WRITES is not 1.")
    try:
        found = look(real)
    except Undecided as why:
        settled[switch] = f"{row:5} open: {why}"
        pytest.skip(str(why))
    default = getattr(Switches(), switch)
    settled[switch] = f"{row:5} {found!r}; the sandbox's default is {default!r}"


def test_groups_by_id_and_arn(centre: Centre) -> None:
    """A TDG is known by UUID at home and by ARN in both Regions, and its ARN names the source Region."""
    for client in (centre.source, centre.replica):
        found = client.describe_traffic_distribution_group(TrafficDistributionGroupId=centre.group)
        assert found["TrafficDistributionGroup"]["Arn"] == centre.group
    assert f":{centre.source_region}:" in centre.group
    bare = {"TrafficDistributionGroupId": centre.group.rsplit("/", 1)[-1]}
    assert code_of(centre.source.describe_traffic_distribution_group, **bare) == ""
    assert code_of(centre.replica.describe_traffic_distribution_group, **bare) == "ResourceNotFoundException"


def test_numbers_by_id_and_arn(centre: Centre) -> None:
    """The same goes for a number on a TDG."""
    try:
        number = centre.number()
    except Undecided as why:
        pytest.skip(str(why))
    for client in (centre.source, centre.replica):
        found = client.describe_phone_number(PhoneNumberId=number["PhoneNumberArn"])["ClaimedPhoneNumberSummary"]
        assert found["PhoneNumberArn"] == number["PhoneNumberArn"]
    bare = {"PhoneNumberId": number["PhoneNumberId"]}
    assert code_of(centre.source.describe_phone_number, **bare) == ""
    assert code_of(centre.replica.describe_phone_number, **bare) == "ResourceNotFoundException"


def test_ranges(centre: Centre) -> None:
    """A page of more items than there may be is refused."""
    code = code_of(centre.source.list_contact_flows, InstanceId=centre.instance, MaxResults=1001)
    assert code in ("InvalidRequestException", "InvalidParameterException", "ValidationException")


def test_not_for_voice(centre: Centre) -> None:
    """GetFlowAssociation does not know VOICE_PHONE_NUMBER."""
    ask = {"InstanceId": centre.instance, "ResourceId": centre.group, "ResourceType": "VOICE_PHONE_NUMBER"}
    assert code_of(centre.source.get_flow_association, **ask)
