"""Spellings: what is accepted as it stands, and the sentence for each way to misspell."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acgr_connect.model import identifiers
from acgr_connect.model.identifiers import InvalidInput

UUID = "0a1b2c3d-0000-4000-8000-000000000001"
HOME = "arn:aws:connect:eu-west-2:111122223333"
INSTANCE = f"{HOME}:instance/{UUID}"
GROUP = f"{HOME}:traffic-distribution-group/{UUID}"
NUMBER = f"{HOME}:phone-number/{UUID}"
FLOW = f"{INSTANCE}/contact-flow/f1"
USER = f"{INSTANCE}/agent/u1"

anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())
anything = anything | st.dictionaries(st.text() | st.integers(), st.text() | st.none(), max_size=3)


@pytest.mark.parametrize("text", ["+442079460001", "+4930901820", "+1234567", "+123456789012345", UUID, NUMBER])
def test_phone_number(text: str) -> None:
    """A number is E.164, an id or an ARN, and stays as it was written."""
    assert identifiers.phone_number(text) == text


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (442079460001, "YAML dropped the plus; quote it: '+442079460001'"),
        (442079460001.0, "YAML dropped the plus; quote it: '+442079460001'"),
        (280838519, "YAML dropped the plus, or read 02057240567 as an octal number; quote it: '+280838519'"),
        (float("inf"), "inf is not text; a phone number is needed; YAML reads digits with a point or an exponent"),
        (f"{UUID},{UUID},{UUID}", "is several ids joined by ',', as Terraform and pulumi_aws write some; write the"),
        (f"phone-number/{UUID}", "is the end of an ARN; write the phone number's own id, its ARN or the number in"),
        ("442079460001", "has no plus: YAML dropped it or it was never there; quote it: '+442079460001'"),
        ("+44 20 7946-0001", "has spaces or punctuation; write it in E.164: '+442079460001'"),
        ("+44.(20).79460001", "write it in E.164: '+442079460001'"),
        ("00442079460001", "begins with 00; write it in E.164: '+442079460001'"),
        ("00 44 20 7946 0001", "begins with 00; write it in E.164: '+442079460001'"),
        ("+0442079460001", "is not a phone number in E.164"),
        ("+123456", "is not a phone number in E.164"),
        ("+1234567890123456", "is not a phone number in E.164"),
        ("sales", "is not a phone number in E.164"),
        (UUID[:-1], "is not a phone number in E.164"),
        (" +442079460001", "begins or ends with a space"),
        ("+442079460001\n", "begins or ends with a space"),
        ("", "it is empty; a phone number is needed"),
        ("  ", "it is empty"),
        (None, "None is not text; a phone number is needed"),
        (True, "True is not text"),
        (["+442079460001"], "is not text"),
        (GROUP, "is the ARN of a traffic distribution group; the ARN of a phone number is needed"),
        (f"{INSTANCE}/phone-number/n1", "the old form of a phone number's ARN"),
        ("arn:aws:connect", "is not an Amazon Connect ARN"),
    ],
)
def test_misspelt_phone_number(value: Any, sentence: str) -> None:
    """Every way to misspell a number has its sentence, with what to write instead."""
    with pytest.raises(InvalidInput) as caught:
        identifiers.phone_number(value)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("text", "region"),
    [(GROUP, None), (GROUP, "eu-west-2"), ("main", "eu-west-2"), (UUID, "eu-west-2"), ("default", "eu-west-2")],
)
def test_group(text: str, region: str | None) -> None:
    """A group is an ARN or, with a source Region to look it up in, a name, an id or "default"."""
    assert identifiers.group(text, region) == text
    assert identifiers.target(text, region) == text


@pytest.mark.parametrize(
    ("value", "region", "sentence"),
    [
        ("main", None, "'main' is a name: write the ARN, or give source_region as well"),
        ("default", None, "is a name: write the ARN"),
        (UUID, None, "is a bare id: write the ARN, or give source_region as well"),
        (GROUP, "eu-central-1", "is of eu-west-2, but source_region is eu-central-1: they must be the same"),
        (NUMBER, None, "is the ARN of a phone number"),
        (FLOW, "eu-west-2", "is the ARN of a flow"),
        ("arn:aws:connect", None, "is not an Amazon Connect ARN"),
        ("", "eu-west-2", "it is empty; a "),
        (7, "eu-west-2", "7 is not text; a "),
        (None, None, "None is not text"),
    ],
)
def test_misspelt_group(value: Any, region: str | None, sentence: str) -> None:
    """A name without a Region, another Region, and another kind of ARN are refused (N5, N12)."""
    for shape in (identifiers.group, identifiers.target):
        with pytest.raises(InvalidInput) as caught:
            shape(value, region)
        assert sentence in str(caught.value)


def test_an_instance_is_a_target_and_no_group() -> None:
    """A number may go to another instance (N5); an agent may not be put on one."""
    assert identifiers.target(INSTANCE, None) == INSTANCE
    with pytest.raises(InvalidInput, match="ARN of a traffic distribution group is needed"):
        identifiers.group(INSTANCE, None)
    with pytest.raises(InvalidInput, match="source_region is us-east-1"):
        identifiers.target(INSTANCE, "us-east-1")


@pytest.mark.parametrize("text", ["alice", "alice@example.com", UUID, USER])
def test_user(text: str) -> None:
    """A user is a name, an id or an ARN."""
    assert identifiers.user(text) == text


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("", "it is empty; a user is needed"),
        ("alice ", "begins or ends with a space"),
        (12, "12 is not text; a user is needed"),
        (f"{UUID}:{UUID}", f"write the user's own id (here '{UUID}'), its ARN or its name"),
        (FLOW, "the ARN of a user is needed"),
        ("arn:aws:iam::111122223333:user/alice", "is not an Amazon Connect ARN"),
    ],
)
def test_misspelt_user(value: Any, sentence: str) -> None:
    """An IAM user is no agent, and neither is nothing."""
    with pytest.raises(InvalidInput) as caught:
        identifiers.user(value)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        "Main IVR",
        UUID,
        FLOW,
        {"eu-west-2": "Main IVR", "eu-central-1": UUID},
        {"eu-west-2": FLOW},
        {"us-gov-west-1": "Main IVR"},
        "Sales ",
        "A: B, C/D",
    ],
)
def test_flow(value: Any) -> None:
    """A flow is one for both Regions, or one for each."""
    assert identifiers.flow(value) == value


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({}, "the mapping is empty: give a flow for each Region"),
        ({"source": "Main IVR"}, "'source' is not a Region; a mapping of flows is Region to flow"),
        ({"EU-WEST-2": "Main IVR"}, "is not a Region"),
        ({1: "Main IVR"}, "1 is not a Region"),
        ({"eu-west-2": ""}, "it is empty; a flow is needed"),
        ({"eu-west-2": None}, "None is not text; a flow is needed"),
        ({"eu-west-2": {"eu-west-2": "x"}}, "is not text"),
        ({"eu-central-1": FLOW}, "is of eu-west-2, but stands under eu-central-1"),
        (USER, "is the ARN of a user; the ARN of a flow is needed"),
        (["Main IVR"], "is not text; a flow is needed"),
        (
            f"{UUID}:{UUID}",
            f"joined by ':', as Terraform and pulumi_aws write some; write the flow's own id (here '{UUID}')",
        ),
        (f"instance/{UUID}/contact-flow/{UUID}", "is the end of an ARN; write the flow's own id, its ARN or its name"),
        (UUID.upper(), f"is an id in capital letters; Connect writes ids in small ones: '{UUID}'"),
        (f"{FLOW},{FLOW}", "names no instance, user, flow, phone number or traffic distribution group"),
        (False, "YAML reads no, off and false as a truth value: quote it, such as 'no'"),
        (None, "None is not text"),
    ],
)
def test_misspelt_flow(value: Any, sentence: str) -> None:
    """Keys that are no Regions, flows of another Region, and nothing at all are refused."""
    with pytest.raises(InvalidInput) as caught:
        identifiers.flow(value)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("text", ["eu-west-2", "us-east-1", "us-gov-west-1", "ap-southeast-2", "cn-northwest-1"])
def test_region(text: str) -> None:
    """Regions of every partition that has Connect look like Regions."""
    assert identifiers.region(text) == text


@pytest.mark.parametrize(
    "value", ["", "eu-west", "eu_west_2", "London", "eu-west-2a", "EU-WEST-2", " eu-west-2", 2, None]
)
def test_misspelt_region(value: Any) -> None:
    """A city, an availability zone or a number is no Region."""
    with pytest.raises(InvalidInput):
        identifiers.region(value)


@pytest.mark.parametrize("text", ["instance", "leave", GROUP])
def test_return_to(text: str) -> None:
    """A number goes back to the instance, stays, or goes to a group."""
    assert identifiers.return_to(text) == text


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("Instance", "'Instance' is none of 'instance', 'leave' and the ARN"),
        ("main", "is none of"),
        ("", "it is empty"),
        (INSTANCE, "the ARN of a traffic distribution group is needed"),
        (None, "None is not text; return_to is needed"),
    ],
)
def test_misspelt_return_to(value: Any, sentence: str) -> None:
    """A name cannot be looked up when the number is returned, so it is refused."""
    with pytest.raises(InvalidInput) as caught:
        identifiers.return_to(value)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("text", ["", "Sales", "x" * 500, " padded "])
def test_description(text: str) -> None:
    """A description is any text up to 500 characters (N4)."""
    assert identifiers.description(text) == text


@pytest.mark.parametrize(
    ("value", "sentence"),
    [("x" * 501, "it has 501 characters; 500 are the most"), (5, "5 is not text"), (None, "None is not text")],
)
def test_misspelt_description(value: Any, sentence: str) -> None:
    """A description that the service would refuse is refused first (N4)."""
    with pytest.raises(InvalidInput) as caught:
        identifiers.description(value)
    assert sentence in str(caught.value)


SHAPES = [
    identifiers.phone_number,
    identifiers.user,
    identifiers.flow,
    identifiers.region,
    identifiers.return_to,
    identifiers.description,
    lambda value: identifiers.group(value, None),
    lambda value: identifiers.target(value, "eu-west-2"),
    lambda value: identifiers.flow_of_region(value, None),
    lambda value: identifiers.flow_of_region(value, "eu-west-2"),
    lambda value: identifiers.claimed_number(value, "eu-west-2"),
]


@pytest.mark.parametrize("region", ["eu-west-2", None])
@pytest.mark.parametrize("text", ["Main IVR", UUID, FLOW])
def test_flow_of_region(text: str, region: str | None) -> None:
    """The flow of one Region is a name, an id or an ARN of that Region (N7, N8)."""
    assert identifiers.flow_of_region(text, region) == text


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (FLOW, f"{FLOW!r} is of eu-west-2, but the flow is declared for eu-central-1"),
        ({"eu-central-1": "Main IVR"}, "is not text; a flow is needed"),
        ("", "it is empty; a flow is needed"),
        (USER, "is the ARN of a user; the ARN of a flow is needed"),
    ],
)
def test_misspelt_flow_of_region(value: Any, sentence: str) -> None:
    """An ARN of another Region, or a mapping, is refused."""
    with pytest.raises(InvalidInput) as caught:
        identifiers.flow_of_region(value, "eu-central-1")
    assert sentence in str(caught.value)


def test_claimed_number() -> None:
    """A number's ARN names the Region where it was claimed: no other may be given beside it (N5)."""
    for text in ("+442079460001", UUID, NUMBER):
        assert identifiers.claimed_number(text, "eu-west-2") == text
    with pytest.raises(InvalidInput, match="is of eu-west-2, but source_region is eu-central-1"):
        identifiers.claimed_number(NUMBER, "eu-central-1")


@pytest.mark.parametrize("shape", SHAPES)
@given(value=anything)
@settings(deadline=None)
def test_nothing_but_spelling_errors(shape: Callable[[Any], Any], value: Any) -> None:
    """Whatever a program gives, a shape accepts it as it stands or raises a `InvalidInput`."""
    with contextlib.suppress(InvalidInput):
        assert shape(value) == value


@pytest.mark.parametrize(
    ("text", "is_id"), [(UUID, True), (UUID.upper(), False), (UUID + "0", False), ("alice", False)]
)
def test_is_uuid(text: str, is_id: bool) -> None:
    """Only a whole bare id is one."""
    assert identifiers.is_uuid(text) is is_id
