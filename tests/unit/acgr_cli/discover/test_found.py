"""From a survey to what is declared: names where they are clear, ARNs where not, and what is left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from acgr_cli.discover.choosing import Choice
from acgr_cli.discover.found import Found, Why, few, found
from acgr_cli.discover.program import Program, files, main, said
from acgr_connect.model.arns import Arn, parse
from acgr_connect.model.records import Flow, Group, Instance, Number, User
from acgr_connect.survey.records import GroupView, Pair, RegionView, Survey, Unread
from acgr_connect.survey.records import Why as NotRead

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
REGIONS = (SOURCE, REPLICA)
INSTANCE = parse(f"arn:aws:connect:{SOURCE}:111122223333:instance/11111111-2222-4333-8444-555555555555")
GROUP = INSTANCE.beside("traffic-distribution-group", "0a000000-0000-4000-8000-000000000001")
E164 = "+442079460001"


def uuid(last: int) -> str:
    """An id."""
    return f"00000000-0000-4000-8000-{last:012d}"


def flow(name: str, last: int, region: str = SOURCE, **other: str) -> Flow:
    """A flow that may answer a number."""
    arn = INSTANCE.in_region(region).inside("contact-flow", uuid(last))
    return Flow(arn, name, **{"type": "CONTACT_FLOW", "state": "ACTIVE", "status": "PUBLISHED", **other})


def both(name: str, last: int, **other: str) -> dict[str, Flow]:
    """A flow that both Regions have."""
    return {region: flow(name, last, region, **other) for region in REGIONS}


def surveyed(answering: dict[str, Flow], *others: Flow, **changed: Any) -> Survey:
    """A pair with one group and one number on it, which these flows answer."""
    number = Number(INSTANCE.beside("phone-number", uuid(99)), E164, GROUP, "")
    views = []
    for region in REGIONS:
        shown = [one for one in (*answering.values(), *others) if one.arn.region == region]
        flows = {one.arn.id: one for one in shown}
        associations = {number.arn.id: answering[region].arn} if region in answering else {}
        views.append(RegionView(INSTANCE.in_region(region), flows, associations, {}))
    shown = {INSTANCE.region: Instance(INSTANCE, "northwind", SOURCE, REGIONS)}
    pair = Pair(INSTANCE, INSTANCE.in_region(REPLICA), shown)
    group = GroupView(Group(GROUP, "retail", INSTANCE, "ACTIVE", is_default=False), None, frozenset())
    whole = Survey(0.0, pair, views[0], views[1], (group,), (number,), None)
    return replace(whole, **changed)


def written(survey: Survey) -> tuple[Any, str]:
    """How the number's flow is written, and why so."""
    (number,) = found(survey, Choice()).groups[0].numbers
    return number.flow.flow, " ".join(number.flow.whys)


def arn_of(last: int, region: str = SOURCE) -> str:
    """The ARN of a flow."""
    return str(flow("", last, region).arn)


@pytest.mark.parametrize(
    ("answering", "others", "flow_written", "why"),
    [
        (both("Main", 1), [], "Main", ""),
        (both("Main", 1), [flow("main", 2), flow("Main ", 3)], "Main", ""),
        (both(" Main ", 1), [], " Main ", ""),
        ({SOURCE: flow("Main", 1), REPLICA: flow("Main", 2, REPLICA)}, [], "Main", ""),
        (both("Main", 1), [flow("Main", 2)], arn_of(1), f"{SOURCE} has several active flows"),
        (both("Main", 1), [flow("Main", 2, REPLICA)], arn_of(1), f"{REPLICA} has several active flows"),
        (both("Main", 1), [flow("Main", 2, state="ARCHIVED")], "Main", f"An archived flow of {SOURCE} is called"),
        (both("Main", 1), [flow("Main", 2, status="SAVED")], arn_of(1), "several active flows"),
        (both("Main", 1), [flow("Main", 2, type="QUEUE_TRANSFER")], "Main", ""),
        (both("arn:aws:x", 1), [], arn_of(1), "cannot be written as a flow's name"),
        (both(uuid(7), 1), [], arn_of(1), "cannot be written as a flow's name"),
        (both(" ", 1), [], arn_of(1), "cannot be written as a flow's name"),
        (both(f"contact-flow/{uuid(7)}", 1), [], arn_of(1), "cannot be written as a flow's name"),
        ({SOURCE: flow("Main", 1), REPLICA: flow("Haupt", 1, REPLICA)}, [], arn_of(1), "goes by two names"),
        (
            {SOURCE: flow("Main", 1), REPLICA: flow("Haupt", 2, REPLICA)},
            [],
            {SOURCE: "Main", REPLICA: "Haupt"},
            "",
        ),
        (
            {SOURCE: flow("Main", 1), REPLICA: flow("Main", 2, REPLICA)},
            [flow("Main", 3, REPLICA)],
            {SOURCE: "Main", REPLICA: arn_of(2, REPLICA)},
            f"{REPLICA} has several active flows",
        ),
    ],
)
def test_a_flow_is_written(answering: dict[str, Flow], others: list[Flow], flow_written: Any, why: str) -> None:
    """By its name where that means it in both Regions; one id by one ARN; else by Region."""
    text, said_why = written(surveyed(answering, *others))
    assert text == flow_written
    assert why in said_why
    assert bool(why) is bool(said_why)


@pytest.mark.parametrize(
    ("answering", "why", "text"),
    [
        ({}, Why.NO_FLOW, f"no flow answers in {SOURCE} and {REPLICA}"),
        ({SOURCE: flow("Main", 1)}, Why.NO_FLOW, f"no flow answers in {REPLICA}: callers reach nothing there"),
        (both("Old", 1, state="ARCHIVED"), Why.UNUSABLE_FLOW, 'flow "Old", which answers it in eu-west-2, cannot be'),
        (both("New", 1, status="SAVED"), Why.UNUSABLE_FLOW, "SAVED, not published"),
        (both("Odd", 1, type="AGENT_WHISPER"), Why.UNUSABLE_FLOW, "of type AGENT_WHISPER"),
    ],
)
def test_a_number_is_left_out(answering: dict[str, Flow], why: Why, text: str) -> None:
    """What cannot be declared without a write, or not at all, is a finding."""
    made = found(surveyed(answering), Choice())
    assert (made.groups, made.has_findings) == ((), True)
    (one,) = made.left_out
    assert (one.kind, one.name, one.why) == ("number", E164, why)
    assert text in one.reason


def test_a_flow_that_nobody_lists() -> None:
    """A number that is answered by a flow of another instance, or one that was deleted, is left out."""
    survey = surveyed(both("Main", 1))
    unlisted = replace(survey, source=replace(survey.source, flows={}))
    (one,) = found(unlisted, Choice()).left_out
    assert one.why is Why.UNUSABLE_FLOW
    assert f"is not among the flows of {SOURCE}" in one.reason


def test_a_number_of_the_other_region() -> None:
    """One that was claimed in the replica's Region cannot be placed."""
    survey = surveyed(both("Main", 1))
    (number,) = survey.numbers or ()
    elsewhere = replace(number, arn=number.arn.in_region(REPLICA))
    assert [one.why for one in found(replace(survey, numbers=(elsewhere,)), Choice()).left_out] == [Why.OTHER_REGION]


@pytest.mark.parametrize("e164", ["116123", "+1", "not a number"])
def test_a_number_that_is_no_e164(e164: str) -> None:
    """It has a label, and its ARN."""
    survey = surveyed(both("Main", 1))
    (number,) = survey.numbers or ()
    made = found(replace(survey, numbers=(replace(number, e164=e164),)), Choice())
    (one,) = made.groups[0].numbers
    assert (one.key, one.phone_number) == (f"number-{number.arn.id}", str(number.arn))
    assert f'"phone_number": "{number.arn}",' in main(made, beside=False)


def groups(survey: Survey, *names: str, elsewhere: tuple[Group, ...] = (), default: str | None = None) -> Found:
    """The same with groups of other names, each with the number's twin."""
    (number,) = survey.numbers or ()
    ids = [f"0a000000-0000-4000-8000-{index:012d}" for index, _ in enumerate(names)]
    arns: list[Arn] = [GROUP.beside("traffic-distribution-group", id_) for id_ in ids]
    views = tuple(
        GroupView(Group(arn, name, INSTANCE, "ACTIVE", is_default=name == default), None, frozenset())
        for arn, name in zip(arns, names, strict=True)
    )
    numbers = tuple(replace(number, target=arn, e164=f"+44207946{index:04d}") for index, arn in enumerate(arns))
    return found(replace(survey, groups=views, numbers=numbers, groups_elsewhere=elsewhere), Choice())


def other_group(name: str, *, default: bool = False, region: str = SOURCE) -> Group:
    """A group of another instance."""
    arn = GROUP.in_region(region).beside("traffic-distribution-group", "0b000000-0000-4000-8000-000000000001")
    return Group(arn, name, INSTANCE.in_region(region), "ACTIVE", is_default=default)


@pytest.mark.parametrize(
    ("name", "default", "elsewhere", "text"),
    [
        ("retail", None, (), "retail"),
        ("Default", "Default", (), "default"),
        ("Default", "Default", (other_group("Default", default=True),), None),
        ("Mine", "Mine", (other_group("Default", default=True),), "Mine"),
        ("Mine", "Mine", (other_group("Default", default=True, region=REPLICA),), "default"),
        ("retail", None, (other_group("retail"),), None),
        ("default", None, (other_group("Default", default=True),), None),
        (uuid(7), None, (), None),
        (" retail", None, (), None),
        ("", None, (), None),
    ],
)
def test_a_group_is_written(name: str, default: str, elsewhere: tuple[Group, ...], text: str | None) -> None:
    """As "default", by its name, or by its ARN where a name would mean several groups or none."""
    (one,) = groups(surveyed(both("Main", 1)), name, elsewhere=elsewhere, default=default).groups
    assert one.written == (text or str(one.group.arn))
    assert bool(one.remarks) is (text is None)


def test_names_of_resources() -> None:
    """Plain letters of the group's name; what would be one name twice has the id."""
    made = groups(surveyed(both("Main", 1)), "Kündigung", "a b", "a/b", "窓口", "x" * 99)
    assert [one.resource for one in made.groups] == [
        "Kundigung",
        "a-b-0a000000",
        "a-b-0a000000",
        "x" * 60,
        "group-0a000000",
    ]


def agents(survey: Survey, *users: User, replicated: bool = True) -> Found:
    """The same with agents."""
    known = {user.arn.id: user for user in users}
    group = (survey.groups or ())[0]
    there = replace(survey.source, users=known)
    replica = replace(survey.replica, users=known if replicated else {}) if survey.replica else None
    return found(
        replace(survey, source=there, replica=replica, groups=(replace(group, members=frozenset(known)),)), Choice()
    )


def test_agents_are_written() -> None:
    """By name and in its order, or by ARN where a name would mean nobody, or two."""
    users = [User(INSTANCE.inside("agent", uuid(index)), name) for index, name in enumerate(["b", "a", "c", "c", " d"])]
    (group,) = agents(surveyed(both("Main", 1)), *users).groups
    assert [one.written for one in group.agents or ()] == [
        str(users[4].arn),
        "a",
        "b",
        str(users[2].arn),
        str(users[3].arn),
    ]
    assert len(group.remarks) == 3


def test_agents_of_one_region() -> None:
    """A user whom the replica does not have is on the group, and is declared; a remark says it."""
    made = agents(surveyed(both("Main", 1)), User(INSTANCE.inside("agent", uuid(1)), "a"), replicated=False)
    assert [one.written for one in made.groups[0].agents or ()] == ["a"]
    assert made.groups[0].remarks == (f"a is a user of {SOURCE} alone: nobody signs in as such in {REPLICA}.",)
    assert not made.has_findings


def test_many_agents_are_in_a_file() -> None:
    """Up to twenty of a group stand in the program; more are in a file, which the program reads."""
    users = [User(INSTANCE.inside("agent", uuid(index)), f"agent{index:02d}") for index in range(21)]
    made = files(agents(surveyed(both("Main", 1)), *users), Program("a", "b"))
    assert 'agents=AGENTS["retail"],' in made["__main__.py"]
    assert made["agents.json"].count("agent") == 21
    assert "agents.json" not in files(agents(surveyed(both("Main", 1)), *users[1:]), Program("a", "b"))


def test_what_could_not_be_read_is_said_once() -> None:
    """A sentence for a Region that is down, one for each action that is missing, one for any other error."""
    unread = (
        Unread("users", "ListUsers", REPLICA, NotRead.UNREACHABLE, "x"),
        Unread("flows", "ListContactFlows", REPLICA, NotRead.UNREACHABLE, "x"),
        Unread("agents of a", "ListTrafficDistributionGroupUsers", SOURCE, NotRead.DENIED, "x"),
        Unread("agents of b", "ListTrafficDistributionGroupUsers", SOURCE, NotRead.DENIED, "x"),
        Unread("traffic shares of a", "GetTrafficDistribution", SOURCE, NotRead.DENIED, "x"),
        Unread("phone numbers", "ListPhoneNumbersV2", SOURCE, NotRead.OTHER, "reading: it is broken."),
    )
    made = found(surveyed(both("Main", 1), groups=None, numbers=None, unread=unread), Choice())
    assert said(made) == [
        f"Whatever depends on {REPLICA}, which did not answer: users and flows there.",
        f"Whatever depends on agents of a and agents of b in {SOURCE}, which the role may not read: "
        "allow connect:ListTrafficDistributionGroupUsers.",
        f"Whatever depends on phone numbers in {SOURCE}: reading: it is broken.",
    ]
    program = main(made, beside=False)
    assert "import" not in program
    assert "GlobalResiliency" not in program


def test_few() -> None:
    """Eight names, and how many there are besides."""
    assert few([]) == ""
    assert few(["a"]) == "a"
    assert few(["a", "b", "c"]) == "a, b and c"
    assert few(list("abcdefghij")) == "a, b, c, d, e, f, g, h and 2 more"
