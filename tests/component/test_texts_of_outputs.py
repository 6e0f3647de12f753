"""Outputs and resources inside f-strings: Python writes a text about the object, which nobody means."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

import acgr
from acgr.arguments import ArgumentError
from acgr_components import ArgumentsError, GlobalResiliency

if TYPE_CHECKING:
    from tests.component.conftest import Complaints, Deploy

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
MAIN = "+442079460001"
ARN = f"arn:aws:connect:{SOURCE}:111122223333:traffic-distribution-group/g"
PLACED = {"phone_number": MAIN, "target": ARN, "flow": "Main IVR"}
FLOW = {"phone_number": MAIN, "region": SOURCE, "flow": "Main IVR"}
AGENT = {"traffic_distribution_group": ARN, "user": "alice"}
ROSTER = {"traffic_distribution_group": ARN, "users": ["alice"]}

Spoil = Callable[[Any], str]

WAYS: dict[str, Spoil] = {
    "f-string": lambda o: f"Line of {o}",
    "percent": lambda o: "Line of %s" % o,  # noqa: UP031  # what people write
    "repr": lambda o: f"{o!r}",
    "shouted": lambda o: f"{o}".upper(),
    "shortened": lambda o: f"{o}"[:40],
    "slug": lambda o: f"{o}".lower().replace(" ", "-"),
}


def _refused(deploy: Deploy, make: Callable[[Any], object]) -> str:
    """The sentence with which a constructor ends the program."""
    said: list[str] = []

    def program() -> None:
        with pytest.raises(pulumi.RunError) as caught:
            make(pulumi.Output.from_input("alice"))
        said.append(str(caught.value))

    made = deploy(program)
    assert [found.type for found in made.resources] == ["pulumi:pulumi:Stack"]
    return said[0]


@pytest.mark.parametrize("way", WAYS)
def test_ways_to_write_one(deploy: Deploy, way: str) -> None:
    """However the Output came into the text and the text was changed since, it is refused with what to write."""
    said = _refused(deploy, lambda o: acgr.PhoneNumberPlacement("main", {**PLACED, "description": WAYS[way](o)}))
    assert said.startswith("PhoneNumberPlacementArgs: description: it holds what Python makes of an Output")
    assert "pulumi.Output.format" in said


@pytest.mark.parametrize(
    ("kind", "args", "path"),
    [
        (acgr.PhoneNumberPlacement, lambda t: {**PLACED, "phone_number": t}, "phone_number"),
        (acgr.PhoneNumberPlacement, lambda t: {**PLACED, "target": t}, "target"),
        (acgr.PhoneNumberPlacement, lambda t: {**PLACED, "flow": t}, "flow"),
        (acgr.PhoneNumberPlacement, lambda t: {**PLACED, "flow": {SOURCE: t}}, f"flow['{SOURCE}']"),
        (acgr.PhoneNumberPlacement, lambda t: {**PLACED, "flow": {t: "Main IVR"}}, "a key of flow"),
        (acgr.PhoneNumberPlacement, lambda t: {**PLACED, "return_to": t}, "return_to"),
        (acgr.PhoneNumberContactFlow, lambda t: {**FLOW, "region": t}, "region"),
        (acgr.PhoneNumberContactFlow, lambda t: {**FLOW, "flow": t}, "flow"),
        (acgr.TrafficDistributionGroupUser, lambda t: {**AGENT, "user": t}, "user"),
        (acgr.TrafficDistributionGroupUser, lambda t: {**AGENT, "traffic_distribution_group": t}, "traffic"),
        (acgr.TrafficDistributionGroupRoster, lambda t: {**ROSTER, "users": ["bob", t]}, "users[1]"),
        (acgr.TrafficDistributionGroupRoster, lambda t: {**ROSTER, "users": {"bob": t}}, "users['bob']"),
        (acgr.TrafficDistributionGroupRoster, lambda t: {**ROSTER, "users": {t: "bob"}}, "a key of users"),
    ],
)
def test_every_argument_of_a_resource(deploy: Deploy, kind: Any, args: Callable[[str], Any], path: str) -> None:
    """Every textual argument, in mappings and lists too, is refused where it is constructed, with its path."""
    assert _refused(deploy, lambda o: kind("one", args(f"{o}"))).startswith(f"{kind.__name__}Args: {path}")


def test_names(deploy: Deploy) -> None:
    """The name of a resource or a component is a text as well, and would be a part of its URN for good."""
    assert "PhoneNumberPlacementArgs: resource_name: it holds" in _refused(
        deploy, lambda o: acgr.PhoneNumberPlacement(f"line-{o}", PLACED)
    )
    regions = {"source_region": SOURCE, "replica_region": REPLICA}
    said = _refused(deploy, lambda o: GlobalResiliency(f"{o}", traffic_distribution_group=ARN, **regions))
    assert said.startswith("GlobalResiliency:\n  name: it holds what Python makes of an Output")


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (lambda t: {"traffic_distribution_group": t}, "traffic_distribution_group"),
        (lambda t: {"source_region": t}, "source_region"),
        (lambda t: {"max_removals": t}, "max_removals"),
        (lambda t: {"numbers": {MAIN: {"flow": t}}}, f'numbers["{MAIN}"].flow'),
        (lambda t: {"numbers": {MAIN: {"flow": {SOURCE: t, REPLICA: "A"}}}}, f'numbers["{MAIN}"].flow["{SOURCE}"]'),
        (lambda t: {"numbers": {MAIN: {"flow": "A", "description": t}}}, f'numbers["{MAIN}"].description'),
        (lambda t: {"numbers": {MAIN: {"flow": "A", "return_to": t}}}, f'numbers["{MAIN}"].return_to'),
        (lambda t: {"numbers": {"sales": {"flow": "A", "phone_number": t}}}, 'numbers["sales"].phone_number'),
        (lambda t: {"agents": {"lead": t}}, 'agents["lead"]'),
    ],
)
def test_every_argument_of_the_component(
    deploy: Deploy, complaints: Complaints, wrong: Callable[[str], Any], path: str
) -> None:
    """A component has a line for each, beside whatever else is wrong."""
    lines: list[str] = []
    deploy(lambda: lines.extend(complaints(**wrong(f"{pulumi.Output.from_input('anything')}"))))
    assert [line.split(": ", 1)[0] for line in lines] == [path]
    assert "it holds what Python makes of an Output or a resource" in lines[0]


def test_a_resource_in_an_f_string(deploy: Deploy) -> None:
    """A whole resource in place of its attribute is no better."""
    made: list[Any] = []

    def make(_output: Any) -> object:
        made.append(object.__new__(acgr.TrafficDistributionGroupUser))
        return acgr.PhoneNumberPlacement("main", {**PLACED, "description": f"Line of {made[0]}"})

    assert "with the attribute of a resource" in _refused(deploy, make)


@pytest.mark.parametrize(
    ("get", "sentence"),
    [
        (
            lambda: acgr.TrafficDistributionGroupRoster.get("x", id="blue"),
            "TrafficDistributionGroupRoster.get(\"x\"): id: 'blue' is not an Amazon Connect ARN; a traffic "
            "distribution group has one of the form arn:aws:connect:REGION:ACCOUNT:traffic-distribution-group/ID",
        ),
        (lambda: acgr.PhoneNumberPlacement.get("x", id=MAIN), "a phone number has one of the form arn:aws:connect:"),
        (lambda: acgr.PhoneNumberPlacement.get("x", id=ARN), "the ARN of a phone number is needed"),
        (
            lambda: acgr.PhoneNumberContactFlow.get("x", id="n,i,f"),
            "'#', and the ARN of the instance in the Region: arn",
        ),
        (lambda: acgr.TrafficDistributionGroupUser.get("x", "alice", "blue"), "traffic_distribution_group: 'blue' is"),
        (lambda: acgr.PhoneNumberPlacement.get("x", id=7), "id: 7 is not text; YAML reads 7 and the octal 07"),
    ],
)
def test_ids_of_another_form(deploy: Deploy, get: Callable[[], object], sentence: str) -> None:
    """What a `get()` cannot mean is one sentence that says which form is meant, where it is written."""
    assert sentence in _refused(deploy, lambda _output: get())


def test_they_are_errors_without_a_traceback() -> None:
    """Pulumi prints the message of a `RunError`, and nothing else."""
    assert issubclass(ArgumentError, pulumi.RunError)
    assert issubclass(ArgumentsError, pulumi.RunError)
