"""Inputs that cannot be meant or are not known yet: whatever a program of any language sends, a sentence answers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from native_door import UNKNOWN, Door, Failed, Props, secret
from numbers_there import ON_DEFAULT, ON_INSTANCE, REPLICA, SOURCE
from pulumi.runtime.proto import provider_pb2

from acgr_connect.model.property_names import camel
from acgr_plugin.kinds import kinds
from acgr_sandbox import Sandbox

Begin = Callable[..., Door]

ROSTER = "TrafficDistributionGroupRoster"
DECLARED: dict[str, Props] = {
    "PhoneNumberPlacement": {
        "phoneNumber": ON_INSTANCE,
        "target": "emergency",
        "flow": "Main IVR",
        "sourceRegion": SOURCE,
    },
    "PhoneNumberContactFlow": {
        "phoneNumber": ON_DEFAULT,
        "region": SOURCE,
        "flow": "Sales",
        "sourceRegion": SOURCE,
    },
    "TrafficDistributionGroupUser": {
        "trafficDistributionGroup": "everyone",
        "user": "bob.brown",
        "sourceRegion": SOURCE,
    },
    ROSTER: {
        "trafficDistributionGroup": "emergency",
        "users": {"a": "alice.smith"},
        "sourceRegion": SOURCE,
    },
    "TrafficDistributionGroup": {"instance": "northwind", "name": "emergency", "sourceRegion": SOURCE},
    "InstanceReplica": {"instance": "northwind", "replicaRegion": REPLICA, "sourceRegion": SOURCE},
}
ODD: list[Any] = [
    *(None, "", " ", "a\nb", 'a"b', "arn:", "arn:aws:connect:eu-west-2:111122223333:agent/x", "x" * 5_000),
    *(0, 3, 1e30, 2.5, True, [], ["a"], [3], [None], [UNKNOWN], {}, {"a": None}, {"a": 3}, {"a": ["x"]}),
    *({"a": {"b": "c"}}, {"a": UNKNOWN}, {UNKNOWN: "a"}, secret(None), secret({"a": 3}), secret([UNKNOWN])),
]


def _inputs(kind: str) -> list[str]:
    return list(map(camel, kinds()[f"acgr:index:{kind}"].inputs))


def test_every_kind_is_tried() -> None:
    """No kind is left out."""
    assert {f"acgr:index:{kind}" for kind in DECLARED} == set(kinds())


@pytest.mark.parametrize("kind", DECLARED)
def test_nothing_ends_in_a_traceback(door: Door, kind: str) -> None:
    """What is wrong with an input is said in its words; what is not is previewed."""
    for name, odd in product(_inputs(kind), ODD):
        inputs, wrong = door.judged(kind, {**DECLARED[kind], name: odd})
        assert not [reason for reason in wrong if "object at 0x" in reason or "\n" in reason], (name, odd, wrong)
        if not wrong:
            try:
                door.create(kind, inputs, preview=True)
            except Failed as error:
                assert "Error:" not in str(error), (name, odd)  # noqa: PT017  # that it is not there, in a sentence


@pytest.mark.parametrize("kind", DECLARED)
def test_what_is_not_known_yet_is_previewed(begin: Begin, kind: str) -> None:
    """An input may come from a resource that is not made yet, when its own is made and when it is changed."""
    first = begin()
    for name in _inputs(kind):
        news = first.check(kind, {**DECLARED[kind], name: UNKNOWN})
        _, foreseen = first.create(kind, news, preview=True)
        assert foreseen[name] == UNKNOWN
    inputs = first.check(kind, DECLARED[kind])
    id_, state = first.create(kind, inputs)
    second = begin()
    for name in set(_inputs(kind)) - {"users"}:
        news = second.check(kind, {**DECLARED[kind], name: UNKNOWN}, inputs)
        diff = second.diff(kind, id_, state, news, inputs)
        assert diff.changes == provider_pb2.DiffResponse.DIFF_SOME
        assert name in diff.detailedDiff
        assert second.update(kind, id_, state, news, preview=True)[name] == UNKNOWN


def test_users_who_are_not_known_yet(door: Door, begin: Begin, sandbox: Sandbox) -> None:
    """A list holds who is not known yet: then no label is, and no member. Where somebody may leave it is refused."""
    users = ["alice.smith", UNKNOWN]
    news = door.check(ROSTER, {**DECLARED[ROSTER], "users": users})
    assert news["users"] == UNKNOWN
    _, foreseen = door.create(ROSTER, news, preview=True)
    group = sandbox.world.arn(sandbox.world.group("emergency"))
    assert (foreseen["members"], foreseen["undeclared"]) == (UNKNOWN, UNKNOWN)
    assert foreseen["trafficDistributionGroupArn"] == group
    inputs = door.check(ROSTER, DECLARED[ROSTER])
    door.create(ROSTER, inputs)
    second = begin()
    for unknown in (users, UNKNOWN):
        _, [wrong] = second.judged(ROSTER, {**DECLARED[ROSTER], "users": unknown}, inputs)
        assert wrong.startswith(
            "users: they are not known yet, and so a preview cannot show who leaves; write a mapping"
        )
    labelled = {"a": "alice.smith", "b": UNKNOWN}
    assert second.check(ROSTER, {**DECLARED[ROSTER], "users": labelled}, inputs)["users"] == labelled


def test_what_is_null_is_not_given(door: Door, begin: Begin) -> None:
    """A program writes null for what it does not give."""
    inputs = door.check(ROSTER, {**DECLARED[ROSTER], "maxRemovals": None, "authoritative": None})
    assert inputs.keys() == DECLARED[ROSTER].keys()
    door.create(ROSTER, inputs)
    assert begin().check(ROSTER, {**DECLARED[ROSTER], "maxRemovals": None}, inputs) == inputs


@pytest.mark.parametrize(
    "text",
    [
        "Line of Calling [toString] on an [Output<T>] is not supported.\n\nTo get the value of an Output<T>",
        "Line of [object Object]",
        "Line of {0xc00021a8c0}",
        "Line of &{%!s(*internal.OutputState=&{}",
        "Line of Calling __str__ on an Output[T] is not supported.",
    ],
)
def test_an_output_inside_a_text(door: Door, text: str) -> None:
    """What a language makes of an Output in a text is refused; it would be the number's description from then on."""
    kind = "PhoneNumberPlacement"
    _, [wrong] = door.judged(kind, {**DECLARED[kind], "description": text})
    assert wrong.startswith("description: it holds what a program makes of an Output or a resource inside a text")
    assert "pulumi.interpolate" in wrong
