"""Every point that Amazon Connect's documentation leaves open, as a named switch."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args, get_origin, get_type_hints

from .delays import FORMS, Delay, delay, drawn

Scalar = bool | int | float | str


@dataclass(frozen=True)
class Switches:
    """How the sandbox behaves where nobody has written down how Connect does.

    Defaults are what is documented, else what is likelier, else what is stricter. Times are seconds, rates
    requests a second. What is named `…_seconds` may vary: `Delay("3..8")`, or that text in a command or in JSON.
    """

    seed: int = 0  # of all that is drawn: times that vary, and when others call

    # How long things take.
    claim_seconds: float = 5.0  # UpdatePhoneNumber and ReleasePhoneNumber stay IN_PROGRESS
    metadata_seconds: float = 1.0  # UpdatePhoneNumberMetadata stays IN_PROGRESS
    group_seconds: float = 3.0  # a group is created, or deleted
    distribution_seconds: float = 2.0  # a group stays UPDATE_IN_PROGRESS
    mirror_seconds: float = 1.0  # a number's flow reaches the other Region
    user_mirror_seconds: float = 1.0  # a new or changed user reaches the other Region
    flow_mirror_seconds: float = 1.0  # a new or changed flow reaches the other Region
    instance_seconds: float = 5.0  # an instance is created, or deleted
    replicate_seconds: float = 10.0  # an instance is being replicated
    list_lag_seconds: float = 0.0  # ListPhoneNumbersV2 runs behind DescribePhoneNumber
    membership_lag_seconds: float = 0.0  # ListTrafficDistributionGroupUsers runs behind
    latency_seconds: float = 0.0  # every answer takes this long; a manual clock moves by it

    # Throttling. A rate of 0 throttles nothing.
    rate: float = 2.0
    burst: int = 5
    bucket_scope: Literal["shared", "per-operation"] = "shared"
    noise: float = 0.0  # requests a second that others take from the same bucket
    noise_burst: int = 0  # others come this many at once, at random; 0: evenly, as fractions
    throttle_code: Literal["ThrottlingException", "TooManyRequestsException", ""] = "ThrottlingException"

    # The wire.
    error_member: Literal["Message", "message"] = "Message"  # of an error's body
    guide_disassociate: Literal["refuse", "accept"] = "refuse"  # the guide's DELETE …/user/{UserId}
    patterns: Literal["check", "ignore"] = "check"  # the model's regular expressions
    reused_token: Literal["refuse", "replay", "ignore"] = "refuse"  # a client token with other parameters

    # Mirroring of flows, and of a number's flow, between the Regions; off is how it was until 2023.
    mirroring: bool = True
    mirror_conflict: Literal["last-writer", "source"] = "last-writer"  # whose flow for a number both Regions end with
    replica_flow_ids: Literal["same", "different"] = "same"  # different: as in replicas that began empty

    # Instances and groups.
    instance_limit: int = 0  # instances in a Region; 0 is no limit
    delete_instance_with_numbers: Literal["refuse", "release"] = "refuse"
    instance_arn_as_id: bool = False  # operations whose page says "identifier" take an instance ARN
    source_in_replication_status: bool = False
    group_limit: int = 8
    default_group_counts: bool = True
    delete_default_group: Literal["InvalidRequestException", "ResourceInUseException", "AccessDeniedException"] = (
        "InvalidRequestException"
    )
    second_update: Literal["ResourceConflictException", "InvalidRequestException", "allow"] = (
        "ResourceConflictException"  # UpdateTrafficDistribution during UPDATE_IN_PROGRESS
    )
    delete_absent_group: Literal["success", "not-found"] = "success"
    delete_group_with_users: Literal["drop", "refuse"] = "drop"
    update_in_progress_refuses: bool = True  # joining and placing during UPDATE_IN_PROGRESS

    # Agents on a group.
    user_outside_home: Literal["InvalidRequestException", "ResourceNotFoundException"] = "InvalidRequestException"
    unmirrored_user: Literal["ResourceNotFoundException", "InvalidRequestException", "allow"] = (
        "ResourceNotFoundException"
    )
    reassociate: Literal["success", "conflict"] = "success"
    second_group: Literal["allow", "conflict", "move"] = "allow"
    disassociate_absent: Literal["success", "not-found"] = "success"
    group_users_page: int = 10
    group_users_over_page: Literal["cap", "refuse"] = "cap"
    user_id_form: Literal["uuid", "arn"] = "uuid"
    deleted_user_lingers: bool = False

    # Users and flows.
    user_limit: int = 0  # users of an instance; 0 is no limit
    flow_limit: int = 0  # flows of an instance; 0 is no limit
    delete_flow_in_use: Literal["refuse", "drop"] = "refuse"  # a flow that a number has

    # Phone numbers.
    number_limit: int = 0  # numbers on one target; 0 is no limit
    no_target: Literal["InvalidParameterException", "ResourceNotFoundException"] = "InvalidParameterException"
    number_in_progress: Literal["ResourceInUseException", "InvalidParameterException"] = "ResourceInUseException"
    old_number_arn: Literal["refuse", "accept"] = "refuse"  # instance/<id>/phone-number/<id>
    instance_number_in_replica: Literal["hidden", "shown"] = "hidden"
    move_drops_replica_flow: bool = True
    taken_number: Literal["InvalidParameterException", "ResourceNotFoundException"] = "InvalidParameterException"
    claim_token: Literal["uuid", "any"] = "uuid"  # what ClaimPhoneNumber takes as ClientToken
    over_allowance: Literal["InvalidParameterException", "AccessDeniedException"] = "InvalidParameterException"
    claimed_to_replicated: Literal["instance", "default-group"] = "instance"  # where a claimed number ends up
    target_shown_early: bool = False  # TargetArn is new while IN_PROGRESS
    failed_keeps_target: bool = True
    same_target_drops_flow: bool = False
    arn_as_phone_number_id: bool = True  # UpdatePhoneNumber takes an ARN
    outbound_blocks_move: bool = True  # a queue's outbound caller ID is in use
    list_includes_group_numbers: bool = True  # ListPhoneNumbersV2 without a target

    # A number's flow.
    flow_while_in_progress: Literal[
        "InvalidParameterException", "ResourceNotFoundException", "ResourceInUseException", "allow"
    ] = "InvalidParameterException"
    unpublished_flow: Literal["refuse", "allow"] = "refuse"
    other_flow_types: Literal["refuse", "allow"] = "refuse"
    disassociate_flow_absent: Literal["not-found", "success"] = "not-found"
    replica_arn_form: Literal["source", "replica"] = "source"
    batch_unknown: Literal["omit", "error"] = "omit"

    def __post_init__(self) -> None:
        """Refuse values that no switch has, in one sentence."""
        for name, kind in get_type_hints(type(self)).items():
            value = getattr(self, name)
            if isinstance(value, str) and name.endswith("_seconds"):
                value = _delay(name, value)
                object.__setattr__(self, name, value)
            _check(name, value, kind)

    def with_texts(self, texts: Mapping[str, str]) -> Switches:
        """A copy with switches set from text, as given on a command line."""
        kinds = get_type_hints(type(self))
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


def switch_names() -> list[str]:
    """The names of all switches, in the order of the class."""
    return [field.name for field in fields(Switches)]


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
