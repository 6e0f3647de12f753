"""Every point that Amazon Connect's documentation leaves open, as a named switch.

A switch is one entry of `Switches`: its name, the values it takes, its default and what it decides. The command line,
the control routes, the checks and COVERAGE.md follow from the entry; operations read it as `call.switches.<name>`.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from .delays import FORMS, Delay, delay, drawn

Scalar = bool | int | float | str


def switch(default: Any, decides: str) -> Any:
    """One entry of `Switches`: its default, and what it decides as COVERAGE.md says it."""
    return field(default=default, metadata={"decides": decides})


@dataclass(frozen=True)
class Switches:
    """How the sandbox behaves where nobody has written down how Connect does.

    Defaults are what is documented, else what is likelier, else what is stricter. Times are seconds, rates
    requests a second. What is named `…_seconds` may vary: `Delay("3..8")`, or that text in a command or in JSON.
    """

    seed: int = switch(0, "What is drawn at random: times that vary, and when others call")

    # How long things take.
    claim_seconds: float = switch(5.0, "How long UpdatePhoneNumber and ReleasePhoneNumber stay IN_PROGRESS")
    metadata_seconds: float = switch(1.0, "How long UpdatePhoneNumberMetadata stays IN_PROGRESS")
    group_seconds: float = switch(3.0, "How long a group takes to be created, or deleted")
    distribution_seconds: float = switch(2.0, "How long a group stays UPDATE_IN_PROGRESS")
    mirror_seconds: float = switch(1.0, "When a number's flow reaches the other Region")
    user_mirror_seconds: float = switch(1.0, "When a new or changed user reaches the other Region")
    flow_mirror_seconds: float = switch(1.0, "When a new or changed flow reaches the other Region")
    resource_mirror_seconds: float = switch(
        1.0, "When a new or changed queue, profile or other part of an instance reaches the other Region"
    )
    instance_seconds: float = switch(5.0, "How long an instance takes to be created, or deleted")
    replicate_seconds: float = switch(10.0, "How long the replication of an instance takes")
    vocabulary_seconds: float = switch(3.0, "How long a vocabulary takes to be created, or deleted")
    list_lag_seconds: float = switch(0.0, "How far ListPhoneNumbersV2 runs behind DescribePhoneNumber")
    membership_lag_seconds: float = switch(0.0, "How far ListTrafficDistributionGroupUsers runs behind")
    association_lag_seconds: float = switch(0.0, "How far ListFlowAssociations and BatchGetFlowAssociation run behind")
    test_seconds: float = switch(4.0, "How long an execution of a test case takes")
    latency_seconds: float = switch(0.0, "How long every answer takes; a manual clock moves by it")

    # Throttling.
    rate: float = switch(2.0, "Requests a second; 0 throttles nothing")
    burst: int = switch(5, "Requests at once")
    bucket_scope: Literal["shared", "per-operation"] = switch(
        "shared", "One bucket for all operations, or one for each"
    )
    noise: float = switch(0.0, "Requests a second that others take from the same bucket")
    noise_burst: int = switch(0, "How many of the others' requests come at once, at random; 0: evenly, as fractions")
    throttle_code: Literal["ThrottlingException", "TooManyRequestsException", ""] = switch(
        "ThrottlingException", "The name of a throttled answer; without one its body is empty"
    )

    # The wire.
    error_member: Literal["Message", "message"] = switch("Message", "The member of an error's body that has its text")
    guide_disassociate: Literal["refuse", "accept"] = switch("refuse", "The guide's DELETE …/user/{UserId}")
    patterns: Literal["check", "ignore"] = switch("check", "The service model's regular expressions")
    token_seconds: float = switch(
        604_800.0, "How long a client token is remembered; Connect says seven days of those that begin contacts"
    )
    reused_token: Literal["refuse", "replay", "ignore"] = switch("refuse", "A client token with other parameters")
    expired_page_token: Literal["InvalidToken", "bad-request"] = switch(
        "InvalidToken", "The error for a page token of more than a day ago; bad-request: what the operation lists"
    )

    # Mirroring of flows, and of a number's flow, between the Regions.
    mirroring: bool = switch(True, "Whether flows are mirrored; off is how it was until 2023")
    mirror_conflict: Literal["last-writer", "source"] = switch(
        "last-writer", "Whose flow for a number both Regions end with"
    )
    replica_flow_ids: Literal["same", "different"] = switch(
        "same", "A flow's id in the replica; different: as in replicas that began empty"
    )

    # Instances and groups.
    instance_limit: int = switch(0, "Instances in a Region; 0 is no limit")
    instance_turnover: int = switch(100, "Instances that may be created or deleted in 30 days; 0 is no limit")
    delete_instance_with_numbers: Literal["refuse", "release"] = switch(
        "refuse", "Deleting an instance that has numbers"
    )
    instance_arn_as_id: bool = switch(False, 'Operations whose page says "identifier" take an instance\'s ARN')
    source_in_replication_status: bool = switch(True, "DescribeInstance lists the source Region among the statuses")
    associate_integration_twice: Literal["conflict", "success"] = switch(
        "conflict", "An instance is given a Lambda function or bot that it has already"
    )
    global_routing: bool = switch(True, "Whether replicated instances are enabled for global routing")
    group_limit: int = switch(8, "TDGs of an instance")
    default_group_counts: bool = switch(True, "Whether the default TDG counts towards `group_limit`")
    delete_default_group: Literal["InvalidRequestException", "ResourceInUseException", "AccessDeniedException"] = (
        switch("InvalidRequestException", "The error for deleting the default TDG")
    )
    second_update: Literal["ResourceConflictException", "InvalidRequestException", "allow"] = switch(
        "ResourceConflictException", "UpdateTrafficDistribution during UPDATE_IN_PROGRESS"
    )
    distribution_without_telephony: Literal["refuse", "allow"] = switch(
        "refuse", "UpdateTrafficDistribution without TelephonyConfig"
    )
    delete_absent_group: Literal["success", "InvalidRequestException", "AccessDeniedException"] = switch(
        "success", "Deleting a TDG that is not there"
    )
    delete_group_with_users: Literal["drop", "refuse"] = switch(
        "drop", "Deleting a TDG that has users: they leave it, or it is refused"
    )
    update_in_progress_refuses: bool = switch(True, "A TDG that is UPDATE_IN_PROGRESS takes neither users nor numbers")

    # Agents on a group.
    user_outside_home: Literal["InvalidRequestException", "ResourceNotFoundException"] = switch(
        "InvalidRequestException", "The error for joining or leaving a TDG in the replica"
    )
    unmirrored_user: Literal["ResourceNotFoundException", "InvalidRequestException", "allow"] = switch(
        "ResourceNotFoundException", "A user joins a TDG before the other Region has it"
    )
    reassociate: Literal["success", "conflict"] = switch("success", "A user joins a TDG it is on")
    second_group: Literal["allow", "conflict", "move"] = switch("allow", "A user on one TDG joins a second")
    disassociate_absent: Literal["success", "not-found"] = switch("success", "A user leaves a TDG it is not on")
    group_users_page: int = switch(10, "Users on a page of ListTrafficDistributionGroupUsers")
    group_users_over_page: Literal["cap", "refuse"] = switch(
        "cap", "Asked for more than `group_users_page`: a page holds that many, or it is refused"
    )
    user_id_form: Literal["uuid", "arn"] = switch("uuid", "How ListTrafficDistributionGroupUsers names users")
    deleted_user_lingers: bool = switch(False, "A deleted user stays on its TDGs")

    # Queues, profiles and the like.
    delete_hours_in_use: Literal["InvalidRequestException", "ResourceInUseException"] = switch(
        "InvalidRequestException", "The error for deleting hours of operation that a queue has"
    )
    queue_associated_twice: Literal["InvalidParameterException", "update"] = switch(
        "InvalidParameterException", "A routing profile gets a queue that it has for that channel: refused, or changed"
    )

    # Users and flows.
    user_limit: int = switch(0, "Users of an instance; 0 is no limit")
    long_usernames: Literal["refuse", "allow"] = switch(
        "refuse", "Usernames of more than 20 characters where identities are not SAML"
    )
    flow_limit: int = switch(0, "Flows of an instance; 0 is no limit")
    delete_flow_in_use: Literal["refuse", "drop"] = switch(
        "refuse", "Deleting a flow that a number has: refused, or the number goes dark"
    )

    # Test cases.
    test_call_route: Literal["region", "shares"] = switch(
        "region",
        "A test case's call to a number in a Region without traffic: its flow there answers (region), or none (shares)",
    )

    # Phone numbers.
    number_limit: int = switch(0, "Numbers on one target; 0 is no limit")
    no_target: Literal["InvalidParameterException", "ResourceNotFoundException"] = switch(
        "InvalidParameterException", "The error for a move without a target"
    )
    number_in_progress: Literal["ResourceInUseException", "InvalidParameterException"] = switch(
        "ResourceInUseException", "The error for a write to a number that is IN_PROGRESS"
    )
    old_number_arn: Literal["refuse", "accept"] = switch("refuse", "Number ARNs …:instance/<id>/phone-number/<id>")
    instance_number_in_replica: Literal["hidden", "shown"] = switch(
        "hidden", "Whether the replica knows a number that is on an instance"
    )
    move_drops_replica_flow: bool = switch(True, "A move takes the flow away in the replica too")
    taken_number: Literal["InvalidParameterException", "ResourceNotFoundException"] = switch(
        "InvalidParameterException", "The error for claiming a number that is not available"
    )
    claim_token: Literal["uuid", "any"] = switch("uuid", "What ClaimPhoneNumber takes as ClientToken")
    over_allowance: Literal["InvalidParameterException", "AccessDeniedException"] = switch(
        "InvalidParameterException", "The error for claiming after too many releases"
    )
    claimed_to_replicated: Literal["instance", "default-group"] = switch(
        "instance", "Where a number ends up that is claimed to a replicated instance"
    )
    target_shown_early: bool = switch(False, "TargetArn is new while the number is IN_PROGRESS")
    failed_keeps_target: bool = switch(True, "A number whose move FAILED has its old target")
    same_target_in_progress: bool = switch(False, "A move to the present target goes IN_PROGRESS")
    same_target_drops_flow: bool = switch(False, "A move to the present target drops the flow")
    arn_as_phone_number_id: bool = switch(True, "UpdatePhoneNumber takes an ARN as PhoneNumberId")
    outbound_blocks_move: bool = switch(True, "A queue's outbound caller ID neither moves nor is released")
    list_includes_group_numbers: bool = switch(True, "ListPhoneNumbersV2 without a target has the numbers on TDGs")

    # A number's flow.
    flow_while_in_progress: Literal[
        "InvalidParameterException", "ResourceNotFoundException", "ResourceInUseException", "allow", "drop"
    ] = switch(
        "InvalidParameterException",
        "Setting the flow of a number that is IN_PROGRESS: refused, kept (allow), or dropped when its move ends",
    )
    failed_number_flow: Literal["refuse", "allow"] = switch("refuse", "Setting the flow of a number that is FAILED")
    unpublished_flow: Literal["refuse", "allow"] = switch("refuse", "Setting a flow that is not active and published")
    other_flow_types: Literal["refuse", "allow"] = switch("refuse", "Setting a flow that is no CONTACT_FLOW")
    disassociate_flow_absent: Literal["not-found", "success"] = switch(
        "not-found", "Removing a flow where there is none"
    )
    replica_arn_form: Literal["source", "replica"] = switch(
        "source", "The Region in a number's ARN in the replica's list of flow associations"
    )
    batch_unknown: Literal["omit", "error"] = switch("omit", "BatchGetFlowAssociation of a number it does not know")

    def __post_init__(self) -> None:
        """Refuse values that no switch has, in one sentence."""
        for each in fields(self):
            name, value = each.name, getattr(self, each.name)
            if value is each.default:
                continue
            if isinstance(value, str) and name.endswith("_seconds"):
                value = _delay(name, value)
                object.__setattr__(self, name, value)
            _check(name, value, _kinds()[name])

    def with_texts(self, texts: Mapping[str, str]) -> Switches:
        """A copy with switches set from text, as given on a command line."""
        kinds = _kinds()
        unknown = sorted(set(texts) - set(kinds))
        if unknown:
            raise ValueError(_no_such(unknown[0]))
        return self.with_values({name: _from_text(text, kinds[name]) for name, text in texts.items()})

    def with_values(self, values: Mapping[str, Any]) -> Switches:
        """A copy with switches set from JSON values; ValueError names what does not fit."""
        unknown = sorted(set(values) - set(switch_names()))
        if unknown:
            raise ValueError(_no_such(unknown[0]))
        return replace(self, **dict(values))

    def drawn(self, key: str) -> Switches:
        """A copy in which every time is what it is this time; the same seed and key draw the same."""
        varying = {name: value for name, value in vars(self).items() if isinstance(value, Delay)}
        if not varying:
            return self
        settled = copy.copy(self)
        for name, value in varying.items():
            object.__setattr__(settled, name, drawn(value, f"{self.seed}/{key}/{name}"))
        return settled

    def plain(self) -> dict[str, Scalar]:
        """All switches as JSON has them; `with_values` reads it back."""
        return {name: value.text if isinstance(value, Delay) else value for name, value in vars(self).items()}


@cache
def _kinds() -> dict[str, Any]:
    """What each switch takes, as its annotation says; it takes a while to find out."""
    return get_type_hints(Switches)


def switch_names() -> list[str]:
    """The names of all switches, in the order of the class."""
    return [each.name for each in fields(Switches)]


def _no_such(name: str) -> str:
    return f"There is no switch {name!r}; there are {', '.join(switch_names())}."


def _delay(name: str, text: str) -> float:
    try:
        return delay(text)
    except ValueError:
        raise ValueError(f"Switch {name} is {text!r}; it takes {FORMS}.") from None


def _check(name: str, value: object, kind: Any) -> None:
    if get_origin(kind) is Literal:
        good, wanted = value in get_args(kind), " or ".join(repr(choice) for choice in get_args(kind))
    elif kind is float:
        good, wanted = _is_number(value), "a number of 0 or more"
    elif kind is int:
        good, wanted = isinstance(value, int) and _is_number(value), "a whole number of 0 or more"
    else:
        good, wanted = isinstance(value, bool), "true or false"
    if not good:
        raise ValueError(f"Switch {name} is {value!r}; it takes {wanted}.")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < math.inf


def _from_text(text: str, kind: Any) -> Scalar:
    if get_origin(kind) is Literal:
        return text
    if kind is bool:
        choices = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        return choices.get(text.lower(), text)
    try:
        number: Scalar = kind(text)
    except ValueError:
        return text
    return number
