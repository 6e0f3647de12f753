"""How `read` spells inputs: as the user wrote them, as long as they still mean what is there."""

from __future__ import annotations

from collections.abc import Mapping

from acgr_connect.arns import Arn, is_arn
from acgr_connect.connection import Connection
from acgr_connect.flows import Choice
from acgr_connect.groups import goes_by
from acgr_connect.records import last_part
from acgr_connect.spelling import is_uuid

NO_FLOW = ""
"""What stands for a flow where there is none: never equal to anything that can be declared."""


def target_as_declared(connection: Connection, spelled: str, actual: Arn) -> str:
    """The declared target, or what the number is on instead: by name where a name was declared."""
    if is_arn(spelled) or actual.kind == "instance":
        return spelled if spelled == str(actual) else str(actual)
    if is_uuid(spelled):
        return actual.id
    group = connection.directory.groups(actual.region).get(actual.id)
    if group is None:
        return str(actual)
    return spelled if goes_by(group, spelled) else group.name


def flow_as_declared(connection: Connection, choice: Choice, actual: Mapping[str, Arn | None]) -> Choice:
    """The declared flows, or what answers instead: by name where a name was declared, one text where all are alike."""
    declared = {region: choice if isinstance(choice, str) else choice.get(region, NO_FLOW) for region in actual}
    spelled = {region: _spelled(connection, declared[region], flow) for region, flow in actual.items()}
    if spelled == declared:
        return choice
    return next(iter(spelled.values())) if len(set(spelled.values())) == 1 else spelled


def _spelled(connection: Connection, declared: str, actual: Arn | None) -> str:
    if actual is None:
        return NO_FLOW
    if is_arn(declared):
        return declared if last_part(declared) == actual.id else str(actual)
    if is_uuid(declared):
        return actual.id
    flow = connection.directory.flows(actual.instance).get(actual.id)
    return flow.name if flow else str(actual)
