"""Names are pinned: what a name meant is in the outputs, and a name that means something else now is a change.

Asked while diffing, so that the preview says it: from the sweeps that the run needs anyway, within a budget,
and never with an error: a preview without credentials is a preview all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from acgr import _engine
from acgr._flow_state import FlowState
from acgr._lookups import Moved
from acgr._membership import MembershipState
from acgr._placement import PlacementState
from acgr_connect.arns import Arn
from acgr_connect.connection import Connection
from acgr_connect.groups import goes_by
from acgr_connect.spelling import is_name


def of_placement(connection: Connection, state: PlacementState, props: Mapping[str, Any]) -> list[Moved]:
    """The names in a placement's inputs that mean something else than when it was last made."""
    connection.insist_on_account(state.number)
    _look_ahead(connection, state, props)
    return [
        *_number(connection, state.number, props["phone_number"]),
        *_group(connection, state.placed_on, props["target"]),
        *_flows(connection, state.placed_flows, props["flow"]),
    ]


def _look_ahead(connection: Connection, state: PlacementState, props: Mapping[str, Any]) -> None:
    """Sweep at the same time what is asked next: the engine waits, and nothing else goes on meanwhile."""
    directory, number, group = connection.directory, state.number.region, state.placed_on.region
    if is_name(props["phone_number"]):
        connection.ahead(("numbers", number), directory.numbers(number).entries)
    if is_name(props["target"]):
        connection.ahead(("groups", group), directory.groups(group).entries)
    for pinned, _ in _named(state.placed_flows, props["flow"]):
        connection.ahead(("flows", str(pinned.instance)), directory.flows(pinned.instance).entries)


def of_flow(connection: Connection, state: FlowState, props: Mapping[str, Any]) -> list[Moved]:
    """The same for a number's flow in one Region."""
    connection.insist_on_account(state.number)
    return [
        *_number(connection, state.number, props["phone_number"]),
        *_flows(connection, {state.region: state.placed}, props["flow"]),
    ]


def of_membership(connection: Connection, state: MembershipState, props: Mapping[str, Any]) -> list[Moved]:
    """The same for an agent's association."""
    connection.insist_on_account(state.group)
    return [
        *_user(connection, state, props["user"]),
        *_group(connection, state.group, props["traffic_distribution_group"]),
    ]


def _number(connection: Connection, pinned: Arn, spelled: str) -> Iterator[Moved]:
    if is_name(spelled):
        found = connection.directory.numbers(pinned.region).matching(lambda n: n.e164 == spelled)
        if found and found[0].arn != pinned:
            yield Moved(f"{spelled} was released and claimed again: it is another number now", "phone_number")


def _user(connection: Connection, state: MembershipState, spelled: str) -> Iterator[Moved]:
    if is_name(spelled):
        found = connection.directory.users(state.user.instance).matching(lambda u: u.username == spelled)
        if found and found[0].arn != state.user:
            yield Moved(f"{spelled} was deleted and made again: it is another user now", "user")


def _group(connection: Connection, pinned: Arn, spelled: str) -> Iterator[Moved]:
    if is_name(spelled) and pinned.kind == "traffic-distribution-group":
        groups = connection.directory.groups(pinned.region)
        found = groups.matching(lambda g: goes_by(g, spelled) and g.arn.account == pinned.account)
        if len(found) == 1 and found[0].arn != pinned:
            yield Moved(f"{spelled!r} is another traffic distribution group now")


def _flows(connection: Connection, placed: Mapping[str, Arn], choice: str | Mapping[str, str]) -> Iterator[Moved]:
    for pinned, name in _named(placed, choice):
        flows = connection.directory.flows(pinned.instance)
        found = flows.matching(lambda f, name=name: f.name == name and f.state == "ACTIVE")  # type: ignore[misc]
        if len(found) == 1 and found[0].arn != pinned:
            yield Moved(f"{name!r} is another flow in {pinned.region} now")
        elif not found and (meant := flows.get(pinned.id)):
            now = f"called {meant.name!r}" if meant.name != name else meant.state
            _engine.warn(f"flow {name!r} in {pinned.region} is {now} now: it still answers, and cannot be set anew")


def _named(placed: Mapping[str, Arn], choice: str | Mapping[str, str]) -> Iterator[tuple[Arn, str]]:
    """The pinned flows that are declared by name, with that."""
    for region, pinned in placed.items():
        spelled = choice if isinstance(choice, str) else choice.get(region, "")
        if spelled and is_name(spelled):
            yield pinned, spelled
