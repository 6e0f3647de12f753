"""`acgr discover`: what it writes is taken over without a write, and what it cannot write down is said.

The program is run under Pulumi's mocks, and what it declares is driven through the resources' providers.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pulumi_mocks import COMPONENT, PLACEMENT, ROSTER, Deploy, Deployed, Registered, deploying
from surroundings import WORLD, connection_to
from worlds_to_discover import REPLICA, SOURCE, awkward_world, e164

from acgr import PhoneNumberPlacementProvider, TrafficDistributionGroupRosterProvider
from acgr.runtime.run import current_run
from acgr_cli.connected import Reach
from acgr_cli.discover.choosing import Choice, Pattern
from acgr_cli.discover.commands import read
from acgr_cli.discover.files import write_together
from acgr_cli.discover.found import Found, Why
from acgr_cli.discover.program import Program, files, said
from acgr_connect.survey.records import Why as NotRead
from acgr_connect.world.connection import Connection
from acgr_sandbox import Fault, ManualClock, Request, Response, Sandbox, World, load_scenario, snapshot
from acgr_sandbox.operations import OPERATIONS
from acgr_sandbox.scenario.generate import generated

ROOT = Path(__file__).resolve().parents[2]
TYPED = ROOT / "tests/typing/discovered_program.py"
PROVIDERS = {PLACEMENT: PhoneNumberPlacementProvider(), ROSTER: TrafficDistributionGroupRosterProvider()}

TWO_REGIONS: dict[str, Any] = {
    **WORLD,
    "flows": [
        {"name": f"{name} {region}", "absent": [other]}
        for name in ("Main", "Sales")
        for region, other in ((SOURCE, REPLICA), (REPLICA, SOURCE))
    ],
    "groups": [
        {"name": "everyone", "default": True, "members": ["alice.smith", {"username": "bob.brown"}]},
        {"name": "retail", "telephony": {SOURCE: 0, REPLICA: 100}},
    ],
    "numbers": [
        {"e164": e164(each), "target": target, "flow": {r: f"{name} {r}" for r in (SOURCE, REPLICA)}}
        for each, (target, name) in enumerate([("everyone", "Main"), ("retail", "Sales"), ("retail", "Main")], 1)
    ],
}
"""Regions that share no flow, as those of older pairs; calls of a group are failed over."""

WORLDS: dict[str, Callable[[], World]] = {
    "small": lambda: load_scenario(WORLD),
    "awkward": awkward_world,
    "example": lambda: load_scenario(ROOT / "examples/sandbox/contact-centre.yaml"),
    "two-regions": lambda: load_scenario(TWO_REGIONS),
    "large": lambda: load_scenario(generated(numbers=500, agents=5_000, flows=10, groups=3)),
}

DECLARED = {"small": (2, 1), "awkward": (10, 32), "example": (6, 3), "two-regions": (3, 2), "large": (500, 5_000)}
"""Numbers and agents that are declared of each; all others are left out with a reason."""


@pytest.fixture
def deploy() -> Iterator[Deploy]:
    """Runs a program and gives what it registered."""
    with deploying() as deploy:
        yield deploy


def on(world: World) -> Sandbox:
    """The world, on a clock that moves when somebody waits."""
    return Sandbox(world, clock=ManualClock())


def discovered(sandbox: Sandbox, choice: Choice | None = None) -> Found:
    """What is found of northwind."""
    instance = sandbox.world.instance("northwind").id
    return read(Reach(connection_to(sandbox), instance, (SOURCE, REPLICA)), choice or Choice())


def writes(sandbox: Sandbox) -> dict[str, int]:
    """Requests that could change something, by operation; refused ones too."""
    rows = sandbox.counters.rows()
    return {str(r["operation"]): r["calls"] for r in rows if getattr(OPERATIONS.get(r["operation"]), "writes", False)}


def run(found: Found, folder: Path, deploy: Deploy) -> Deployed:
    """Write the program, and run it as Pulumi would."""
    write_together(folder, files(found, Program("centre", "prod")))
    return deploy(lambda: runpy.run_path(str(folder / "__main__.py"), run_name="__main__"))


@pytest.mark.parametrize("name", WORLDS)
def test_the_program_changes_nothing(
    name: str, deploy: Deploy, tmp_path: Path, next_run_on: Callable[[Sandbox], Connection]
) -> None:
    """No request of discovery, preview, up and the next preview changes anything; each number's row says so."""
    sandbox = on(WORLDS[name]())
    before = snapshot(sandbox.world)
    made = run(discovered(sandbox), tmp_path / "program", deploy)
    children = [one for one in made.resources if one.type in PROVIDERS]
    next_run_on(sandbox)
    states = [created(one, sandbox.world) for one in children]
    members = [outs["members"] for one, (_, outs) in zip(children, states, strict=True) if one.type == ROSTER]
    assert (len(made.of(PLACEMENT)), sum(map(len, members))) == DECLARED[name]
    next_run_on(sandbox)
    for one, (id_, outs) in zip(children, states, strict=True):
        news = PROVIDERS[one.type].check(outs, one.inputs).inputs
        assert PROVIDERS[one.type].diff(id_, outs, news).changes is False
    assert writes(sandbox) == {}
    assert snapshot(sandbox.world) == before


def created(resource: Registered, world: World) -> tuple[str, dict[str, Any]]:
    """Preview and create a resource: its id, and what the stack stores of it."""
    provider, inputs = PROVIDERS[resource.type], resource.inputs
    checked = provider.check({}, inputs)
    assert checked.failures == []
    ahead = current_run().look_ahead("")
    assert ahead.problems == ()
    if resource.type == PLACEMENT:
        number = inputs["phone_number"]
        group = world.groups[world.number(number).target].name
        assert ahead.said == (f"{number} is on {group} with its flow: taken over as it is, callers notice nothing",)
    answer = provider.create(checked.inputs)
    outs = answer.outs or {}
    assert not outs.get("failed")
    return answer.id, outs


def test_awkward_names(sandbox: Sandbox) -> None:
    """The program for names that are hard to write, or mean several things, is the one that mypy and ruff look at."""
    assert files(discovered(on(awkward_world())), Program("centre", "prod"))["__main__.py"] == TYPED.read_text("utf-8")


def test_the_same_again() -> None:
    """The same world gives the same files, whatever the order in which Connect lists things."""
    world, again = awkward_world(), awkward_world()
    for kind in ("groups", "flows", "users", "numbers"):
        setattr(again, kind, dict(reversed(getattr(again, kind).items())))
    for group in again.groups.values():
        group.members.reverse()
        group.listed.reverse()
    program = Program("centre", "prod")
    assert files(discovered(on(world)), program) == files(discovered(on(again)), program)


def test_everything_is_protected(deploy: Deploy, tmp_path: Path) -> None:
    """A destroy deletes nothing, and a number whose placement is deleted all the same stays where it was."""
    made = run(discovered(on(awkward_world())), tmp_path, deploy)
    assert all(one.protect for one in made.resources if one.type in {COMPONENT, *PROVIDERS})
    assert {one.inputs["return_to"] for one in made.of(PLACEMENT).values()} == {"leave"}


def test_what_is_left_out() -> None:
    """Every number, group and agent that is not declared has a reason."""
    found = discovered(on(awkward_world()))
    assert {one.name: one.why for one in found.left_out} == {
        "being-shifted": Why.NOT_ACTIVE,
        "empty": Why.NOTHING_ON_IT,
        e164(1): Why.ON_INSTANCE,
        e164(12): Why.NO_FLOW,
        e164(13): Why.NO_FLOW,
        e164(14): Why.UNUSABLE_FLOW,
    }
    assert found.has_findings
    assert found.unread == ()


def test_a_user_who_is_not_there(sandbox: Sandbox) -> None:
    """An agent whose user is gone from the source is left out."""
    gone = next(user for user in sandbox.world.users.values() if user.username == "dave.jones")
    del sandbox.world.users[gone.id]
    found = discovered(sandbox)
    assert {one.name: one.why for one in found.left_out if one.where == "everyone"} == {gone.id: Why.NO_USER}
    assert [one.agents for one in found.groups if one.resource == "everyone"] == [None]


@pytest.mark.parametrize(
    ("include", "exclude", "numbers", "agents"),
    [
        ((), (), {"+442079460002", "+442079460003"}, {"dave.jones"}),
        (("group:ret*",), (), {"+442079460003"}, set()),
        (("group:default",), (), {"+442079460002"}, {"dave.jones"}),
        ((), ("group:everyone", "number:*9"), {"+442079460003"}, set()),
        (("number:*2", "agent:nobody"), (), {"+442079460002"}, set()),
        (("number:+44*",), ("number:*3", "agent:dave.*"), {"+442079460002"}, set()),
    ],
)
def test_patterns(
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    numbers: set[str],
    agents: set[str],
    sandbox: Sandbox,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is chosen is declared, what is not has that as its reason; a pattern that nothing fits is named."""
    found = discovered(sandbox, Choice(tuple(map(Pattern.read, include)), tuple(map(Pattern.read, exclude))))
    assert {one.number.e164 for group in found.groups for one in group.numbers} == numbers
    assert {one.written for group in found.groups for one in group.agents or ()} == agents
    assert {one.why for one in found.left_out if one.name not in {"+442079460001", "+442079460004", "emergency"}} <= {
        Why.EXCLUDED
    }
    idle = {"number:*9", "agent:nobody"} & {*include, *exclude}
    assert capsys.readouterr().err == "".join(f"Nothing fits {one}.\n" for one in idle)


@pytest.mark.parametrize(
    ("operation", "declared"),
    [
        ("ListTrafficDistributionGroups", (0, 0)),
        ("ListPhoneNumbersV2", (0, 32)),
        ("ListContactFlows", (0, 32)),
        ("ListFlowAssociations", (0, 32)),
        ("ListUsers", (10, 0)),
        ("ListTrafficDistributionGroupUsers", (10, 0)),
        ("GetTrafficDistribution", (10, 32)),
    ],
)
def test_a_missing_permission(operation: str, declared: tuple[int, int], deploy: Deploy, tmp_path: Path) -> None:
    """What depends on it is left out, the program names it, and runs; what nothing depends on is not missed."""
    sandbox = on(awkward_world())
    sandbox.faults.add(Fault(operation=operation, kind="denied", count=0))
    found = discovered(sandbox)
    made = run(found, tmp_path, deploy)
    rosters = made.of(ROSTER).values()
    assert (len(made.of(PLACEMENT)), sum(len(one.inputs["users"]) for one in rosters)) == declared
    named = " ".join((tmp_path / "__main__.py").read_text("utf-8").replace("\n#", " ").split())
    assert {one.why for one in found.unread} <= {NotRead.DENIED}
    assert bool(found.unread) is (operation != "GetTrafficDistribution")
    assert (f"may not read: allow connect:{operation}." in named) is bool(found.unread)


@pytest.mark.parametrize(("region", "declared"), [(SOURCE, (0, 0)), (REPLICA, (0, 32))])
def test_a_region_that_is_down(region: str, declared: tuple[int, int], deploy: Deploy, tmp_path: Path) -> None:
    """No number is declared without the flows of both Regions; agents are users of the source."""
    sandbox = on(awkward_world())
    sandbox.faults.add(Fault(kind="reset", region=region, count=0))
    found = discovered(sandbox)
    made = run(found, tmp_path, deploy)
    assert (len(made.of(PLACEMENT)), sum(len(one.inputs["users"]) for one in made.of(ROSTER).values())) == declared
    assert {(one.region, one.why) for one in found.unread} == {(region, NotRead.UNREACHABLE)}
    assert f"Whatever depends on {region}, which did not answer: " in " ".join(said(found))


def test_answers_that_lack_members() -> None:
    """Rows that cannot be read are not there; whatever else is lacking, nothing is declared that is not known."""
    sandbox = on(awkward_world())
    kept = sandbox.handle

    def handle(request: Request) -> Response:
        answer = kept(request)
        for lacking in (b'"ContactFlowStatus"', b'"ContactFlowType"', b'"PhoneNumberDescription"', b'"IsDefault"'):
            answer = replace(answer, body=answer.body.replace(lacking, b'"Unheard"'))
        return replace(answer, body=b"{}") if "/users-summary" in request.raw_path else answer

    sandbox.handle = handle  # type: ignore[method-assign]
    found = discovered(sandbox)
    assert found.unread == ()
    assert [group.agents for group in found.groups] == [None] * 3
    assert {one.why for one in found.left_out if one.kind == "agent"} == {Why.NO_USER}
    assert all(one.name != e164(2) for one in found.left_out)
