"""What the schema says of `GlobalResiliency`: an argument of a component is made of types of its own."""

from __future__ import annotations

from typing import Any

from acgr_components.answers import GlobalResiliencyNumber
from acgr_components.global_resiliency import (
    GlobalResiliency,
    GlobalResiliencyArgs,
    GlobalResiliencyGroupArgsDict,
    GlobalResiliencyNumberArgsDict,
)
from acgr_connect.model.property_names import camel
from acgr_plugin.docstrings import entries, summary
from acgr_plugin.kinds import PACKAGE
from acgr_plugin.shapes import MAPPING, TEXT, TEXTS, Type

TOKEN = f"{PACKAGE}:index:GlobalResiliency"

NUMBER, GROUP, PLACED = (f"{PACKAGE}:index:{name}" for name in ("Number", "Group", "PlacedNumber"))

FLOW: Type = {"oneOf": [TEXT, MAPPING]}
COUNT: Type = {"oneOf": [{"type": "integer"}, TEXT]}

NUMBER_SHAPES = {"flow": FLOW, "phone_number": TEXT, "return_to": TEXT, "description": TEXT}
GROUP_SHAPES = {"name": TEXT, "instance": TEXT, "description": TEXT, "tags": MAPPING}
PLACED_SHAPES = {"e164": TEXT, "target": TEXT, "flows": MAPPING}


def types() -> dict[str, Any]:
    """The types of its arguments and outputs."""
    return {
        NUMBER: _object(GlobalResiliencyNumberArgsDict, NUMBER_SHAPES, ["flow"]),
        GROUP: _object(GlobalResiliencyGroupArgsDict, GROUP_SHAPES, ["name", "instance"]),
        PLACED: _object(GlobalResiliencyNumber, PLACED_SHAPES, list(PLACED_SHAPES)),
    }


def resources() -> dict[str, Any]:
    """The component itself."""
    says, outputs = entries(GlobalResiliencyArgs), entries(GlobalResiliency)
    inputs: dict[str, Type] = {
        "traffic_distribution_group": {"oneOf": [TEXT, _ref(GROUP)]},
        "source_region": {**TEXT, "plain": True},
        "replica_region": {**TEXT, "plain": True},
        "numbers": {"type": "object", "additionalProperties": _ref(NUMBER), "plain": True},
        "agents": {"oneOf": [TEXTS, MAPPING]},
        "max_removals": COUNT,
        "max_number_removals": COUNT,
    }
    properties: dict[str, Type] = {
        "traffic_distribution_group_arn": TEXT,
        "numbers": {"type": "object", "additionalProperties": _ref(PLACED)},
        "dark_numbers": TEXTS,
        "agents": MAPPING,
    }
    return {
        TOKEN: {
            "isComponent": True,
            "description": summary(GlobalResiliency),
            "inputProperties": {camel(name): {**one, "description": says[name]} for name, one in inputs.items()},
            "requiredInputs": ["trafficDistributionGroup", "sourceRegion", "replicaRegion"],
            "properties": {camel(name): {**one, "description": outputs[name]} for name, one in properties.items()},
            "required": ["numbers", "darkNumbers", "agents"],
        }
    }


def _object(documented: type, shapes: dict[str, Type], required: list[str]) -> dict[str, Any]:
    says = entries(documented)
    return {
        "type": "object",
        "description": summary(documented),
        "properties": {camel(name): {**one, "description": says[name]} for name, one in shapes.items()},
        "required": list(map(camel, required)),
    }


def _ref(token: str) -> Type:
    return {"$ref": f"#/types/{token}"}
