"""Numbers that the same program claims with `pulumi_aws`, or with Terraform's provider through the bridge."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
import pytest

from acgr import PhoneNumberPlacement, leave_targets_to_placements
from acgr.runtime.claimed import watch
from acgr_components import GlobalResiliency, GlobalResiliencyArgs

if TYPE_CHECKING:
    from tests.component.conftest import Deploy

REAL = "aws:connect/phoneNumber:PhoneNumber"
BRIDGED = "aws:index/connectPhoneNumber:ConnectPhoneNumber"
SOURCE, REPLICA = "eu-west-2", "eu-central-1"
BOTH = (SOURCE, REPLICA)
REGIONS: Any = {"source_region": SOURCE, "replica_region": REPLICA}
CONNECT = f"arn:aws:connect:{SOURCE}:111122223333"
INSTANCE = f"{CONNECT}:instance/3f6c2b1e-8d4a-4c57-9a0e-5b7d1e2f3a40"
GROUP = f"{CONNECT}:traffic-distribution-group/9c1e64a0-1f0e-4a8e-8f14-6a1d2d6f0c11"
IGNORING = pulumi.ResourceOptions(ignore_changes=["target_arn"])
WARNING = (
    "number-desk claims this number for another target than centre-desk places it on: whenever number-desk is "
    "refreshed, the next run takes the number back, and callers reach nothing until centre-desk has placed it again. "
    'Give number-desk the group\'s ARN as target_arn, or ignore_changes=["target_arn"] (docs/beside-pulumi-aws.md)'
)


class _Bridged(pulumi.CustomResource):
    """A claimed number as a program declares it without an SDK for the bridge."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, target: Any, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(BRIDGED, name, {"arn": None, "targetArn": target, "countryCode": "GB", "type": "DID"}, opts)


def _real(name: str, target: Any, opts: pulumi.ResourceOptions | None = None) -> aws.connect.PhoneNumber:
    return aws.connect.PhoneNumber(name, target_arn=target, country_code="GB", type="DID", opts=opts)


def _flow() -> aws.connect.ContactFlow:
    return aws.connect.ContactFlow("flow-first", instance_id="i", content="{}")


Claims = Callable[..., Any]


@pytest.fixture(params=[_real, _Bridged], ids=["pulumi_aws", "bridge"])
def claims(request: pytest.FixtureRequest) -> Claims:
    """Both ways to claim a number."""
    claims: Claims = request.param
    return claims


def _placing(claims: Claims, target: Any, opts: pulumi.ResourceOptions | None = None, group: Any = GROUP) -> None:
    watch()  # what the first import does, where a program makes it
    number = claims("number-desk", target, opts)
    numbers: Any = {"desk": {"phone_number": number, "flow": "Main IVR"}}
    GlobalResiliency("centre", GlobalResiliencyArgs(group, SOURCE, REPLICA, numbers=numbers))


def _previewed(deploy: Deploy, caplog: pytest.LogCaptureFixture, program: Callable[[], None]) -> list[str]:
    """What a preview of the program warns of; its numbers exist already."""
    caplog.clear()
    deploy(program, preview=True, existing=["number-desk", "flow-first"])
    return [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("group", [GROUP, "retail"])
def test_two_owners_are_warned_of(deploy: Deploy, caplog: pytest.LogCaptureFixture, claims: Claims, group: str) -> None:
    """A preview warns where the number is claimed for the instance and placed on a group; a run does not repeat it."""
    assert _previewed(deploy, caplog, lambda: _placing(claims, INSTANCE, group=group)) == [WARNING]
    caplog.clear()
    deploy(lambda: _placing(claims, INSTANCE, group=group))
    assert caplog.records == []


def test_one_owner_is_not_warned_of(deploy: Deploy, caplog: pytest.LogCaptureFixture, claims: Claims) -> None:
    """Nothing is said of a number that is claimed on its group, whose target is ignored, or that is on an instance."""
    assert _previewed(deploy, caplog, lambda: _placing(claims, GROUP)) == []
    assert _previewed(deploy, caplog, lambda: _placing(claims, INSTANCE, IGNORING)) == []

    def on_the_instance() -> None:
        watch()
        number = claims("number-desk", INSTANCE)
        PhoneNumberPlacement("centre-desk", phone_number=number, target=INSTANCE, flow="Main IVR", **REGIONS)

    assert _previewed(deploy, caplog, on_the_instance) == []


def test_a_number_that_stays_on_the_group_is_not_warned_of(deploy: Deploy, caplog: pytest.LogCaptureFixture) -> None:
    """A target that a transform of the program ignores is not seen; that the number is shown on its group is."""

    class Shown(_Bridged):
        target_arn = pulumi.Output.from_input(GROUP)

    assert _previewed(deploy, caplog, lambda: _placing(Shown, INSTANCE)) == []


def test_the_target_may_be_an_instance_that_is_not_made_yet(deploy: Deploy, caplog: pytest.LogCaptureFixture) -> None:
    """A first preview knows of no ARN. What stands behind an unknown target is known: an instance is no group."""

    def program(group: Any) -> None:
        watch()
        south = aws.connect.Instance(
            "new-instance", identity_management_type="SAML", inbound_calls_enabled=True, outbound_calls_enabled=True
        )
        _placing(_real, south.arn, group=group)

    assert _previewed(deploy, caplog, lambda: program(GROUP)) == [WARNING]
    assert _previewed(deploy, caplog, lambda: _placing(_real, pulumi.Output.from_input(GROUP))) == []


@pytest.mark.parametrize("given", ["resource", "output", "mapping", "component"])
def test_a_number_is_deleted_before_the_flow_that_answers_it(deploy: Deploy, claims: Claims, given: str) -> None:
    """It depends on the flow that answers it, if that is declared before it, beside what it depends on anyway.

    None of its properties does: the engine replaces with a flow only what has a property of it, so never a number.
    """

    def program() -> None:
        watch()
        first = _flow()
        aws.connect.ContactFlow("flow-of-others", instance_id="i", content="{}")
        hours = pulumi.CustomResource("aws:connect/hoursOfOperation:HoursOfOperation", "hours", {})
        number = claims("number-desk", INSTANCE, pulumi.ResourceOptions(depends_on=[hours]))
        aws.connect.ContactFlow("flow-second", instance_id="i", content=number.arn)
        if given == "component":
            GlobalResiliency(
                "centre", GlobalResiliencyArgs(GROUP, *BOTH, {"a": {"phone_number": number, "flow": first}})
            )
            return
        flows = {"resource": first, "output": first.arn, "mapping": {SOURCE: first, REPLICA: "Main IVR"}}
        placed = number if given == "resource" else number.arn
        PhoneNumberPlacement("desk", phone_number=placed, target=GROUP, flow=flows[given], **REGIONS)

    made = deploy(program)
    (number,) = [one for one in made.resources if one.name == "number-desk"]
    assert {urn.rsplit("::", 1)[-1] for urn in number.dependencies} == {"hours", "flow-first"}
    assert number.property_dependencies
    assert not any(number.property_dependencies.values())
    assert number.ignore_changes == []


def test_other_numbers_are_left_as_they_are(deploy: Deploy) -> None:
    """A number that nothing places depends on nothing more; one that is placed too late for that does not either."""

    def program() -> None:
        watch()
        flow = _flow()
        _real("number-other", GROUP)
        number = _real("number-desk", GROUP)

        def place(arn: str) -> str:
            PhoneNumberPlacement("desk", phone_number=arn, target=GROUP, flow=flow, **REGIONS)
            return arn

        pulumi.export("arn", number.arn.apply(place))

    numbers = [one for one in deploy(program).resources if one.type == REAL]
    assert [one.dependencies for one in numbers] == [[], []]


def test_a_flow_that_would_be_deleted_too_early(deploy: Deploy, caplog: pytest.LogCaptureFixture) -> None:
    """A flow that is declared after its number is not waited for: a preview says so, and says nothing where it is."""
    caplog.set_level("INFO")

    def program(*, later: bool, waits: bool) -> None:
        watch()
        given = [] if later else [_flow()]
        number = _real("number-desk", GROUP, pulumi.ResourceOptions(depends_on=given if waits else None))
        PhoneNumberPlacement("desk", phone_number=number, target=GROUP, flow=given[0] if given else _flow(), **REGIONS)

    (said,) = _previewed(deploy, caplog, lambda: program(later=True, waits=False))
    assert said.startswith(
        "number-desk claims this number and does not wait for its flow: a destroy deletes both at once"
    )
    assert _previewed(deploy, caplog, lambda: program(later=False, waits=False)) == []
    assert _previewed(deploy, caplog, lambda: program(later=False, waits=True)) == []


def test_targets_are_left_to_placements(deploy: Deploy, caplog: pytest.LogCaptureFixture, claims: Claims) -> None:
    """One line in the program has the targets of all numbers ignored that it claims from then on."""

    def program() -> None:
        claims("number-before", INSTANCE)
        leave_targets_to_placements()
        _placing(claims, INSTANCE, pulumi.ResourceOptions(ignore_changes=["description"]))

    assert _previewed(deploy, caplog, program) == []
    made = deploy(program)
    ignored = {one.name: one.ignore_changes for one in made.resources if one.type in (REAL, BRIDGED)}
    assert ignored == {"number-before": [], "number-desk": ["description", "targetArn"]}


def test_there_is_nothing_to_leave_outside_a_program() -> None:
    """Whoever calls it elsewhere is told so."""
    with pytest.raises(pulumi.RunError, match="only a Pulumi program can do this"):
        leave_targets_to_placements()
