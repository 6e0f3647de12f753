"""A pair of instances with which nothing is wrong, and how it is surveyed."""

from __future__ import annotations

import json
from typing import Any

from surroundings import connection_to

from acgr_connect.model.operation import Operation
from acgr_connect.survey.findings import Finding, Meant, findings_of
from acgr_connect.survey.pair import find_pair
from acgr_connect.survey.reading import Extent, survey
from acgr_connect.survey.records import Survey
from acgr_sandbox import ManualClock, Sandbox, load_scenario
from acgr_sandbox.core.models import Resource

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
WHOLE = Extent(statuses=True, contents=True, findings=True)

SOUND: dict[str, Any] = {
    "account": "111122223333",
    "source_region": SOURCE,
    "replica_region": REPLICA,
    "instances": [{"alias": "northwind"}],
    "groups": [
        {"name": "everyone", "default": True, "members": ["dave.jones"]},
        {"name": "retail", "members": ["alice.smith", "bob.brown", "carol.white"]},
    ],
    "flows": [
        "Main IVR",
        "Sales",
        "Opening hours",
        {"name": "Whisper", "type": "AGENT_WHISPER"},
    ],
    "users": ["alice.smith", "bob.brown", "carol.white", "dave.jones"],
    "numbers": [
        {"e164": "+442079460002", "target": "everyone", "flow": "Sales"},
        {"e164": "+442079460003", "target": "retail", "flow": "Main IVR"},
        {"e164": "+442079460004", "target": "retail", "flow": "Main IVR"},
    ],
}

MODULE = "5a1b4f5e-65b5-4bb4-94e8-1f3d2c6a7b90"


def action(kind: str, **parameters: Any) -> dict[str, Any]:
    """An action of the Flow language."""
    return {"Identifier": f"{kind}-{len(parameters)}", "Type": kind, "Parameters": parameters, "Transitions": {}}


def content(*actions: dict[str, Any], **more: Any) -> str:
    """The content of a flow."""
    end = action("DisconnectParticipant")
    return json.dumps({"Version": "2019-10-30", "StartAction": "x", "Actions": [*actions, end], **more})


def lambda_arn(region: str) -> str:
    """A Lambda function of a Region."""
    return f"arn:aws:lambda:{region}:111122223333:function:lookup"


def sound() -> Sandbox:
    """The world. Its main flow asks where it runs, transfers to a flow and invokes a module."""
    sandbox = Sandbox(load_scenario(SOUND), clock=ManualClock())
    world = sandbox.world
    instance = world.instance("northwind").id
    details = {"Content": content(), "State": "ACTIVE", "Status": "PUBLISHED"}
    world.resources[MODULE] = Resource(
        MODULE, "flow-module", "Greeting", instance, details=details, regions=[SOURCE, REPLICA]
    )
    world.flow("Main IVR").content = content(
        action("InvokeLambdaFunction", LambdaFunctionARN=lambda_arn("$.AwsRegion")),
        action("InvokeFlowModule", FlowModuleId=MODULE),
        action("TransferToFlow", ContactFlowId=world.flow("Opening hours").id),
    )
    return sandbox


def surveyed(sandbox: Sandbox, extent: Extent = WHOLE) -> Survey:
    """Everything there is of the pair."""
    connection = connection_to(sandbox)
    pair = find_pair(connection, "northwind", (SOURCE, REPLICA))
    return survey(connection, pair, Operation.within(3600, connection.clock), extent)


def found(sandbox: Sandbox, meant: Meant | None = None) -> list[Finding]:
    """What is found of it."""
    return findings_of(surveyed(sandbox), meant or Meant())
