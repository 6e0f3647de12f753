"""`acgr drill`: there and back under a stream of calls, whatever goes wrong meanwhile; and what its evidence says."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from drills import (
    NUMBERS,
    REPLICA,
    SOUND,
    SOURCE,
    Killed,
    Person,
    at_request,
    lost,
    run,
    sandbox_of,
    shares,
    writes,
    written,
)
from jsonschema import Draft202012Validator

from acgr_cli.drill.commands import Asked
from acgr_cli.drill.evidence import read
from acgr_cli.failure import CommandFailure
from acgr_connect.model.errors import ConnectError
from acgr_sandbox import Fault, Request, Response, Sandbox

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/drill-evidence.schema.json").read_text(encoding="utf-8"))
SHIFTS = "/traffic-distribution/"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the evidence goes."""
    return tmp_path / "evidence.json"


def _asked(file: Path, **more: Any) -> Asked:
    return Asked(**{"to": REPLICA, "dry_run": False, "step": 50, "evidence": file, **more})


def _answered(evidence: dict[str, Any]) -> dict[str, int]:
    return {region: row["answered"] for region, row in evidence["summary"]["calls"]["by_region"].items()}


def _test_cases(sandbox: Sandbox) -> int:
    return len(sandbox.world.test_cases)


def _watched(sandbox: Sandbox) -> list[bool]:
    """After each shift, for each Region that takes calls of a group: whether its agents work there and may sign in."""
    seen: list[bool] = []
    handle = sandbox.handle

    def watched(request: Request) -> Response:
        answer = handle(request)
        if request.method == "PUT" and request.raw_path.startswith(SHIFTS):
            open_in = sandbox.world.group("everyone").sign_in
            for group in sandbox.world.groups.values():
                taking = [region for region, calls in group.telephony.items() if calls]
                seen.extend(open_in[region] and group.agents[region] > 0 for region in taking)
        return answer

    sandbox.handle = watched  # type: ignore[method-assign]
    return seen


def test_there_and_back(file: Path) -> None:
    """Under a stream of calls none is lost, agents may take each, all is as before, and the evidence says so."""
    sandbox = sandbox_of()
    before = shares(sandbox)
    person, with_agents = Person(), _watched(sandbox)
    assert run(sandbox, _asked(file, step=10), person) == 0
    assert (len(with_agents) > 100, all(with_agents)) == (True, True)
    assert (lost(sandbox), sandbox.phone_calls.answered > 5000) == (0, True)
    assert shares(sandbox) == before
    assert _test_cases(sandbox) == 0
    found = written(file)
    Draft202012Validator(SCHEMA).validate(found)
    assert (found["state"], found["direction"]) == ("done", "back")
    calls = found["summary"]["calls"]
    assert (calls["lost"], calls["not_placed"], calls["placed"]) == (0, 0, calls["answered"])
    assert calls["placed"] == sum(1 for step in found["steps"] for _ in step["calls"])
    assert all(count > 20 for count in _answered(found).values())
    assert found["summary"]["numbers_called"] == NUMBERS
    shifts = [change for step in found["steps"] for change in step["changes"]]
    assert {change["outcome"] for change in shifts} == {"done"}
    assert len(shifts) == sandbox.counters.calls("UpdateTrafficDistribution", outcome="ok")
    levels = [step["changes"][0]["wanted"]["calls"][REPLICA] for step in found["steps"][1:]]
    assert levels == [0, *range(10, 110, 10), 100, 100, *range(90, -10, -10), 0]
    assert {step["region"] for step in found["steps"][1:13]} == {REPLICA}
    assert all(call["contact"] for step in found["steps"] for call in step["calls"])
    assert {part["name"]: part["before"] == part["after"] for part in found["groups"]} == {
        "everyone": True,
        "retail": True,
    }
    assert found["sittings"][0]["by"] == "arn:aws:iam::111122223333:user/sandbox"
    assert "0 lost" in person.text
    assert "0 lost" in file.with_suffix(".html").read_text(encoding="utf-8")


def test_a_dry_run_changes_nothing(file: Path) -> None:
    """Without --execute every step is told, nothing is written to Connect, and there is no file."""
    sandbox = sandbox_of()
    person = Person()
    assert run(sandbox, _asked(file, dry_run=None), person) == 0
    assert writes(sandbox) == 0
    assert not file.exists()
    assert " 1 there  " in person.text
    assert " 8 back   " in person.text
    assert "eu-central-1 takes 50 % of calls (everyone, retail)" in person.text
    assert person.lines[-1] == "Nothing was changed. --execute does it."
    assert person.questions == []


def test_whoever_says_no(file: Path) -> None:
    """Asked, and not agreed to: nothing is changed."""
    sandbox = sandbox_of()
    person = Person(agrees=False)
    assert run(sandbox, _asked(file), person) == 0
    assert (writes(sandbox), file.exists(), person.questions) == (0, False, ["Do it?"])


def test_it_stays_there(file: Path) -> None:
    """`--no-return --percent 30`: a part of the calls goes, and stays; what goes there already is left alone."""
    sandbox = sandbox_of()
    assert run(sandbox, _asked(file, percent=30, step=10, returns=False)) == 0
    assert {name: calls[REPLICA] for name, (calls, _, _) in shares(sandbox).items()} == {"everyone": 30, "retail": 30}
    assert lost(sandbox) == 0
    person, before = Person(), writes(sandbox)
    assert run(sandbox, _asked(file, percent=30), person) == 0
    assert writes(sandbox) == before
    assert "takes 30 % of the calls already, or more" in person.lines[-1]


def test_one_group_and_sign_in(file: Path) -> None:
    """One group alone: the default group lets agents sign in meanwhile, and its calls stay where they are."""
    sandbox = sandbox_of()
    before = shares(sandbox)
    person = Person()
    assert run(sandbox, _asked(file, groups=("retail",)), person) == 0
    assert shares(sandbox) == before
    assert "everyone (default), for sign-in only" in person.text
    found = written(file)
    first, *_, last = found["steps"][1:]
    opened = next(change for change in first["changes"] if change["was"]["sign_in"])
    assert opened["wanted"]["sign_in"] == {SOURCE: True, REPLICA: True}
    assert opened["wanted"]["calls"] == opened["was"]["calls"]
    assert any(change["wanted"]["sign_in"] == {SOURCE: True, REPLICA: False} for change in last["changes"])
    assert found["summary"]["numbers_called"] == ["+442079460003", "+442079460004"]


def test_findings_refuse(file: Path) -> None:
    """A number that is dark in the replica refuses a drill; --force does it, until a call is not answered."""
    sandbox = sandbox_of()
    before = shares(sandbox)
    sandbox.switches = sandbox.switches.with_values({"mirroring": False})
    sandbox.change({"do": "clear-flow", "number": NUMBERS[0], "region": REPLICA})
    person = Person()
    assert run(sandbox, _asked(file), person) == 3
    assert (writes(sandbox), file.exists()) == (0, False)
    assert NUMBERS[0] in person.text
    assert "--force does it all the same" in person.lines[-1]
    assert run(sandbox, _asked(file, force=True)) == 3
    found = written(file)
    Draft202012Validator(SCHEMA).validate(found)
    assert found["state"] == "went back"
    assert found["findings"]
    assert found["summary"]["calls"]["lost"] == 1
    assert shares(sandbox) == before


def _flow_is_lost_at_the_first_shift(sandbox: Sandbox) -> None:
    sandbox.switches = sandbox.switches.with_values({"mirroring": False})
    change = {"do": "clear-flow", "number": NUMBERS[0], "region": REPLICA}
    sandbox.faults.add(Fault("UpdateTrafficDistribution", "second-writer", change=change))


def test_a_call_that_is_not_answered(file: Path) -> None:
    """The drill goes back at once, in one request a group, and says so: 3."""
    sandbox = sandbox_of()
    before = shares(sandbox)
    _flow_is_lost_at_the_first_shift(sandbox)
    person = Person()
    assert run(sandbox, _asked(file), person) == 3
    assert shares(sandbox) == before
    found = written(file)
    assert (found["state"], found["said"][0]) == ("went back", "A call was not answered.")
    assert [step["direction"] for step in found["steps"]] == ["there", "there", "there", "back"]
    assert "Back at once:" in person.lines
    assert f"{NUMBERS[0]} (everyone) in {REPLICA}: NOT ANSWERED: no flow is set" in person.text
    assert '<tr class="bad">' in file.with_suffix(".html").read_text(encoding="utf-8")


def test_it_may_stay_instead(file: Path) -> None:
    """`--stay-on-failure`: it stops where it is, and the evidence leads back."""
    sandbox = sandbox_of()
    before = shares(sandbox)
    _flow_is_lost_at_the_first_shift(sandbox)
    person = Person()
    assert run(sandbox, _asked(file, back_on_failure=False), person) == 3
    assert {calls[REPLICA] for calls, _, _ in shares(sandbox).values()} == {50}
    assert f"To go back: acgr drill --resume {file} --back --execute" in person.lines
    assert run(sandbox, Asked(resume=file, back=True, dry_run=False)) == 0
    assert shares(sandbox) == before


def _sign_in_everywhere(sandbox: Sandbox) -> None:
    group = sandbox.world.group("everyone")
    asked = {
        "Id": group.id,
        "TelephonyConfig": {"Distributions": [{"Region": r, "Percentage": n} for r, n in group.telephony.items()]},
        "SignInConfig": {"Distributions": [{"Region": region, "Enabled": True} for region in group.sign_in]},
    }
    sandbox.change({"do": "operation", "operation": "UpdateTrafficDistribution", "parameters": asked})


def _last_step(line: str) -> int:
    head = line[:3].strip()
    return int(head) if head.isdigit() and line[3:5] == "  " else -1


def _leaving(step: int, why: type[BaseException] = KeyboardInterrupt) -> Person:
    """Somebody who leaves when a step begins."""
    return Person(leaves=lambda line: why() if _last_step(line) == step else None)


@pytest.mark.parametrize(
    ("why", "step"), [*((Killed, step) for step in range(9)), *((KeyboardInterrupt, step) for step in (0, 2, 4, 8))]
)
def test_stopped_at_any_step(why: type[BaseException], step: int, file: Path) -> None:
    """Ctrl-C says how things are; after a kill the evidence does. Either way --resume ends it, and no call is lost."""
    sandbox = sandbox_of()
    before = shares(sandbox)
    person = _leaving(step, why)
    with pytest.raises(why):
        run(sandbox, _asked(file), person)
    found = written(file)
    Draft202012Validator(SCHEMA).validate(found)
    assert found["state"] == ("interrupted" if why is KeyboardInterrupt else "running")
    if why is KeyboardInterrupt:
        assert "Interrupted." in person.lines
        how = f"To go on:   acgr drill --resume {file} --execute"
        assert (how in person.lines) == (shares(sandbox) != before)
    assert run(sandbox, Asked(resume=file, dry_run=False)) == 0
    assert shares(sandbox) == before
    assert lost(sandbox) == 0
    found = written(file)
    Draft202012Validator(SCHEMA).validate(found)
    assert found["state"] == "done"
    assert len(found["sittings"]) == 2
    assert [one["number"] for one in found["steps"]] == list(range(len(found["steps"])))
    assert {call["region"] for one in found["steps"] for call in one["calls"]} == {SOURCE, REPLICA}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("count", [1, 4, 9, 16])
def test_killed_at_a_request(count: int, after: bool, file: Path) -> None:
    """Killed before a shift reaches Connect, or after: the evidence has it written down, and --resume looks first."""
    sandbox = sandbox_of()
    before = shares(sandbox)
    handle = sandbox.handle
    at_request(sandbox, SHIFTS, "PUT", count, after=after, what=Killed())
    with pytest.raises(Killed):
        run(sandbox, _asked(file))
    sandbox.handle = handle  # type: ignore[method-assign]
    assert written(file)["steps"][-1]["changes"][-1]["outcome"] == "asking"
    assert run(sandbox, Asked(resume=file, dry_run=False)) == 0
    assert (shares(sandbox), lost(sandbox)) == (before, 0)


@pytest.mark.parametrize("step", [2, 6])
def test_resumed_to_go_back(step: int, file: Path) -> None:
    """`--resume --back` goes back from wherever it was; without --execute it only says the steps."""
    sandbox = sandbox_of()
    before = shares(sandbox)
    with pytest.raises(KeyboardInterrupt):
        run(
            sandbox, _asked(file), Person(leaves=lambda line: KeyboardInterrupt() if _last_step(line) == step else None)
        )
    person, so_far = Person(), writes(sandbox)
    assert run(sandbox, Asked(resume=file, back=True), person) == 0
    assert writes(sandbox) == so_far
    assert "The way back of a drill of northwind" in person.lines[0]
    assert run(sandbox, Asked(resume=file, back=True, dry_run=False)) == 0
    assert (shares(sandbox), lost(sandbox)) == (before, 0)
    assert run(sandbox, Asked(resume=file, dry_run=False), person) == 0
    assert person.lines[-1] == "Nothing is left to be done: it is over (done)."


def test_somebody_else_between_two_runs(file: Path) -> None:
    """What somebody else has set since is not written over, unless --force says so."""
    sandbox = sandbox_of()
    before = shares(sandbox)
    with pytest.raises(KeyboardInterrupt):
        run(sandbox, _asked(file), _leaving(3))
    sandbox.change({"do": "distribute", "group": "retail", "shares": {SOURCE: 70, REPLICA: 30}})
    sandbox.clock.sleep(10)
    so_far = writes(sandbox)
    with pytest.raises(ConnectError, match="somebody else has changed it: there is calls eu-west-2 70 %"):
        run(sandbox, Asked(resume=file, back=True, dry_run=False))
    assert writes(sandbox) == so_far
    assert run(sandbox, Asked(resume=file, back=True, dry_run=False, force=True)) == 0
    assert shares(sandbox) == before


@pytest.mark.parametrize("after", [0, 1, 3])
def test_somebody_else_at_the_same_time(after: int, file: Path) -> None:
    """A group that somebody else changes just before the drill does is left as it is: it stops, and says why."""
    sandbox = sandbox_of()
    change = {"do": "distribute", "group": "retail", "shares": {SOURCE: 20, REPLICA: 80}}
    sandbox.faults.add(Fault("UpdateTrafficDistribution", "second-writer", after=after, change=change))
    person = Person()
    code = run(sandbox, _asked(file), person)
    found = written(file)
    Draft202012Validator(SCHEMA).validate(found)
    assert (code, found["state"]) == (1, "stopped")
    assert "somebody else has changed it: there is calls eu-west-2 20 %" in found["said"][0]
    assert shares(sandbox)["retail"][0] == {SOURCE: 20, REPLICA: 80}


def test_a_group_in_the_middle_of_a_change(file: Path) -> None:
    """It is waited for, and where it comes to rest is what was before."""
    sandbox = sandbox_of(distribution_seconds=20.0)
    _sign_in_everywhere(sandbox)
    assert sandbox.world.group("everyone").status == "UPDATE_IN_PROGRESS"
    assert run(sandbox, _asked(file)) == 0
    assert (shares(sandbox)["everyone"][2], lost(sandbox)) == ({SOURCE: True, REPLICA: True}, 0)


def test_a_group_that_cannot_be_used(file: Path) -> None:
    """One that is being deleted is named, with what to do; the others can be drilled without it."""
    scenario = deepcopy(SOUND)
    scenario["groups"].append({"name": "old", "status": "DELETION_FAILED"})
    sandbox = sandbox_of(scenario)
    with pytest.raises(ConnectError, match="old in eu-central-1 is DELETION_FAILED; leave it out: name the others"):
        run(sandbox, _asked(file))
    assert writes(sandbox) == 0
    assert run(sandbox, _asked(file, groups=("retail", "everyone"), force=True)) == 0


def test_a_group_without_numbers(file: Path) -> None:
    """Its traffic is shifted, and nobody calls it."""
    scenario = deepcopy(SOUND)
    scenario["groups"].append({"name": "spare", "members": ["alice.smith"]})
    sandbox = sandbox_of(scenario)
    person = Person()
    assert run(sandbox, _asked(file, groups=("spare", "everyone")), person) == 0
    assert "spare, no numbers, so that nobody can call it" in person.text
    found = written(file)
    assert found["summary"]["numbers_called"] == [NUMBERS[0]]
    assert any(change["group"].endswith(found["groups"][1]["arn"]) for change in found["steps"][1]["changes"])


@pytest.mark.parametrize(
    ("more", "instance", "said"),
    [
        ({"to": "us-east-1"}, "northwind", "us-east-1 is no Region of northwind: it is in eu-west-2 and eu-central-1"),
        ({"groups": ("retial",)}, None, "there are: everyone, retail; did you mean 'retail'?"),
        ({}, "island", "island is not replicated: there is no other Region"),
    ],
)
def test_what_cannot_be_meant(more: dict[str, Any], instance: str | None, said: str, file: Path) -> None:
    """One sentence says why; nothing is written, to Connect or to a file."""
    scenario = deepcopy(SOUND)
    scenario["instances"].append({"alias": "island", "replicated": False})
    sandbox = sandbox_of(scenario)
    with pytest.raises((CommandFailure, ConnectError)) as caught:
        run(sandbox, _asked(file, **more), instance=instance)
    assert said in str(caught.value)
    assert (writes(sandbox), file.exists()) == (0, False)


@pytest.mark.parametrize(
    "operation", ["ListTrafficDistributionGroups", "GetTrafficDistribution", "UpdateTrafficDistribution"]
)
def test_a_missing_permission(operation: str, file: Path) -> None:
    """The action is named, and nothing was changed."""
    sandbox = sandbox_of()
    before = shares(sandbox)
    sandbox.faults.add(Fault(operation, "denied", count=0))
    person = Person()
    try:
        assert run(sandbox, _asked(file), person) == 1
        said = person.text
    except ConnectError as error:
        said = str(error)
    assert f"connect:{operation}" in said
    assert shares(sandbox) == before


def test_calls_that_cannot_be_placed(file: Path) -> None:
    """Where nothing can be proved before the first shift, nothing is shifted; --no-calls does without."""
    sandbox = sandbox_of()
    before = shares(sandbox)
    sandbox.faults.add(Fault("CreateTestCase", "denied", count=0))
    person = Person()
    assert run(sandbox, _asked(file), person) == 3
    assert sandbox.counters.calls("UpdateTrafficDistribution") == 0
    assert "A call is not answered before anything was shifted." in person.text
    assert "allow connect:CreateTestCase to the role" in person.text
    assert written(file)["summary"]["calls"]["not_placed"] == 2
    assert run(sandbox, _asked(file.with_name("other.json"), no_calls=True)) == 0
    assert (shares(sandbox), lost(sandbox)) == (before, 0)
    assert written(file.with_name("other.json"))["summary"]["calls"]["placed"] == 0


def test_a_person_calls(file: Path) -> None:
    """`--ask-to-call`: each number is asked for once a step, with where its calls go; what is typed is the evidence."""
    sandbox = sandbox_of()
    answers = [*["y", f"the menu, in {SOURCE}"] * 2, *["y", ""] * 2, "s", "y", "nothing odd", *["y", ""] * 40]
    person = Person(*answers)
    assert run(sandbox, _asked(file, ask_to_call=True), person) == 0
    found = written(file)
    Draft202012Validator(SCHEMA).validate(found)
    calls = [call for step in found["steps"] for call in step["calls"]]
    assert (calls[0]["by"], calls[0]["said"], calls[0]["region"]) == ("person", f"the menu, in {SOURCE}", SOURCE)
    assert found["summary"]["calls"]["not_placed"] == 1
    assert "(everyone; its calls go to eu-west-2 50 %, eu-central-1 50 %)" in person.text
    refused = Person(*["y", ""] * 4, "n", "silence", *["y", ""] * 20)
    assert run(sandbox, _asked(file.with_name("other.json"), ask_to_call=True), refused) == 3
    assert written(file.with_name("other.json"))["state"] == "went back"


@pytest.mark.parametrize("kind", ["lost-reply", "error-after", "error-before", "throttle"])
def test_lost_answers_and_throttling(kind: str, file: Path) -> None:
    """Each shift is made once, whatever becomes of the answer: it is looked at before it is asked for again."""
    sandbox = sandbox_of()
    before = shares(sandbox)
    sandbox.faults.add(Fault("UpdateTrafficDistribution", kind, count=0, probability=0.5, seed=3))
    assert run(sandbox, _asked(file)) == 0
    assert (shares(sandbox), lost(sandbox)) == (before, 0)
    assert {change["outcome"] for step in written(file)["steps"] for change in step["changes"]} == {"done"}


def test_at_the_usual_rate(file: Path) -> None:
    """Two requests a second, of which others take one: it takes longer, and nothing is lost."""
    sandbox = sandbox_of(rate=2.0, noise=1.0)
    before = shares(sandbox)
    assert run(sandbox, _asked(file)) == 0
    assert (shares(sandbox), lost(sandbox)) == (before, 0)


@pytest.mark.parametrize("member", ["TelephonyConfig", "AgentConfig", "SignInConfig"])
def test_an_answer_that_lacks_members(member: str, file: Path) -> None:
    """Shares that are not shown whole cannot be put back: nothing is shifted."""
    sandbox = sandbox_of()
    handle = sandbox.handle

    def lacking(request: Request) -> Response:
        answer = handle(request)
        if request.method != "GET" or not request.raw_path.startswith(SHIFTS):
            return answer
        shown = json.loads(answer.body)
        shown.pop(member, None)
        return replace(answer, body=json.dumps(shown).encode())

    sandbox.handle = lacking  # type: ignore[method-assign]
    with pytest.raises(ConnectError, match=f"GetTrafficDistribution cannot be read.*{member}"):
        run(sandbox, _asked(file))
    assert writes(sandbox) == 0


def test_a_region_fails_in_the_middle(file: Path) -> None:
    """The replica stops answering in the middle: after its deadline the calls go back, asked for in the source."""
    sandbox = sandbox_of()
    before = shares(sandbox)
    sandbox.faults.add(Fault("UpdateTrafficDistribution", "error-before", region=REPLICA, count=0, after=4))
    assert run(sandbox, _asked(file)) == 3
    assert shares(sandbox) == before
    assert written(file)["state"] == "went back"


def test_evidence_that_cannot_be_written(tmp_path: Path) -> None:
    """Nothing is shifted without it."""
    sandbox = sandbox_of()
    with pytest.raises(OSError, match="No such file"):
        run(sandbox, _asked(tmp_path / "nowhere" / "evidence.json"))
    assert writes(sandbox) == 0


def test_names_are_text(file: Path) -> None:
    """What a group is called, or a person says, is no part of the page's own text."""
    scenario = deepcopy(SOUND)
    scenario["groups"][1]["name"] = "<script>alert(1)</script>"
    scenario["numbers"] = [{**number, "target": "everyone"} for number in scenario["numbers"]]
    assert run(sandbox_of(scenario), _asked(file, force=True)) == 0
    text = file.with_suffix(".html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "http" not in text.replace("http-equiv", "")


def test_what_is_no_evidence(file: Path) -> None:
    """A file that is none is told apart in one sentence."""
    for text, said in {
        "": "is not JSON",
        "[]": "is no evidence of a drill that this version can read",
        '{"version": 2}': "is no evidence of a drill that this version can read",
        '{"version": 1}': "something in it is missing or odd (KeyError: 'kind')",
    }.items():
        file.write_text(text)
        with pytest.raises(CommandFailure) as caught:
            read(file)
        assert said in str(caught.value)
    with pytest.raises(CommandFailure, match=r"absent\.json cannot be read: No such file"):
        read(file.with_name("absent.json"))
