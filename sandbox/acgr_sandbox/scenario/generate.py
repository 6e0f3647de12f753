"""`python -m acgr_sandbox.scenario.generate --numbers 500 --agents 5000`: a scenario of that size, as YAML."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Any

RANGES = (
    "+442079460000",
    "+441134960000",
    "+441144960000",
    "+441154960000",
    "+441164960000",
    "+441174960000",
    "+441184960000",
    "+441214960000",
    "+441314960000",
    "+441414960000",
    "+441514960000",
    "+441614960000",
    "+441914980000",
)
"""The first of each thousand numbers that the regulator keeps for use in drama: they reach nobody."""

SIZES = {"numbers": 12, "agents": 40, "flows": 8, "groups": 3}
"""What there is unless another number is given."""


def generated(*, numbers: int = 12, agents: int = 40, flows: int = 8, groups: int = 3) -> dict[str, Any]:
    """A scenario of one replicated instance: agents and numbers spread evenly over its TDGs, flows in turn.

    Args:
        numbers: at most 13,000, all of them of `RANGES`.
        agents: `agent0001` and so on.
        flows: `Flow 01` and so on; with none the numbers are dark.
        groups: TDGs, the default one among them; with none the numbers are on the instance.

    Raises:
        ValueError: a size that cannot be.
    """
    if min(numbers, agents, flows, groups) < 0 or numbers > 1000 * len(RANGES):
        raise ValueError(f"A world has 0 to {1000 * len(RANGES)} numbers, and no less than 0 of anything.")
    names = ["Default", *(f"group{index:02d}" for index in range(2, groups + 1))][:groups]
    lines = [f"Flow {index:02d}" for index in range(1, flows + 1)]
    return {
        "account": "111122223333",
        "source_region": "eu-west-2",
        "replica_region": "eu-central-1",
        "instances": [{"alias": "northwind"}],
        "groups": [_group(name, first, count) for name, first, count in _split_evenly(names, agents)],
        "flows": lines,
        "users": [{"prefix": "agent", "count": agents, "digits": 4}] if agents else [],
        "numbers": list(_numbers(names or ["northwind"], numbers, lines)),
    }


def _split_evenly(names: Sequence[str], total: int) -> Iterator[tuple[str, int, int]]:
    """(name, position of the first, count), counts as even as can be."""
    for index, name in enumerate(names):
        begin, end = total * index // len(names), total * (index + 1) // len(names)
        yield name, begin, end - begin


def _group(name: str, first: int, count: int) -> dict[str, Any]:
    members = [{"prefix": "agent", "first": first + 1, "count": count, "digits": 4}] if count else []
    return {"name": name, **({"default": True} if name == "Default" else {}), "members": members}


def _numbers(targets: Sequence[str], total: int, flows: list[str]) -> Iterator[dict[str, Any]]:
    for index in range(0, total, 1000):
        base = int(RANGES[index // 1000])
        for target, first, count in _split_evenly(targets, min(1000, total - index)):
            if count:
                yield {"e164": f"+{base + first}", "count": count, "target": target, "flow": flows or None}


def main(argv: Sequence[str] | None = None) -> int:
    """Print a scenario; 0, or 2 for a size that cannot be."""
    parser = argparse.ArgumentParser(prog="python -m acgr_sandbox.scenario.generate", description=__doc__)
    for name, size in SIZES.items():
        parser.add_argument(f"--{name}", type=int, default=size, help=f"how many (default {size})")
    try:
        scenario = generated(**vars(parser.parse_args(argv)))
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    import yaml  # a sandbox that makes such a world for itself needs none

    sys.stdout.write(yaml.safe_dump(scenario, sort_keys=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
