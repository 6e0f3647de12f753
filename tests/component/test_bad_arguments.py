"""Agents, groups and Regions that cannot be meant, and how all problems are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

import acgr
from acgr_components import GlobalResiliency, GlobalResiliencyArgs

if TYPE_CHECKING:
    from tests.component.conftest import Complaints, Deploy

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
CONNECT = f"arn:aws:connect:{SOURCE}:111122223333"
GROUP = f"{CONNECT}:traffic-distribution-group/5e1f7a20-6b3c-4d98-8e21-0a9c4d7b6f31"
NUMBER = f"{CONNECT}:phone-number/7b1c2d3e-4f50-4a61-8b72-9c83ad94be05"
AGENT = f"{CONNECT}:instance/i/agent/a"
ELSEWHERE = "arn:aws:connect:us-east-1:111122223333:instance/i/agent/a"
MAIN = "+442079460001"
OCTAL = "YAML reads 83, the octal 0123 and 1:23 (to the base 60) as this number: quote what is written there"


@pytest.mark.parametrize(
    ("agents", "complaint"),
    [
        (["alice", "bob", "alice"], "[2]: it is the same agent as agents[0]"),
        ([AGENT, AGENT], "[1]: it is the same agent as agents[0]"),
        ({"a": "alice", "b": "alice"}, '["b"]: it is the same agent as agents["a"]'),
        (["alice", 83], f"[1]: 83 is not text; a user is needed; {OCTAL}"),
        (
            ["alice", False],
            "[1]: False is not text; a user is needed; YAML reads no, off and false as a truth value: "
            "quote it, such as 'no'",
        ),
        (["alice", None], "[1]: None is not text; a user is needed"),
        (["alice "], "[0]: 'alice ' begins or ends with a space"),
        ([NUMBER], f"[0]: '{NUMBER}' is the ARN of a phone number; the ARN of a user is needed"),
        ([ELSEWHERE], f"[0]: '{ELSEWHERE}' is of us-east-1; agents are users of source_region, {SOURCE}"),
        ({"": "alice"}, ': the key "" is empty, or begins or ends with a space'),
        ({83: "alice"}, f"[83]: the key is not text; {OCTAL}"),
        ({None: "alice"}, ": the key None is not text; YAML reads ~, null and nothing so: quote it, such as 'null'"),
        (
            {True: "alice"},
            ": the key True is not text; YAML reads yes, on and true as a truth value: quote it, such as 'yes'",
        ),
        ({"a": None}, '["a"]: None is not text; a user is needed'),
        ("alice", ": a list of users or a mapping of labels to users is needed, not 'alice'"),
        (7, ": a list of users or a mapping of labels to users is needed, not 7"),
    ],
)
def test_agents(complaints: Complaints, agents: Any, complaint: str) -> None:
    """A4, A12: agents that name nobody of the source Region, or somebody twice."""
    assert complaints(agents=agents) == [f"agents{complaint}"]


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"source_region": "London"}, "'London' is not a Region such as 'eu-west-2'"),
        ({"replica_region": None}, "None is not text; a Region is needed"),
        ({"replica_region": SOURCE}, f"it is source_region, {SOURCE}; the other Region is needed"),
    ],
)
def test_regions(complaints: Complaints, changed: dict[str, Any], complaint: str) -> None:
    """Regions are two, plain text, and different."""
    [argument] = changed
    assert complaints(**changed) == [f"{argument}: {complaint}"]


@pytest.mark.parametrize(
    ("group", "complaint"),
    [
        (None, "None is not text; a traffic distribution group is needed"),
        ("", "it is empty; a traffic distribution group is needed"),
        (NUMBER, f"'{NUMBER}' is the ARN of a phone number; the ARN of a traffic distribution group is needed"),
    ],
)
def test_groups(complaints: Complaints, group: Any, complaint: str) -> None:
    """A10, N11: a group is named by its name, id or ARN."""
    assert complaints(traffic_distribution_group=group) == [f"traffic_distribution_group: {complaint}"]


def test_the_group_of_another_region(complaints: Complaints) -> None:
    """N5, N12: the source Region is the one in the group's ARN; another is refused before any call."""
    swapped = {"source_region": REPLICA, "replica_region": SOURCE}
    wrong = f"'{GROUP}' is of {SOURCE}, but source_region is {REPLICA}"
    said = f"{wrong} and replica_region is {SOURCE}: source and replica Region are swapped"
    assert complaints(traffic_distribution_group=GROUP, **swapped) == [f"traffic_distribution_group: {said}"]
    elsewhere = {"source_region": REPLICA, "replica_region": "us-east-1"}
    said = f"{wrong}: they must be the same"
    assert complaints(traffic_distribution_group=GROUP, **elsewhere) == [f"traffic_distribution_group: {said}"]


def test_all_problems_are_told_at_once(complaints: Complaints) -> None:
    """One run shows every problem, in the order of the arguments."""
    numbers = {MAIN: {}, "442079460002": {"flow": "A"}}
    lines = complaints(traffic_distribution_group="", numbers=numbers, agents=["alice", "alice"])
    paths = [line.split(": ", 1)[0] for line in lines]
    assert paths == ["traffic_distribution_group", f'numbers["{MAIN}"].flow', 'numbers["442079460002"]', "agents[1]"]


def test_a_wrong_region_hides_no_other_problem(complaints: Complaints) -> None:
    """What does not depend on the Regions is judged though they are wrong; what does is not blamed for them."""
    numbers = {MAIN: {"flow": {SOURCE: "A", REPLICA: "B"}}, "sales": {"flow": "A"}}
    lines = complaints(source_region="London", traffic_distribution_group=GROUP, numbers=numbers)
    assert [line.split(": ", 1)[0] for line in lines] == ["source_region", 'numbers["sales"]']


def test_the_error_is_a_value_error_without_traceback() -> None:
    """Python's callers see a ValueError; Pulumi prints a RunError's sentence alone."""
    wrong: Any = 7
    with pytest.raises(ValueError, match='GlobalResiliency "centre":') as caught:
        GlobalResiliency("centre", GlobalResiliencyArgs("default", SOURCE, REPLICA, agents=wrong))
    assert isinstance(caught.value, pulumi.RunError)


def test_arguments_that_do_not_exist() -> None:
    """A misspelt argument is named, with those there are."""
    misspelt: Any = {"agnets": ["alice"]}
    with pytest.raises(TypeError, match="has no agnets; it has: traffic_distribution_group, source_region"):
        GlobalResiliency("centre", misspelt)


NOT_USED = (
    "a provider of aws is not used here: credentials come from acgr:profile, acgr:roleArn or the aws: keys of the "
    "stack's configuration, and Regions are arguments"
)


def test_providers_of_others(deploy: Deploy, complaints: Complaints) -> None:
    """Pulumi would silently pass over a provider of another package, and with it the account that it stands for."""
    lines: list[str] = []

    def program() -> None:
        aws = pulumi.ProviderResource("aws", "london", {})
        for opts in (
            pulumi.ResourceOptions(providers={SOURCE: aws, "aws": aws}),
            pulumi.ResourceOptions(providers=[aws]),
            pulumi.ResourceOptions(providers=aws),  # type: ignore[arg-type]
            pulumi.ResourceOptions(provider=aws),
        ):
            lines.extend(complaints(opts=opts))

    assert deploy(program).of("acgr:index:GlobalResiliency") == {}
    paths = [f'opts.providers["{SOURCE}"]', 'opts.providers["aws"]', *["opts.providers[0]"] * 2, "opts.provider"]
    assert lines == [f"{path}: {NOT_USED}" for path in paths]


BOTH: dict[str, Any] = {"source_region": SOURCE, "replica_region": REPLICA}
RESOURCES: dict[str, Callable[[pulumi.ResourceOptions], Any]] = {
    "PhoneNumberPlacement": lambda opts: acgr.PhoneNumberPlacement(
        "x", opts=opts, phone_number="+442079460001", target=GROUP, flow="Main IVR", **BOTH
    ),
    "PhoneNumberContactFlow": lambda opts: acgr.PhoneNumberContactFlow(
        "x", opts=opts, phone_number="+442079460001", region=SOURCE, flow="Main IVR"
    ),
    "TrafficDistributionGroupUser": lambda opts: acgr.TrafficDistributionGroupUser(
        "x", opts=opts, traffic_distribution_group=GROUP, user="alice"
    ),
    "TrafficDistributionGroupRoster": lambda opts: acgr.TrafficDistributionGroupRoster(
        "x", opts=opts, traffic_distribution_group=GROUP, users=["alice"], source_region=SOURCE
    ),
}


@pytest.mark.parametrize("kind", RESOURCES)
def test_a_provider_of_others_on_a_resource(deploy: Deploy, kind: str) -> None:
    """Each resource refuses a provider of another package, and takes one of its own, and one that a parent has."""
    said: list[str] = []

    def program() -> None:
        aws = pulumi.ProviderResource("aws", "london", {})
        for opts in (pulumi.ResourceOptions(provider=aws), pulumi.ResourceOptions(providers={"aws": aws})):
            with pytest.raises(pulumi.RunError) as caught:
                RESOURCES[kind](opts)
            said.append(str(caught.value))
        team = pulumi.ComponentResource("test:index:Team", "team", None, pulumi.ResourceOptions(providers=[aws]))
        own = pulumi.ProviderResource("pulumi-python", "own", {})
        RESOURCES[kind](pulumi.ResourceOptions(parent=team, provider=own))

    made = deploy(program)
    assert said == [f'{kind} "x": opts.provider: {NOT_USED}', f'{kind} "x": opts.providers["aws"]: {NOT_USED}']
    assert [one.name for one in made.resources if one.type.endswith(f":{kind}")] == ["x"]


@pytest.mark.parametrize("kind", RESOURCES)
def test_nothing_is_imported(kind: str) -> None:
    """Pulumi cannot import a dynamic resource; declaring it takes over what exists."""
    with pytest.raises(pulumi.RunError, match=f'{kind} "x": opts.import_: a dynamic resource cannot be imported'):
        RESOURCES[kind](pulumi.ResourceOptions(import_="an-id"))
