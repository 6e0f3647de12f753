"""Steps and sentences of a preview: what Pulumi would do to one resource, and what was said of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from acgr_cli.preview.values import Hidden, Made, Value, is_hidden

PLACEMENT = "PhoneNumberPlacement"
FLOW = "PhoneNumberContactFlow"
USER = "TrafficDistributionGroupUser"
ROSTER = "TrafficDistributionGroupRoster"
GROUP = "TrafficDistributionGroup"
REPLICA = "InstanceReplica"
COMPONENT = "GlobalResiliency"

STACK = "pulumi:pulumi:Stack"
"""The type of the stack itself."""

_OURS = re.compile(r"(?:pulumi-python:dynamic/acgr|acgr:[^:]+):(\w+)")

NUMBER_KEYS = frozenset({"phone_number", "e164", "phone_number_arn"})
"""The number itself, in inputs and outputs."""

TOLD_TOGETHER = (
    NUMBER_KEYS,
    frozenset({"target", "target_arn", "placed_on_arn"}),
    frozenset({"flow", "placed_flow_arns", "contact_flow_arns", "placed_flow_arn", "contact_flow_arn"}),
    frozenset({"user", "username", "user_arn"}),
    frozenset({"users", "members", "failed", "undeclared"}),
    frozenset({"traffic_distribution_group", "traffic_distribution_group_arn", "also_on_arn", "name"}),
    frozenset({"instance", "instance_arn", "replica_arn"}),
)
"""Keys that tell of one object: whoever may not see one of them may see none (docs/state-format.md, "Secrets")."""


@dataclass(frozen=True)
class Said:
    """A sentence: severity (`error`, `warning`, `info`), text, and the URN of the resource that it is about, or ""."""

    severity: str
    text: str
    urn: str


@dataclass(frozen=True)
class State:
    """A resource before or after a step.

    Attributes:
        inputs: what the program declares.
        outputs: what is stored of the resource; empty where that is known after the update only.
        id: its id in the world.
        secret_outputs: outputs that the program names as secret.
        depends_on: URNs of the resources of which an input is made, by input, where the document tells it.
    """

    inputs: Mapping[str, Value]
    outputs: Mapping[str, Value]
    id: str = ""
    secret_outputs: frozenset[str] = frozenset()
    depends_on: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def value(self, *keys: str) -> Value:
        """The first of these that is there, an output before an input; None where none is."""
        for key in keys:
            for properties in (self.outputs, self.inputs):
                if properties.get(key) not in (None, ""):
                    return properties[key]
        return None

    def secret_keys(self) -> Iterator[str]:
        """Keys that are secret here, or hold something that is."""
        yield from self.secret_outputs
        for properties in (self.inputs, self.outputs):
            yield from (key for key, value in properties.items() if is_hidden(value, Hidden.SECRET))

    def with_groups(self, groups: Mapping[str, Value]) -> State:
        """The same, with the groups that inputs stand for where nobody knows their ARN yet.

        Args:
            groups: by URN, the ARN of a group that the program declares, or what is known of it.
        """
        known = {
            key: groups[urn]
            for key, urns in self.depends_on.items()
            if self.inputs.get(key) is Hidden.UNKNOWN and len(urns & groups.keys()) == 1
            for urn in urns & groups.keys()
        }
        return replace(self, inputs={**self.inputs, **known}) if known else self

    def without(self, keys: frozenset[str]) -> State:
        """The same, with what stands under these keys hidden."""
        inputs, outputs = (
            {key: _hidden(value) if key in keys else value for key, value in properties.items()}
            for properties in (self.inputs, self.outputs)
        )
        return replace(self, inputs=inputs, outputs=outputs)


def _hidden(value: Value) -> Value:
    """A value with every text in it hidden; labels and Regions stay, and what is not known yet stays so."""
    if isinstance(value, Mapping):
        return {key: _hidden(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_hidden(one) for one in value]
    return value if value is None or value is Hidden.UNKNOWN else Hidden.SECRET


NOTHING = State({}, {})
"""A resource that is not there."""


@dataclass(frozen=True)
class Step:
    """What Pulumi would do to one resource.

    Attributes:
        op: `create`, `update`, `delete`, `same`, `replace`, … as Pulumi names it.
        urn: of the resource.
        old: before; None where it is new.
        new: after; None where it goes.
        changed: the properties that differ.
        found: of a refresh, what it found: `update`, `delete` or `same`; else "".
        secret: keys that are hidden.
    """

    op: str
    urn: str
    old: State | None
    new: State | None
    changed: frozenset[str] = frozenset()
    found: str = ""
    secret: frozenset[str] = field(default=frozenset())

    @cached_property
    def type(self) -> str:
        """The type token, without those of its parents."""
        return type_of(self.urn)

    @cached_property
    def kind(self) -> str:
        """Which of this project's resources it is; "" where it is somebody else's."""
        return kind_of(self.urn)

    @cached_property
    def name(self) -> str:
        """What the program calls it."""
        return name_of(self.urn)

    @property
    def before(self) -> State:
        """The old state, or nothing."""
        return self.old or NOTHING

    @property
    def after(self) -> State:
        """The new state, or nothing."""
        return self.new or NOTHING

    @property
    def differs(self) -> bool:
        """Whether the resource is not the same before and after."""
        return (self.before.inputs, self.before.outputs) != (self.after.inputs, self.after.outputs)

    def as_found(self) -> Step:
        """What the document of a refresh calls an update or a delete, which is what the refresh found."""
        return replace(self, op="refresh", found=self.op) if self.op in {"update", "delete"} else self

    def all_secret_keys(self) -> frozenset[str]:
        """Keys of which nothing is shown: those that are secret before or after, and what tells the same."""
        keys = {*self.before.secret_keys(), *self.after.secret_keys()}
        if self.kind:
            keys |= {key for together in TOLD_TOGETHER if keys & together for key in together}
        return frozenset(keys)

    def without_secrets(self) -> Step:
        """The same, with what is secret hidden on both sides."""
        keys = self.all_secret_keys()
        if not keys:
            return self
        hidden = [state and state.without(keys) for state in (self.old, self.new)]
        return replace(self, old=hidden[0], new=hidden[1], secret=keys)

    @property
    def may_be_named(self) -> bool:
        """Whether sentences about it can be shown: not where a name is secret that only the sentence has in clear."""
        return not any(self.secret & together for together in TOLD_TOGETHER if together is not NUMBER_KEYS)


def _parts(urn: str) -> list[str]:
    """Stack, project, types and name; empty texts where it is no URN."""
    parts = urn.removeprefix("urn:pulumi:").split("::", 3)
    return parts if urn.startswith("urn:pulumi:") and len(parts) == 4 else ["", "", "", urn]


def stack_of(urn: str) -> str:
    """`PROJECT/STACK`, or ""."""
    stack, project, *_ = _parts(urn)
    return f"{project}/{stack}" if project else ""


def type_of(urn: str) -> str:
    """The type token, without those of its parents; "" where the text is no URN."""
    return _parts(urn)[2].rsplit("$", 1)[-1]


def kind_of(urn: str) -> str:
    """Which of this project's resources it is, or ""."""
    found = _OURS.fullmatch(type_of(urn))
    return found.group(1) if found else ""


def name_of(urn: str) -> str:
    """What the program calls the resource."""
    return _parts(urn)[3]


def groups_of(steps: Iterable[Step]) -> dict[str, Value]:
    """By URN, what is known of each group that the program declares: its ARN, or how it is to be called."""
    found: dict[str, Value] = {}
    for step in steps:
        if step.kind != GROUP or step.new is None:
            continue
        name, arn = step.new.inputs.get("name"), step.before.outputs.get("traffic_distribution_group_arn")
        if step.op in {"update", "same"} and isinstance(arn, str):
            found[step.urn] = arn
        elif isinstance(name, str):
            found[step.urn] = Made(name, step.urn)
    return found


def properties_of(state: State) -> Iterator[tuple[str, Any]]:
    """Inputs and outputs, key by key."""
    yield from state.inputs.items()
    yield from state.outputs.items()
