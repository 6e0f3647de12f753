"""What is planned, what is being done and what holds, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from acgr_connect.model.records import Distribution
from acgr_connect.traffic.plan import Step
from acgr_connect.traffic.shift import described

from .evidence import Called, Evidence, Part

REQUESTS_A_CHANGE = 4
"""Requests that one change of one group takes: looked at, asked for, followed, looked at."""

REQUESTS_A_CALL = 5
"""Requests that one call takes."""


def heading(evidence: Evidence) -> str:
    """One line: what is going to be done, to what."""
    kind, alias, terms = evidence.kind, evidence.alias, evidence.terms
    names = ", ".join(part.name for part in evidence.groups if not part.only_sign_in)
    if evidence.direction == "back":
        return f"The way back of a {kind} of {alias}: the calls of {names} go where they went before."
    if kind != "drill":
        return f"{kind.capitalize()} of {alias}: all calls of {names} go to {terms.to} at once."
    back = ", and back" if terms.returns else ", and they stay there"
    return f"Drill of {alias}: {terms.percent} % of the calls of {names} go to {terms.to}{back}."


def standing(groups: Iterable[Part], now: Mapping[str, Distribution | None], *, numbers: bool = True) -> Iterator[str]:
    """One line a group: its numbers, if they are known, and how its traffic is spread.

    Args:
        groups: those that take part.
        now: group ARN to how its traffic is spread.
        numbers: whether they are known.
    """
    for group in groups:
        count, shares = len(group.numbers), now.get(group.arn)
        counted = (
            f", {count} number{'' if count == 1 else 's'}" if count else ", no numbers, so that nobody can call it"
        )
        counted = ", for sign-in only" if group.only_sign_in else counted if numbers else ""
        said = described(shares) if shares else "its shares cannot be read"
        yield f"  {group.name}{' (default)' if group.is_default else ''}{counted}: {said}"


def planned(there: Sequence[Step], back: Sequence[Step], first: int) -> Iterator[str]:
    """One line a step; the first has that number."""
    for number, step in enumerate([*there, *back], first):
        arrow = "back " if number >= first + len(there) else "there"
        yield f"  {number:>2} {arrow}  {told(step)}"


def told(step: Step) -> str:
    """What a step changes: `eu-central-1 takes 20 % of calls and 20 % of agents (everyone, retail)`."""
    rows: dict[str, list[str]] = {}
    for change in step.changes:
        rows.setdefault(_told(change.was, change.wanted, step.region), []).append(change.group.name)
    return "; ".join(f"{what} ({', '.join(names)})" for what, names in rows.items())


def _told(was: Distribution, wanted: Distribution, region: str) -> str:
    parts: list[str] = []
    if wanted.telephony != was.telephony:
        parts.append(f"{wanted.telephony[region]} % of calls")
    if wanted.agents != was.agents:
        parts.append(f"{wanted.agents[region]} % of agents")
    said = [f"{region} takes {' and '.join(parts)}"] if parts else []
    for one, is_open in wanted.sign_in.items():
        if is_open != was.sign_in.get(one):
            said.append(f"agents {'may' if is_open else 'may no longer'} sign in in {one}")
    return ", ".join(said) or f"what {region} has is set once more"


def seconds_of(steps: Sequence[Step], hold: float, calls: int, rate: float) -> float:
    """About how long steps take: requests at the account's rate, the update itself, and the time between."""
    changes = sum(len(step.changes) for step in steps)
    requests = changes * REQUESTS_A_CHANGE + calls * len(steps) * REQUESTS_A_CALL
    return requests / rate + len(steps) * (hold + 4)


def duration(seconds: float) -> str:
    """`40 s`, `25 min`, `2 h 10 min`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def heard(call: Called, names: Mapping[str, str]) -> str:
    """What became of one call."""
    where = f" in {call.region}" if call.region else ""
    what = {True: "answered", False: "NOT ANSWERED", None: "not placed"}[call.answered]
    said = f": {call.said}" if call.said else ""
    return f"     {call.number} ({names[call.group]}){where}: {what}{said}"


def left(evidence: Evidence) -> list[str]:
    """In which state things are, a sentence for each group, and how to go on."""
    lines: list[str] = []
    for group in evidence.groups:
        known = evidence.standing(group.arn)
        if not known:
            lines.append(f"{group.name}: its shares are not known.")
        elif len(known) == 1:
            untouched = group.before is not None and known[0] == group.before.distribution
            lines.append(f"{group.name}: {described(known[0])}{' (as before)' if untouched else ''}.")
        else:
            lines.append(f"{group.name}: on its way to {described(known[1])}. Before: {described(known[0])}.")
    return lines


def is_as_before(evidence: Evidence) -> bool:
    """Whether every group is known to be as it was before."""
    return all(
        group.before is not None and evidence.standing(group.arn) == [group.before.distribution]
        for group in evidence.groups
    )


def comes_to(evidence: Evidence) -> str:
    """One line: shifts, and calls."""
    found = evidence.summary()
    calls = found["calls"]
    by_region = ", ".join(f"{row['answered']} in {region}" for region, row in calls["by_region"].items())
    if not calls["placed"]:
        return f"{_changes(found['changes'])}; no calls were placed."
    placed = f"{calls['placed']} calls placed, {calls['answered']} answered ({by_region}), {calls['lost']} lost"
    return f"{_changes(found['changes'])}; {placed}."


def _changes(count: int) -> str:
    return f"{count} change{'' if count == 1 else 's'} of traffic"
