"""From a component's arguments to its children's inputs. Pure: nothing is registered, nothing is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pulumi

from acgr.arguments import GROUP, is_output_as_text
from acgr.runtime.inputs import OBJECT_AS_TEXT
from acgr.runtime.program import foreign_providers
from acgr_components.agents import NOT_GIVEN, agents_of
from acgr_components.numbers import numbers_of
from acgr_components.problems import Problems
from acgr_connect.model import identifiers
from acgr_connect.model.removal_guard import allowance


@dataclass(frozen=True)
class Declared:
    """What a component declares: its children's inputs; the numbers' by label, the agents' where any are declared."""

    group: Any
    regions: tuple[str, str]
    placements: Mapping[str, dict[str, Any]]
    roster: dict[str, Any] | None


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
    group = _group(problems, props["traffic_distribution_group"], regions)
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
