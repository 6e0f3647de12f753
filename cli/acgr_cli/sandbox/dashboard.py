"""One view of a sandbox: which Region answers with which TDG, number and flow, and what is dark."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

Overview = dict[str, Any]

BARS = "▁▂▃▄▅▆▇█"
DARK = "bold white on red"
RATE_SECONDS = 5
_EVENTS = 8
_LACKED = 3
_STYLES = {"dark": "red", "failed": "red", "first call lost": "red", "calls lost": "red", "lit": "green"}
_AROUND = 12  # lines that are neither a number, a TDG nor an event


def dashboard(overview: Overview, *, url: str, height: int | None = None) -> RenderableType:
    """One view.

    Args:
        overview: what `GET /_sandbox/overview` answered.
        url: where the sandbox answers.
        height: lines there are room for; None shows everything.
    """
    events = [_event(event) for event in overview["events"]]
    events = events if height is None else events[-_EVENTS:]
    room = None if height is None else max(3, height - _AROUND - len(events) - len(overview["groups"]))
    tables = [_groups(overview), Text(), _numbers(overview, room)]
    below = [_requests(overview), *_phone_calls(overview), *_lacked(overview), *events]
    return Group(_title(overview, url), Text(), *tables, Text(), *below)


def _title(overview: Overview, url: str) -> Text:
    numbers = overview["numbers"]
    dark = sum(1 for number in numbers if number["dark"])
    title = Text.assemble(
        ("Amazon Connect, imitated", "bold"),
        f"  {' → '.join(overview['regions'])}  {url}\n",
        f"{_clock(overview['now'])}{_pace(overview['clock'])}  ",
        f"{len(numbers)} numbers, {overview['agents']} agents, {overview['flows']} flows  ",
        (f" {dark} dark ", DARK) if dark else ("no number is dark", "green"),
    )
    if overview["claims_held"]:
        title.append("  claims are held", "yellow")
    if overview["faults"]:
        title.append(f"  faults waiting: {overview['faults']}", "yellow")
    return title


def _groups(overview: Overview) -> Table:
    table = _table("TDG", "status", "agents", "numbers", *overview["regions"])
    for group in overview["groups"]:
        name = f"{group['name']} (default)" if group["default"] else group["name"]
        shares = [f"{group['telephony'].get(region, 0)} %" for region in overview["regions"]]
        counts = [str(group["agents"]), str(group["numbers"])]
        table.add_row(name, _status(group["status"], "ACTIVE"), *counts, *shares)
    return table


def _numbers(overview: Overview, room: int | None) -> RenderableType:
    table = _table("number", "on", "status", *overview["regions"])
    shown = _most_urgent(overview["numbers"], room)
    for number in shown:
        target = f"{number['target']} → {number['wanted']}" if number["wanted"] else number["target"]
        flows = [_flow(number, region) for region in overview["regions"]]
        table.add_row(number["e164"], target, _number_status(number), *flows)
    rest = len(overview["numbers"]) - len(shown)
    return Group(table, Text(f"  … and {rest} more", "dim")) if rest else table


def _most_urgent(numbers: Sequence[Overview], room: int | None) -> list[Overview]:
    ordered = sorted(numbers, key=lambda number: number["e164"])
    if room is None or len(ordered) <= room:
        return ordered
    return sorted(ordered, key=lambda number: (not number["dark"], number["status"] == "CLAIMED"))[: room - 1]


def _number_status(number: Overview) -> Text:
    status = _status(number["status"], "CLAIMED")
    return status.append(f" {number['message']}") if number["message"] else status


def _status(status: str, good: str) -> Text:
    style = "green" if status == good else "red" if "FAILED" in status else "yellow"
    return Text(status, style)


def _flow(number: Overview, region: str) -> Text:
    lost, now = (number[name].get(region, 0) for name in ("calls_lost", "calls_lost_now"))
    if region in number["dark"]:
        return Text(f" dark {number['dark'][region]:.1f} s{f', {now} lost' if now else ''} ", DARK)
    if region not in number["flows"]:
        return Text("-", "dim")
    text = Text(number["flows"][region])
    return text.append(f", {lost} lost", "red" if now else "yellow") if lost else text


def _phone_calls(overview: Overview) -> list[Text]:
    answered, lost, stream = (overview[f"calls_{name}"] for name in ("answered", "lost", "stream"))
    if not (answered or lost or stream):
        return []
    at = f" at {stream}" if stream else ""
    text = Text.assemble((f"phone calls{at}", "bold"), f"  {answered} answered, ")
    return [text.append(f"{lost} lost", "red" if lost else "green")]


def _requests(overview: Overview) -> Text:
    pulse, most = overview["pulse"], max((calls for calls, _ in overview["pulse"]), default=0)
    recent = pulse[-RATE_SECONDS - 1 : -1]  # the present second is not over
    text = Text.assemble(
        (f"{sum(calls for calls, _ in recent) / RATE_SECONDS:.1f} requests/s", "bold"),
        f"  {overview['calls']} in all, ",
        (f"{overview['throttled']} throttled", "red" if overview["throttled"] else "green"),
        "  ",
    )
    for calls, throttled in pulse:
        bar = BARS[(calls * len(BARS) - 1) // most] if calls else " "
        text.append(bar, "red" if throttled else "cyan")
    return text


def _lacked(overview: Overview) -> list[Text]:
    lacked = list(overview.get("lacked", {}).items())
    if not lacked:
        return []
    named = ", ".join(f"{name} ({count})" for name, count in lacked[:_LACKED])
    more = f" and {len(lacked) - _LACKED} more" if len(lacked) > _LACKED else ""
    return [Text.assemble(("asked for, not in the sandbox", "bold"), f"  {named}{more}", style="yellow")]


def _event(event: Overview) -> Text:
    texts = {"number": _text_of_number, "fault": _text_of_fault, "second-writer": _text_of_writer}
    style = _STYLES.get(event.get("what", ""), "")
    return Text.assemble(
        (f"{_clock(event['time'])}  ", "dim"), (texts.get(event["kind"], _text_of_other)(event), style)
    )


def _text_of_number(event: Overview) -> str:
    where = f" in {event['region']}" if event["region"] else ""
    what = event["what"]
    if what == "calls lost":
        what = f"{event['calls']} call{'' if event['calls'] == 1 else 's'} lost"
    return f"{event['number']} {what}{where}"


def _text_of_fault(event: Overview) -> str:
    return f"fault {event['fault']} hit {event['operation']} in {event['region']}"


def _text_of_writer(event: Overview) -> str:
    return f"somebody else: {' '.join(str(value) for value in event['change'].values())} ({event['outcome']})"


def _text_of_other(event: Overview) -> str:
    return str(event.get("what", event["kind"]))


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for heading in headings:
        right, whole = heading in ("agents", "numbers"), heading in ("number", "status")
        table.add_column(heading, justify="right" if right else "left", no_wrap=True, min_width=13 if whole else None)
    return table


def _pace(clock: str) -> str:
    return "" if clock == "real" else f" ({clock})"


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).astimezone().strftime("%H:%M:%S")
