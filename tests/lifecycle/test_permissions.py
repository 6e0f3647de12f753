"""The policies of `acgr policy` are enough for all that runs do, and nothing in them is too much.

The sandbox holds every call to them, with AWS's own table of what a call is authorized on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import reference_history
from drills import NUMBERS, REPLICA, SOURCE, Person, sandbox_of
from drills import run as drill_there_and_back
from reference_history import Begin, Made
from sandbox_time import SandboxTime
from sound_world import sound
from surroundings import WORLD, connection_to, shared_session

import acgr
from acgr import connected
from acgr.runtime.run import NOT_ASKED, Run
from acgr_cli.drill.commands import Asked
from acgr_cli.policy.document import Policy, policy_of
from acgr_cli.policy.scope import Scope
from acgr_connect.aws.permissions import RoleKind, permissions
from acgr_connect.calls import TestCall, place_calls
from acgr_connect.model.arns import parse
from acgr_connect.model.errors import ConnectError
from acgr_connect.model.operation import Operation
from acgr_connect.survey.pair import find_pair
from acgr_connect.survey.reading import Extent, survey
from acgr_connect.survey.records import Survey
from acgr_sandbox import Fault, ManualClock, Sandbox, load_scenario, restored, snapshot
from acgr_sandbox.access.conditions import pattern

TAGS = tuple(action for action in permissions("deploy", tags=True) if action not in permissions("deploy"))
UNMIRRORED = {"mirroring": False}
REMEDY = "`acgr policy` prints what it needs"


def policy(sandbox: Sandbox, role: RoleKind, *, tags: bool = False, all_groups: bool = False) -> Policy:
    """The policy of a role for the pair of instances, on each of its groups by ARN or on all of the account."""
    world = sandbox.world
    instance = world.instance("northwind")
    groups = () if all_groups else tuple(parse(world.arn(group)) for group in world.groups.values())
    return policy_of(role, Scope(parse(world.arn(instance)), instance.replica, groups), tags=tags)


def without(whole: Policy, action: str) -> dict[str, Any]:
    """The policy's JSON without one action."""
    rows = [replace(each, actions=tuple(name for name in each.actions if name != action)) for each in whole.statements]
    return replace(whole, statements=tuple(row for row in rows if row.actions)).plain()


def unused(sandbox: Sandbox, whole: Policy) -> list[tuple[str, str]]:
    """What is allowed and was not asked for: an action on an ARN, with its wildcards."""
    assert sandbox.access is not None
    asked = [(str(row["action"]), str(row["resource"])) for row in sandbox.access.asked() if row["allowed"]]
    allowed = [
        (action, arn)
        for each in whole.statements
        if each.effect == "Allow"
        for action in each.actions
        for arn in each.resources
    ]
    return [
        (action, arn)
        for action, arn in allowed
        if not any(name == action and pattern(arn).fullmatch(resource) for name, resource in asked)
    ]


@pytest.fixture
def begin(sandbox: Sandbox, next_run_with: Callable[..., Run]) -> Callable[..., Run]:
    """Begin a run; the Regions do not mirror flows, so that each is asked for itself."""
    sandbox.set_switches(sandbox.switches.with_values(UNMIRRORED))
    return next_run_with


@pytest.fixture(scope="module")
def first_run() -> tuple[dict[str, Any], list[Made]]:
    """The world after a first run of a role that may do everything, and what it has made."""
    sandbox, shared = Sandbox(load_scenario(WORLD), clock=ManualClock()), shared_session()
    sandbox.set_switches(sandbox.switches.with_values(UNMIRRORED))
    shared.sandbox = sandbox
    with connected(shared, SandboxTime(sandbox.clock)):
        made = reference_history.first_run(sandbox, lambda: None)
    return snapshot(sandbox.world, sandbox.clock.now()), made


@pytest.fixture
def state(sandbox: Sandbox, begin: Begin, first_run: tuple[dict[str, Any], list[Made]]) -> list[Made]:
    """What a first run has made."""
    world, made = first_run
    sandbox.restore(restored(world))
    return made


def test_who_deploys_may(sandbox: Sandbox, begin: Begin) -> None:
    """Everything that runs do is allowed by the policy of the role that deploys."""
    sandbox.set_policies({"*": policy(sandbox, "deploy").plain()})
    reference_history.deploy(sandbox, begin)
    assert sandbox.counters.calls(outcome="AccessDeniedException") == 0


def test_who_deploys_may_no_more(sandbox: Sandbox, begin: Begin) -> None:
    """Each of its actions is used, on each kind of ARN and in each Region that it is allowed on.

    But for the form of a number's ARN of which nobody knows whether Connect asks for it.
    """
    whole = policy(sandbox, "deploy", all_groups=True)
    sandbox.set_policies({"*": whole.plain()})
    reference_history.deploy(sandbox, begin)
    assert [(action, arn) for action, arn in unused(sandbox, whole) if not arn.endswith("/phone-number/*")] == []


@pytest.mark.parametrize("action", permissions("deploy"))
def test_each_action_that_deploys_is_needed(sandbox: Sandbox, begin: Begin, action: str) -> None:
    """Without it a run fails, with a sentence that names it and says what to do; no number ends dark for it."""
    sandbox.set_policies({"*": without(policy(sandbox, "deploy"), action)})
    dark = sandbox.dark_numbers()
    with pytest.raises(Exception, match=rf"allow {action} to the role: {REMEDY}"):
        reference_history.deploy(sandbox, begin)
    assert set(sandbox.dark_numbers()) <= set(dark)


@pytest.mark.parametrize("action", [None, *TAGS])
def test_tags(sandbox: Sandbox, begin: Callable[..., Run], action: str | None) -> None:
    """With `acgr:journal=tags` two actions more are needed, held to the two tags that are used."""
    whole = policy(sandbox, "deploy", tags=True)
    sandbox.set_policies({"*": without(whole, action) if action else whole.plain()})
    tagging = partial(begin, journal_in_tags=True)
    if action is None:
        reference_history.deploy(sandbox, tagging)
        assert sandbox.counters.calls(outcome="AccessDeniedException") == 0
    else:
        with pytest.raises(Exception, match=rf"allow {action} to the role: {REMEDY}"):
            reference_history.deploy(sandbox, tagging)


def test_who_previews_may(sandbox: Sandbox, begin: Begin, state: list[Made]) -> None:
    """Everything that previews and refreshes do is allowed by the policy of the role that previews."""
    sandbox.set_policies({"*": policy(sandbox, "preview-only").plain()})
    said = list(reference_history.preview(sandbox, begin, state))
    assert sandbox.counters.calls(outcome="AccessDeniedException") == 0
    assert said
    assert not any(NOT_ASKED in line for line in said)


def test_who_previews_may_no_more(sandbox: Sandbox, begin: Begin, state: list[Made]) -> None:
    """Each of its actions is used, on each kind of ARN and in each Region that it is allowed on."""
    whole = policy(sandbox, "preview-only", all_groups=True)
    sandbox.set_policies({"*": whole.plain()})
    assert list(reference_history.preview(sandbox, begin, state))
    assert unused(sandbox, whole) == []


@pytest.mark.parametrize("action", permissions("preview-only"))
def test_each_action_that_previews_is_needed(sandbox: Sandbox, begin: Begin, state: list[Made], action: str) -> None:
    """Without it a preview or a refresh says so: it names the action, and what to do."""
    sandbox.set_policies({"*": without(policy(sandbox, "preview-only"), action)})
    said = reference_history.preview(sandbox, begin, state)
    assert any(f"allow {action} to the role: {REMEDY}" in line for line in said)


def set_up(begin: Begin) -> None:
    """A replica and a group that are made, changed, read and deleted, and an instance that is found by its alias."""
    replica, group = acgr.InstanceReplicaProvider(), acgr.TrafficDistributionGroupProvider()
    pair = {"instance": "island", "replica_region": "eu-central-1", "source_region": "eu-west-2", "on_delete": "delete"}
    storm = {"instance": "island", "name": "storm", "source_region": "eu-west-2"}
    begin()
    made = replica.create(pair), group.create({**storm, "tags": {"team": "weather"}})
    begin()
    seen = group.read(made[1].id, made[1].outs)
    done = group.update(made[1].id, seen.outs, {**storm, "tags": {"cost": "1"}}).outs
    group.delete(made[1].id, group.update(made[1].id, done, storm).outs)
    replica.delete(made[0].id, made[0].outs)


def setting_up(sandbox: Sandbox) -> Policy:
    """The policy of the role that sets up, for an instance that is not replicated yet."""
    return policy_of("set-up", Scope(parse(sandbox.world.arn(sandbox.world.instance("island"))), "eu-central-1"))


def test_who_sets_up_may(sandbox: Sandbox, begin: Begin) -> None:
    """Everything that replicas and groups do is allowed by the policy of the role that sets up; a deploy is as well."""
    sandbox.set_policies({"*": setting_up(sandbox).plain()})
    set_up(begin)
    assert sandbox.counters.calls(outcome="AccessDeniedException") == 0
    assert permissions("deploy").keys() <= permissions("set-up").keys()


@pytest.mark.parametrize("action", [one for one in permissions("set-up") if one not in permissions("deploy")])
def test_each_action_that_sets_up_is_needed(sandbox: Sandbox, begin: Begin, action: str) -> None:
    """Without it a run fails, with a sentence that names it and says what to do."""
    sandbox.set_policies({"*": without(setting_up(sandbox), action)})
    if action == "connect:ListReplicationFindings":  # what it would tell is left out
        set_up(begin)
        return
    with pytest.raises(Exception, match=rf"allow {action} to the role: {REMEDY}"):
        set_up(begin)


def surveyed(sandbox: Sandbox) -> Survey:
    """All that `acgr verify`, `discover` and `report` read."""
    connection = connection_to(sandbox)
    pair = find_pair(connection, None, ("eu-west-2",))
    extent = Extent(statuses=True, contents=True, findings=True)
    return survey(connection, pair, Operation.within(3600.0, connection.clock), extent)


@pytest.mark.parametrize("role", ["verify", "drill"])
def test_who_verifies_may(sandbox: Sandbox, role: RoleKind) -> None:
    """Everything of a pair can be read with the policy of the role that verifies, and of the one that drills.

    That the account has another instance, which is none of its business, is in nobody's way.
    """
    sandbox.set_policies({"*": policy(sandbox, role).plain()})
    assert surveyed(sandbox).unread == ()
    refused = [row["resource"] for row in sandbox.access.asked() if row["refused"]] if sandbox.access else []
    assert refused == [sandbox.world.arn(sandbox.world.instance("island"))]


@pytest.mark.parametrize("action", permissions("verify"))
def test_each_action_that_verifies_is_needed(action: str) -> None:
    """Without it something cannot be read, and what is said of that names the action."""
    sandbox = sound()
    sandbox.set_policies({"*": without(policy(sandbox, "verify"), action)})
    try:
        said = [one.text for one in surveyed(sandbox).unread]
    except ConnectError as error:
        said = [str(error)]
    assert any(f"perform: {action} " in line for line in said)


DRILLED = tuple(action for action in permissions("drill") if action not in permissions("verify"))
"""What a drill does besides what it verifies."""


def drilled(file: Path) -> tuple[Sandbox, Callable[[], str]]:
    """A sound pair, and a drill there and back on it; then calls that are not answered, made twice, and stopped."""
    sandbox = sandbox_of()

    def drill() -> str:
        person = Person()
        drill_there_and_back(sandbox, Asked(to=REPLICA, dry_run=False, step=50, evidence=file), person)
        sandbox.change({"do": "clear-flow", "number": NUMBERS[0], "region": SOURCE})
        found = [*called(sandbox, NUMBERS[0])]
        sandbox.faults.add(Fault("CreateTestCase", "lost-reply"))
        found += called(sandbox, NUMBERS[1])
        sandbox.set_switches(sandbox.switches.with_values({"test_seconds": 100.0}))
        found += called(sandbox, NUMBERS[1], seconds=60.0)
        return "\n".join([person.text, *found])

    return sandbox, drill


def called(sandbox: Sandbox, number: str, seconds: float = 3600.0) -> list[str]:
    """Place a call, as a drill and `acgr verify --call` do; why it was not answered."""
    connection = connection_to(sandbox)
    source = parse(sandbox.world.arn(sandbox.world.instance("northwind")), "instance")
    calls = [TestCall(number, SOURCE)]
    return [one.why for one in place_calls(connection, source, calls, Operation.within(seconds, connection.clock))]


def test_who_drills_may(tmp_path: Path) -> None:
    """Everything that a drill does is allowed by the policy of the role that drills, and it loses no call."""
    sandbox, drill = drilled(tmp_path / "evidence.json")
    sandbox.set_policies({"*": policy(sandbox, "drill").plain()})
    before = sandbox.dark_numbers()
    assert "0 lost" in drill()
    assert (before, sandbox.world.test_cases) == ([], {})
    assert sandbox.counters.calls(outcome="AccessDeniedException") == 0


@pytest.mark.parametrize("action", DRILLED)
def test_each_action_that_drills_is_needed(action: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Without it something cannot be done, and what is said or logged of that names the action."""
    caplog.set_level("INFO", "acgr")
    sandbox, drill = drilled(tmp_path / "evidence.json")
    sandbox.set_policies({"*": without(policy(sandbox, "drill"), action)})
    said = drill()
    assert f"perform: {action} " in said + "".join(str(record.__dict__) for record in caplog.records)
