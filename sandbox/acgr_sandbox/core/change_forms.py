"""The changes that a second writer can make, in a test or a drill: their names, and what each takes.

A change is a mapping with `do` and the fields of its form. Instances, TDGs, flows and users are named as in a
scenario, by name or id; `region` is the source Region unless given.

    {do: move, number: "+442079460001", target: retail}         IN_PROGRESS first, as Connect does it
    {do: place, number: "+442079460001", target: retail}        the same, over in no time
    {do: set-flow, number: "+442079460001", flow: Sales, region: eu-central-1}
    {do: clear-flow, number: "+442079460001"}
    {do: describe, number: "+442079460001", description: Sales line}
    {do: release, number: "+442079460001"}
    {do: add-agent, group: retail, user: bob.jones}             onto a TDG
    {do: remove-agent, group: retail, user: bob.jones}
    {do: create-user, user: new.comer}
    {do: delete-user, user: bob.jones}
    {do: delete-group, group: retail}
    {do: distribute, group: retail, shares: {eu-west-2: 0, eu-central-1: 100}}
    {do: set-flow-state, flow: Sales, state: ARCHIVED, status: PUBLISHED}    in every Region that has the flow
    {do: operation, operation: TagResource, parameters: {...}}  any operation of the API

This module says what a change is, so that a fault can hold one; `control.second_writer` makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Change = Mapping[str, Any]

FORMS = {
    "move": "number target",
    "place": "number target",
    "set-flow": "number flow",
    "clear-flow": "number",
    "describe": "number description",
    "release": "number",
    "add-agent": "group user",
    "remove-agent": "group user",
    "create-user": "user",
    "delete-user": "user",
    "delete-group": "group",
    "distribute": "group shares",
    "set-flow-state": "flow state status",
    "operation": "operation parameters",
}
"""The fields that each change takes; it may have a `region` as well."""

_CHOICES = {"state": ("ACTIVE", "ARCHIVED"), "status": ("PUBLISHED", "SAVED")}


def check_change(change: Change) -> None:
    """Refuse a change that cannot be: ValueError, in one sentence."""
    do = change.get("do") if isinstance(change, Mapping) else change
    if not isinstance(do, str) or do not in FORMS:
        raise ValueError(f"There is no change {do!r}; there are {', '.join(FORMS)}.")
    needed = {"do", *FORMS[do].split()}
    missing, unknown = sorted(needed - set(change)), sorted(set(change) - needed - {"region"})
    if missing or unknown:
        what = f"needs {missing[0]!r}" if missing else f"has no {unknown[0]!r}"
        raise ValueError(f"The change {do} {what}; it takes {', '.join(FORMS[do].split())} and may have a region.")
    for key, choices in _CHOICES.items():
        if key in needed and change[key] not in choices:
            raise ValueError(f"The change {do}: {key} is {change[key]!r}; it is {' or '.join(choices)}.")
