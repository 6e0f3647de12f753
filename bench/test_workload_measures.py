"""What the benchmark computes, without running anything: `pytest bench`."""

from __future__ import annotations

import argparse
import json
import socket
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from workload_measures.case import Case
from workload_measures.centre import Declared, scenario
from workload_measures.door import Door
from workload_measures.figures import Window, dark_after, figures, first_lit, first_request, percentile
from workload_measures.log import moves_begun
from workload_measures.measures import measures
from workload_measures.outage import is_a_move
from workload_measures.results import BEGIN, END, HEADINGS, cells, keep, kept, markdown, newest, ratio, render
from workload_measures.row import Row, unfit
from workload_measures.selection import SHORT, add_options, chosen, everything
from workload_measures.workload import WORKLOADS, Workload


def row(case: Case, **facts: Any) -> Row:
    """A row in which nothing went wrong."""
    plain: dict[str, Any] = {
        "case": case.plain(),
        "revision": "abc",
        "code": 0,
        "wall": 60.0,
        "span": 50.0,
        "calls": {"UpdatePhoneNumber": 25},
        "throttled": 0,
        "surfaced": 0,
        "throttles": 0,
        "dark": [5.5, 5.6, 5.7],
        "dark_in_replica": 6.5,
        "left_dark": 0,
        "released": 0,
        "agents": 100,
        "plugin_mib": 86,
        "cli_mib": 120,
    }
    return Row.of({**plain, **facts})


@pytest.mark.parametrize(
    ("numbers", "agents", "per_operation", "shared"),
    [
        (25, 100, 47.5, 85.0),
        (50, 100, 47.5, 122.5),
        (200, 200, 102.5, 397.5),
        (0, 1000, 497.5, 497.5),
        (2, 0, 5.0, 5.0),
    ],
)
def test_least_seconds(numbers: int, agents: int, per_operation: float, shared: float) -> None:
    """The least time is that of the heaviest bucket, or of the last number's claim; without numbers no claim counts."""
    work = Workload("any", numbers, agents)
    assert work.least_seconds("per-operation", 5.0) == per_operation
    assert work.least_seconds("shared", 5.0) == shared


def test_least_calls() -> None:
    """A refresh needs one page of numbers, one of flows in each Region, and a page for every ten agents."""
    assert WORKLOADS["refresh50"].least_calls() == 3
    assert WORKLOADS["refresh500"].least_calls() == 503


def test_figures() -> None:
    """Only what came after the rate was switched on counts; STS does not; darkness is told apart by Region."""

    def call(time: float, operation: str, outcome: str = "ok") -> dict[str, Any]:
        return {"kind": "call", "time": time, "operation": operation, "outcome": outcome}

    def number(time: float, what: str, region: str, e164: str = "+1") -> dict[str, Any]:
        return {"kind": "number", "time": time, "what": what, "region": region, "number": e164}

    events = [
        call(0.0, "ListUsers"),
        {"kind": "world", "time": 1.0, "what": "switches set"},
        call(1.5, "GetCallerIdentity"),
        call(2.0, "UpdatePhoneNumber"),
        number(2.0, "dark", "eu-west-2"),
        number(2.0, "dark", "eu-central-1"),
        number(2.0, "dark", "eu-west-2", "+2"),
        call(3.0, "UpdatePhoneNumber", "ThrottlingException"),
        call(4.0, "UpdatePhoneNumber", "TooManyRequestsException"),
        call(7.5, "AssociatePhoneNumberContactFlow"),
        number(7.5, "lit", "eu-west-2"),
        number(8.5, "lit", "eu-central-1"),
    ]
    found = figures(events)
    assert (found.span, found.throttled, found.left_dark, found.released) == (5.5, 2, 1, 0)
    assert found.calls == {"AssociatePhoneNumberContactFlow": 1, "UpdatePhoneNumber": 1}
    assert (found.dark, found.dark_in_replica) == ([5.5], 6.5)


def test_what_an_outage_did() -> None:
    """The last number dark at the beginning counts; one that was lit meanwhile, or grew dark later, does not."""

    def number(time: float, what: str, e164: str, region: str = "eu-west-2") -> dict[str, Any]:
        return {"kind": "number", "time": time, "what": what, "region": region, "number": e164}

    dark = [number(1.0, "dark", "+1"), number(2.0, "lit", "+1"), *(number(9.0, "dark", f"+{n}") for n in (2, 3, 4))]
    later = [
        number(11.0, "lit", "+2"),
        number(73.5, "lit", "+3"),
        number(74.0, "dark", "+1"),
        number(90.0, "lit", "+1"),
    ]
    away = [number(9.0, "dark", "+5", "eu-central-1"), number(95.0, "lit", "+5", "eu-central-1")]
    events = sorted([*dark, *later, *away], key=lambda event: event["time"])
    lit = sorted([*events, number(75.0, "lit", "+4")], key=lambda event: event["time"])
    assert dark_after(lit, Window(10.0, 70.0)) == 5.0
    assert dark_after(events, Window(10.0, 70.0)) == 25.0
    assert dark_after(events, Window(0.5, 70.0)) == 0.0


def test_when_the_first_number_was_lit() -> None:
    """It counts from the first call of Connect, and only where the number was claimed."""
    lit = [{"kind": "number", "time": 4.0 + n, "what": "lit", "region": region, "number": "+1"} for n, region in _BOTH]
    events = [{"kind": "world", "time": 1.0}, {"kind": "call", "time": 2.0}, {"kind": "call", "time": 3.0}, *lit]
    assert (first_request(events), first_lit(events)) == (2.0, 5.0)
    assert (first_request([]), first_lit(events[:3])) == (None, None)


_BOTH = ((0.0, "eu-central-1"), (1.0, "eu-west-2"))


def test_moves_begun() -> None:
    """A move asked for in an outage counts whatever became of it; a second try does not, nor one sent just before."""

    def request(second: float, attempt: int = 1, operation: str = "UpdatePhoneNumber") -> str:
        time = datetime.fromtimestamp(1000.0 + second).isoformat(timespec="milliseconds")
        return json.dumps({"time": time, "event": "request", "operation": operation, "attempt": attempt})

    other = json.dumps({"time": "2026-11-28T06:18:51.626", "event": "wait"})
    lines = [request(9.9), request(10.1), request(20.0), request(21.0, 2), request(22.0, 1, "ListUsers"), request(71.0)]
    assert moves_begun([other, *lines], Window(1010.0, 1070.0)) == 1


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"operation": "UpdatePhoneNumber", "outcome": "ok"}, True),
        ({"operation": "UpdatePhoneNumber", "outcome": "ThrottlingException"}, False),
        ({"operation": "ListUsers", "outcome": "ok"}, False),
    ],
)
def test_is_a_move(facts: dict[str, str], expected: bool) -> None:
    """An outage is counted down by accepted moves alone."""
    assert is_a_move(json.dumps({"kind": "call", **facts})) is expected
    assert not is_a_move(json.dumps({"kind": "world", "what": "switches set"}))


def test_door() -> None:
    """An open door passes bytes both ways; one that refuses drops what was open, and keeps its port."""
    with socket.create_server(("127.0.0.1", 0)) as inner, closing(Door(inner.getsockname()[1])) as door:
        outer = socket.create_connection(("127.0.0.1", door.port), timeout=10)
        behind, _ = inner.accept()
        outer.sendall(b"question")
        assert behind.recv(8) == b"question"
        behind.sendall(b"answer")
        assert outer.recv(8) == b"answer"
        door.refuse()
        assert outer.recv(8) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", door.port), timeout=10)
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", door.port))
        door.open()
        socket.create_connection(("127.0.0.1", door.port), timeout=10).close()
        outer.close()
        behind.close()


@pytest.mark.parametrize(("part", "value"), [(50, 13.0), (99, 25.0), (100, 25.0)])
def test_percentile(part: float, value: float) -> None:
    """A percentile is one of the values; of 25 the 99th is the longest."""
    assert percentile([float(each) for each in range(1, 26)], part) == value
    assert percentile([], part) == 0.0


def test_parts() -> None:
    """Several stacks share the work and nothing is in two of them."""
    whole = Declared.of(WORKLOADS["numbers25"])
    parts = whole.parts(4)
    assert sorted(number for part in parts for number in part.numbers) == sorted(whole.numbers)
    assert sorted(agent for part in parts for agent in part.agents) == sorted(whole.agents)


def test_scenario() -> None:
    """A move begins on another group and without members; a refresh finds all as declared, a relighting no flows."""
    moved, found = scenario(WORKLOADS["numbers25"]), scenario(WORKLOADS["refresh500"])
    assert {number["target"] for number in moved["numbers"]} == {"everyone"}
    assert {number["target"] for number in found["numbers"]} == {"retail"}
    assert [len(group.get("members", [])) for group in (moved["groups"][1], found["groups"][1])] == [0, 5000]
    dark = scenario(WORKLOADS["dark1000"])
    assert [(number["target"], number["flow"]) for number in dark["numbers"]] == [("retail", None)]
    assert len(dark["groups"][1]["members"]) == 1000


@pytest.mark.parametrize(
    ("arguments", "cases"),
    [
        ([], list(SHORT)),
        (["--scope", "shared"], [Case("numbers25", "shared")]),
        (["--tool", "ours", "serial", "--scope", "shared"], [Case("numbers25"), Case("numbers25", tool="serial")]),
        (
            ["--mirroring", "off", "--scope", "shared", "--claim", "30"],
            [Case("numbers25", claim="30", mirroring=False)],
        ),
        (["--workload", "agents1000", "--scope", "shared", "--accelerate", "10"], [Case("agents1000", speed=10)]),
        (
            ["--workload", "numbers50", "--scope", "shared", "--processes", "4", "--apart"],
            [Case("numbers50", processes=4, apart=True)],
        ),
        (
            ["--scope", "shared", "--outage", "5xx", "refused"],
            [Case("numbers25", outage="5xx"), Case("numbers25", outage="refused")],
        ),
        (["--all"], everything()),
    ],
)
def test_chosen(arguments: list[str], cases: list[Case]) -> None:
    """Every combination of what is asked for is measured; without a word the short set."""
    parser = argparse.ArgumentParser()
    add_options(parser)
    assert chosen(parser.parse_args(arguments)) == cases


def test_unfit() -> None:
    """What a tool cannot do is left out, and says why."""
    assert not unfit(Case("numbers25"))
    assert unfit(Case("agents100", tool="terraform")) == "it has no resource for agents"
    assert "dark" in unfit(Case("numbers25", tool="serial", outage="5xx"))
    assert "dark" in unfit(Case("dark1000", tool="threads"))
    assert "state" in unfit(Case("refresh50", tool="serial"))
    assert "previewed" in unfit(Case("numbers25", tool="idle"))


def test_labels_of_several() -> None:
    """Processes with one disk and runners without are told apart."""
    assert Case("numbers25", processes=4).label == "4 processes"
    assert Case("numbers25", processes=4, apart=True).label == "4 runners without a common disk"


def test_everything_is_measured_once() -> None:
    """No case is in the whole set twice."""
    assert len(set(everything())) == len(everything())


def test_ratio() -> None:
    """Seconds of a move, calls of a refresh, and a preview beside one of resources that do nothing."""
    idle, ours = row(Case("unchanged200", tool="twin"), wall=10.0), row(Case("unchanged200"), wall=12.0)
    assert ratio(row(Case("numbers25"), span=85.0), []) == 1.0
    assert ratio(row(Case("refresh50"), calls={"ListPhoneNumbersV2": 5}, throttled=1), []) == 2.0
    assert ratio(row(Case("numbers25"), span=20.0, code=1), []) is None
    assert (ratio(ours, [idle, ours]), ratio(ours, [ours])) == (1.2, None)


@pytest.mark.parametrize(
    ("case", "facts", "missed"),
    [
        (Case("numbers25", "per-operation"), {"span": 52.8, "wall": 60.8, "throttled": 10}, set()),
        (Case("numbers25", "per-operation"), {"span": 53.0, "wall": 61.0}, {"calls s"}),
        (Case("numbers25", "shared"), {"span": 96.6, "wall": 105.0}, {"calls s", "wall s"}),
        (Case("numbers25", claim="30"), {"span": 118.9, "wall": 120.0, "dark": [31, 31.6, 32]}, {"dark p99 s"}),
        (Case("numbers25", stated=True), {"throttled": 1}, {"429"}),
        (Case("numbers25", processes=4, apart=True), {"throttled": 90, "span": 110.0, "dark": [6, 9, 9]}, set()),
        (
            Case("numbers25", processes=4, apart=True),
            {"span": 111.0, "dark": [6, 9, 9.1], "left_dark": 1},
            {"calls s", "dark max s", "left dark"},
        ),
        (Case("agents1000"), {"span": 523.0, "wall": 529.0, "throttled": 9, "calls": {"A": 1000}}, {"calls s"}),
        (Case("refresh50"), {"calls": {"A": 6}, "span": 3.0}, {"calls"}),
        (Case("refresh500"), {"calls": {"A": 528}, "plugin_mib": 151}, {"plugin MiB"}),
        (Case("numbers25", outage="5xx"), {"span": 300.0, "lit_after": 6.0, "moves_in_outage": 0}, set()),
        (
            Case("numbers25", outage="refused"),
            {"lit_after": 6.1, "moves_in_outage": 1, "left_dark": 1, "code": 255},
            {"lit after the outage s", "moves begun in the outage", "left dark", "exit code"},
        ),
        (Case("numbers25", outage="refused"), {}, {"lit after the outage s", "moves begun in the outage"}),
        (Case("dark1000"), {"span": 600.0, "lit_after": 3.0, "lit_after_start": 7.0}, set()),
        (Case("dark1000"), {"left_dark": 1}, {"lit after the first call s", "left dark"}),
        (Case("numbers25", tool="serial"), {"surfaced": 5, "span": 500.0}, set()),
    ],
)
def test_measures(case: Case, facts: dict[str, Any], missed: set[str]) -> None:
    """This project's rows are held to the least time and a part of it; others are held to nothing."""
    found = measures([row(case, **{"wall": 50.0, **facts})])
    assert {each.what for each in found if not each.is_met} == missed


def test_results(tmp_path: Path) -> None:
    """Rows come back from their file as they went in; of each case the newest is shown, between the marks alone."""
    path, document = tmp_path / "new" / "results.jsonl", tmp_path / "page.md"
    rows = [row(Case("numbers25"), wall=60.0), row(Case("numbers50")), row(Case("numbers25"), wall=61.0)]
    for each in rows:
        keep(each, path)
    assert kept(path) == rows
    assert [each.wall for each in newest(kept(path))] == [61.0, 60.0]
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    render(markdown(newest(kept(path))), document)
    text = document.read_text()
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "| numbers25 | shared | acgr | 61.0 |" in text
    assert "old" not in text


def test_cells_of_what_is_lit() -> None:
    """A row says when the last dark number was lit, and is compared with no least time."""
    plain, outage = row(Case("numbers25")), row(Case("numbers25", outage="5xx"), lit_after=3.24, moves_in_outage=0)
    relit = row(Case("dark1000"), lit_after=1.5, lit_after_start=5.25)
    column = HEADINGS.index("lit after s")
    assert [cells(each, [])[column] for each in (plain, outage, relit)] == ["", "3.2", "1.5 (5.2 from the start)"]
    assert ratio(outage, []) is ratio(relit, []) is None
    assert Case("numbers25", outage="5xx").label == "outage of 60 s, 5xx"


def test_a_document_without_marks(tmp_path: Path) -> None:
    """A document that has no place for the rows is left alone."""
    document = tmp_path / "page.md"
    document.write_text("nothing\n")
    with pytest.raises(ValueError, match="has no lines"):
        render("text", document)
    assert document.read_text() == "nothing\n"
