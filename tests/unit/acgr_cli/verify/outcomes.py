"""Outcomes to write, made by hand: every kind of finding, and whatever else there may be of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from acgr_cli.verify.outcome import Outcome
from acgr_connect.calls import CallResult, TestCall
from acgr_connect.model.arns import parse
from acgr_connect.model.records import Instance, Number
from acgr_connect.survey.findings.finding import Finding
from acgr_connect.survey.findings.kinds import KINDS
from acgr_connect.survey.records import Pair, Unread, Why
from acgr_connect.survey.restoring import Dark, Restored

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
INSTANCE = parse(f"arn:aws:connect:{SOURCE}:111122223333:instance/2f8c5a1e-7a55-4d0b-9a3e-0d6a5f0c8b21", "instance")
NUMBER = Number(INSTANCE.beside("phone-number", "5d2e9f10"), "+442079460001", INSTANCE, "")
PAIR = Pair(
    INSTANCE,
    INSTANCE.in_region(REPLICA),
    {SOURCE: Instance(INSTANCE, "northwind", SOURCE, (SOURCE, REPLICA))},
)
FLOW = INSTANCE.inside("contact-flow", "0a9e4158")
AWKWARD = 'a_b|c`<x> & "d" *e* [f](g) #1 @all \x00 é'


def finding(code: str, name: str = "+442079460001", **more: Any) -> Finding:
    """A finding of a kind."""
    given: dict[str, Any] = {"remedy": "mend it", "region": SOURCE, "arn": str(NUMBER.arn), "command": "aws connect x"}
    return Finding(KINDS[code], f"{name} is not well", name, **{**given, **more})


def outcome(*findings: Finding, **more: Any) -> Outcome:
    """An outcome of the pair."""
    shown = tuple(sorted(findings, key=lambda one: one.place))
    return replace(Outcome(PAIR, 1_795_867_200.0, "1.2.3", shown, (), KINDS), **more)


DENIED = Unread("users", "ListUsers", REPLICA, Why.DENIED, "looking in eu-central-1: no (AccessDeniedException)")
DOWN = Unread("flows", "ListContactFlows", REPLICA, Why.UNREACHABLE, "no answer")
ODD = Unread("content of flows", "DescribeContactFlow", SOURCE, Why.OTHER, "only the first 400 were followed")

EVERYTHING = outcome(
    *(finding(code) for code in KINDS),
    finding("ACGR201", AWKWARD, region="", arn="", command="", remedy="", facts={"a": [1, None]}),
    unread=(DENIED, DOWN, ODD),
    restored=(
        Restored(Dark(NUMBER, SOURCE, FLOW, "the journal"), FLOW),
        Restored(Dark(NUMBER, REPLICA, why_not="nobody knows"), None, "nobody knows"),
    ),
    calls=(
        CallResult(TestCall("+442079460001", SOURCE), "PASSED", began=1_795_867_200.0, seconds=4.0),
        CallResult(TestCall("+442079460001", REPLICA), why="no room"),
    ),
)
SOUND = outcome()
