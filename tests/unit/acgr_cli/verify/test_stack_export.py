"""What a stack manages is read from its export; what is secret is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from acgr_cli.failure import CommandFailure
from acgr_cli.verify.stack_export import SIGNATURE, expected
from acgr_connect.model.property_names import camel

RECORDED = sorted((Path(__file__).parents[3] / "state" / "recorded").glob("*/*/state.json"))
ACCOUNT = "arn:aws:connect:eu-west-2:111122223333"
NUMBER, GROUP = f"{ACCOUNT}:phone-number/n1", f"{ACCOUNT}:traffic-distribution-group/g1"
INSTANCE = f"{ACCOUNT}:instance/i1"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x:y"}


def _export(*resources: dict[str, Any]) -> str:
    return json.dumps({"version": 3, "deployment": {"resources": list(resources)}})


def _resource(kind: str, name: str, id_: str, *, token: str = "pulumi-python:dynamic/acgr:", **outputs: Any) -> Any:
    type_ = f"{token}{kind}"
    return {"type": type_, "urn": f"urn:pulumi:dev::p::{type_}::{name}", "id": id_, "outputs": outputs}


PLACEMENT = {
    "e164": "+442079460001",
    "placed_on_arn": GROUP,
    "placed_flow_arns": {"eu-west-2": f"{INSTANCE}/contact-flow/f1"},
}


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: "-".join(file.parts[-3:-1]))
def test_recorded_states(file: Path) -> None:
    """Each recorded stack is understood: what it manages has ARNs, and every resource of this project is there."""
    text = file.read_text(encoding="utf-8")
    found = expected(text)
    resources = json.loads(text)["deployment"]["resources"]
    kinds = [one["type"] for one in resources if one["type"].startswith("pulumi-python:dynamic/acgr:")]
    assert found.numbers or not any("PhoneNumber" in kind for kind in kinds)
    assert found.members or not any("TrafficDistributionGroupUser" in kind for kind in kinds)


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: "-".join(file.parts[-3:-1]))
def test_states_of_the_native_provider(file: Path) -> None:
    """A stack that has passed over to it, with its names in camelCase, says the same."""
    text = file.read_text(encoding="utf-8")
    export = json.loads(text.replace("pulumi-python:dynamic/acgr:", "acgr:index:"))
    for resource in export["deployment"]["resources"]:
        resource["outputs"] = {camel(key): value for key, value in (resource.get("outputs") or {}).items()}
    assert expected(json.dumps(export)) == expected(text)


def test_numbers() -> None:
    """A placement says place and flows; a flow resource adds the flow of its Region."""
    replica = f"{INSTANCE}/contact-flow/f2".replace("eu-west-2", "eu-central-1")
    found = expected(
        _export(
            _resource("PhoneNumberContactFlow", "there", f"{NUMBER}#{INSTANCE}", placed_flow_arn=replica),
            _resource("PhoneNumberPlacement", "sales", NUMBER, **PLACEMENT),
        )
    )
    [number] = found.numbers
    assert (number.resource, str(number.number), str(number.placed_on)) == ("sales", NUMBER, GROUP)
    assert {region: flow.id for region, flow in number.flows.items()} == {"eu-west-2": "f1", "eu-central-1": "f2"}
    assert number.label == "+442079460001"


def test_agents() -> None:
    """One agent, or a roster without those whom nobody declared."""
    alice, bob = (f"{INSTANCE}/agent/{name}" for name in ("alice", "bob"))
    group = {"traffic_distribution_group_arn": GROUP}
    found = expected(
        _export(
            _resource("TrafficDistributionGroupUser", "a", alice, username="alice", **group),
            _resource(
                "TrafficDistributionGroupRoster", "r", GROUP, members={"x": alice, "y": bob}, undeclared=["y"], **group
            ),
        )
    )
    assert [(one.resource, one.user.id, one.label) for one in found.members] == [
        ("a", "alice", "alice"),
        ("r", "alice", "x"),
    ]


def test_secrets() -> None:
    """What is secret is left out, wherever it is, and the resource's name is said in its place."""
    hidden = {"e164": SECRET, "placed_on_arn": GROUP, "placed_flow_arns": {"eu-west-2": SECRET}}
    plain = {**SECRET, "plaintext": '"+442079460001"'}
    for outputs in (hidden, {**hidden, "e164": plain}):
        [number] = expected(_export(_resource("PhoneNumberPlacement", "sales", NUMBER, **outputs))).numbers
        assert (number.label, number.flows) == ("sales", {})
        assert "+44" not in repr(number)
    roster = {"traffic_distribution_group_arn": GROUP, "members": {"x": SECRET}}
    assert expected(_export(_resource("TrafficDistributionGroupRoster", "r", GROUP, **roster))).members == ()


def test_what_is_passed_over() -> None:
    """Other resources, and those that are about to be deleted."""
    gone = {**_resource("PhoneNumberPlacement", "old", NUMBER, **PLACEMENT), "delete": True}
    other = _resource("Bucket", "b", "b", token="aws:s3/bucket:")
    assert expected(_export(gone, other)).numbers == ()
    native = _resource("PhoneNumberPlacement", "new", NUMBER, token="acgr:index:", **PLACEMENT)
    assert len(expected(_export(native)).numbers) == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"deployment": 1}', "nonsense", '{"deployment": null}'])
def test_what_is_no_export(text: str) -> None:
    """It is one sentence."""
    with pytest.raises(CommandFailure, match="This is not what `pulumi stack export` writes"):
        expected(text)


def test_a_state_that_makes_no_sense() -> None:
    """The resource is named."""
    with pytest.raises(CommandFailure, match="The state of sales cannot be understood: 'n1' is not"):
        expected(_export(_resource("PhoneNumberPlacement", "sales", "n1")))
