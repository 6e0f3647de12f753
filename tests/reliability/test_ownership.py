"""Two declarations that touch one object, spelled alike and otherwise, and state that speaks of something else."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import pytest
from drill.centre import CENTRE, DARK, ON_INSTANCE, ON_RETAIL, arn, fresh, shown
from drill.server import REPLICA, SOURCE
from drill.stack import Declared, Stack, a_run
from drill.steps import answered, member, placed, roster
from drill.trial import pass_time

from acgr_sandbox import Fault, ManualClock, Sandbox, Switches, load_scenario, session_on

EVERYWHERE = (SOURCE, REPLICA)


def run(sandbox: Sandbox, stack: Stack, *program: Declared, refresh: bool = False) -> list[str]:
    """`up` on the program, perhaps with `--refresh`; the sentences in which it ended."""
    pass_time(sandbox, 60.0)
    with a_run(sandbox):
        if refresh:
            stack.refresh()
            assert stack.errors == []
        stack.up(program)
    return list(stack.errors)


def previewed(sandbox: Sandbox, stack: Stack, *program: Declared) -> tuple[set[str], list[str]]:
    """What a preview would change, and the sentences in which it ended."""
    pass_time(sandbox, 60.0)
    with a_run(sandbox):
        return stack.preview(program), list(stack.errors)


def members(sandbox: Sandbox, group: str = "retail") -> set[str]:
    """Who is on a group."""
    return shown(sandbox).members[group]


def arn_of(sandbox: Sandbox, user: str) -> str:
    """A user's ARN."""
    return sandbox.world.arn(sandbox.world.user(user))


def by_hand(sandbox: Sandbox, group: str, user: str) -> None:
    """Somebody else puts an agent on a group."""
    sandbox.change({"do": "add-agent", "group": group, "user": user})


@pytest.mark.parametrize("seconds", [0.3, 1.0, 6.0])
@pytest.mark.parametrize("refresh", [False, True])
@pytest.mark.parametrize(
    "declared", [placed(ON_INSTANCE), answered(ON_RETAIL, SOURCE, "Main IVR")], ids=lambda d: d.kind
)
def test_what_another_resource_does_in_the_same_run_is_seen(declared: Declared, refresh: bool, seconds: float) -> None:
    """A resource of another provider, that the engine waits for, moves the number: it is not dark after the run.

    However short a time after something else was asked: what was seen before counts no longer.
    """
    sandbox, stack = fresh({"claim_seconds": 0.2}), Stack()
    program = [placed(DARK, "first"), declared]
    number = declared.inputs["phone_number"]
    assert run(sandbox, stack, *program) == []

    def moves_it(one: Declared) -> None:
        if one is declared:
            sandbox.change({"do": "move", "number": number, "target": "emergency"})
            pass_time(sandbox, seconds)

    pass_time(sandbox, 60.0)
    with a_run(sandbox):
        if refresh:
            stack.refresh()
        stack.up(program, moves_it)
    flows = shown(sandbox).numbers[number][2]
    assert flows.keys() == (set(EVERYWHERE) if declared.kind == "PhoneNumberPlacement" else {SOURCE, *flows})
    assert sandbox.world.number(number).flow_in(SOURCE)


@pytest.mark.parametrize("refresh", [False, True])
@pytest.mark.parametrize("passes_to", ["roster", "user"])
@pytest.mark.parametrize("written", ["alike", "by-arn", "group-by-arn", "all-otherwise"])
def test_an_agent_passes_from_one_declaration_to_another(written: str, passes_to: str, refresh: bool) -> None:
    """Whatever way agent and group are written, who passes from a roster to another owner stays on the group."""
    sandbox, stack = fresh({}), Stack()
    alice = arn_of(sandbox, "alice.smith") if written in {"by-arn", "all-otherwise"} else "alice.smith"
    group = arn("retail") if written in {"group-by-arn", "all-otherwise"} else "retail"
    assert run(sandbox, stack, roster(alice, "bob.brown", name="one", group=group)) == []
    new = roster("alice.smith", name="two") if passes_to == "roster" else member("alice.smith", name="two")
    assert run(sandbox, stack, roster("bob.brown", name="one", group=group), new, refresh=refresh) == []
    assert members(sandbox) == {"alice.smith", "bob.brown", "erin.gray"}
    assert previewed(sandbox, stack, roster("bob.brown", name="one", group=group), new) == (set(), [])


@pytest.mark.parametrize("refresh", [False, True])
def test_whom_both_drop_leaves(refresh: bool) -> None:
    """An agent whom two rosters declared, and both drop in one run, leaves: a refresh declares nobody."""
    sandbox, stack = fresh({}), Stack()
    run(sandbox, stack, roster("bob.brown", "alice.smith", name="r1"), roster("carol.white", "alice.smith", name="r2"))
    program = roster("bob.brown", name="r1"), roster("carol.white", name="r2")
    assert run(sandbox, stack, *program, refresh=refresh) == []
    assert members(sandbox) == {"bob.brown", "carol.white", "erin.gray"}


@pytest.mark.parametrize("refresh", [False, True])
def test_a_destroy_takes_what_several_declared(refresh: bool) -> None:
    """What two resources share goes with them: an agent on two rosters, one number's flow in both Regions."""
    sandbox, stack = fresh({}), Stack()
    rosters = roster("bob.brown", "alice.smith", name="r1"), roster("carol.white", "alice.smith", name="r2")
    flows = (answered(region=region, name=region) for region in EVERYWHERE)
    run(sandbox, stack, *rosters, *flows)
    assert run(sandbox, stack, refresh=refresh) == []
    assert members(sandbox) == {"erin.gray"}
    assert shown(sandbox).numbers[ON_RETAIL][2] == {}
    assert stack.resources == {}


@pytest.mark.parametrize("second", ["alike", "by-id", "by-arn"])
@pytest.mark.parametrize("is_known", [False, True])
def test_a_number_declared_twice(second: str, is_known: bool) -> None:
    """Two placements of one number are refused in the preview, naming both, and nothing moves."""
    sandbox, stack = fresh({}), Stack()
    number = sandbox.world.number(ON_INSTANCE)
    written = {"alike": ON_INSTANCE, "by-id": number.id, "by-arn": sandbox.world.arn(number)}[second]
    one, two = placed(name="one"), placed(written, name="two", target="emergency", flow="Sales")
    if is_known:
        assert run(sandbox, stack, one) == []
    before = shown(sandbox)
    for program in ((one, two), (two, one)):
        _, errors = previewed(sandbox, stack, *program)
        assert len(errors) == 1
        assert "one" in errors[0]
        assert "two" in errors[0]
        assert "declare it once" in errors[0]
    assert run(sandbox, stack, one, two, refresh=is_known) != []
    assert shown(sandbox) == before


def test_a_flow_declared_twice() -> None:
    """Two declarations of one Region's flow are refused in the preview; one for each Region is not."""
    sandbox, stack = fresh({}), Stack()
    number = sandbox.world.arn(sandbox.world.number(ON_RETAIL))
    twice = answered(name="one"), answered(number, name="two", flow="Sales")
    assert ["one" in error and "two" in error for error in previewed(sandbox, stack, *twice)[1]] == [True]
    each = answered(name="one"), answered(number, REPLICA, name="two")
    assert run(sandbox, stack, *each) == []


@pytest.mark.parametrize("return_to", ["instance", "leave", arn("everyone")])
@pytest.mark.parametrize("refresh", [False, True])
@pytest.mark.parametrize("runs", [1, 2])
def test_a_placement_is_exchanged_for_flows(return_to: str, refresh: bool, runs: int) -> None:
    """The flows are as declared afterwards and the state says so, whatever `return_to` is, in one run or in two."""
    sandbox, stack = fresh({}), Stack()
    assert run(sandbox, stack, placed(return_to=return_to)) == []
    if runs == 2:
        assert run(sandbox, stack, refresh=refresh) == []
    reachable = EVERYWHERE if runs == 1 or return_to != "instance" else (SOURCE,)
    flows = [answered(ON_INSTANCE, region, name=region) for region in reachable]
    assert run(sandbox, stack, *flows, refresh=refresh) == []
    assert shown(sandbox).numbers[ON_INSTANCE][2] == dict.fromkeys(reachable, "Winter IVR")
    assert previewed(sandbox, stack, *flows) == (set(), [])
    pass_time(sandbox, 60.0)
    with a_run(sandbox):
        stack.refresh()
    assert previewed(sandbox, stack, *flows) == (set(), [])


def test_only_the_source_flow_is_declared_apart() -> None:
    """A number that goes back to its instance takes the flow that is declared for it, not the placement's."""
    sandbox, stack = fresh({}), Stack()
    run(sandbox, stack, placed())
    assert run(sandbox, stack, answered(ON_INSTANCE)) == []
    assert shown(sandbox).numbers[ON_INSTANCE] == ("northwind", "", {SOURCE: "Winter IVR"})


@pytest.mark.parametrize("refresh", [False, True])
def test_flows_are_exchanged_for_a_placement(refresh: bool) -> None:
    """And back: the placement's flow answers, and dropping the flow resources does not take it away."""
    sandbox, stack = fresh({}), Stack()
    run(sandbox, stack, *[answered(region=region, name=region) for region in EVERYWHERE])
    assert run(sandbox, stack, placed(ON_RETAIL, flow="Sales"), refresh=refresh) == []
    assert shown(sandbox).numbers[ON_RETAIL][2] == dict.fromkeys(EVERYWHERE, "Sales")
    assert previewed(sandbox, stack, placed(ON_RETAIL, flow="Sales")) == (set(), [])


def test_a_user_becomes_one_of_an_authoritative_roster() -> None:
    """A resource that goes does not stand in the way of a roster that has its agent now, also with `--refresh`."""
    sandbox, stack = fresh({}), Stack()
    run(sandbox, stack, member("alice.smith", group="emergency"), roster("bob.brown", group="emergency"))
    whole = roster("bob.brown", "alice.smith", group="emergency", authoritative=True)
    assert run(sandbox, stack, whole, refresh=True) == []
    assert members(sandbox, "emergency") == {"alice.smith", "bob.brown"}


def test_delete_follows_what_is() -> None:
    """A number whose move failed is given back from where it is: it was never where an update meant to put it."""
    sandbox, stack = fresh({}), Stack()
    run(sandbox, stack, placed())
    sandbox.faults.add(Fault("UpdatePhoneNumber", "failed-claim", count=1))
    sandbox.faults.add(Fault("AssociatePhoneNumberContactFlow", "error-before", count=20))
    assert run(sandbox, stack, placed(target="emergency")) != []
    sandbox.faults.clear()
    assert run(sandbox, stack) == []
    assert shown(sandbox).numbers[ON_INSTANCE] == ("northwind", "", {SOURCE: "Main IVR"})


@pytest.mark.parametrize("ends", ["reverted", "again", "gone"])
@pytest.mark.parametrize("second_group", ["allow", "conflict"])
@pytest.mark.parametrize(("operation", "after"), [("Associate", 0), ("Associate", 1), ("Disassociate", 0)])
def test_a_change_of_group_that_stops(ends: str, second_group: str, operation: str, after: int) -> None:
    """An agent whose change of group stops anywhere is where the next run declares it, and nowhere else."""
    sandbox, stack = fresh({"second_group": second_group}), Stack()
    run(sandbox, stack, member())
    sandbox.faults.add(Fault(f"{operation}TrafficDistributionGroupUser", "denied", count=0, after=after))
    run(sandbox, stack, member(group="emergency"))
    sandbox.faults.clear()
    program = {"reverted": [member()], "again": [member(group="emergency")], "gone": []}[ends]
    assert run(sandbox, stack, *program) == []
    there = [group for group in ("retail", "emergency") if "alice.smith" in members(sandbox, group)]
    assert there == {"reverted": ["retail"], "again": ["emergency"], "gone": []}[ends]
    assert previewed(sandbox, stack, *program) == (set(), [])


@pytest.mark.parametrize("kind", ["user", "roster"])
def test_renamed_and_on_another_group_where_connect_allows_one(kind: str) -> None:
    """Nobody is taken off a group that this name never had: the error names the way out, and that way converges."""
    sandbox, stack = fresh({"second_group": "conflict"}), Stack()
    old, new = (
        (member(), member(name="al", group="emergency"))
        if kind == "user"
        else (roster("alice.smith", name="a"), roster("alice.smith", name="b", group="emergency"))
    )
    run(sandbox, stack, old)
    assert any("aliases=[pulumi.Alias(name=" in error for error in run(sandbox, stack, new))
    assert members(sandbox) == {"alice.smith", "erin.gray"}
    assert run(sandbox, stack) == []
    assert run(sandbox, stack, new) == []
    assert members(sandbox, "emergency") == {"alice.smith"}


@pytest.mark.parametrize("kind", ["user", "roster"])
def test_an_answer_that_was_lost_is_not_forgotten(kind: str) -> None:
    """Where a create ends without an answer and the commit is reverted, whoever came on the group leaves it."""
    sandbox, stack = fresh({}), Stack()
    sandbox.faults.add(Fault("AssociateTrafficDistributionGroupUser", "lost-reply", count=0))
    declared = member() if kind == "user" else roster("alice.smith")
    stop = sandbox.clock.now() + 3600.0
    assert run(sandbox, stack, declared) != []
    assert sandbox.clock.now() < stop
    sandbox.faults.clear()
    assert run(sandbox, stack) == []
    assert members(sandbox) == {"erin.gray"}


def another_account(group_members: Sequence[str] = ()) -> Sandbox:
    """The same centre in another account: staging beside production."""
    spec = copy.deepcopy(CENTRE)
    spec["account"] = "999988887777"
    spec["groups"][1]["members"] = list(group_members)
    return Sandbox(load_scenario(spec), clock=ManualClock(), switches=Switches())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (roster("alice.smith"), roster("alice.smith", "bob.brown")),
        (roster("alice.smith"), None),
        (member(), member(group="emergency")),
        (member(), None),
        (placed(), placed(flow="Sales")),
        (placed(), None),
        (answered(), answered(flow="Sales")),
        (answered(), None),
    ],
)
def test_the_credentials_of_another_account(before: Declared, after: Declared | None) -> None:
    """State of one account is never acted upon with credentials of another: every step refuses, and nothing changes."""
    ours, theirs, stack = fresh({}), another_account(["alice.smith"]), Stack()
    assert run(ours, stack, before) == []
    untouched, kept = shown(theirs), stack.copy()
    errors = run(theirs, stack, *([after] if after else []))
    assert any("the credentials belong to account 999988887777" in error for error in errors)
    pass_time(theirs, 60.0)
    with a_run(theirs):
        stack.refresh()
    assert any("the credentials belong to account 999988887777" in error for error in stack.errors)
    assert shown(theirs) == untouched
    assert stack.resources.keys() == kept.resources.keys()


def test_strangers_of_an_authoritative_roster() -> None:
    """Nobody goes whom no preview has shown: found by an update, shown by the next preview, removed by that run."""
    sandbox, stack = fresh({}), Stack()
    sandbox.change({"do": "remove-agent", "group": "retail", "user": "erin.gray"})
    run(sandbox, stack, roster("alice.smith", authoritative=True))
    by_hand(sandbox, "retail", "erin.gray")
    both = roster("alice.smith", "bob.brown", authoritative=True)
    assert run(sandbox, stack, both) == []
    assert members(sandbox) == {"alice.smith", "bob.brown", "erin.gray"}
    assert previewed(sandbox, stack, both) == ({"agents"}, [])
    assert run(sandbox, stack, both) == []
    assert members(sandbox) == {"alice.smith", "bob.brown"}


@pytest.mark.parametrize("refresh", [False, True])
def test_authoritative_is_given_up(refresh: bool) -> None:
    """A stranger whom the preview showed as going stays, where the reader answers by giving `authoritative` up."""
    sandbox, stack = fresh({}), Stack()
    run(sandbox, stack, roster("alice.smith", authoritative=True))
    assert run(sandbox, stack, roster("alice.smith"), refresh=refresh) == []
    assert members(sandbox) == {"alice.smith", "erin.gray"}
    assert previewed(sandbox, stack, roster("alice.smith")) == (set(), [])


@pytest.mark.parametrize("changed", [False, True])
def test_a_group_made_again_under_its_name(changed: bool) -> None:
    """The roster is replaced, whatever else the run changes: its state never speaks of a group that is gone."""
    sandbox, stack = fresh({}), Stack()
    run(sandbox, stack, roster("alice.smith", "bob.brown", group="emergency"))
    client, group = session_on(sandbox).client("connect", region_name=SOURCE), sandbox.world.group("emergency")
    pass_time(sandbox, 60.0)
    client.delete_traffic_distribution_group(TrafficDistributionGroupId=sandbox.world.arn(group))
    pass_time(sandbox, 60.0)
    client.create_traffic_distribution_group(Name="emergency", InstanceId=sandbox.world.instance("northwind").id)
    users = ("alice.smith", "bob.brown", *(["carol.white"] if changed else []))
    program = roster(*users, group="emergency")
    assert previewed(sandbox, stack, program) == ({"agents"}, [])
    assert run(sandbox, stack, program) == []
    assert members(sandbox, "emergency") == set(users)
    assert stack.resources["agents"].output("traffic_distribution_group_arn") == sandbox.world.arn(
        sandbox.world.group("emergency")
    )


@pytest.mark.parametrize("broken", ["replica-down", "group-updating"])
def test_the_source_does_not_wait(broken: str) -> None:
    """A dark number is lit in the Region that answers, at once: a group that is being updated needs not be `ACTIVE`."""
    sandbox, stack = fresh({}), Stack()
    declared = placed(DARK)
    if broken == "replica-down":
        sandbox.faults.add(Fault("*", "error-before", count=0, region=REPLICA))
    else:
        sandbox.world.group("retail").status = "UPDATE_IN_PROGRESS"
    pass_time(sandbox, 60.0)
    began = sandbox.clock.now()
    with a_run(sandbox):
        stack.up([declared])
    lit = [event for event in sandbox.timeline.events() if event.e164 == DARK and event.region == SOURCE]
    assert lit
    assert lit[0].time - began < 30.0
