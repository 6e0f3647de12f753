"""What a stack says that it manages, from the output of `pulumi stack export`. Pure.

docs/state-format.md lists the stored properties that are read. What is secret stays so: it is not read, and the ids of
resources, which are never secret, are enough.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from acgr_cli.failure import CommandFailure
from acgr_connect.model.arns import Arn, ArnError, Kind, parse
from acgr_connect.model.property_names import snake
from acgr_connect.survey.findings.expected import Expected, ExpectedMember, ExpectedNumber

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key that marks an object of Pulumi's own in a state, such as a secret."""

_TYPE = re.compile(
    r"(?:pulumi-python:dynamic/acgr:|acgr:index:)"
    r"(TrafficDistributionGroupUser|TrafficDistributionGroupRoster|PhoneNumberPlacement|PhoneNumberContactFlow)"
)


def expected(text: str) -> Expected:
    """What the stack says.

    Raises:
        CommandFailure: it is no stack's export.
    """
    numbers: dict[str, ExpectedNumber] = {}
    members: list[ExpectedMember] = []
    for resource in _resources(text):
        found = _TYPE.fullmatch(str(resource.get("type")))
        if found is None or resource.get("delete"):
            continue
        outputs = resource.get("outputs")
        shown = {
            snake(key): value
            for key, value in (outputs if isinstance(outputs, dict) else {}).items()
            if not _hides(value)
        }
        name = str(resource.get("urn", "")).rsplit("::", 1)[-1]
        try:
            if found[1].startswith("PhoneNumber"):
                number = _number(found[1], name, str(resource.get("id", "")), shown)
                numbers[number.number.id] = _merged(numbers.get(number.number.id), number)
            else:
                members += _members(found[1], name, str(resource.get("id", "")), shown)
        except ArnError as error:
            raise CommandFailure(f"The state of {name} cannot be understood: {error}.") from error
    return Expected(tuple(numbers.values()), tuple(members))


def _resources(text: str) -> list[dict[str, Any]]:
    try:
        export = json.loads(text)
        resources = export["deployment"].get("resources") or []
        return [one for one in resources if isinstance(one, dict)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CommandFailure("This is not what `pulumi stack export` writes.") from None


def _hides(value: Any) -> bool:
    """Whether a value is secret, or has something secret in it."""
    if isinstance(value, dict):
        return SIGNATURE in value or any(map(_hides, value.values()))
    return isinstance(value, list) and any(map(_hides, value))


def _number(kind: str, name: str, id_: str, shown: Mapping[str, Any]) -> ExpectedNumber:
    number = parse(id_.split("#", 1)[0], "phone-number")
    label = str(shown.get("e164") or name)
    if kind == "PhoneNumberContactFlow":
        flows = list(_arns([shown.get("placed_flow_arn")], "contact-flow"))
        return ExpectedNumber(name, number, None, {flow.region: flow for flow in flows}, label)
    placed = list(_arns([shown.get("placed_on_arn")], "traffic-distribution-group", "instance"))
    given = shown.get("placed_flow_arns")
    flows = list(_arns((given if isinstance(given, dict) else {}).values(), "contact-flow"))
    return ExpectedNumber(name, number, placed[0] if placed else None, {flow.region: flow for flow in flows}, label)


def _arns(values: Any, *kinds: Kind) -> Iterator[Arn]:
    yield from (parse(value, *kinds) for value in values if isinstance(value, str) and value)


def _merged(before: ExpectedNumber | None, after: ExpectedNumber) -> ExpectedNumber:
    """Two resources may each say something of one number: its place, and its flow in a Region."""
    if before is None:
        return after
    first, second = (before, after) if before.placed_on is not None else (after, before)
    flows = {**first.flows, **second.flows}
    return ExpectedNumber(first.resource, first.number, first.placed_on, flows, first.label)


def _members(kind: str, name: str, id_: str, shown: Mapping[str, Any]) -> Iterator[ExpectedMember]:
    groups = list(_arns([shown.get("traffic_distribution_group_arn")], "traffic-distribution-group"))
    if not groups:
        return
    if kind == "TrafficDistributionGroupUser":
        user = parse(id_, "agent")
        yield ExpectedMember(name, groups[0], user, str(shown.get("username") or name))
        return
    members = shown.get("members")
    undeclared = set(shown.get("undeclared") or ())
    for label, arn in (members if isinstance(members, dict) else {}).items():
        if label not in undeclared and isinstance(arn, str):
            yield ExpectedMember(name, groups[0], parse(arn, "agent"), label)
