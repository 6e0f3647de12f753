"""What the content of a flow says of Regions and of other flows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from acgr_connect.survey.flow_content import References, is_readable, normal_form, pins, references

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
INSTANCE = "2f8c5a1e-7a55-4d0b-9a3e-0d6a5f0c8b21"
OWN = f"arn:aws:connect:{SOURCE}:111122223333:instance/{INSTANCE}"


def _flow(*parameters: Any, **more: Any) -> str:
    actions = [{"Identifier": str(n), "Type": "x", "Parameters": each} for n, each in enumerate(parameters)]
    return json.dumps({"Version": "2019-10-30", "StartAction": "0", "Actions": actions, **more})


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"LambdaFunctionARN": f"arn:aws:lambda:{SOURCE}:1:function:f"}, [("Lambda function", SOURCE, False)]),
        ({"LambdaFunctionARN": f"arn:aws-us-gov:lambda:{SOURCE}:1:function:f"}, [("Lambda function", SOURCE, False)]),
        ({"LambdaFunctionARN": "arn:aws:lambda:$.AwsRegion:1:function:f"}, []),
        ({"LambdaFunctionARN": "arn:aws:lambda:$['AwsRegion']:1:function:f"}, []),
        ({"LambdaFunctionARN": "$.Attributes.function"}, []),
        ({"LambdaFunctionARN": f"arn:aws:lambda:{REPLICA}:1:function:f"}, []),
        ({"LexV2Bot": {"AliasArn": f"arn:aws:lex:{SOURCE}:1:bot-alias/A/B"}}, [("Lex bot", SOURCE, False)]),
        ({"LexBot": {"Name": "n", "Region": SOURCE, "Alias": "a"}}, [("Lex bot", SOURCE, False)]),
        ({"LexBot": {"Name": "n", "Region": REPLICA}}, []),
        ({"QueueId": f"{OWN}/queue/q"}, [("queue", SOURCE, True)]),
        ({"PromptId": f"{OWN}/prompt/p"}, [("prompt", SOURCE, True)]),
        ({"ContactFlowId": f"{OWN}/contact-flow/f"}, [("flow", SOURCE, True)]),
        ({"FlowModuleId": f"{OWN}/flow-module/m"}, [("module", SOURCE, True)]),
        ({"X": f"{OWN}/something-new/m"}, [("part of the instance", SOURCE, True)]),
        ({"QueueId": f"arn:aws:connect:{SOURCE}:1:instance/other/queue/q"}, [("connect resource", SOURCE, False)]),
        ({"N": f"arn:aws:connect:{SOURCE}:1:phone-number/n"}, []),
        ({"T": f"arn:aws:connect:{SOURCE}:1:traffic-distribution-group/g"}, []),
        ({"Uri": f"https://b.s3.{SOURCE}.amazonaws.com/a.wav"}, [("address of s3", SOURCE, False)]),
        ({"Uri": "https://b.s3.amazonaws.com/a.wav"}, []),
        ({"Text": "We are in eu-west-2 today"}, []),
        ({"A": [{"B": f"arn:aws:sns:{SOURCE}:1:t"}, f"arn:aws:sns:{SOURCE}:1:t"]}, [("sns resource", SOURCE, False)]),
        (
            {"A": f"arn:aws:lambda:{SOURCE}:1:function:f", "B": "us-east-1 arn:aws:lambda:us-east-1:1:function:f"},
            [("Lambda function", SOURCE, False), ("Lambda function", "us-east-1", False)],
        ),
    ],
)
def test_pins(parameters: Any, said: list[tuple[str, str, bool]]) -> None:
    """What is of another Region than the one in which the flow runs, and is written down as it is."""
    found = pins(_flow(parameters), REPLICA, INSTANCE)
    assert [(one.noun, one.region, one.is_own) for one in found] == said


def test_what_only_the_designer_reads_pins_nothing() -> None:
    """Names that are shown in the flow designer are no part of the flow."""
    content = _flow({}, Metadata={"ActionMetadata": {"x": {"arn": f"arn:aws:lambda:{SOURCE}:1:function:f"}}})
    assert pins(content, REPLICA, INSTANCE) == []
    inside = _flow({"Metadata": f"arn:aws:lambda:{SOURCE}:1:function:f"})
    assert len(pins(inside, REPLICA, INSTANCE)) == 1


def test_branches() -> None:
    """A flow that asks where it runs and has the like of it here too is no pin; one that only asks is."""
    both = [{"LambdaFunctionARN": f"arn:aws:lambda:{region}:1:function:f"} for region in (SOURCE, REPLICA)]
    ask = {"ComparisonValue": "$.AwsRegion"}
    assert pins(_flow(ask, *both), REPLICA, INSTANCE) == []
    assert pins(_flow(ask, *both), SOURCE, INSTANCE) == []
    assert [one.region for one in pins(_flow(*both), REPLICA, INSTANCE)] == [SOURCE]
    assert [one.region for one in pins(_flow(ask, both[0]), REPLICA, INSTANCE)] == [SOURCE]


@pytest.mark.parametrize(
    ("parameters", "flows", "modules"),
    [
        ({"ContactFlowId": f"{OWN}/contact-flow/f1"}, {"f1"}, set()),
        ({"ContactFlowId": f"{OWN}/contact-flow/f1:$LATEST"}, {"f1"}, set()),
        ({"ContactFlowId": "f1:2"}, {"f1"}, set()),
        ({"ContactFlowId": "$.Attributes.next"}, set(), set()),
        ({"EventHooks": {"CustomerQueue": f"{OWN}/contact-flow/f2", "AgentHold": "f3"}}, {"f2", "f3"}, set()),
        ({"FlowModuleId": f"{OWN}/flow-module/m1"}, set(), {"m1"}),
        ({"FlowModuleId": "m1:alias"}, set(), {"m1"}),
        ({"X": f"{OWN}/contact-flow/f4"}, {"f4"}, set()),
        ({"Text": "f1"}, set(), set()),
    ],
)
def test_references(parameters: Any, flows: set[str], modules: set[str]) -> None:
    """Flows and modules that it goes to, by id, as far as they are written down."""
    assert references(_flow(parameters)) == References(frozenset(flows), frozenset(modules))


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        (_flow({"a": 1, "b": 2}), _flow({"b": 2, "a": 1}), True),
        (_flow({"a": 1}), _flow({"a": 2}), False),
        (_flow({"a": 1}, Metadata=1), _flow({"a": 1}), True),
        (_flow({"q": f"{OWN}/queue/q"}), _flow({"q": f"{OWN}/queue/q".replace(SOURCE, REPLICA)}), True),
        (_flow({"q": f"{OWN}/queue/q"}), _flow({"q": f"{OWN}/queue/q".replace(SOURCE, "eu-west-21")}), False),
        ("no JSON", "no JSON", True),
        ("no JSON", "other", False),
        ("[" * 100_000, "[" * 100_000, True),
        ('{"Actions": 1}', '{"Actions": 1, "Metadata": {}}', True),
    ],
)
def test_normal_form(first: str, second: str, is_same: bool) -> None:
    """Two contents are alike where a caller cannot tell them apart."""
    regions = (SOURCE, REPLICA)
    assert (normal_form(first, regions) == normal_form(second, regions)) is is_same


@pytest.mark.parametrize(("content", "yes"), [("{}", True), ("[]", False), ("", False), ("[" * 100_000, False)])
def test_readable(content: str, yes: bool) -> None:
    """A flow is a JSON object; nothing else is looked into."""
    assert is_readable(content) is yes
    assert references(content) == References(frozenset(), frozenset())
    assert pins(content, SOURCE, INSTANCE) == []
