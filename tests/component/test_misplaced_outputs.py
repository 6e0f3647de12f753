"""Outputs where plain text is needed: they would hide in previews what is declared, so they are refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

if TYPE_CHECKING:
    from tests.component.conftest import Complaints, Deploy

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
MAIN = "+442079460001"
NUMBER = 'write "sales": {"phone_number": <the Output>, "flow": …}'
AGENT = 'write "alice": <the Output>'
KEY = "a key is an Output; keys are plain labels and values are Outputs"
PLAIN = "it is an Output; plain text is needed, since resources are made of it"
ENTRY = 'the entry is an Output; write it plainly, with Outputs inside: {"flow": <the Output>}'
LISTED = f"it is an Output; a list holds plain text only, so make it a mapping: {AGENT}"

Wrong = Callable[[Any], dict[str, Any]]


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (lambda o: {"numbers": o}, f"numbers: it is an Output, which would hide all numbers in previews; {NUMBER}"),
        (lambda o: {"agents": o}, f"agents: it is an Output, which would hide all agents in previews; {AGENT}"),
        (lambda o: {"numbers": {o: {"flow": "A"}}}, f"numbers: {KEY}: {NUMBER}"),
        (lambda o: {"numbers": {f"{o}": {"flow": "A"}}}, f"numbers: {KEY}: {NUMBER}"),
        (lambda o: {"numbers": {MAIN: o}}, f'numbers["{MAIN}"]: {ENTRY}'),
        (
            lambda o: {"numbers": {MAIN: {"flow": {o: "A", SOURCE: "B"}}}},
            f'numbers["{MAIN}"].flow: its Regions are an Output, "{SOURCE}"; '
            f'it needs exactly "{SOURCE}" and "{REPLICA}"',
        ),
        (lambda o: {"agents": {o: "alice"}}, f"agents: {KEY}: {AGENT}"),
        (lambda o: {"agents": ["alice", o]}, f"agents[1]: {LISTED}"),
        (lambda o: {"agents": [f"{o}"]}, f"agents[0]: {LISTED}"),
        (lambda o: {"source_region": o}, f"source_region: {PLAIN}"),
        (lambda o: {"replica_region": o}, f"replica_region: {PLAIN}"),
    ],
)
@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_outputs_are_refused_with_the_remedy(
    deploy: Deploy, complaints: Complaints, wrong: Wrong, complaint: str, preview: bool
) -> None:
    """Keys, list entries, whole mappings and Regions are plain; the sentence says how to write it, nothing is made."""
    lines: list[str] = []
    made = deploy(lambda: lines.extend(complaints(**wrong(pulumi.Output.from_input("anything")))), preview=preview)
    assert lines == [complaint]
    assert [found.type for found in made.resources] == ["pulumi:pulumi:Stack"]


def test_what_is_awaited_is_an_output(deploy: Deploy, complaints: Complaints) -> None:
    """An awaitable is as unknown as an Output."""
    lines: list[str] = []

    def program() -> None:
        lines.extend(complaints(agents=[asyncio.get_event_loop().create_future()]))

    deploy(program)
    assert lines == [f"agents[0]: {LISTED}"]
