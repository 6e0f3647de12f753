"""How large the matrix is, by what is hit: the tables of `docs/reliability.md`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from drill.kills import kills
from drill.matrix import cases
from drill.troubles import not_whole, other_programs, outages, two_faults

TITLES = {
    "placement": "`PhoneNumberPlacement`",
    "flow": "`PhoneNumberContactFlow`",
    "agent": "`TrafficDistributionGroupUser`",
    "roster": "`TrafficDistributionGroupRoster`",
    "group": "`TrafficDistributionGroup`",
    "replica": "`InstanceReplica`",
}


def table() -> str:
    """By resource and step, by fault, and by switch, as Markdown."""
    faults = [(case.step, case.kind) for case in cases()]
    every = [*faults, *((kill.step, "kill") for kill in kills())]
    kinds = Counter(kind for _, kind in every)
    head = ["Resource", "create, adopt", "update, rename", "read", "delete", "cases"]
    rows = [
        [title, *_by_phase(step.name for step, _ in every if step.resource == name)] for name, title in TITLES.items()
    ]
    rows.append(["all", *_by_phase(step.name for step, _ in every)])
    switched = Counter(str(case.switch) for case in cases() if case.switch)
    return "\n".join(
        chain(
            _markdown(head, rows),
            [""],
            _markdown(["Fault", "cases"], [[f"`{kind}`", _n(count)] for kind, count in kinds.most_common()]),
            [""],
            _markdown(
                ["Switch of the sandbox", "cases"],
                [[f"`{name}`", _n(count)] for name, count in sorted(switched.items())],
            ),
            [""],
            _markdown(["Beyond one fault and the same program", "cases"], _troubles()),
            [""],
        )
    )


def _troubles() -> list[list[str]]:
    lasting = Counter(outage.seconds for outage in outages())
    declared = Counter(case.next_run for case in other_programs())
    return [
        *([f"an outage of {seconds:.0f} s", _n(count)] for seconds, count in sorted(lasting.items())),
        *(
            [f"killed, and the next run declares {name.replace('-', ' ')}", _n(n)]
            for name, n in sorted(declared.items())
        ),
        ["two faults in one run", _n(len(two_faults()))],
        ["an answer that lacks a member, or has an unknown one", _n(len(not_whole()))],
    ]


def _by_phase(names: Iterable[str]) -> list[str]:
    found = Counter(_phase(name) for name in names)
    return [*(_n(found[phase]) for phase in ("create", "update", "read", "delete")), _n(found.total())]


def _phase(name: str) -> str:
    first = name.split("-")[0]
    return {"adopt": "create", "rename": "update"}.get(first, first)


def _n(count: int) -> str:
    return f"{count:,}"


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    rules = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (head, rules, *rows)]
