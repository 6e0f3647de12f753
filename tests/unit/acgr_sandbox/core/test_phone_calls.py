"""Calls to phone numbers: where they go, what they meet, how they are counted."""

from __future__ import annotations

from collections import Counter

import pytest
from contact_centre import CENTRE
from hypothesis import given, settings
from hypothesis import strategies as some

from acgr_sandbox import ManualClock, Sandbox, Switches, load_scenario
from acgr_sandbox.core.phone_calls import CONTACTS, rate_of
from acgr_sandbox.core.telephony import route_in, shares_of

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
ON_GROUP, ON_INSTANCE = "+442079460001", "+442079460005"


def _seen(sandbox: Sandbox, number: str) -> dict[str, tuple[int, int]]:
    tallies = sandbox.phone_calls.tallies(sandbox.world.number(number).id)
    return {region: (tally.answered, tally.lost) for region, tally in tallies.items()}


def _share(sandbox: Sandbox, group: str, source: int) -> None:
    sandbox.world.group(group).telephony = {SOURCE: source, REPLICA: 100 - source}


def test_where_calls_go(sandbox: Sandbox) -> None:
    """Calls go by the shares of the TDG; those to a number on an instance to its own Region."""
    world = sandbox.world
    assert shares_of(world, world.number(ON_GROUP)) == {SOURCE: 100, REPLICA: 0}
    assert shares_of(world, world.number(ON_INSTANCE)) == {SOURCE: 100}
    _share(sandbox, "Default", 0)
    sandbox.place_calls(ON_GROUP, 7)
    sandbox.place_calls(ON_INSTANCE, 3)
    assert _seen(sandbox, ON_GROUP) == {REPLICA: (7, 0)}
    assert _seen(sandbox, ON_INSTANCE) == {SOURCE: (3, 0)}


@pytest.mark.parametrize("share", [10, 50, 70])
def test_of_a_hundred_calls_each_region_has_its_share(sandbox: Sandbox, share: int) -> None:
    """Of every hundred calls each Region has its share exactly, however the calls are placed."""
    _share(sandbox, "Default", share)
    for count in (1, 2, 37, 60, 100, 1000, 3):
        sandbox.place_calls(ON_GROUP, count)
    sandbox.place_calls(ON_GROUP, 1300 - 1203)
    assert _seen(sandbox, ON_GROUP) == {SOURCE: (13 * share, 0), REPLICA: (13 * (100 - share), 0)}


def _regions(sandbox: Sandbox, number: str = ON_GROUP, calls: int = 60) -> list[str]:
    return [sandbox.place_calls(number)[0].route.region for _ in range(calls)]


def test_drawn_from_the_seed(sandbox: Sandbox) -> None:
    """The same seed sends the same calls to the same Regions, another one sends them elsewhere; numbers differ."""
    _share(sandbox, "Default", 50)
    first = _regions(sandbox)
    assert Counter(first).keys() == {SOURCE, REPLICA}
    assert _regions(sandbox, "+442079460002") != first
    sandbox.reset()
    _share(sandbox, "Default", 50)
    assert _regions(sandbox) == first
    sandbox.reset()
    _share(sandbox, "Default", 50)
    sandbox.set_switches(Switches(rate=0, seed=1))
    assert _regions(sandbox) != first


def test_one_by_one_or_all_at_once(sandbox: Sandbox) -> None:
    """A thousand calls at once go where a thousand single calls go."""
    _share(sandbox, "Default", 30)
    single = Counter(_regions(sandbox, calls=1057))
    sandbox.reset()
    _share(sandbox, "Default", 30)
    together = {placed.route.region: placed.calls for placed in sandbox.place_calls(ON_GROUP, 1057)}
    assert together == dict(single)


def test_why_nothing_answers(sandbox: Sandbox) -> None:
    """A call is lost without a flow, with one that is not published or not ACTIVE, and where inbound calls are off."""
    world = sandbox.world
    number = world.number(ON_GROUP)
    flow = world.flows[str(number.flow_in(SOURCE))]

    def reason() -> str:
        route = route_in(world, number, SOURCE)
        assert (route.flow_id is None) == bool(route.reason)
        return route.reason

    assert reason() == ""
    flow.states[SOURCE] = ("ARCHIVED", "PUBLISHED")
    assert reason() == "flow Main IVR is ARCHIVED"
    flow.states[SOURCE] = ("ACTIVE", "SAVED")
    assert reason() == "flow Main IVR is not published"
    del flow.states[SOURCE]
    assert reason() == "flow Main IVR is not in this Region"
    flow.states[SOURCE] = ("ACTIVE", "PUBLISHED")
    world.instance_of_number(number).attributes["INBOUND_CALLS"] = "false"
    assert reason() == "the instance takes no inbound calls"
    world.instance_of_number(number).attributes["INBOUND_CALLS"] = "true"
    number.flows.clear()
    assert reason() == "no flow is set"


def test_agents_who_may_sign_in(sandbox: Sandbox) -> None:
    """An agent may take a call who is on the TDG, where AgentConfig has a share and the default TDG lets sign in."""
    world = sandbox.world
    default, retail = world.group("Default"), world.group("retail")
    number = world.number(ON_GROUP)

    def agents() -> list[str]:
        return [region for region in (SOURCE, REPLICA) if route_in(world, number, region).agent]

    assert agents() == [SOURCE]
    default.sign_in = {SOURCE: True, REPLICA: True}
    assert agents() == [SOURCE]
    default.agents = {SOURCE: 40, REPLICA: 60}
    assert agents() == [SOURCE, REPLICA]
    default.sign_in = {SOURCE: False, REPLICA: True}
    assert agents() == [REPLICA]
    default.members.clear()
    assert agents() == []
    number.target = retail.id
    retail.members.append(world.user("bob.jones").id)
    retail.agents = {SOURCE: 0, REPLICA: 100}
    assert agents() == [REPLICA]
    number.target = world.instance("northwind").id
    assert route_in(world, number, SOURCE).agent is False
    default.sign_in = {SOURCE: True, REPLICA: True}
    assert route_in(world, number, SOURCE).agent is True


@pytest.mark.parametrize(
    ("text", "rate"), [("5/s", 5), ("5", 5), ("0.5/s", 0.5), ("300/min", 5), ("7200/h", 2), ("off", 0), ("0/s", 0)]
)
def test_rates(text: str, rate: float) -> None:
    """A rate is calls a second, a minute or an hour."""
    assert rate_of(text) == rate


@pytest.mark.parametrize("text", ["", "x", "-1/s", "5/", "5/d", "1e3/s", "5 /s", "inf", "nan", "1000001/s", "٣/s"])
def test_rates_that_cannot_be(text: str) -> None:
    """What is no rate is a ValueError that says how one is written."""
    with pytest.raises(ValueError, match="is no rate of calls; write"):
        rate_of(text)


def test_a_stream_is_counted_exactly(sandbox: Sandbox) -> None:
    """Ten minutes at 200 calls a second are 120,000 calls, evenly to all numbers, when the clock moves once."""
    sandbox.stream_calls("200/s")
    sandbox.clock.sleep(600)
    calls = sandbox.phone_calls
    assert (calls.answered, calls.lost) == (120_000, 0)
    assert {number: _seen(sandbox, number) for number in (ON_GROUP, ON_INSTANCE)} == {
        ON_GROUP: {SOURCE: (10_000, 0)},
        ON_INSTANCE: {SOURCE: (10_000, 0)},
    }


def test_a_pending_change_splits_the_stream(sandbox: Sandbox) -> None:
    """Calls before a change that was due meanwhile meet the world before it, later ones the world after it."""
    sandbox.set_switches(Switches(rate=0, flow_while_in_progress="drop", claim_seconds=100))
    sandbox.stream_calls(f"200/s:{ON_GROUP}")
    sandbox.change({"do": "move", "number": ON_GROUP, "target": "retail"})
    sandbox.change({"do": "set-flow", "number": ON_GROUP, "flow": "Main IVR"})
    sandbox.clock.sleep(600)
    assert _seen(sandbox, ON_GROUP) == {SOURCE: (100 * 200, 500 * 200)}


def test_steps_or_one_leap(sandbox: Sandbox) -> None:
    """A stream that is looked at often and one that is looked at once count the same."""

    def run(step: float) -> dict[str, tuple[int, int]]:
        sandbox.reset()
        _share(sandbox, "Default", 30)
        _share(sandbox, "retail", 60)
        sandbox.stream_calls("7/s")
        sandbox.change({"do": "move", "number": ON_GROUP, "target": "retail"})
        for _ in range(round(60 / step)):
            sandbox.clock.sleep(step)
            sandbox.settle()
        sandbox.change({"do": "set-flow", "number": ON_GROUP, "flow": "Sales"})
        sandbox.clock.sleep(60)
        return _seen(sandbox, ON_GROUP)

    assert run(0.25) == run(60)


def test_every_call_against_one_by_one(sandbox: Sandbox) -> None:
    """What is counted at once is what one finds who follows every call."""
    _share(sandbox, "Default", 40)
    sandbox.change({"do": "clear-flow", "number": ON_GROUP})  # the replica loses it a second later
    sandbox.stream_calls(f"9/s:{ON_GROUP},+442079460002")
    sandbox.clock.sleep(50)
    counted = {number: _seen(sandbox, number) for number in (ON_GROUP, "+442079460002")}
    again = Sandbox(load_scenario(CENTRE), clock=ManualClock(), switches=Switches(rate=0))
    _share(again, "Default", 40)
    again.change({"do": "clear-flow", "number": ON_GROUP})
    numbers = [number.e164 for number in again.world.numbers.values() if number.e164 in counted]
    for call in range(9 * 50):
        again.clock.sleep(1 / 9)
        again.place_calls(numbers[call % 2])
    assert {number: _seen(again, number) for number in counted} == counted


def test_the_events_of_a_silence(sandbox: Sandbox) -> None:
    """A silence is two events: its first lost call, when that came, and how many there were, when it is over."""
    begin = sandbox.clock.now()
    sandbox.stream_calls(f"4/s:{ON_GROUP}")
    sandbox.clock.sleep(10)
    sandbox.change({"do": "clear-flow", "number": ON_GROUP})
    sandbox.clock.sleep(20)
    assert _lost_events(sandbox, begin) == [(10.25, "first call lost", SOURCE, 1)]
    sandbox.change({"do": "set-flow", "number": ON_GROUP, "flow": "Main IVR"})
    sandbox.clock.sleep(5)
    assert _lost_events(sandbox, begin)[1:] == [(30.0, "calls lost", SOURCE, 80)]
    what = [event["what"] for event in sandbox.events.newest(100) if event.get("calls")]
    assert what == ["first call lost", "calls lost"]


def test_a_silence_without_darkness(sandbox: Sandbox) -> None:
    """An archived flow loses calls though its number is not dark; the silence ends with the next answered call."""
    begin = sandbox.clock.now()
    sandbox.stream_calls(f"2/s:{ON_GROUP}")
    sandbox.change({"do": "set-flow-state", "flow": "Main IVR", "state": "ARCHIVED", "status": "PUBLISHED"})
    sandbox.clock.sleep(10)
    assert (sandbox.dark_numbers(), sandbox.phone_calls.lost) == ([], 20)
    sandbox.change({"do": "set-flow-state", "flow": "Main IVR", "state": "ACTIVE", "status": "PUBLISHED"})
    sandbox.clock.sleep(10)
    events = [(0.5, "first call lost", SOURCE, 1), (10.5, "calls lost", SOURCE, 20)]
    assert _lost_events(sandbox, begin) == events


def test_a_number_that_goes(sandbox: Sandbox) -> None:
    """A dark number that is released ends its silence; a stream leaves it out, and one for it alone goes nowhere."""
    begin = sandbox.clock.now()
    sandbox.change({"do": "clear-flow", "number": ON_INSTANCE})
    sandbox.stream_calls(f"1/s:{ON_INSTANCE}")
    sandbox.change({"do": "release", "number": ON_INSTANCE})
    sandbox.clock.sleep(60)
    assert sandbox.phone_calls.lost == 5
    events = [(1.0, "first call lost", SOURCE, 1), (5.0, "calls lost", SOURCE, 5)]
    assert _lost_events(sandbox, begin, ON_INSTANCE) == events


def _lost_events(sandbox: Sandbox, begin: float, number: str = ON_GROUP) -> list[tuple[float, str, str, int]]:
    events = sandbox.timeline.events(number)
    return [(round(e.time - begin, 6), e.what, e.region, e.calls) for e in events if e.calls]


def test_memory_is_bounded(sandbox: Sandbox) -> None:
    """A million calls leave a thousand contacts, and two events for each silence."""
    sandbox.change({"do": "clear-flow", "number": ON_GROUP})
    sandbox.place_calls("+442079460002", 1_000_000)
    sandbox.place_calls(ON_GROUP, 1_000_000)
    assert len(sandbox.phone_calls.contacts) == CONTACTS
    assert {contact.e164 for contact in sandbox.phone_calls.contacts} == {"+442079460002"}
    assert len([event for event in sandbox.timeline.events() if event.calls]) == 1
    for count in (0, -1, 1_000_001):
        with pytest.raises(ValueError, match="it takes 1 to 1000000"):
            sandbox.place_calls(ON_GROUP, count)


def test_billions_of_calls(sandbox: Sandbox) -> None:
    """A million calls a second for an hour are counted as exactly as one, and leave a thousand contacts."""
    _share(sandbox, "Default", 50)
    sandbox.stream_calls(f"1000000/s:{ON_GROUP}")
    sandbox.clock.sleep(3600)
    assert _seen(sandbox, ON_GROUP) == {SOURCE: (1_800_000_000, 0), REPLICA: (1_800_000_000, 0)}
    assert len(sandbox.phone_calls.contacts) == CONTACTS


@settings(max_examples=40, deadline=None)
@given(
    some.integers(1, 700),
    some.integers(0, 10),
    some.lists(
        some.tuples(some.floats(0.01, 40), some.sampled_from(["move", "clear", "set", "archive", "look"])), max_size=8
    ),
)
def test_no_call_is_counted_twice(per_minute: int, tens: int, history: list[tuple[float, str]]) -> None:
    """Whatever happens meanwhile, and whenever somebody looks: the calls are as many as the rate says."""
    sandbox = Sandbox(load_scenario(CENTRE), clock=ManualClock(), switches=Switches(rate=0))
    _share(sandbox, "Default", 10 * tens)
    sandbox.stream_calls(f"{per_minute}/min")
    begin = sandbox.clock.now()
    for seconds, what in history:
        sandbox.clock.sleep(seconds)
        change = _CHANGES.get(what)
        sandbox.change(change) if change else sandbox.settle()
    calls = sandbox.phone_calls
    passed = round((sandbox.clock.now() - begin) * 1_000_000)
    assert calls.answered + calls.lost == passed * per_minute // 60_000_000
    numbers = sandbox.world.numbers.values()
    tallies = [tally for number in numbers for tally in calls.tallies(number.id).values()]
    assert sum(tally.answered for tally in tallies) == calls.answered
    assert sum(tally.lost for tally in tallies) == calls.lost
    totals = [sum(t.answered + t.lost for t in calls.tallies(number.id).values()) for number in numbers]
    assert max(totals) - min(totals) <= 1


_CHANGES = {
    "move": {"do": "move", "number": ON_GROUP, "target": "retail"},
    "clear": {"do": "clear-flow", "number": ON_GROUP},
    "set": {"do": "set-flow", "number": ON_GROUP, "flow": "Main IVR"},
    "archive": {"do": "set-flow-state", "flow": "Sales", "state": "ARCHIVED", "status": "PUBLISHED"},
}


def test_the_newest_contacts_of_a_stream(sandbox: Sandbox) -> None:
    """The contacts of a stream are those of its newest calls, in order of time, each where its call went."""
    _share(sandbox, "Default", 50)
    begin = sandbox.clock.now()
    sandbox.stream_calls(f"100/s:{ON_GROUP},{ON_INSTANCE}")
    sandbox.clock.sleep(60)
    contacts = list(sandbox.phone_calls.contacts)
    times = [round(contact.at - begin, 6) for contact in contacts]
    assert times == [round((5001 + call) / 100, 6) for call in range(1000)]
    assert Counter(contact.e164 for contact in contacts) == {ON_GROUP: 500, ON_INSTANCE: 500}
    assert Counter(contact.region for contact in contacts) == {SOURCE: 750, REPLICA: 250}


def test_counts_begin_anew(sandbox: Sandbox) -> None:
    """After a reset nothing is counted, and the stream goes on from there."""
    sandbox.stream_calls("12/s")
    sandbox.clock.sleep(10)
    assert sandbox.phone_calls.answered == 120
    sandbox.reset()
    assert (sandbox.phone_calls.answered, list(sandbox.phone_calls.contacts)) == (0, [])
    sandbox.clock.sleep(5)
    assert sandbox.phone_calls.answered == 60


def test_lost_calls_of_a_number(sandbox: Sandbox) -> None:
    """How many calls a number lost can be asked by E.164 or id, in one Region or in all."""
    _share(sandbox, "Default", 30)
    sandbox.change({"do": "clear-flow", "number": ON_GROUP})
    sandbox.clock.sleep(1)
    sandbox.place_calls(ON_GROUP, 100)
    assert sandbox.calls_lost(ON_GROUP) == sandbox.calls_lost(sandbox.world.number(ON_GROUP).id) == 100
    assert [sandbox.calls_lost(ON_GROUP, region) for region in (SOURCE, REPLICA)] == [30, 70]
    with pytest.raises(ValueError, match="There is no number"):
        sandbox.calls_lost("+44")


def test_streams_that_cannot_be(sandbox: Sandbox) -> None:
    """A stream to a number that is not there is refused; the one that runs goes on."""
    sandbox.stream_calls("1/s")
    with pytest.raises(ValueError, match="There is no number"):
        sandbox.stream_calls("5/s:+44")
    sandbox.clock.sleep(10)
    assert sandbox.phone_calls.answered == 10
