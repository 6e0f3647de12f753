"""From a component's arguments to its children's inputs. Pure: nothing is registered, nothing is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pulumi

from acgr.arguments import GROUP, INSTANCE, is_output, is_output_as_text
from acgr.runtime.inputs import OBJECT_AS_TEXT, Shape
from acgr.runtime.program import foreign_providers
from acgr_components.agents import NOT_GIVEN, agents_of
from acgr_components.numbers import numbers_of
from acgr_components.problems import Problems, shown
from acgr_connect.model import identifiers
from acgr_connect.model.removal_guard import allowance

GROUP_ENTRY = ("name", "instance", "description", "tags")
"""What the group has that a component makes."""


@dataclass(frozen=True)
class Declared:
    """What a component declares: its children's inputs.

    Attributes:
        group: the group, as it is given; None where the component makes it.
        made: the group's inputs where it makes it.
        regions: source and replica.
        placements: the numbers' inputs by label.
        roster: the agents' inputs where any are declared.
    """

    group: Any
    made: dict[str, Any] | None
    regions: tuple[str, str]
    placements: Mapping[str, dict[str, Any]]
    roster: dict[str, Any] | None

    def on(self, group: Any) -> Declared:
        """The same on a group, which is known by now."""
        placements = {label: {**number, "target": group} for label, number in self.placements.items()}
        roster = {**self.roster, "traffic_distribution_group": group} if self.roster else None
        return replace(self, group=group, placements=placements, roster=roster)


def declared(name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> Declared:
    """The children's inputs.

    Args:
        name: the component's.
        props: its arguments.
        opts: its options.

    Raises:
        ArgumentsError: a line for each thing that cannot be meant.
    """
    problems = Problems("GlobalResiliency" if is_output_as_text(name) else f'GlobalResiliency "{name}"')
    if is_output_as_text(name):
        problems.add("name", OBJECT_AS_TEXT)
    _no_foreign_providers(problems, opts)
    regions = _regions(problems, props["source_region"], props["replica_region"])
    given = props["traffic_distribution_group"]
    made = _made(problems, given, regions) if isinstance(given, Mapping) else None
    group = None if isinstance(given, Mapping) else _group(problems, given, regions)
    numbers = numbers_of(problems, props["numbers"], regions)
    agents = agents_of(problems, props["agents"], regions)
    limits = {name: props[name] for name in ("max_removals", "max_number_removals")}
    for name, most in limits.items():
        if most is not None:
            problems.input(name, most, allowance)
    problems.raise_if_any()
    source, replica = regions or ("", "")
    shared = {
        "target": group,
        "source_region": source,
        "replica_region": replica,
        "max_number_removals": limits["max_number_removals"],
    }
    roster = {
        "traffic_distribution_group": group,
        "source_region": source,
        "users": agents,
        "max_removals": limits["max_removals"],
    }
    return Declared(
        group,
        made,
        (source, replica),
        {label: {**shared, **number} for label, number in numbers.items()},
        None if props["agents"] is NOT_GIVEN else roster,
    )


def _no_foreign_providers(problems: Problems, opts: pulumi.ResourceOptions | None) -> None:
    for path, sentence in foreign_providers(opts):
        problems.add(path, sentence)


def _regions(problems: Problems, source: Any, replica: Any) -> tuple[str, str] | None:
    """The two Regions, or None where they are wrong: what depends on them is not judged then."""
    judged = [
        problems.plain("source_region", source, identifiers.region),
        problems.plain("replica_region", replica, identifiers.region),
    ]
    if not all(judged):
        return None
    if source == replica:
        problems.add("replica_region", f"it is source_region, {source}; the other Region is needed")
        return None
    return source, replica


def _group(problems: Problems, group: Any, regions: tuple[str, str] | None) -> Any:
    if regions is None:
        return group
    shape = partial(identifiers.group, source_region=regions[0], replica_region=regions[1])
    return problems.input("traffic_distribution_group", group, shape, *GROUP)


def _made(problems: Problems, group: Mapping[Any, Any], regions: tuple[str, str] | None) -> dict[str, Any]:
    """The inputs of a group that the component makes."""
    path = "traffic_distribution_group"
    if unknown := [shown(key) for key in group if key not in GROUP_ENTRY]:
        problems.add(path, f"there is no {', '.join(unknown)}; a group has: {', '.join(GROUP_ENTRY)}")
        return {}
    source = regions[0] if regions else None
    shapes: dict[str, Shape] = {
        "name": identifiers.group_name,
        "instance": partial(identifiers.instance, source_region=source),
        "description": identifiers.group_description,
    }
    found: dict[str, Any] = {"source_region": source}
    for key, shape in shapes.items():
        where = f"{path}.{key}"
        if group.get(key) is not None:
            found[key] = problems.input(where, group[key], shape, *(INSTANCE if key == "instance" else ()))
        elif key != "description":
            problems.add(where, f"it is missing; a group that is made here has {' and '.join(GROUP_ENTRY[:2])}")
    tags = group.get("tags")
    if isinstance(tags, Mapping):
        plain = {key: text for key, text in tags.items() if not is_output(text)}
        problems.input(f"{path}.tags", plain, identifiers.tags)
    elif tags is not None:
        problems.input(f"{path}.tags", tags, identifiers.tags)
    return {**found, **({"tags": tags} if tags is not None else {})}
