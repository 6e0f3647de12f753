"""The pack of `examples/policies`: what its policies are about, and what they do while something is not known yet."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pulumi_policy
import pytest
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError, unknown_checking_proxy

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "policies"
NUMBER, OTHER = "+442079460001", "+442079460002"
PLACEMENT = "pulumi-python:dynamic/acgr:PhoneNumberPlacement"
ROSTER = "pulumi-python:dynamic/acgr:TrafficDistributionGroupRoster"
CLAIM = "aws:connect/phoneNumber:PhoneNumber"

sys.path.insert(0, str(FOLDER))
POLICIES = {policy.name: policy for policy in runpy.run_path(str(FOLDER / "__main__.py"))["POLICIES"]}

Said = list[tuple[str, str | None]]


def resource(token: str, name: str = "one", ignored: Sequence[str] = (), **inputs: Any) -> Any:
    """A resource of the stack, as pulumi-policy hands it to a policy; None is not known yet."""
    known = {key: UNKNOWN_STRING_VALUE if value is None else value for key, value in inputs.items()}
    timeouts = pulumi_policy.PolicyCustomTimeouts(0, 0, 0)
    opts = pulumi_policy.PolicyResourceOptions(False, list(ignored), None, [], timeouts, [])
    return pulumi_policy.PolicyResource(token, unknown_checking_proxy(known), name, name, opts, None, None, [], {})


def placement(name: str = "one", **inputs: Any) -> Any:
    """A placement on retail, which stays there."""
    return resource(PLACEMENT, name, **{"phone_number": NUMBER, "target": "retail", "return_to": "leave", **inputs})


def claimed(by: Any, name: str = "one", **inputs: Any) -> Any:
    """A placement that has its number from another resource."""
    made = placement(name, **inputs)
    made.property_dependencies["phone_number"] = [by]
    return made


def judged(policy: str, *resources: Any, **config: Any) -> Said:
    """What a policy reports of the whole stack: each sentence, and the resource that it is of."""
    said: Said = []
    args = pulumi_policy.StackValidationArgs(list(resources), config)
    POLICIES[policy].validate(args, lambda text, urn=None: said.append((text, urn)))
    return said


def judged_alone(policy: str, one: Any, **config: Any) -> list[str]:
    """What a policy reports of one resource."""
    said: list[str] = []
    args = pulumi_policy.ResourceValidationArgs(one.resource_type, one.props, one.urn, one.name, one.opts, None, config)
    POLICIES[policy].validate(args, lambda text, urn=None: said.append(text))
    return said


def test_the_claim_is_that_of_pulumi_aws() -> None:
    """A claim is known by the token that pulumi-aws gives it."""
    from pulumi_aws.connect import PhoneNumber

    assert PhoneNumber.pulumi_type == CLAIM


@pytest.mark.parametrize(
    ("policy", "token", "inputs", "config"),
    [
        ("protected-numbers-stay", PLACEMENT, placement().props, {"numbers": {NUMBER: "emergency"}}),
        ("return-to-holds", PLACEMENT, placement(return_to="instance").props, {"allowed": []}),
        ("few-agents-leave", ROSTER, {"users": {}, "max_removals": 6.0}, {"most": 5.0}),
    ],
)
def test_a_policy_is_about_one_kind_of_resource(
    policy: str, token: str, inputs: Mapping[str, Any], config: Mapping[str, Any]
) -> None:
    """It objects to its own kind, and to nothing else that has the same inputs."""
    assert len(judged_alone(policy, resource(token, **inputs), **config)) == 1
    assert judged_alone(policy, resource("acgr:index:Other", **inputs), **config) == []


def test_a_protected_number_is_missed() -> None:
    """What no placement declares is an objection to the stack as a whole; another kind of resource does not count."""
    flow = resource("pulumi-python:dynamic/acgr:PhoneNumberContactFlow", phone_number=OTHER)
    ((text, urn),) = judged("protected-numbers-are-declared", placement(), flow, numbers=[NUMBER, OTHER])
    assert text.startswith(f"{OTHER} is protected")
    assert urn is None


def test_a_number_that_is_not_known_yet_may_be_the_one_that_is_missed() -> None:
    """While a placement's number is unknown, nothing is refused, and the SDK says that the policy could not be run."""
    unknown = placement("new", phone_number=None)
    assert judged("protected-numbers-are-declared", placement(), unknown, numbers=[NUMBER]) == []
    with pytest.raises(UnknownValueError):
        judged("protected-numbers-are-declared", placement(), unknown, numbers=[OTHER])


def test_a_claim_that_does_not_let_go() -> None:
    """The placement is named whose number's claim moves it back; one without a claim is none of this policy's."""
    holds, lets = resource(CLAIM, targetArn="instance"), resource(CLAIM, ignored=["targetArn"], targetArn="instance")
    said = judged("claims-let-go", placement("plain"), claimed(lets, "good"), claimed(holds, "bad"))
    assert [urn for _, urn in said] == ["bad"]


def test_what_is_not_known_yet_hides_no_other_claim() -> None:
    """A claim whose target is unknown is said to be so, after all others have been judged."""
    unknown, holds = resource(CLAIM, targetArn=None), resource(CLAIM, targetArn="instance")
    said: Said = []
    args = pulumi_policy.StackValidationArgs([claimed(unknown, "new"), claimed(holds, "bad")])
    with pytest.raises(UnknownValueError):
        POLICIES["claims-let-go"].validate(args, lambda text, urn=None: said.append((text, urn)))
    assert [urn for _, urn in said] == ["bad"]


def test_the_example_configures_policies_that_are_there() -> None:
    """Each part of `config.json` is of a policy, and as the schema of that one wants it."""
    config = json.loads((FOLDER / "config.json").read_text(encoding="utf-8"))
    assert config.keys() <= POLICIES.keys()
    for name, given in config.items():
        schema = {
            "type": "object",
            "properties": POLICIES[name].config_schema.properties,
            "additionalProperties": False,
        }
        jsonschema.validate(given, schema)


def test_the_readme_names_every_policy() -> None:
    """The table of the pack's page has a row for each policy, in order."""
    rows = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    assert [row.split("`")[1] for row in rows if row.startswith("| `")] == list(POLICIES)
