"""`acgr drill --failover` and `--failback`: everything at once, asked for in the Region that takes the calls alone."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
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
    WRITES,
    Killed,
    Person,
    at_request,
    lost,
    sandbox_of,
    shares,
    written,
)
from jsonschema import Draft202012Validator
from surroundings import connection_to

from acgr_cli import main
from acgr_cli.connected import Reach
from acgr_cli.drill.commands import Asked, carry_out
from acgr_cli.failure import CommandFailure
from acgr_connect.model.errors import ConnectError
from acgr_sandbox import Fault, Request, Response, Sandbox, Switches, load_scenario
from acgr_sandbox.server import Server

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/drill-evidence.schema.json").read_text(encoding="utf-8"))
ALL_AWAY = {SOURCE: 0, REPLICA: 100}
ALL_HOME = {SOURCE: 100, REPLICA: 0}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the evidence goes."""
    return tmp_path / "evidence.json"


def _asked(file: Path, **more: Any) -> Asked:
    return Asked(**{"to": REPLICA, "kind": "failover", "evidence": file, **more})


def _run(sandbox: Sandbox, asked: Asked, person: Person | None = None, instance: str | None = None) -> int:
    """As on the night itself: nobody has said in which Region anything is."""
    return carry_out(Reach(connection_to(sandbox), instance, ()), asked, person or Person())


def _evidence(file: Path) -> dict[str, Any]:
    found = written(file)
    Draft202012Validator(SCHEMA).validate(found)
    return found


@pytest.mark.parametrize("instance", [None, "northwind-eu-central-1", "id", "arn"])
def test_the_source_is_down(instance: str | None, file: Path) -> None:
    """Calls, agents and sign-in go within seconds, and nobody asks the source, or STS, anything before."""
    sandbox = sandbox_of()
    sandbox.faults.add(Fault(kind="reset", region=SOURCE, count=0))
    world = next(iter(sandbox.world.instances.values()))
    arn = f"arn:aws:connect:{SOURCE}:111122223333:instance/{world.id}"
    began, person = sandbox.clock.now(), Person()
    assert _run(sandbox, _asked(file), person, {"id": world.id, "arn": arn}.get(str(instance), instance)) == 0
    assert sandbox.counters.calls(region=SOURCE) == 0
    assert person.questions == ["Do it?"]
    asked = [str(event["operation"]) for event in sandbox.events.after() if event["kind"] == "call"]
    until_the_last = len(asked) - asked[::-1].index("UpdateTrafficDistribution")
    assert until_the_last == (5 if instance != "northwind-eu-central-1" else 7)  # an alias has to be looked up
    assert {name: (calls, agents) for name, (calls, agents, _) in shares(sandbox).items()} == {
        "everyone": (ALL_AWAY, ALL_AWAY),
        "retail": (ALL_AWAY, ALL_AWAY),
    }
    assert shares(sandbox)["everyone"][2] == {SOURCE: False, REPLICA: True}
    assert lost(sandbox) == 0
    found = _evidence(file)
    assert (found["kind"], found["state"], found["alias"]) == ("failover", "done", "northwind-eu-central-1")
    assert found["sittings"][0]["by"] == "arn:aws:iam::111122223333:user/sandbox"
    (step,) = found["steps"]
    assert all(change["seconds"] < 15 for change in step["changes"])
    assert sandbox.clock.now() - began < 60
    assert found["summary"]["calls"]["by_region"] == {REPLICA: {"placed": 2, "answered": 2}}
    assert found["groups"][0]["before"]["calls"] == ALL_HOME


def test_it_asks_once_and_no_is_no(file: Path) -> None:
    """What would happen is shown first; without a yes, or with --dry-run, nothing happens."""
    sandbox = sandbox_of()
    before, person = shares(sandbox), Person(agrees=False)
    assert _run(sandbox, _asked(file), person) == 0
    assert "Failover of" in person.lines[0]
    assert "all calls of everyone, retail go to eu-central-1 at once" in person.lines[0]
    assert _run(sandbox, _asked(file, dry_run=True)) == 0
    assert sum(sandbox.counters.calls(operation) for operation in WRITES) == 0
    assert (shares(sandbox), file.exists()) == (before, False)


def test_and_back_step_by_step(file: Path) -> None:
    """When the source is there again, `--resume --back` puts back what was, in steps and without a lost call."""
    sandbox = sandbox_of()
    before = shares(sandbox)
    sandbox.faults.add(Fault(kind="reset", region=SOURCE, count=0))
    assert _run(sandbox, _asked(file)) == 0
    with pytest.raises(ConnectError):
        _run(sandbox, Asked(resume=file, back=True, dry_run=False))
    sandbox.faults.clear()
    assert _run(sandbox, Asked(resume=file, back=True, dry_run=False, step=50)) == 0
    assert (shares(sandbox), lost(sandbox)) == (before, 0)
    found = _evidence(file)
    assert (len(found["steps"]), len(found["sittings"]), found["state"]) == (5, 2, "done")


def test_failback(file: Path) -> None:
    """`--failback` puts everything into the source Region in one step; agents may sign in in both, as in calm times."""
    sandbox = sandbox_of()
    assert _run(sandbox, _asked(file)) == 0
    other = file.with_name("back.json")
    reach = Reach(connection_to(sandbox), None, (REPLICA,))
    assert carry_out(reach, Asked(kind="failback", evidence=other), Person()) == 0
    assert {calls[SOURCE] for calls, _, _ in shares(sandbox).values()} == {100}
    assert shares(sandbox)["everyone"][2] == {SOURCE: True, REPLICA: True}
    assert (lost(sandbox), _evidence(other)["terms"]["to"]) == (0, SOURCE)
    with pytest.raises(CommandFailure, match="--failback goes to the source Region, eu-west-2"):
        _run(sandbox, _asked(file.with_name("third.json"), kind="failback"))


def test_nothing_is_left_to_be_done(file: Path) -> None:
    """Where all is there already nothing is asked for."""
    sandbox = sandbox_of()
    assert _run(sandbox, _asked(file)) == 0
    count = sandbox.counters.calls("UpdateTrafficDistribution")
    assert _run(sandbox, _asked(file.with_name("again.json"))) == 0
    assert sandbox.counters.calls("UpdateTrafficDistribution") == count


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("why", [KeyboardInterrupt, Killed])
def test_stopped_in_the_middle(why: type[BaseException], after: bool, file: Path) -> None:
    """What was asked for stands in the evidence, and --resume shifts the rest."""
    sandbox = sandbox_of()
    handle = sandbox.handle
    at_request(sandbox, "/traffic-distribution/", "PUT", 2, after=after, what=why())
    person = Person()
    with pytest.raises(why):
        _run(sandbox, _asked(file), person)
    sandbox.handle = handle  # type: ignore[method-assign]
    assert [change["outcome"] for change in _evidence(file)["steps"][0]["changes"]] == (
        ["asked", "asking"] if why is KeyboardInterrupt else ["asking", "asking"]
    )
    if why is KeyboardInterrupt:
        assert f"To go on:   acgr drill --resume {file} --execute" in person.lines
    sandbox.clock.sleep(10)
    assert _run(sandbox, Asked(resume=file, dry_run=False)) == 0
    assert {calls[REPLICA] for calls, _, _ in shares(sandbox).values()} == {100}
    assert _evidence(file)["state"] == "done"


@pytest.mark.parametrize("seconds", [3.0, 20.0])
def test_a_group_that_others_are_changing(seconds: float, file: Path) -> None:
    """An update under way is waited for, the other groups go at once, and what was asked for holds in the end."""
    sandbox = sandbox_of(distribution_seconds=seconds)
    sandbox.change({"do": "distribute", "group": "everyone", "shares": {SOURCE: 70, REPLICA: 30}})
    assert _run(sandbox, _asked(file)) == 0
    assert {calls[REPLICA] for calls, _, _ in shares(sandbox).values()} == {100}
    assert lost(sandbox) == 0


def test_somebody_who_undoes_it(file: Path) -> None:
    """What somebody else sets just before is written over: this is the night, and the person said so."""
    sandbox = sandbox_of()
    change = {"do": "distribute", "group": "retail", "shares": ALL_HOME}
    sandbox.faults.add(Fault("UpdateTrafficDistribution", "second-writer", count=2, change=change))
    assert _run(sandbox, _asked(file)) == 0
    assert {calls[REPLICA] for calls, _, _ in shares(sandbox).values()} == {100}


def test_one_group_cannot_be_shifted(file: Path) -> None:
    """It holds up no other one; the end is 4, and the evidence and the screen say which, and why."""
    scenario = deepcopy(SOUND)
    scenario["groups"].append({"name": "old", "status": "DELETION_FAILED"})
    sandbox = sandbox_of(scenario)
    person = Person()
    assert _run(sandbox, _asked(file), person) == 4
    assert {name: calls[REPLICA] for name, (calls, _, _) in shares(sandbox).items()} == {
        "everyone": 100,
        "old": 0,
        "retail": 100,
    }
    assert any(line.startswith("  old: NOT SHIFTED: ") for line in person.lines)
    found = _evidence(file)
    assert found["state"] == "stopped"
    assert next(part for part in found["groups"] if part["name"] == "old")["before"] is None


@pytest.mark.parametrize("kind", ["lost-reply", "error-after", "error-before", "throttle"])
def test_lost_answers_and_throttling(kind: str, file: Path) -> None:
    """Whatever becomes of an answer, the calls have gone in the end."""
    sandbox = sandbox_of()
    sandbox.faults.add(Fault("UpdateTrafficDistribution", kind, count=6))
    assert _run(sandbox, _asked(file)) == 0
    assert {calls[REPLICA] for calls, _, _ in shares(sandbox).values()} == {100}


@pytest.mark.parametrize(
    "operation", ["GetTrafficDistribution", "ListPhoneNumbersV2", "CreateTestCase", "DescribeInstance"]
)
def test_what_may_not_be_read(operation: str, file: Path) -> None:
    """What is only of use to the evidence does not hold up the calls."""
    sandbox = sandbox_of()
    sandbox.faults.add(Fault(operation, "denied", count=0))
    code = _run(sandbox, _asked(file))
    assert {calls[REPLICA] for calls, _, _ in shares(sandbox).values()} == {100}
    assert code in {0, 1, 3, 4}
    _evidence(file)


def test_a_missing_permission(file: Path) -> None:
    """The action is named; nothing was shifted: 1."""
    sandbox = sandbox_of()
    before, person = shares(sandbox), Person()
    sandbox.faults.add(Fault("UpdateTrafficDistribution", "denied", count=0))
    assert _run(sandbox, _asked(file), person) == 1
    assert "connect:UpdateTrafficDistribution" in person.text
    assert shares(sandbox) == before


def test_answers_that_lack_members(file: Path) -> None:
    """Shares that are not shown: everything goes all the same, and the evidence says what is not known."""
    sandbox = sandbox_of()
    handle = sandbox.handle

    def lacking(request: Request) -> Response:
        answer = handle(request)
        if request.method != "GET" or not request.raw_path.startswith("/traffic-distribution/"):
            return answer
        shown = json.loads(answer.body)
        shown.pop("AgentConfig")
        return replace(answer, body=json.dumps(shown).encode())

    sandbox.handle = lacking  # type: ignore[method-assign]
    assert _run(sandbox, _asked(file)) == 0
    assert _evidence(file)["groups"][0]["before"] is None
    with pytest.raises(CommandFailure, match="What was before is not known of everyone, retail: use --failback"):
        _run(sandbox, Asked(resume=file, back=True))
    assert {agents[REPLICA] for _, agents, _ in shares(sandbox).values()} == {100}


def test_evidence_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The calls go all the same; that there is no evidence is said once, and the end is 4."""
    sandbox = sandbox_of()
    assert _run(sandbox, _asked(tmp_path / "nowhere" / "evidence.json")) == 4
    assert {calls[REPLICA] for calls, _, _ in shares(sandbox).values()} == {100}
    assert capsys.readouterr().err.count("cannot be written") == 1


@pytest.mark.parametrize(
    ("to", "instance", "said"),
    [
        (REPLICA, "northwind", "there are: northwind-eu-central-1; the replica may have an alias of its own"),
        ("us-east-1", None, "us-east-1 shows no traffic distribution group"),
    ],
)
def test_not_there(to: str, instance: str | None, said: str, file: Path) -> None:
    """An instance that the Region does not show, or a Region that has nothing of it: one sentence."""
    with pytest.raises((CommandFailure, ConnectError), match=said):
        _run(sandbox_of(), _asked(file, to=to), instance=instance)
    assert not file.exists()


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox behind HTTP, to which the environment leads."""
    sandbox = Sandbox(load_scenario(SOUND), switches=Switches(rate=0, distribution_seconds=0.2, test_seconds=0.1))
    server = Server(sandbox)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ENDPOINT_URL_CONNECT": server.url,
        "AWS_ENDPOINT_URL_STS": server.url,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": SOURCE,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    yield sandbox
    server.shutdown()
    thread.join()
    server.server_close()


def _drill(*arguments: str) -> int:
    return main(["drill", "--requests-per-second", "500", "--burst", "500", *arguments])


def test_the_command(served: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """A dry run, a failover without a terminal, the same with --yes; the files are named after the time."""
    before = shares(served)
    assert _drill("--to", REPLICA, "--json") == 0
    answer = capsys.readouterr()
    assert len(json.loads(answer.out)["planned"]) == 24
    assert "Nothing was changed. --execute does it." in answer.err
    assert _drill("--to", REPLICA, "--failover") == 1
    assert "nobody is at a terminal to be asked" in capsys.readouterr().err
    assert (shares(served), os.listdir()) == (before, [])
    assert _drill("--to", REPLICA, "--failover", "--yes") == 0
    assert {calls[REPLICA] for calls, _, _ in shares(served).values()} == {100}
    names = sorted(os.listdir())
    assert [Path(name).suffix for name in names] == [".html", ".json"]
    assert all(name.startswith("acgr-failover-") for name in names)
    capsys.readouterr()
    served.stream_calls("20/s")
    assert (
        _drill(
            "--resume", names[1], "--back", "--hold", "0", "--step", "100", "--no-calls", "--execute", "--yes", "--json"
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out)["summary"]["calls"]["lost"] == 0
    assert (shares(served), lost(served, NUMBERS)) == (before, 0)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "Say with --to which Region"),
        (["--to", REPLICA, "--percent", "55"], 2, "Connect takes tens: 10, 20, … 100, and not 55."),
        (["--to", REPLICA, "--step", "0"], 2, "Connect takes tens"),
        (["--to", REPLICA, "--hold", "-1"], 2, "--hold"),
        (["--to", REPLICA, "--ask-to-call", "--no-calls"], 2, "exclude each other"),
        (["--to", REPLICA, "--back"], 2, "--back goes with --resume"),
        (["--to", REPLICA, "--evidence", "x.html"], 2, "a file that ends in .json"),
        (["--resume", "x.json", "--to", REPLICA], 2, "--resume takes Region and groups from its file"),
        (["--resume", "absent.json"], 1, "absent.json cannot be read: No such file or directory."),
        (["--to", REPLICA, "--ask-to-call", "--execute"], 1, "--ask-to-call takes a terminal"),
        (["--to", REPLICA, "--group", "nobody"], 1, "there are: everyone, retail"),
        (["--to", REPLICA, "--profile", "nobody"], 1, "nobody"),
    ],
)
def test_bad_input(
    arguments: list[str], code: int, said: str, served: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence says what is wrong; nothing is written anywhere."""
    assert _drill(*arguments) == code
    assert said in capsys.readouterr().err
    assert os.listdir() == []
    assert served.counters.calls("UpdateTrafficDistribution") == 0
