"""One call of an operation: what it was asked, where, when, and how it finds what it was asked about."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from acgr_sandbox.core.models import Flow, Group, Instance, Number, Resource, TestCase, User
from acgr_sandbox.core.pending_changes import RecordNumberEvent, schedule
from acgr_sandbox.core.phone_calls import PhoneCalls
from acgr_sandbox.core.switches import Switches
from acgr_sandbox.core.world import NAMESPACE, World
from acgr_sandbox.wire.refusal import Refusal, invalid_parameter, not_found

_ARN = re.compile(r"arn:([^:]+):connect:([^:]+):(\d{12}):(.+)")


class Arn(NamedTuple):
    """The parts of a Connect ARN; `resource` is all that follows the account."""

    partition: str
    region: str
    account: str
    resource: str

    @property
    def tail(self) -> str:
        """What follows the last slash: the id."""
        return self.resource.rsplit("/", 1)[-1]


def parse_arn(text: str) -> Arn | None:
    """The parts of a Connect ARN, or None when it is not one."""
    match = _ARN.fullmatch(text)
    return Arn(*match.groups()) if match else None


@dataclass(frozen=True)
class Call:
    """What an operation works with.

    `now` is epoch seconds; `async_failure` the message with which an asynchronous operation ends in failure, or None;
    `phone_calls` the calls that were placed.
    """

    world: World
    region: str
    now: float
    switches: Switches
    params: Mapping[str, Any]
    record_event: RecordNumberEvent
    async_failure: str | None = None
    phone_calls: PhoneCalls = field(default_factory=PhoneCalls)

    def later(self, seconds: float, what: str, subject: str, *, region: str = "", detail: str | None = None) -> None:
        """Let `what` happen to `subject` after `seconds`."""
        schedule(self.world, self.now + seconds, what, subject, region=region, detail=detail)

    def record(self, number: Number, what: str, region: str = "") -> None:
        """Write a line on a number's timeline."""
        self.record_event(number, self.now, what, region)

    def instance(self, text: str | None = None) -> Instance:
        """The instance asked for (`InstanceId` unless given), which must answer in this Region."""
        text = self.params["InstanceId"] if text is None else text
        arn = parse_arn(text)
        if arn and not self.switches.instance_arn_as_id:
            raise invalid_parameter(f"InstanceId takes the identifier of an instance, not an ARN: {text}")
        return self._instance_here(text, arn)

    def instance_or_arn(self, text: str) -> Instance:
        """As `instance`, for the operations that take an ARN as well."""
        return self._instance_here(text, parse_arn(text))

    def _instance_here(self, text: str, arn: Arn | None) -> Instance:
        instance = self.world.instances.get(arn.tail if arn else text)
        if instance is None or self.region not in instance.regions:
            raise not_found(f"Instance {text} was not found in {self.region}.")
        if arn and text != self.world.arn(instance, self.region):
            raise not_found(f"Instance {text} was not found in {self.region}.")
        return instance

    def group(self, text: str) -> Group:
        """The TDG asked for: by UUID in its own Region, by ARN in both (statements A6, A10)."""
        arn = parse_arn(text)
        group = self.world.groups.get(arn.tail if arn else text)
        missing = not_found(f"Traffic distribution group {text} was not found in {self.region}.")
        if group is None:
            raise missing
        instance = self.world.instance_of_group(group)
        if self.region not in (instance.regions if arn else (instance.region,)):
            raise missing
        if arn and text != self.world.arn(group):
            raise missing
        return group

    def active_group(self, text: str) -> Group:
        """As `group`, and it must be ready to be joined or given numbers (statements A5, A11, N11)."""
        group = self.group(text)
        busy = group.status == "UPDATE_IN_PROGRESS" and not self.switches.update_in_progress_refuses
        if group.status != "ACTIVE" and not busy:
            raise not_found(f"Traffic distribution group {text} is {group.status}, not ACTIVE.")
        return group

    def require_source_region(self, group: Group, what: str, code: str = "InvalidRequestException") -> None:
        """Refuse in the replica Region what only the source Region does (statement A4)."""
        source = self.world.instance_of_group(group).region
        if self.region != source:
            raise Refusal(code, f"{what} is only possible in {source}, the Region of the traffic distribution group.")

    def number(self, text: str) -> Number:
        """The number asked for: by UUID or ARN where it was claimed, elsewhere by ARN alone (statements N9, N10)."""
        arn = parse_arn(self._new_form(text))
        if arn and not arn.resource.startswith("phone-number/"):
            raise invalid_parameter(f"{text} is not the ARN of a phone number of the form phone-number/<id>.")
        number = self.world.numbers.get(arn.tail if arn else text)
        missing = not_found(f"Phone number {text} was not found in {self.region}.")
        if number is None or (arn and self._new_form(text) != self.world.arn(number)):
            raise missing
        if self.region not in (self.regions_of(number) if arn else (number.region,)):
            raise missing
        return number

    def _new_form(self, text: str) -> str:
        if self.switches.old_number_arn == "refuse":
            return text
        return re.sub(r":instance/[^/]+/phone-number/", ":phone-number/", text)

    def regions_of(self, number: Number) -> tuple[str, ...]:
        """The Regions that know a number: both on a TDG, its own on an instance, unless a switch says otherwise."""
        if self.switches.instance_number_in_replica == "shown":
            return self.world.instance_of_number(number).regions
        return self.world.regions_of(number)

    def user(self, text: str, instance: Instance) -> User:
        """The user asked for, by id or ARN, as this Region knows it (statement A12)."""
        arn = parse_arn(text)
        user = self.world.users.get(arn.tail if arn else text)
        missing = not_found(f"User {text} was not found in instance {instance.id} in {self.region}.")
        if user is None or user.instance_id != instance.id or not self.sees(user):
            raise missing
        if arn and text != self.world.arn(user, self.region):
            raise missing
        return user

    def sees(self, user: User) -> bool:
        """Whether this Region has the user already."""
        return user.mirrored or self.region == (user.born or self.world.instances[user.instance_id].region)

    def flow(self, text: str, instance: Instance) -> Flow:
        """The flow asked for, by id or ARN, where this Region has it (statements N7, N8)."""
        arn = parse_arn(text)
        flow = self._flow_known_as(arn.tail if arn else text, instance)
        missing = not_found(f"Flow {text} was not found in instance {instance.id} in {self.region}.")
        if flow is None or flow.instance_id != instance.id or self.region not in flow.states:
            raise missing
        if arn and text != self.flow_arn(flow):
            raise missing
        return flow

    def test_case(self, text: str, instance: Instance) -> TestCase:
        """The test case asked for, by id or ARN, of this Region."""
        arn = parse_arn(text)
        test_case = self.world.test_cases.get(f"{self.region}/{arn.tail if arn else text}")
        missing = not_found(f"Test case {text} was not found in instance {instance.id} in {self.region}.")
        if test_case is None or test_case.instance_id != instance.id:
            raise missing
        if arn and text != self.world.arn(test_case):
            raise missing
        return test_case

    def resource(self, kind: str, text: str, instance: Instance) -> Resource:
        """The queue, profile, … asked for, by id or ARN, where this Region has it."""
        arn = parse_arn(text)
        resource = self.world.resources.get(arn.tail if arn else text)
        missing = not_found(f"There is no {kind} {text} in instance {instance.id} in {self.region}.")
        if resource is None or (resource.kind, resource.instance_id) != (kind, instance.id):
            raise missing
        if self.region not in resource.regions or (arn and text != self.world.arn(resource, self.region)):
            raise missing
        return resource

    def _flow_known_as(self, flow_id: str, instance: Instance) -> Flow | None:
        if not self._own_flow_ids(instance):
            return self.world.flows.get(flow_id)
        return next((flow for flow in self.world.flows.values() if self.flow_id(flow) == flow_id), None)

    def _own_flow_ids(self, instance: Instance) -> bool:
        return self.switches.replica_flow_ids == "different" and self.region != instance.region

    def flow_id(self, flow: Flow) -> str:
        """The id of a flow in this Region: the same in both, unless a switch says otherwise."""
        instance = self.world.instances[flow.instance_id]
        return str(uuid.uuid5(NAMESPACE, f"{self.region}/{flow.id}")) if self._own_flow_ids(instance) else flow.id

    def flow_arn(self, flow: Flow) -> str:
        """The ARN of a flow in this Region."""
        return self.world.arn(flow, self.region).removesuffix(flow.id) + self.flow_id(flow)
