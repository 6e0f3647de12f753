"""What the provider's sentences tell that a preview's steps do not: where a number is, how long it is dark. Pure.

The provider has asked Connect. A step has the state and the declaration only: where a number is that nothing has
declared before, no step says.
"""

from __future__ import annotations

import re

from acgr_cli.preview.changes import Effect
from acgr_connect.model.identifiers import REGION

_PHRASES: tuple[tuple[re.Pattern[str], Effect], ...] = (
    (re.compile(r"\b(is|may be) dark\b|\bhas no flow\b"), Effect.RESTORED),
    (re.compile(r"\breach nothing\b"), Effect.GAP),
    (re.compile(r"\bno gap\b"), Effect.OTHER_FLOW),
    (re.compile(r"\bdeclares it now\b|\btaken over\b|\bstays\b|\bkeeps its flow\b|\bnotice nothing\b"), Effect.NONE),
)
"""What the provider's sentences say of callers, by their words; the first that fits."""

FAILS = "`pulumi up` fails here"
"""Stands in warnings about what is not there."""

LEFT = "restores what an earlier run left: "
"""How the provider says why a resource is a change that has nothing to do itself."""

_BY_SOMETHING_ELSE = re.compile(r"\bby something else\b|\bhas no flow in\b|\bis not claimed any more\b")
_SECONDS = re.compile(r"\babout (\d+) (s|min)\b")
_MOVES = re.compile(r"\bmoves from (.+?)(?:: callers reach nothing|, and has its flow|$)")
_INSTEAD = re.compile(
    rf"(?:^|, )(\S.*?) answers instead of (.+?)(?: in ({REGION.pattern}))?(?=$|, \S.*? answers instead of )"
)
_IS_ON = re.compile(r"^is on (.+) with its flow: ")
_USER = re.compile(r'^users\["(.+?)"\]: ')
_NUMBER = re.compile(r"^(\+\d{2,15}) ")
_OF_AGENTS = re.compile(r"^\+\d|\bto be on\b|\bmoves? from\b|\bstays? on\b|\balready\b|\bleaves? \S+$")


def effect_of(text: str) -> Effect | None:
    """What the sentence says of callers; None where it says nothing of them."""
    return next((effect for words, effect in _PHRASES if words.search(text)), None)


def regions_in(text: str) -> list[str]:
    """The Regions that are named."""
    return [found.group() for found in REGION.finditer(text)]


def is_drift(text: str) -> bool:
    """Whether it says what a refresh found."""
    return bool(_BY_SOMETHING_ELSE.search(text))


def seconds_in(text: str) -> int | None:
    """For how many seconds callers reach nothing."""
    found = _SECONDS.search(text)
    return int(found.group(1)) * (60 if found.group(2) == "min" else 1) if found else None


def origin_in(text: str, end: str | None) -> str | None:
    """Where the number is that moves to `end`, as people call it."""
    if not (found := _MOVES.search(text)):
        return None
    places = found.group(1)
    if end and places.endswith(f" to {end}"):
        return places.removesuffix(f" to {end}")
    return places.rpartition(" to ")[0] or None


def place_in(text: str) -> str | None:
    """Where the number is that stays, as people call it."""
    found = _IS_ON.match(text)
    return found.group(1) if found else None


def flows_before(text: str) -> dict[str, str]:
    """By Region ("" is each of them), the flow that answers now and will not afterwards."""
    told = text.removesuffix(", no gap").rpartition("; ")[2].removeprefix("then ")
    return {found.group(3) or "": found.group(2) for found in _INSTEAD.finditer(told)}


def user_in(text: str) -> str | None:
    """The label of the agent whom a warning is about."""
    found = _USER.match(text)
    return found.group(1) if found else None


def number_in(text: str) -> str | None:
    """The number with which the sentence begins."""
    found = _NUMBER.match(text)
    return found.group(1) if found else None


def is_counted(text: str) -> bool:
    """Whether it says of agents what the counts of who joins and who leaves say as well."""
    return bool(_OF_AGENTS.search(text.removeprefix("to be as declared: ")))
