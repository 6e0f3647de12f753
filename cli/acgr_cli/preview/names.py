"""What the objects of a preview are called: people know names, states hold ARNs. Pure.

A name and an ARN that stand for the same object in one resource are learned from it, and hold for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from acgr_cli.preview.steps import FLOW, GROUP, PLACEMENT, REPLICA, ROSTER, USER, State, Step
from acgr_cli.preview.values import Hidden, Made, Value
from acgr_connect.model.arns import Arn, ArnError, Kind, is_arn, parse
from acgr_connect.model.identifiers import DEFAULT_GROUP, E164, is_uuid

SHORT_ID = 8
"""Characters of an id that are shown where nobody knows a name."""

THE_INSTANCE = "the instance"
"""What an instance is called of which nobody knows the name, where there is no other."""

NOUNS: Mapping[str, str] = {
    "instance": "instance",
    "agent": "agent",
    "contact-flow": "flow",
    "traffic-distribution-group": "group",
    "phone-number": "number",
}

_NAMES_OF_OTHERS = ("name", "instanceAlias", "instance_alias", "username", "phoneNumber", "phone_number")


@dataclass(frozen=True)
class Shown:
    """An object as people read it.

    Attributes:
        text: its name or, where nobody knows it, what is known.
        key: equal for the same object, however it is written; "" where it is not known which object it is.
        is_known: whether the text is a name; otherwise it is a description such as "known after the update".
    """

    text: str
    key: str
    is_known: bool = True

    def is_same(self, other: Shown) -> bool:
        """Whether both are the same object; one of which nobody knows which it is, is no other."""
        by_name = self.is_known and other.is_known and self.text == other.text
        return by_name or (bool(self.key) and self.key == other.key)


class Names:
    """Looks up what has been learned from the steps of a preview."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self._names: dict[str, str] = {}
        self._ids: dict[tuple[str, str], set[str]] = {}
        self._instances: set[str] = set()
        for step in steps:
            for state in (step.before, step.after):
                self._instances |= _instances(state)
                for kind, id_, name in _learned(step.kind, state):
                    self._names.setdefault(id_, name)
                    self._ids.setdefault((kind, name), set()).add(id_)

    def place(self, value: Value) -> Shown:
        """A group or an instance."""
        if isinstance(value, Made):
            is_new = ("traffic-distribution-group", value.name) in self._ids
            return Shown(f"the new {value.name}" if is_new else value.name, f"urn:{value.urn}")
        shown = self._shown(value, "traffic-distribution-group")
        if shown.text == DEFAULT_GROUP:
            return Shown("the default group", shown.key)
        return shown

    def instance(self, value: Value) -> Shown:
        """An instance, in whichever of its Regions."""
        return self._shown(value, "instance")

    def flow(self, value: Value) -> Shown:
        """A flow."""
        return self._shown(value, "contact-flow")

    def agent(self, value: Value, label: str = "") -> Shown:
        """An agent, who is called by a label where only an id is known."""
        shown = self._shown(value, "agent")
        return shown if shown.is_known or not label else Shown(label, shown.key)

    def number(self, *values: Value) -> Shown:
        """A phone number, by the first of these that says its digits."""
        shown = [self._shown(value, "phone-number") for value in values if value not in (None, "")]
        key = next((one.key for one in shown if one.key.startswith("id:")), shown[0].key if shown else "")
        text = next((one.text for one in shown if E164.fullmatch(one.text)), shown[0].text if shown else "")
        return Shown(text, key, bool(E164.fullmatch(text)))

    def _shown(self, value: Value, kind: Kind) -> Shown:
        if value is Hidden.SECRET or value is Hidden.UNKNOWN:
            return Shown(value.value, "", is_known=False)
        if not isinstance(value, str) or not value:
            return Shown("", "", is_known=False)
        if is_arn(value):
            return self._of_arn(value)
        if is_uuid(value):
            return self._of_id(value, kind)
        ids = self._ids.get((kind, value), set())
        return Shown(value, f"id:{next(iter(ids))}" if len(ids) == 1 else f"name:{value}")

    def _of_arn(self, text: str) -> Shown:
        arn = _parsed(text)
        return self._of_id(arn.id, arn.kind) if arn else Shown(text, f"name:{text}", is_known=False)

    def _of_id(self, id_: str, kind: Kind) -> Shown:
        if name := self._names.get(id_):
            return Shown(name, f"id:{id_}")
        if kind == "instance" and self._instances == {id_}:
            return Shown(THE_INSTANCE, f"id:{id_}", is_known=False)
        return Shown(f"{NOUNS[kind]} {id_[:SHORT_ID]}…", f"id:{id_}", is_known=False)


def kind_of_place(value: Value) -> str:
    """`instance` or `traffic-distribution-group`; a name is a group's; "" where nobody knows."""
    if not isinstance(value, str) or not value:
        return ""
    arn = _arn(value)
    return arn.kind if arn else "traffic-distribution-group"


def region_of_arn(value: Value) -> str:
    """The Region that an ARN names; "" where it is none."""
    arn = _arn(value)
    return arn.region if arn else ""


def _arn(value: Value) -> Arn | None:
    return _parsed(value) if isinstance(value, str) and is_arn(value) else None


@lru_cache(maxsize=100_000)
def _parsed(text: str) -> Arn | None:
    """The ARN, or None where it is none of Connect's; a preview has each of them many times."""
    try:
        return parse(text)
    except ArnError:
        return None


def _instances(state: State) -> set[str]:
    """The ids of the instances that a state names by ARN."""
    arns = (_arn(value) for properties in (state.inputs, state.outputs) for value in properties.values())
    return {arn.id for arn in arns if arn and arn.kind == "instance"}


Learned = tuple[str, str, str]
"""Kind, id and name of one object."""


def _learned(kind: str, state: State) -> Iterator[Learned]:
    """What one state tells of names."""
    if kind in _LEARNED:
        for arn, name in _LEARNED[kind](state):
            yield from _pair(arn, name)
    else:
        for key in _NAMES_OF_OTHERS:
            yield from _pair(state.outputs.get("arn"), state.outputs.get(key))


def _pair(arn: Value, name: Value) -> Iterator[Learned]:
    found = _arn(arn)
    if found and isinstance(name, str) and name and not is_arn(name) and not is_uuid(name):
        yield found.kind, found.id, name


Pairs = Iterator[tuple[Any, Any]]


def _of_placement(state: State) -> Pairs:
    outputs, inputs = state.outputs, state.inputs
    yield outputs.get("phone_number_arn"), outputs.get("e164")
    if outputs.get("placed_on_arn") == outputs.get("target_arn"):  # else a refresh may have written what it found
        yield outputs.get("placed_on_arn"), inputs.get("target")
    declared, placed, seen = inputs.get("flow"), outputs.get("placed_flow_arns"), outputs.get("contact_flow_arns")
    if isinstance(placed, Mapping) and isinstance(seen, Mapping):
        for region, arn in placed.items():
            if seen.get(region) == arn:
                yield arn, declared.get(region) if isinstance(declared, Mapping) else declared


def _of_flow(state: State) -> Pairs:
    yield state.outputs.get("phone_number_arn"), state.outputs.get("e164")
    if state.outputs.get("placed_flow_arn") == state.outputs.get("contact_flow_arn"):
        yield state.outputs.get("placed_flow_arn"), state.inputs.get("flow")


def _of_user(state: State) -> Pairs:
    yield state.outputs.get("user_arn"), state.outputs.get("username")
    yield state.outputs.get("traffic_distribution_group_arn"), state.inputs.get("traffic_distribution_group")


def _of_roster(state: State) -> Pairs:
    yield state.outputs.get("traffic_distribution_group_arn"), state.inputs.get("traffic_distribution_group")
    members, users = state.outputs.get("members"), state.inputs.get("users")
    if isinstance(members, Mapping) and isinstance(users, Mapping):
        for label, arn in members.items():
            yield arn, users.get(label)


def _of_group(state: State) -> Pairs:
    yield state.outputs.get("traffic_distribution_group_arn"), state.inputs.get("name")
    yield state.outputs.get("instance_arn"), state.inputs.get("instance")


def _of_replica(state: State) -> Pairs:
    yield state.outputs.get("instance_arn"), state.inputs.get("instance")


_LEARNED = {
    PLACEMENT: _of_placement,
    FLOW: _of_flow,
    USER: _of_user,
    ROSTER: _of_roster,
    GROUP: _of_group,
    REPLICA: _of_replica,
}
