"""`acgr verify` on a pair of instances, with the sandbox's clock: what it reads, restores, calls and tells."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sound_world import REPLICA, SOUND, SOURCE, action, content, lambda_arn, sound
from surroundings import connection_to

from acgr_cli.connected import Reach
from acgr_cli.exit_codes import DONE, FOUND, PARTIAL
from acgr_cli.failure import CommandFailure
from acgr_cli.verify.outcome import Outcome
from acgr_cli.verify.verification import Asked, verified
from acgr_connect.aws.operations import SURVEY_OPERATIONS
from acgr_connect.aws.settings import Settings
from acgr_connect.model.arns import Arn, parse
from acgr_connect.model.clock import seconds_since_1970
from acgr_connect.model.errors import NotFound, Unavailable, WrongAccount
from acgr_connect.model.identifiers import Name
from acgr_connect.numbers.obligation import Obligation
from acgr_connect.numbers.obligation_tags import HAD, WANTS, Owner, tags_of
from acgr_connect.numbers.owed import files_of
from acgr_connect.scheduling.token_bucket import Rate
from acgr_connect.survey.findings.expected import Expected, ExpectedMember, ExpectedNumber
from acgr_connect.survey.findings.finding import Severity
from acgr_sandbox import Fault, ManualClock, Request, Response, Sandbox, Switches, load_scenario
from acgr_sandbox.scenario.generate import generated

RETAIL, OTHER = "+442079460003", "+442079460004"


def _reach(sandbox: Sandbox, settings: Settings | None = None, instance: str | None = None) -> Reach:
    return Reach(connection_to(sandbox, settings), instance, (SOURCE, REPLICA))


def _verified(sandbox: Sandbox, settings: Settings | None = None, **asked: Any) -> Outcome:
    return verified(_reach(sandbox, settings), Asked(**asked))


def _codes(outcome: Outcome) -> Counter[str]:
    return Counter(one.code for one in outcome.findings)


def _arn(sandbox: Sandbox, kind: str, name: str) -> Arn:
    return parse(sandbox.world.arn(getattr(sandbox.world, kind)(name)))


def _flow(sandbox: Sandbox, name: str, region: str = SOURCE) -> Arn:
    flow = sandbox.world.flow(name)
    return _arn(sandbox, "instance", "northwind").in_region(region).inside("contact-flow", flow.id)


def _flows(sandbox: Sandbox, e164: str) -> dict[str, str | None]:
    """Region to the name of the flow that answers."""
    number, flows = sandbox.world.number(e164), sandbox.world.flows
    return {r: flows[id_].name if (id_ := number.flow_in(r)) else None for r in (SOURCE, REPLICA)}


def _dark(sandbox: Sandbox, *numbers: str) -> None:
    for number in numbers:
        assert sandbox.change({"do": "clear-flow", "number": number}) == "done"
    sandbox.clock.sleep(5)


def test_a_sound_pair() -> None:
    """Nothing is found, everything was read, and the command is done."""
    outcome = _verified(sound())
    assert (outcome.exit_code, outcome.findings, outcome.unread, outcome.not_judged) == (DONE, (), (), [])
    assert outcome.verdict == "Nothing was found that keeps a failover from working"


def test_what_is_called() -> None:
    """A reading asks for what the role `verify` may do, all of it and nothing else."""
    sandbox = sound()
    _verified(sandbox)
    asked = {str(row["operation"]) for row in sandbox.counters.rows()} - {"GetCallerIdentity"}
    assert asked == SURVEY_OPERATIONS


def test_what_fails() -> None:
    """Errors fail; warnings only where it is asked for."""
    sandbox = sound()
    sandbox.world.group("retail").agents = {SOURCE: 50, REPLICA: 50}
    codes = {severity: verified(_reach(sandbox), Asked(), severity).exit_code for severity in Severity}
    assert codes == {Severity.ERROR: DONE, Severity.WARNING: FOUND, Severity.INFO: FOUND}
    _dark(sandbox, RETAIL)
    assert _verified(sandbox).exit_code == FOUND


def test_only_lists() -> None:
    """`--quick` asks for no number and no flow by itself, and does not say that they are well."""
    sandbox = sound()
    outcome = _verified(sandbox, is_quick=True)
    assert outcome.exit_code == DONE
    asked = {op for op in ("DescribePhoneNumber", "DescribeContactFlow") if sandbox.counters.calls(op)}
    assert asked == set()
    assert {"ACGR202", "ACGR307"}.isdisjoint(outcome.asked)


@pytest.mark.parametrize(("region", "other"), [(SOURCE, REPLICA), (REPLICA, SOURCE)])
def test_a_region_that_is_down(region: str, other: str) -> None:
    """The other one is told, what is not known is named, and the exit code says so."""
    sandbox = sound()
    sandbox.faults.add(Fault(kind="reset", region=region, count=0))
    outcome = _verified(sandbox)
    assert outcome.exit_code == PARTIAL
    assert [one.code for one in outcome.findings if one.severity is Severity.ERROR] == []
    assert [said.split(":")[0] for said in outcome.missing] == [f"{region} does not answer"]
    assert outcome.verdict.startswith("As far as it could be read, ")
    sandbox.world.flow("Sales").states[other] = ("ARCHIVED", "PUBLISHED")
    outcome = _verified(sandbox)
    assert (outcome.exit_code, [(one.code, one.region) for one in outcome.findings]) == (FOUND, [("ACGR301", other)])


@pytest.mark.parametrize("operation", sorted(SURVEY_OPERATIONS - {"DescribeInstance", "ListInstances"}))
def test_what_may_not_be_read(operation: str) -> None:
    """The missing action is named for each Region, and nothing is invented in its place."""
    sandbox = sound()
    sandbox.faults.add(Fault(operation=operation, kind="denied", count=0))
    outcome = _verified(sandbox)
    assert outcome.exit_code == PARTIAL
    assert outcome.findings == ()
    assert all(f"connect:{operation} is not allowed in eu-" in said for said in outcome.missing)
    assert outcome.not_judged


def test_no_region_answers() -> None:
    """That is an error, and no finding."""
    sandbox = sound()
    sandbox.faults.add(Fault(kind="reset", count=0))
    with pytest.raises(Unavailable):
        _verified(sandbox)


def test_another_account() -> None:
    """An ARN of another account than the credentials' is refused before anything is read."""
    with pytest.raises(WrongAccount, match="the credentials belong to account 111122223333"):
        verified(_reach(sound(), None, f"arn:aws:connect:{SOURCE}:999922223333:instance/{'1' * 36}"), Asked())


def test_throttling() -> None:
    """Others take most of the rate: all is read all the same."""
    sandbox = Sandbox(load_scenario(SOUND), clock=ManualClock(), switches=Switches(noise=1.5))
    outcome = _verified(sandbox)
    assert (outcome.exit_code, outcome.findings) == (DONE, ())
    assert sandbox.counters.calls(outcome="throttled")


def test_an_answer_that_lacks_members() -> None:
    """It is as good as none: nothing is raised, and nothing is said that is not known."""
    kept = (sandbox := sound()).handle

    def handle(request: Request) -> Response:
        answer = kept(request)
        cut = ("/phone-number/", "/replication-findings/", "/traffic-distribution/")
        is_cut = any(path in request.raw_path for path in cut)
        return replace(answer, body=b"{}") if is_cut and request.method == "GET" else answer

    sandbox.handle = handle  # type: ignore[method-assign]
    outcome = _verified(sandbox)
    assert (outcome.exit_code, outcome.findings) == (PARTIAL, ())
    assert {one.operation for one in outcome.unread} == {"DescribePhoneNumber", "GetTrafficDistribution"}


def test_a_region_that_goes_down_meanwhile() -> None:
    """It is waited for, half a minute, and not for the hour that a reading may take; all else is told."""
    sandbox = sound()
    sandbox.faults.add(Fault(kind="reset", region=REPLICA, count=0, after=4))
    began = sandbox.clock.now()
    outcome = _verified(sandbox)
    assert outcome.exit_code == PARTIAL
    assert [said.split(":")[0] for said in outcome.missing] == [f"{REPLICA} does not answer"]
    assert sandbox.clock.now() - began < 120


def test_denied_many_times() -> None:
    """What is not allowed for some numbers in a row is not asked for all of them."""
    scenario = generated(numbers=100, agents=10, flows=2, groups=1)
    sandbox = Sandbox(load_scenario(scenario), clock=ManualClock())
    sandbox.faults.add(Fault("DescribePhoneNumber", "denied", count=0))
    regions = scenario.get("source_region", SOURCE), scenario.get("replica_region", REPLICA)
    outcome = verified(Reach(connection_to(sandbox), None, regions), Asked())
    assert outcome.exit_code == PARTIAL
    assert sandbox.counters.calls("DescribePhoneNumber") <= 8


@pytest.mark.parametrize("numbers", [5, 500])
def test_requests_are_bounded(numbers: int) -> None:
    """One request a number for its status, a few for flows, pages of lists: nothing else grows."""
    scenario = generated(numbers=numbers, agents=10 * numbers, flows=10, groups=3)
    sandbox = Sandbox(load_scenario(scenario), clock=ManualClock())
    regions = scenario.get("source_region", SOURCE), scenario.get("replica_region", REPLICA)
    outcome = verified(Reach(connection_to(sandbox), None, regions), Asked())
    assert outcome.unread == ()
    members = sum(len(group.members) for group in sandbox.world.groups.values())
    pages = 2 * ((10 * numbers + 999) // 1000) + members // 10 + 3
    assert sandbox.counters.calls(outcome="ok") <= 60 + numbers + pages
    assert sandbox.counters.calls("DescribePhoneNumber", outcome="ok") == numbers


@pytest.mark.parametrize("after", [1, 5, 9, 14, 20])
def test_ctrl_c(after: int) -> None:
    """Interrupted anywhere, it ends soon: the other Region's thread asks nothing more."""
    sandbox, said = sound(), list[str]()

    def stop(line: str) -> None:
        said.append(line)
        if len(said) == after:
            raise KeyboardInterrupt

    reach = replace(_reach(sandbox), say=stop)
    with pytest.raises(KeyboardInterrupt):
        verified(reach, Asked())
    assert len(said) <= after + 3


# --restore


def _entry(sandbox: Sandbox, e164: str, flow: str) -> Obligation:
    number, retail = _arn(sandbox, "number", e164), _arn(sandbox, "group", "retail")
    wanted = {region: _flow(sandbox, flow, region) for region in (SOURCE, REPLICA)}
    return Obligation(number, e164, _arn(sandbox, "group", "everyone"), {}, retail, wanted, seconds_since_1970())


def test_restore_from_the_journal(tmp_path: Path) -> None:
    """What a run that was killed owes goes before what is chosen by hand, and is owed no more once it answers."""
    sandbox = sound()
    _dark(sandbox, RETAIL, OTHER)
    settings = Settings(rate=Rate(2.0, 5.0), journal_folder=tmp_path)
    files_of(settings).write(_entry(sandbox, RETAIL, "Sales"))
    outcome = _verified(sandbox, settings, restores=True, yes=True, flows={"": Name("Main IVR")})
    assert _flows(sandbox, RETAIL) == {SOURCE: "Sales", REPLICA: "Sales"}
    assert _flows(sandbox, OTHER) == {SOURCE: "Main IVR", REPLICA: "Main IVR"}
    assert (outcome.exit_code, outcome.findings) == (DONE, ())
    known = {(one.dark.number.e164, one.dark.known_by) for one in outcome.restored or ()}
    assert known == {(RETAIL, "the journal"), (OTHER, "--flow")}
    assert files_of(settings).entries() == []


def test_restore_from_tags() -> None:
    """What stands on the number itself is known to every machine, and is taken off it."""
    sandbox = sound()
    _dark(sandbox, RETAIL)
    sandbox.world.number(RETAIL).tags.update(tags_of(_entry(sandbox, RETAIL, "Sales"), Owner("0" * 8, 1, "abcd")))
    outcome = _verified(sandbox, restores=True, yes=True)
    assert (outcome.exit_code, _flows(sandbox, RETAIL)) == (DONE, {SOURCE: "Sales", REPLICA: "Sales"})
    assert {HAD, WANTS}.isdisjoint(sandbox.world.number(RETAIL).tags)


def test_restore_from_the_other_region() -> None:
    """A number that answers in one Region gets the same flow in the other; nothing else is touched."""
    sandbox = sound()
    sandbox.world.number(RETAIL).flows[REPLICA].flow_id = None
    outcome = _verified(sandbox, restores=True, yes=True)
    assert _flows(sandbox, RETAIL) == {SOURCE: "Main IVR", REPLICA: "Main IVR"}
    assert [one.dark.known_by for one in outcome.restored or ()] == ["the other Region"]
    assert sandbox.counters.calls("AssociatePhoneNumberContactFlow") == 1


def test_restore_with_a_flow_for_each_region() -> None:
    """Regions may have flows of their own, and some numbers alone may be meant."""
    sandbox = Sandbox(load_scenario(SOUND), clock=ManualClock(), switches=Switches(mirroring=False))
    for number in (RETAIL, OTHER):
        for region in (SOURCE, REPLICA):
            sandbox.world.number(number).flows[region].flow_id = None
    flows = {SOURCE: Name("Sales"), REPLICA: Name("Main IVR")}
    outcome = _verified(sandbox, restores=True, yes=True, flows=flows, numbers=("*0003",))
    assert _flows(sandbox, RETAIL) == {SOURCE: "Sales", REPLICA: "Main IVR"}
    assert _flows(sandbox, OTHER) == {SOURCE: None, REPLICA: None}
    assert _codes(outcome) == {"ACGR201": 2, "ACGR306": 1}


def test_restore_asks_first() -> None:
    """Without a terminal and without --yes nothing is done, and the plan has been said."""
    sandbox = sound()
    _dark(sandbox, RETAIL)
    with pytest.raises(CommandFailure, match="add --yes"):
        _verified(sandbox, restores=True, flows={"": Name("Sales")})
    assert _flows(sandbox, RETAIL) == {SOURCE: None, REPLICA: None}


def test_restore_knows_no_flow() -> None:
    """Where nobody knows the flow, nothing is asked and nothing is done; it is told what to say."""
    sandbox = sound()
    _dark(sandbox, RETAIL)
    outcome = _verified(sandbox, restores=True)
    assert outcome.exit_code == FOUND
    assert {one.why for one in outcome.restored or ()} == {"nobody knows its flow: say it with --flow"}


def test_restore_a_flow_that_is_not_there() -> None:
    """It is an error before anything is written; the sentence names the one that was probably meant."""
    sandbox = sound()
    _dark(sandbox, RETAIL)
    with pytest.raises(NotFound, match="did you mean 'Sales'"):
        _verified(sandbox, restores=True, yes=True, flows={"": Name("Sale")})
    assert _flows(sandbox, RETAIL) == {SOURCE: None, REPLICA: None}


@pytest.mark.parametrize(
    ("status", "why"), [("FAILED", "it is FAILED: move it once more first"), ("IN_PROGRESS", "it is IN_PROGRESS")]
)
def test_restore_moves_nothing(status: str, why: str) -> None:
    """A number that would have to be moved first, or is moving, is left alone."""
    sandbox = sound()
    _dark(sandbox, RETAIL)
    sandbox.world.number(RETAIL).status = status
    outcome = _verified(sandbox, restores=True, yes=True, flows={"": Name("Sales")})
    assert all(one.why.startswith(why) for one in outcome.restored or ())
    assert sandbox.counters.calls("UpdatePhoneNumber") + sandbox.counters.calls("ReleasePhoneNumber") == 0


@pytest.mark.parametrize(
    ("change", "flows", "why"),
    [
        ({"do": "set-flow", "number": RETAIL, "flow": "Main IVR"}, "Main IVR", ""),
        ({"do": "place", "number": RETAIL, "target": "everyone"}, None, "somebody has moved it meanwhile"),
    ],
)
def test_restore_and_a_second_writer(change: dict[str, Any], flows: str | None, why: str) -> None:
    """Nobody's flow is overwritten, and a number that was moved meanwhile is left alone."""
    sandbox = sound()
    _dark(sandbox, RETAIL)
    looks = sandbox.counters.calls("DescribePhoneNumber")
    assert looks == 0
    fault = Fault("DescribePhoneNumber", "second-writer", change=change, after=3)
    sandbox.faults.add(fault)
    outcome = _verified(sandbox, restores=True, yes=True, flows={"": Name("Sales")})
    assert _flows(sandbox, RETAIL)[SOURCE] == flows
    assert all(one.why.startswith(why) for one in outcome.restored or ())


@pytest.mark.parametrize("region", [SOURCE, REPLICA])
def test_restore_with_a_region_down(region: str) -> None:
    """The Region that answers is restored, whichever it is; the other one is said to be unknown."""
    sandbox = sound()
    _dark(sandbox, RETAIL)
    sandbox.switches = sandbox.switches.with_values({"mirroring": False})
    sandbox.faults.add(Fault(kind="reset", region=region, count=0))
    outcome = _verified(sandbox, restores=True, yes=True, flows={"": Name("Sales")})
    other = REPLICA if region == SOURCE else SOURCE
    assert _flows(sandbox, RETAIL)[other] == "Sales"
    assert (outcome.exit_code, outcome.findings) == (PARTIAL, ())


def test_restore_is_denied() -> None:
    """A role that may not set flows: the number is dark still, and it is told why."""
    sandbox = sound()
    _dark(sandbox, RETAIL)
    sandbox.faults.add(Fault("AssociatePhoneNumberContactFlow", "denied", count=0))
    outcome = _verified(sandbox, restores=True, yes=True, flows={"": Name("Sales")})
    assert outcome.exit_code == FOUND
    assert _codes(outcome)["ACGR201"] == 2
    assert all("AccessDeniedException" in one.why for one in outcome.restored or ())


def test_restore_tells_the_truth(tmp_path: Path) -> None:
    """A list that runs behind does not make a number dark that was seen to answer."""
    switches = Switches(association_lag_seconds=10.0)
    sandbox = Sandbox(load_scenario(SOUND), clock=ManualClock(), switches=switches)
    _dark(sandbox, RETAIL)
    sandbox.clock.sleep(60)
    outcome = _verified(sandbox, restores=True, yes=True, flows={"": Name("Sales")})
    assert (outcome.exit_code, outcome.findings) == (DONE, ())


@pytest.mark.parametrize("after", [1, 2])
def test_restore_is_interrupted(after: int) -> None:
    """What was given is kept; nothing else has been touched."""
    sandbox = sound()
    sandbox.switches = sandbox.switches.with_values({"mirroring": False})
    for region in (SOURCE, REPLICA):
        sandbox.world.number(RETAIL).flows[region].flow_id = None
    seen: list[str] = []

    def stop(line: str) -> None:
        seen.extend([line] if "setting its flow" in line else [])
        if len(seen) == after:
            raise KeyboardInterrupt

    asked = Asked(restores=True, yes=True, flows={"": Name("Sales")})
    with pytest.raises(KeyboardInterrupt):
        verified(replace(_reach(sandbox), say=stop), asked)
    given = [flow for flow in _flows(sandbox, RETAIL).values() if flow]
    assert given == ["Sales"] * (after - 1)


# --call


def test_calls() -> None:
    """Each number is called in each Region; what answers nothing is found, and nothing is left."""
    sandbox = sound()
    outcome = _verified(sandbox, calls=True, yes=True)
    assert (outcome.exit_code, len(outcome.calls or ()), outcome.findings) == (DONE, 6, ())
    sandbox.world.number(RETAIL).flows[REPLICA].flow_id = None
    outcome = _verified(sandbox, calls=True, yes=True, numbers=("*0003",))
    assert [(one.code, one.region) for one in outcome.findings] == [("ACGR201", REPLICA), ("ACGR801", REPLICA)]
    assert len(outcome.calls or ()) == 2
    assert sandbox.world.test_cases == {}


def test_calls_are_asked_for() -> None:
    """Without a terminal and without --yes no test case is made."""
    sandbox = sound()
    with pytest.raises(CommandFailure, match="add --yes"):
        _verified(sandbox, calls=True)
    assert sandbox.counters.calls("CreateTestCase") == 0


def test_calls_that_are_not_allowed() -> None:
    """The missing action is named, and the exit code says that not all is known."""
    sandbox = sound()
    sandbox.faults.add(Fault("StartTestCaseExecution", "denied", count=0))
    outcome = _verified(sandbox, calls=True, yes=True)
    assert (outcome.exit_code, outcome.findings) == (PARTIAL, ())
    assert any("connect:StartTestCaseExecution is not allowed in eu-west-2" in said for said in outcome.missing)


def test_what_is_left_of_calls() -> None:
    """A test case that could not be deleted is told, with the line that deletes it."""
    sandbox = sound()
    sandbox.faults.add(Fault("DeleteTestCase", "denied", count=0))
    outcome = _verified(sandbox, calls=True, yes=True, numbers=("*0002",))
    assert _codes(outcome) == {"ACGR803": 2}
    assert {f"{one.region}/{one.command.split()[-1]}" for one in outcome.findings} == set(sandbox.world.test_cases)


# --probe


@pytest.mark.parametrize("scope", ["shared", "per-operation"])
def test_probing(scope: str) -> None:
    """What Connect does is learned in both Regions, at the price that is said."""
    sandbox = Sandbox(load_scenario(SOUND), clock=ManualClock(), switches=Switches(bucket_scope=scope))  # type: ignore[arg-type]
    outcome = _verified(sandbox, probes=True)
    assert {(one.code, one.region, one.facts["scope"]) for one in outcome.findings} == {
        ("ACGR610", SOURCE, scope),
        ("ACGR610", REPLICA, scope),
    }
    assert max(one.facts["requests"] for one in outcome.findings) <= 11
    assert outcome.exit_code == DONE


def test_probing_a_raised_quota() -> None:
    """With a large burst there are too few kinds of requests to tell: that is said, and nothing is asked for it."""
    sandbox = Sandbox(load_scenario(SOUND), clock=ManualClock(), switches=Switches(rate=50.0, burst=100))
    outcome = _verified(sandbox, Settings(rate=Rate(50.0, 100.0)), probes=True)
    assert {(one.facts["scope"], one.facts["requests"]) for one in outcome.findings} == {("auto", 0)}


# --expect


def test_what_the_stack_says() -> None:
    """Number gone, elsewhere or with another flow; agent off the group; number that nobody manages."""
    sandbox = sound()
    retail, everyone = _arn(sandbox, "group", "retail"), _arn(sandbox, "group", "everyone")
    both = {region: _flow(sandbox, "Main IVR", region) for region in (SOURCE, REPLICA)}
    numbers = {e164: _arn(sandbox, "number", e164) for e164 in (RETAIL, OTHER)}
    right = ExpectedNumber("retail-3", numbers[RETAIL], retail, both, RETAIL)
    alice = parse(sandbox.world.arn(sandbox.world.user("alice.smith")))
    member = ExpectedMember("staff", retail, alice, "alice")
    outcome = _verified(sandbox, stack=Expected((right,), (member,)))
    assert (_codes(outcome), outcome.exit_code) == ({"ACGR705": 1}, DONE)
    wrong = Expected(
        (
            replace(right, placed_on=everyone),
            replace(right, number=numbers[OTHER], flows={SOURCE: _flow(sandbox, "Sales")}, label=OTHER),
            replace(right, number=replace(numbers[RETAIL], id="gone"), label="+44"),
        ),
        (replace(member, group=everyone), replace(member, group=replace(retail, id="gone"))),
    )
    outcome = _verified(sandbox, stack=wrong)
    assert _codes(outcome) == {"ACGR701": 2, "ACGR702": 1, "ACGR703": 1, "ACGR704": 1, "ACGR705": 1}
    assert outcome.exit_code == FOUND


# everything at once


def test_many_defects_at_once() -> None:
    """Each is found beside the others."""
    sandbox = sound()
    _dark(sandbox, RETAIL)
    pinned = content(action("InvokeLambdaFunction", LambdaFunctionARN=lambda_arn(SOURCE)))
    sandbox.world.flow("Sales").content = pinned
    sandbox.world.user("carol.white").mirrored = False
    sandbox.world.group("everyone").sign_in = {SOURCE: False, REPLICA: True}
    outcome = _verified(sandbox)
    assert _codes(outcome) == {"ACGR201": 2, "ACGR307": 1, "ACGR404": 1, "ACGR501": 2}
    assert json.dumps([one.as_data() for one in outcome.findings])


def test_progress_is_said() -> None:
    """Whoever waits sees what is read."""
    said: list[str] = []
    listen: Callable[[str], None] = said.append
    verified(replace(_reach(sound()), say=listen), Asked())
    assert "looking for the instance" in said
    assert any(line.startswith("status of 3 of 3") for line in said)
