"""`acgr sandbox call`: places calls to a number, and says what they met; what `status` says of calls."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from acgr_cli.clock import poll

from .process import Running, SandboxFailure, control_request

Answer = dict[str, Any]

BATCH_SECONDS = 0.1
MOST = 1_000_000


def call(running: Running, number: str, count: int, rate: float, *, as_json: bool) -> int:
    """Place calls and print what they met; 0 when all were answered, 1 when some were lost.

    Args:
        running: the sandbox.
        number: E.164 or id.
        count: how many calls.
        rate: calls a second of the wall clock; 0 places all at once.
        as_json: print the answer as the control route gives it.

    Raises:
        SandboxFailure: there is no such number, or a figure is none.
    """
    if not 1 <= count <= MOST:
        raise SandboxFailure(f"--count takes 1 to {MOST}.")
    if not 0 <= rate < math.inf:
        raise SandboxFailure("--rate takes calls a second: a number of 0 or more; 0 places all at once.")
    answer: Answer = {}
    try:
        for size in _batches(count, rate):
            placed = control_request(running.url, "POST", "calls", {"number": number, "count": size})
            answer = _together(answer, placed) if answer else placed
    except KeyboardInterrupt:
        if not answer:
            raise
    print(json.dumps(answer, indent=2) if as_json else described(answer))
    return 1 if answer["lost"] else 0


def stream_calls(running: Running, rate: str) -> None:
    """Let calls come in steadily on a sandbox that runs.

    Raises:
        SandboxFailure: it is no rate.
    """
    control_request(running.url, "POST", "calls/stream", {"rate": rate})


def described(answer: Answer) -> str:
    """What calls met, as lines of text."""
    rows = answer["routes"]
    if answer["answered"] + answer["lost"] == 1:
        return f"{answer['number']}: {_met(rows[0])}"
    lines = [f"{answer['number']}: {answer['answered']} calls answered, {answer['lost']} lost."]
    return "\n".join([*lines, *(f"{row['calls']:>6}  {_met(row)}" for row in rows)])


def totals(status: Answer) -> str:
    """How many phone calls were answered and lost, as a line of text."""
    stream = status["calls_stream"]
    steady = f"; they come in at {stream}" if stream else ""
    return f"Phone calls: {status['calls_answered']} answered, {status['calls_lost']} lost{steady}."


def silences(status: Answer) -> str:
    """Which numbers are dark, which were, and the calls that they lost, as lines of text."""
    dark = [row for row in status["lost"] if row["dark"]]
    lines = [_dark(row) for row in dark] or ["No number is dark."]
    return "\n".join(lines + [_no_longer_dark(row) for row in status["lost"] if not row["dark"]])


def _dark(row: Answer) -> str:
    seconds, lost = f"{row['dark_seconds']:.1f} s", _lost(row)
    return f"dark: {row['number']} has no flow in {row['region']}; {seconds} in all, {lost}"


def _no_longer_dark(row: Answer) -> str:
    silent = f"; none is answered now: {row['reason']}" if row["reason"] else ""
    return (
        f"lost: {row['number']} in {row['region']}: {_lost(row)}; dark for {row['dark_seconds']:.1f} s in all{silent}"
    )


def _lost(row: Answer) -> str:
    return f"{row['calls_lost']} call{'' if row['calls_lost'] == 1 else 's'} lost"


def _batches(count: int, rate: float) -> Iterator[int]:
    if not rate:
        yield count
        return
    placed = 0
    for passed in poll(max(BATCH_SECONDS, 1 / rate), until=math.inf):
        due = min(count, 1 + int(passed * rate)) - placed
        if due > 0:
            yield due
        placed += due
        if placed == count:
            return


def _together(one: Answer, other: Answer) -> Answer:
    routes: dict[str, Answer] = {}
    for row in [*one["routes"], *other["routes"]]:
        # The world may change between two batches: what calls met is one row each.
        met = json.dumps({**row, "calls": 0, "contact": ""}, sort_keys=True)
        routes[met] = {**row, "calls": row["calls"] + routes.get(met, {"calls": 0})["calls"]}
    counts = {name: one[name] + other[name] for name in ("answered", "lost")}
    return {**other, **counts, "routes": list(routes.values())}


def _met(row: Answer) -> str:
    group = f", TDG {row['group']['name']}" if row["group"] else ""
    where = f"in {row['region']} (instance {row['instance']['alias']}{group})"
    if not row["answered"]:
        return f"lost {where}: {row['reason']}."
    agent = "an agent" if row["agent"] else "no agent"
    return f"answered {where} by flow {row['flow']['name']}; {agent} may take it there."
