"""Property values as they travel."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.output import UNKNOWN, Unknown

from acgr.numbers.placement_state import PlacementState
from acgr_connect.model.property_names import camel, in_snake_case, snake
from acgr_plugin.wire import NOT_KNOWN, OUTPUT, RESOURCE, SECRET, SIGNATURE, UNKNOWNS, Received, packed, secret_outputs


def struct(**values: Any) -> Struct:
    """As it arrives."""
    found = Struct()
    found.update(values)
    return found


@pytest.mark.parametrize(
    "value",
    ["Main IVR", "", True, False, 3, 0, 2.5, [], ["a", "b"], {}, {"eu-west-2": "Sales"}, {"a": [{"b": 1}]}],
    ids=repr,
)
def test_there_and_back(value: Any) -> None:
    """A value arrives as what it was sent as; whole numbers are whole."""
    found = Received.of(packed({"source_region": value})).props
    assert found == {"source_region": value}
    assert type(found["source_region"]) is type(value)


def test_what_is_none_is_not_sent() -> None:
    """What was not given is not there."""
    assert packed({"a": None}) == Struct()
    assert Received.of(struct(a=None)).props == {"a": None}


@pytest.mark.parametrize("text", sorted(UNKNOWNS))
def test_not_known_yet(text: str) -> None:
    """What stands for a value of any type that is not known yet is unknown here, wherever it stands."""
    found = Received.of(struct(a=text, b={"c": text})).props
    assert isinstance(found["a"], Unknown)
    assert isinstance(found["b"]["c"], Unknown)
    assert MessageToDict(packed({"a": UNKNOWN})) == {"a": NOT_KNOWN}


def test_secrets() -> None:
    """A secret is taken out of its wrapping, wherever it stands; the property that holds it is secret."""
    hidden = {SIGNATURE: SECRET, "value": "Sales"}
    received = Received.of(struct(flow={"eu-west-2": hidden}, phoneNumber=hidden, users=[hidden, "b"], target="retail"))
    assert received.props == {
        "flow": {"eu-west-2": "Sales"},
        "phone_number": "Sales",
        "users": ["Sales", "b"],
        "target": "retail",
    }
    assert received.secret == {"flow", "phone_number", "users"}
    assert MessageToDict(packed({"phone_number": "Sales"}, {"phone_number"})) == {"phoneNumber": hidden}


def test_outputs_that_tell_a_secret() -> None:
    """What an output tells of a secret input is secret."""
    assert secret_outputs(PlacementState, {"phone_number"}) == {"phone_number", "phone_number_arn", "e164"}
    assert secret_outputs(PlacementState, ()) == set()


def test_values_of_other_resources() -> None:
    """An output value is what it holds, or unknown; a resource is its id."""
    output = {SIGNATURE: OUTPUT, "value": "x", "secret": True}
    received = Received.of(
        struct(a=output, b={SIGNATURE: OUTPUT}, c={SIGNATURE: RESOURCE, "urn": "urn:pulumi:x", "id": "arn:aws:x"})
    )
    assert (received.props["a"], received.secret) == ("x", {"a"})
    assert isinstance(received.props["b"], Unknown)
    assert received.props["c"] == "arn:aws:x"


def test_what_the_dynamic_provider_stores_beside() -> None:
    """Its serialized class is no property."""
    assert Received.of(struct(__provider="gASV", phone_number="x")).props == {"phone_number": "x"}


@pytest.mark.parametrize(
    ("python", "wire"),
    [("source_region", "sourceRegion"), ("e164", "e164"), ("flow", "flow"), ("also_on_arn", "alsoOnArn")],
)
def test_names(python: str, wire: str) -> None:
    """Names are translated both ways; a name in snake_case stays what it is."""
    assert (camel(python), snake(wire), snake(python)) == (wire, python, python)
    assert in_snake_case({wire: {"eu-west-2": 1}, "__provider": "x"}) == {python: {"eu-west-2": 1}, "__provider": "x"}
