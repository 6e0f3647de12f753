"""What becomes of phone numbers, in words that callers' people understand."""

from __future__ import annotations

from typing import Any

import pytest
from previews import (
    FLOW,
    PLACEMENT,
    REPLICA,
    SOURCE,
    arn,
    declared,
    e164,
    flow_state,
    placement,
    report,
    said,
    step,
    urn,
)

from acgr_cli.preview.changes import NO_FLOW, NOT_REACHABLE, Answer, Effect, FlowChange, NumberChange, as_one

ONE = e164(1)
OLD = placement(ONE, "emergency", "Main IVR")


def _one(*steps: Any, said: Any = ()) -> NumberChange:
    (change,) = report(*steps, said=said).numbers
    return change


def _update(old: Any = OLD, **changed: Any) -> NumberChange:
    return _one(step("update", PLACEMENT, "main", old, declared(old, **changed)))


def test_a_move() -> None:
    """Another group: callers reach nothing for some seconds; where it was, where it goes, and what answers."""
    change = _update(target="retail")
    assert (change.effect, change.start, change.end) == (Effect.GAP, "emergency", "retail")
    assert change.says == ("moves from emergency to retail: callers reach nothing for some seconds",)
    assert as_one(change.flows) == (FlowChange("", Answer("Main IVR"), Answer("Main IVR")),)
    assert change.number == ONE
    assert not change.is_dropped


def test_a_move_with_another_flow() -> None:
    """What answers after the move is said too."""
    change = _update(target="retail", flow="Sales")
    assert change.says[0].endswith("for some seconds, then Sales answers")
    assert as_one(change.flows) == (FlowChange("", Answer("Main IVR"), Answer("Sales")),)


def test_another_way_to_write_the_group_is_no_move() -> None:
    """A name and the ARN of the same group are the same place."""
    change = _update(target=arn("traffic-distribution-group", "emergency"))
    assert (change.effect, change.stays) == (Effect.NONE, True)


def test_a_move_to_an_instance() -> None:
    """An instance answers in its own Region alone."""
    change = _update(target=arn("instance", ""))
    assert (change.effect, change.to_instance, change.end) == (Effect.GAP, True, "the instance")
    assert as_one(change.flows) == (FlowChange(SOURCE, Answer("Main IVR"), Answer("Main IVR")),)


@pytest.mark.parametrize(
    ("flow", "says", "flows"),
    [
        ("Sales", "Sales answers instead of Main IVR, no gap", (("", "Main IVR", "Sales"),)),
        (
            {SOURCE: "Main IVR", REPLICA: "Sales"},
            f"in {REPLICA} Sales answers instead of Main IVR, no gap",
            ((SOURCE, "Main IVR", "Main IVR"), (REPLICA, "Main IVR", "Sales")),
        ),
        (
            {SOURCE: "Winter IVR", REPLICA: "Sales"},
            f"in {SOURCE} Winter IVR answers instead of Main IVR; "
            f"in {REPLICA} Sales answers instead of Main IVR, no gap",
            ((SOURCE, "Main IVR", "Winter IVR"), (REPLICA, "Main IVR", "Sales")),
        ),
    ],
)
def test_another_flow(flow: Any, says: str, flows: Any) -> None:
    """A flow is exchanged without a gap, and it is said in which Region, where it is not in both."""
    change = _update(flow=flow)
    assert (change.effect, change.says) == (Effect.OTHER_FLOW, (says,))
    assert as_one(change.flows) == tuple(FlowChange(region, Answer(old), Answer(new)) for region, old, new in flows)


def test_the_same_flow_by_its_arn() -> None:
    """A flow's name and its ARN are the same flow, and the name is shown."""
    change = _update(flow=arn("contact-flow", "Main IVR"))
    assert change.effect is Effect.NONE
    assert as_one(change.flows) == (FlowChange("", Answer("Main IVR"), Answer("Main IVR")),)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"description": "Main line"}, "callers notice nothing: its description changes"),
        ({"return_to": "leave"}, "callers notice nothing; taken out of the program one day, it would stay where it is"),
        ({"max_number_removals": 3}, "callers notice nothing"),
    ],
)
def test_what_callers_do_not_notice(changed: Any, says: str) -> None:
    """A change of how a number is looked after is said to be one."""
    change = _update(**changed)
    assert (change.effect, change.says) == (Effect.NONE, (says,))


def test_a_dark_number() -> None:
    """A number without a flow is said to be dark, where, and that it gets its flow."""
    change = _update(placement(ONE, "emergency", "Main IVR", dark=[REPLICA]))
    assert (change.effect, change.dark_now) == (Effect.RESTORED, (REPLICA,))
    assert change.says == (f"is dark in {REPLICA} now, and gets its flow",)
    assert FlowChange(REPLICA, NO_FLOW, Answer("Main IVR")) in change.flows


def test_a_dark_number_that_moves() -> None:
    """That callers reach nothing now comes first; what a refresh says of it is not said twice."""
    old = placement(ONE, "emergency", "Main IVR", dark=[SOURCE, REPLICA])
    steps = [step("update", PLACEMENT, "main", old, declared(old, target="retail"))]
    seen = f"{ONE} has no flow in {SOURCE} and {REPLICA}: callers reach nothing there"
    change = _one(*steps, said=[said("info", seen, urn(PLACEMENT, "main"))])
    moved = f"is dark in {SOURCE} and {REPLICA} now; it moves from emergency to retail, and gets its flow there"
    assert (change.effect, change.says) == (Effect.RESTORED, (moved,))


def test_a_number_that_somebody_else_moved() -> None:
    """It goes from where it was seen, whatever was declared."""
    change = _update(placement(ONE, "emergency", "Main IVR", seen="retail"))
    assert (change.start, change.end, change.effect) == (change.start, "emergency", Effect.GAP)
    assert str(change.start).startswith("group ")


def test_a_first_declaration() -> None:
    """Where a new number is now, a preview does not know, and says so."""
    change = _one(step("create", PLACEMENT, "main", None, declared(OLD)))
    assert (change.effect, change.start, change.end) == (Effect.MAYBE_GAP, None, "emergency")
    assert "if it is elsewhere now, it moves: callers reach nothing for some seconds" in change.says[0]


def test_what_is_known_after_the_update_only() -> None:
    """A target of the same program that is not there yet."""
    new = declared(OLD, target="04da6b54-80e4-46f7-96ec-b56ff0331ba9")
    change = _one(step("create", PLACEMENT, "main", None, new))
    assert change.end == "known after the update"
    assert _update(target="04da6b54-80e4-46f7-96ec-b56ff0331ba9").effect is Effect.MAYBE_GAP


def test_an_import() -> None:
    """Nothing happens to a number that is imported."""
    assert _one(step("import", PLACEMENT, "main", None, declared(OLD))).effect is Effect.NONE


@pytest.mark.parametrize(
    ("state", "effect", "end", "says"),
    [
        (
            OLD,
            Effect.GAP,
            "the instance",
            "goes back to its instance (return_to): callers reach nothing for some seconds, and ",
        ),
        (
            placement(ONE, "emergency", "Main IVR", return_to="leave"),
            Effect.UNMANAGED,
            "emergency",
            "stays on emergency",
        ),
        (
            placement(ONE, "emergency", "Main IVR", return_to=arn("traffic-distribution-group", "retail")),
            Effect.GAP,
            f"group {arn('traffic-distribution-group', 'retail')[-36:-28]}…",
            "is taken out of the program and moves to ",
        ),
        (
            placement(ONE, "instance", "Main IVR"),
            Effect.UNMANAGED,
            "the instance",
            "stays on the instance with its flow",
        ),
        (
            placement(ONE, "emergency", "Main IVR", seen="retail"),
            Effect.UNMANAGED,
            None,
            "it was moved there after this program placed it",
        ),
    ],
)
def test_a_delete_in_words(state: Any, effect: Effect, end: str | None, says: str) -> None:
    """What `return_to` does with a number that nothing declares any longer."""
    change = _one(step("delete", PLACEMENT, "main", state))
    assert (change.effect, change.is_dropped) == (effect, True)
    assert says in change.says[0]
    assert end is None or change.end == end


def test_back_on_the_instance_the_replica_does_not_reach_it() -> None:
    """Which is not the same as being dark: no call gets there."""
    change = _one(step("delete", PLACEMENT, "main", OLD))
    assert as_one(change.flows) == (
        FlowChange(SOURCE, Answer("Main IVR"), Answer("Main IVR")),
        FlowChange(REPLICA, Answer("Main IVR"), NOT_REACHABLE),
    )
    assert change.to_instance


def test_a_hand_over_is_one_row() -> None:
    """A rename, or another component: a delete and a create of one number, and callers notice nothing."""
    change = _one(
        step("create", PLACEMENT, "b", None, declared(OLD)),
        step("delete", PLACEMENT, "a", OLD),
    )
    assert (change.effect, change.resources, change.is_dropped) == (Effect.NONE, ("a", "b"), False)
    assert change.says == ("stays where it is, and callers notice nothing: b declares it now instead of a",)


def test_a_hand_over_with_a_move() -> None:
    """The other resource puts it elsewhere: it moves, and does not go back first. It may be written by ARN."""
    new = declared(OLD, target="retail", phone_number=arn("phone-number", ONE))
    change = _one(step("create", PLACEMENT, "b", None, new), step("delete", PLACEMENT, "a", OLD))
    assert (change.effect, change.start, change.end) == (Effect.GAP, "emergency", "retail")
    assert change.number == ONE


def test_a_number_that_an_unchanged_resource_declares_too() -> None:
    """Where the preview shows resources that stay (`--show-sames`), they keep the number."""
    same = step("same", PLACEMENT, "b", OLD, OLD)
    change = _one(step("delete", PLACEMENT, "a", OLD), same)
    assert (change.effect, change.is_dropped) == (Effect.NONE, False)
    assert change.says == ("stays where it is: b declares it now",)


def test_a_replacement_is_two_numbers() -> None:
    """Another number in the same resource: one is placed, the other goes back; told in three steps, or in one."""
    new = declared(OLD, phone_number=e164(2))
    streamed = (
        step("create-replacement", PLACEMENT, "main", OLD, new),
        step("replace", PLACEMENT, "main", OLD, new),
        step("delete-replaced", PLACEMENT, "main", OLD),
    )
    for steps in (streamed, streamed[1:2]):
        changes = report(*steps).numbers
        assert [(one.number, one.effect) for one in changes] == [(ONE, Effect.GAP), (e164(2), Effect.MAYBE_GAP)]


def test_a_flow_of_its_own() -> None:
    """A flow that is declared apart from the place: made, exchanged, found dark, passed on, taken away."""
    old = flow_state(ONE, REPLICA, "Sales")
    made = _one(step("create", FLOW, "f", None, declared(old)))
    assert (made.effect, made.is_placement) == (Effect.OTHER_FLOW, False)
    changed = _one(step("update", FLOW, "f", old, declared(old, flow="Main IVR")))
    assert changed.says == (f"in {REPLICA} Main IVR answers instead of Sales, no gap",)
    dark = flow_state(ONE, REPLICA, "Sales", dark=True)
    restored = _one(step("update", FLOW, "f", dark, declared(dark)))
    assert (restored.effect, restored.dark_now) == (Effect.RESTORED, (REPLICA,))
    passed = _one(step("delete", FLOW, "f", old), step("create", FLOW, "g", None, declared(old)))
    assert (passed.effect, passed.resources) == (Effect.NONE, ("f", "g"))


def test_a_flow_that_is_taken_away() -> None:
    """Callers reach nothing from then on, unless a placement sets the flow in the same run."""
    old = flow_state(ONE, REPLICA, "Sales")
    gone = _one(step("delete", FLOW, "f", old))
    assert (gone.effect, as_one(gone.flows)) == (Effect.DARK, (FlowChange(REPLICA, Answer("Sales"), NO_FLOW),))
    both = report(step("delete", FLOW, "f", old), step("create", PLACEMENT, "main", None, declared(OLD))).numbers
    assert {one.effect for one in both} == {Effect.NONE, Effect.MAYBE_GAP}


def test_a_placement_that_is_exchanged_for_flows() -> None:
    """The number stays, because it would not be reachable where the other resource declares its flow."""
    changes = report(
        step("delete", PLACEMENT, "main", OLD),
        step("create", FLOW, "f", None, declared(flow_state(ONE, REPLICA, "Main IVR"))),
    ).numbers
    placed = next(one for one in changes if one.is_placement)
    assert (placed.effect, placed.is_dropped) == (Effect.NONE, False)
    assert placed.says == (f"stays on emergency: f declares its flow in {REPLICA}",)


@pytest.mark.parametrize(
    ("sentence", "effect", "says"),
    [
        (
            f"{ONE} moves from emergency to retail: callers reach nothing for about 6 s",
            Effect.GAP,
            "moves from emergency to retail: callers reach nothing for about 6 s",
        ),
        (f"{ONE} stays where it is: other declares it now", Effect.NONE, "stays where it is: other declares it now"),
        (
            "main: Sales answers instead of Main IVR, no gap",
            Effect.OTHER_FLOW,
            "Sales answers instead of Main IVR, no gap",
        ),
        (
            f"{ONE} is dark in {REPLICA}: its flow is restored first",
            Effect.RESTORED,
            f"is dark in {REPLICA}: its flow is restored first",
        ),
    ],
)
def test_the_provider_knows_best(sentence: str, effect: Effect, says: str) -> None:
    """What it says of callers stands in the row, without the number, and decides how bad it is."""
    steps = [step("update", PLACEMENT, "main", OLD, declared(OLD, target="retail"))]
    change = _one(*steps, said=[said("info", sentence, urn(PLACEMENT, "main"))])
    assert (change.effect, change.says) == (effect, (says,))


def test_a_delete_that_the_provider_knows_to_do_nothing() -> None:
    """Another resource, which the preview does not show, has the number: then it does not go back to its instance."""
    sentence = f"{ONE} stays where it is: other declares it now"
    change = _one(step("delete", PLACEMENT, "main", OLD), said=[said("info", sentence, urn(PLACEMENT, "main"))])
    assert (change.stays, change.end, change.to_instance, change.is_dropped) == (True, "emergency", False, False)
    assert not any(one.is_change for one in change.flows)


@pytest.mark.parametrize(
    ("sentence", "start", "before", "seconds"),
    [
        ("moves from everyone to emergency: callers reach nothing for about 6 s", "everyone", "Main IVR", 6),
        (
            "moves from in to out to emergency: callers reach nothing for about 2 min; then Main IVR answers instead "
            "of Day, or night",
            "in to out",
            "Day, or night",
            120,
        ),
        ("is on emergency with its flow: taken over as it is, callers notice nothing", "emergency", "Main IVR", None),
    ],
)
def test_where_a_new_number_is_now(sentence: str, start: str, before: str, seconds: int | None) -> None:
    """No step says it, and the provider does: where it is, what answers now, how long callers reach nothing."""
    steps = [step("create", PLACEMENT, "main", None, declared(OLD, replica_region=REPLICA))]
    change = _one(*steps, said=[said("info", f"{ONE} {sentence}", urn(PLACEMENT, "main"))])
    assert (change.start, change.end, change.seconds) == (start, "emergency", seconds)
    assert as_one(change.flows) == (FlowChange("", Answer(before), Answer("Main IVR")),)


def test_a_new_number_that_is_answered_by_another_flow() -> None:
    """It stays where it is declared to be, and another flow answers it there, in one Region here."""
    sentence = f"{ONE}: Main IVR answers instead of Sales in {REPLICA}, no gap"
    steps = [step("create", PLACEMENT, "main", None, declared(OLD, replica_region=REPLICA))]
    change = _one(*steps, said=[said("info", sentence, urn(PLACEMENT, "main"))])
    assert (change.start, change.stays, change.effect) == ("emergency", True, Effect.OTHER_FLOW)
    assert change.flows == (
        FlowChange(SOURCE, Answer("Main IVR"), Answer("Main IVR")),
        FlowChange(REPLICA, Answer("Sales"), Answer("Main IVR")),
    )


def test_a_number_that_comes_from_an_instance() -> None:
    """No call gets to it in the replica before, which is not the same as being dark there."""
    sentence = f"{ONE} moves from instance northwind to emergency: callers reach nothing for about 6 s"
    steps = [step("create", PLACEMENT, "main", None, declared(OLD, replica_region=REPLICA))]
    change = _one(*steps, said=[said("info", sentence, urn(PLACEMENT, "main"))])
    assert change.start == "instance northwind"
    assert [one.before for one in change.flows] == [Answer("Main IVR"), NOT_REACHABLE]


def test_an_update_that_will_fail() -> None:
    """A flow or a group that is not there: nothing happens to the number, whatever the declaration says."""
    warning = "the instance has no flow of that name. As it is now, `pulumi up` fails here"
    steps = [step("update", PLACEMENT, "main", OLD, declared(OLD, flow="Man IVR", target="retail"))]
    change = _one(*steps, said=[said("warning", warning, urn(PLACEMENT, "main"))])
    assert (change.effect, change.start, change.end) == (Effect.FAILS, "emergency", "emergency")
    assert not any(one.is_change for one in change.flows)


def test_where_the_provider_says_that_it_is_dark() -> None:
    """A preview that did not refresh does not know by itself: then nothing answers there before, whatever was seen."""
    sentence = f"{ONE} is dark in {REPLICA}: its flow is restored first"
    steps = [step("update", PLACEMENT, "main", OLD, declared(OLD))]
    change = _one(*steps, said=[said("info", sentence, urn(PLACEMENT, "main"))])
    assert change.dark_now == (REPLICA,)
    assert [one.before for one in change.flows] == [Answer("Main IVR"), NO_FLOW]


def test_the_worst_of_what_the_provider_says() -> None:
    """Of a hand-over with a move, that the old resource leaves the number alone is not all."""
    new = declared(OLD, target="retail")
    sentences = [
        said("info", f"{ONE} stays where it is: b declares it now", urn(PLACEMENT, "a")),
        said("info", f"{ONE} moves from emergency to retail: callers reach nothing for about 6 s", urn(PLACEMENT, "b")),
    ]
    steps = [step("create", PLACEMENT, "b", None, new), step("delete", PLACEMENT, "a", OLD)]
    change = _one(*steps, said=sentences)
    assert change.effect is Effect.GAP
    assert len(change.says) == 2


def test_what_else_the_provider_says_comes_after() -> None:
    """A sentence that says nothing of callers does not take the place of one that does."""
    steps = [step("update", PLACEMENT, "main", OLD, declared(OLD, target="retail"))]
    change = _one(
        *steps, said=[said("info", "looking up took 11 s: not everything was compared", urn(PLACEMENT, "main"))]
    )
    assert change.effect is Effect.GAP
    assert change.says[0].startswith("moves from")
    assert change.says[1].startswith("looking up took")


def test_the_worst_comes_first() -> None:
    """Numbers are sorted by what callers notice, then by their digits."""
    states = [placement(e164(n), "emergency", "Main IVR") for n in range(4)]
    changes = report(
        step("update", PLACEMENT, "d", states[3], declared(states[3], description="x")),
        step("update", PLACEMENT, "c", states[2], declared(states[2], flow="Sales")),
        step("update", PLACEMENT, "b", states[1], declared(states[1], target="retail")),
        step("update", PLACEMENT, "a", states[0], declared(states[0], target="retail")),
        step("delete", FLOW, "f", flow_state(e164(9), REPLICA, "Sales")),
    ).numbers
    assert [one.number for one in changes] == [e164(n) for n in (9, 0, 1, 2, 3)]
