"""Numbers that cannot be meant: a sentence each, that says where and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

if TYPE_CHECKING:
    from tests.component.conftest import Complaints, Deploy

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
CONNECT = f"arn:aws:connect:{SOURCE}:111122223333"
GROUP = f"{CONNECT}:traffic-distribution-group/5e1f7a20-6b3c-4d98-8e21-0a9c4d7b6f31"
ELSEWHERE = "arn:aws:connect:us-east-1:111122223333:instance/i/contact-flow/f"
UUID = "7b1c2d3e-4f50-4a61-8b72-9c83ad94be05"
NUMBER = f"{CONNECT}:phone-number/{UUID}"
MAIN, OTHER = "+442079460001", "+442079460002"
FLOW = f"{CONNECT}:instance/i/contact-flow/f"

NO_PLUS = "'442079460001' has no plus: YAML dropped it or it was never there; quote it: '+442079460001'"
NO_TEXT = "442079460001 is a number, not text: YAML dropped the plus; quote it: '+442079460001'"
EXACTLY = f'it needs exactly "{SOURCE}" and "{REPLICA}"'


def _labelled(number: Any, label: Any = "sales") -> dict[Any, Any]:
    return {label: {"flow": "Main IVR", "phone_number": number}}


@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        ("442079460001", NO_PLUS),
        (442079460001, NO_TEXT),
        (
            "+44 20 7946 0001",
            "'+44 20 7946 0001' has spaces or punctuation; write it in E.164: '+442079460001'",
        ),
        ("sales", "'sales' is not a phone number in E.164 ('+442079460001'), nor the id or ARN of one"),
        (GROUP, f"'{GROUP}' is the ARN of a traffic distribution group; the ARN of a phone number is needed"),
    ],
)
def test_keys_that_are_no_number(complaints: Complaints, key: Any, complaint: str) -> None:
    """N2: a key without `phone_number` is the number: E.164, id or ARN, and nothing else."""
    shown = f'"{key}"' if isinstance(key, str) else key
    assert complaints(numbers={key: {"flow": "Main IVR"}}) == [f"numbers[{shown}]: {complaint}"]


@pytest.mark.parametrize(
    ("numbers", "complaint"),
    [
        (_labelled(442079460001), f'["sales"].phone_number: {NO_TEXT}'),
        (_labelled(MAIN, "442079460001"), f'["442079460001"]: {NO_PLUS}'),
        (_labelled(MAIN, 442079460001), f"[442079460001]: {NO_TEXT}"),
        (_labelled(MAIN, ""), ': the key "" is empty, or begins or ends with a space'),
        (_labelled(MAIN, " sales"), ': the key " sales" is empty, or begins or ends with a space'),
        (
            _labelled(OTHER, MAIN),
            f"[\"{MAIN}\"].phone_number: '{OTHER}' is another number than its key; "
            "write one of them, or make the key a label",
        ),
    ],
)
def test_labels_and_numbers(complaints: Complaints, numbers: Any, complaint: str) -> None:
    """N2: a label is plain text that is no number itself; digits alone are a number that YAML has read as one."""
    assert complaints(numbers=numbers) == [f"numbers{complaint}"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({MAIN: {"flow": "A"}}, MAIN),
        ({UUID: {"flow": "A"}}, NUMBER),
        ({NUMBER: {"flow": "A"}}, UUID),
    ],
)
def test_a_number_declared_twice(complaints: Complaints, first: dict[str, Any], second: str) -> None:
    """A number has one place: a second entry for it is refused, also where it is spelled otherwise."""
    [key] = first
    twice = f'numbers["sales"].phone_number: it is the same number as numbers["{key}"]'
    assert complaints(numbers={**first, **_labelled(second)}) == [twice]


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("Main IVR", "{\"flow\": …} is needed, not 'Main IVR'"),
        (None, '{"flow": …} is needed, not None'),
        (
            {"flows": "A", "retrun_to": "leave"},
            'there is no "flows", "retrun_to"; an entry has: flow, phone_number, return_to, description',
        ),
    ],
)
def test_entries_that_are_none(complaints: Complaints, entry: Any, complaint: str) -> None:
    """An entry is a mapping with known keys: a misspelt one would otherwise be ignored."""
    assert complaints(numbers={MAIN: entry}) == [f'numbers["{MAIN}"]: {complaint}']


def test_a_misspelt_entry_under_a_misspelt_number(complaints: Complaints) -> None:
    """Key and entry are judged each for itself."""
    lines = complaints(numbers={"442079460001": {"flows": "A"}})
    assert [line.split(";")[0] for line in lines] == [
        f'numbers["442079460001"]: {NO_PLUS.split(";")[0]}',
        'numbers["442079460001"]: there is no "flows"',
    ]


def test_resources_of_another_kind(deploy: Deploy, complaints: Complaints) -> None:
    """A resource that has no ARN where one is kept stands for nothing."""
    lines: list[str] = []

    def program() -> None:
        other = pulumi.CustomResource("test:index:Other", "other")
        entries = {"sales": {"flow": "A", "phone_number": other}, MAIN: {"flow": other}}
        lines.extend(complaints(numbers={**entries, "more": {"flow": "A", "phone_number": other}}))

    deploy(program)
    assert lines == [
        'numbers["sales"].phone_number: CustomResource has none of: phone_number_arn, arn',
        f'numbers["{MAIN}"].flow: CustomResource has none of: contact_flow_arn, arn',
        'numbers["more"].phone_number: CustomResource has none of: phone_number_arn, arn',
    ]


def test_a_list_of_numbers(complaints: Complaints) -> None:
    """A list has no flows: `numbers` is a mapping."""
    assert complaints(numbers=[MAIN]) == [f"numbers: a mapping of numbers to entries is needed, not ['{MAIN}']"]


@pytest.mark.parametrize("entry", [{}, {"flow": None}])
def test_an_entry_without_flow(complaints: Complaints, entry: dict[str, Any]) -> None:
    """N6: an entry that says nothing of its flow would leave the number dark."""
    missing = "it is missing; moving a number drops its flow, so every number declares one"
    assert complaints(numbers={MAIN: entry}) == [f'numbers["{MAIN}"].flow: {missing}']


@pytest.mark.parametrize(
    ("flow", "complaint"),
    [
        ("", ": it is empty; a flow is needed"),
        (
            7,
            ": 7 is not text; a flow is needed; YAML reads 7 and the octal 07 as this number: quote what is "
            "written there",
        ),
        (GROUP, f": '{GROUP}' is the ARN of a traffic distribution group; the ARN of a flow is needed"),
        (ELSEWHERE, f": '{ELSEWHERE}' is of us-east-1; it needs to be of {SOURCE} or {REPLICA}"),
        ({}, f": its Regions are none; {EXACTLY}"),
        ({SOURCE: "A"}, f': its Regions are "{SOURCE}"; {EXACTLY}'),
        ({SOURCE: "A", "us-east-1": "B"}, f': its Regions are "{SOURCE}", "us-east-1"; {EXACTLY}'),
        ({SOURCE: "A", REPLICA: "B", 1: "C"}, f': its Regions are "{SOURCE}", "{REPLICA}", 1; {EXACTLY}'),
        ({SOURCE: "A", REPLICA: None}, f'["{REPLICA}"]: None is not text; a flow is needed'),
        ({SOURCE: "A", REPLICA: FLOW}, f"[\"{REPLICA}\"]: '{FLOW}' is of {SOURCE}, but stands under {REPLICA}"),
    ],
)
def test_flows(complaints: Complaints, flow: Any, complaint: str) -> None:
    """N6, N8: a flow is one text for both Regions, or one for each of exactly these two, in its own Region."""
    assert complaints(numbers={MAIN: {"flow": flow}}) == [f'numbers["{MAIN}"].flow{complaint}']


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        (
            {"return_to": "home"},
            "return_to: 'home' is none of 'instance', 'leave' and the ARN of a traffic distribution group",
        ),
        ({"description": "x" * 501}, "description: it has 501 characters; 500 are the most"),
    ],
)
def test_the_rest_of_an_entry(complaints: Complaints, more: dict[str, Any], complaint: str) -> None:
    """N4: `return_to` and `description` are judged as the placement itself would judge them."""
    assert complaints(numbers={MAIN: {"flow": "A", **more}}) == [f'numbers["{MAIN}"].{complaint}']


def test_a_number_of_another_region(complaints: Complaints) -> None:
    """N5: a number is used from the Region where it was claimed; one of the replica's Region says so."""
    arn = f"arn:aws:connect:{REPLICA}:111122223333:phone-number/7b1c2d3e-4f50-4a61-8b72-9c83ad94be05"
    wrong = f"'{arn}' is of {REPLICA}, but source_region is {SOURCE} and replica_region is {REPLICA}"
    said = f"{wrong}: the number was claimed in the replica's Region, or the two are swapped"
    assert complaints(numbers={arn: {"flow": "A"}}) == [f'numbers["{arn}"]: {said}']
    assert complaints(numbers={"sales": {"phone_number": arn, "flow": "A"}}) == [
        f'numbers["sales"].phone_number: {said}'
    ]
