"""Arguments of constructors: one way or the other, and resources where their ARN would be."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from acgr import PhoneNumberPlacementArgs, TrafficDistributionGroupUserArgs
from acgr.arguments import FLOW, GROUP, PHONE_NUMBER, TARGET, USER, as_inputs, identity

AGENT = {"traffic_distribution_group": "arn:…", "user": "alice"}
WHOLE = {**AGENT, "source_region": None}


class Made(pulumi.Resource):
    """A resource of any package, as far as its attributes go."""

    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


class Flow(Made):
    """Another."""


@pytest.mark.parametrize(
    ("args", "keywords"),
    [
        (None, AGENT),
        (AGENT, {}),
        (TrafficDistributionGroupUserArgs(**AGENT), {}),
        (None, {**AGENT, "source_region": None}),
    ],
)
def test_all_ways_are_the_same(args: Any, keywords: dict[str, Any]) -> None:
    """Keywords, a mapping and the dataclass mean the same; what was not given is None."""
    assert as_inputs(TrafficDistributionGroupUserArgs, args, keywords) == WHOLE


def test_a_fresh_mapping() -> None:
    """What the constructor adds does not reach the caller's mapping."""
    given = dict(AGENT)
    as_inputs(TrafficDistributionGroupUserArgs, given, {})["__provider"] = "x"
    assert given == AGENT


@pytest.mark.parametrize(
    ("args", "keywords", "sentence"),
    [
        (AGENT, {"user": "bob"}, r"give TrafficDistributionGroupUserArgs or keywords \(user\), not both"),
        ({}, AGENT, "not both"),
        (None, {**AGENT, "users": []}, "has no users; it has: traffic_distribution_group, user, source_region"),
        ({**AGENT, "b": 1, "a": 2}, {}, "has no a, b; it has"),
        (None, {"user": "alice"}, "traffic_distribution_group"),
        (None, {}, "missing 2 required"),
        ("arn:…", {}, "args is a TrafficDistributionGroupUserArgs or a mapping, not str"),
        (PhoneNumberPlacementArgs("+44", "t", "f"), {}, "or a mapping, not PhoneNumberPlacementArgs"),
    ],
)
def test_misuse(args: Any, keywords: dict[str, Any], sentence: str) -> None:
    """Both ways at once, unknown and missing arguments fail where they are written, with what there is."""
    with pytest.raises(TypeError, match=sentence):
        as_inputs(TrafficDistributionGroupUserArgs, args, keywords)


@pytest.mark.parametrize(
    ("value", "attributes", "found"),
    [
        ("main", GROUP, "main"),
        (None, GROUP, None),
        (Made(arn="g"), GROUP, "g"),
        (Made(traffic_distribution_group_arn="g", arn="other"), GROUP, "g"),
        (Made(arn="i"), TARGET, "i"),
        (Made(instance_arn="i"), TARGET, "i"),
        (Made(traffic_distribution_group_arn="g", instance_arn="i"), TARGET, "g"),
        (Made(user_arn="u"), USER, "u"),
        (Made(phone_number_arn="n", arn=None), PHONE_NUMBER, "n"),
        (Made(contact_flow_arn=None, arn="f"), FLOW, "f"),
    ],
)
def test_identity(value: Any, attributes: tuple[str, ...], found: Any) -> None:
    """A resource stands for its ARN, whichever package it is of; any other value for itself."""
    assert identity(value, *attributes) == found


def test_an_output_stands_for_itself() -> None:
    """An Output is no resource: it is handed on as it is."""
    output: Any = object.__new__(pulumi.Output)
    assert identity(output, *GROUP) is output


def test_identity_of_another_kind() -> None:
    """A resource of another kind is refused, with what was looked for."""
    with pytest.raises(TypeError, match="Flow has none of: user_arn, arn"):
        identity(Flow(contact_flow_arn="f"), *USER)
