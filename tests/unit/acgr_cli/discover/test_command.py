"""`acgr discover` as it is called: what it writes and prints, its exit codes, and what it refuses."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from acgr_cli import main
from acgr_sandbox import Fault, Request, Response, Sandbox

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
FAST = ("--region", SOURCE, "--requests-per-second", "1000", "--burst", "1000")
FILES = ["Pulumi.prod.yaml", "Pulumi.yaml", "__main__.py", "requirements.txt"]
SCHEMA = json.loads((Path(__file__).parents[4] / "docs" / "discover.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered of the request rate is no other test's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command, fast: exit code, output, errors."""

    def called(*arguments: str) -> tuple[int, str, str]:
        code = main(["discover", *FAST, *arguments])
        wrote = capsys.readouterr()
        return code, wrote.out, wrote.err

    return called


def names(folder: Path) -> list[str]:
    """What is in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def test_a_program(served: Sandbox, run: Any, tmp_path: Path) -> None:
    """The files of a project, whose stack is held to the account; what is said is what to do next."""
    code, out, err = run("--out", str(tmp_path / "new"))
    assert (code, err) == (0, "")
    assert names(tmp_path / "new") == FILES
    assert names(tmp_path) == ["new"]
    assert "Declared: 1 group, 6 numbers, 3 agents." in out
    assert f"cd {tmp_path / 'new'}\n  pulumi install\n  pulumi stack init prod\n" in out
    project = yaml.safe_load((tmp_path / "new/Pulumi.yaml").read_text("utf-8"))
    assert project["name"] == "northwind"
    stack = yaml.safe_load((tmp_path / "new/Pulumi.prod.yaml").read_text("utf-8"))
    assert stack["config"]["aws:allowedAccountIds"] == [served.world.account]
    asked = (tmp_path / "new/requirements.txt").read_text("utf-8").splitlines()
    assert [line.split("<")[0].split(">")[0] for line in asked] == ["pulumi-acgr", "pulumi"]


def test_names_and_credentials(served: Sandbox, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Project and stack are called as they are told; the stack reaches the account as the command did."""
    (tmp_path / "aws").write_text("[ops]\naws_access_key_id = sandbox\naws_secret_access_key = sandbox\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws"))
    out = tmp_path / "out"
    assert run("--out", str(out), "--project", "telephony", "--stack", "live", "--profile", "ops")[0] == 0
    assert yaml.safe_load((out / "Pulumi.yaml").read_text("utf-8"))["name"] == "telephony"
    config = yaml.safe_load((out / "Pulumi.live.yaml").read_text("utf-8"))["config"]
    assert (config["acgr:profile"], config["acgr:burst"]) == ("ops", "1000")


def test_files_that_are_there(served: Sandbox, run: Any, tmp_path: Path) -> None:
    """They are not replaced, and nothing is asked, unless that is told; other files stay in any case."""
    for name in ("__main__.py", "notes"):
        (tmp_path / name).write_text("mine")
    code, out, err = run("--out", str(tmp_path))
    assert (code, out) == (1, "")
    assert err == f"{tmp_path} has __main__.py already: --force replaces them, or choose another folder.\n"
    assert served.counters.calls() == 0
    assert names(tmp_path) == ["__main__.py", "notes"]
    assert run("--out", str(tmp_path), "--force")[0] == 0
    assert names(tmp_path) == [*FILES[:3], "notes", FILES[3]]
    assert (tmp_path / "notes").read_text() == "mine"
    assert "GlobalResiliency" in (tmp_path / "__main__.py").read_text()


def test_data(served: Sandbox, run: Any) -> None:
    """YAML and JSON say the same, and what the schema says; nothing is written."""
    code, out, err = run("--format", "json")
    assert (code, err) == (0, "")
    data = json.loads(out)
    Draft202012Validator(SCHEMA).validate(data)
    assert yaml.safe_load(run("--format", "yaml")[1]) == data
    assert yaml.safe_load(run()[1]) == data
    assert sum(len(group["numbers"]) for group in data["groups"]) == 6
    assert {one["why"] for one in data["left_out"]} == {"on-instance", "nothing-on-it"}


def test_findings_and_what_is_unread(served: Sandbox, run: Any, tmp_path: Path) -> None:
    """3 where something cannot be declared; 4 where something could not be read, which comes first. Both write."""
    on_group = next(number for number in served.world.numbers.values() if number.target in served.world.groups)
    on_group.flows.clear()
    code, out, _ = run("--out", str(tmp_path / "a"))
    assert code == 3
    assert f"Number {on_group.e164} on " in out
    served.faults.add(Fault(operation="ListUsers", kind="denied", count=0))
    code, out, _ = run("--out", str(tmp_path / "b"))
    assert code == 4
    assert f"users in {SOURCE}, which the role may not read: allow connect:ListUsers." in out
    assert names(tmp_path / "a") == names(tmp_path / "b") == FILES
    code, out, _ = run("--format", "json")
    assert code == 4
    data = json.loads(out)
    Draft202012Validator(SCHEMA).validate(data)
    assert {one["action"] for one in data["unread"]} == {"connect:ListUsers"}
    assert {"no-flow"} < {one["why"] for one in data["left_out"]}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--out", "x", "--format", "json"), 2, "give one of them"),
        (("--include", "retail"), 2, "is not KIND:PATTERN"),
        (("--exclude", "team:x"), 2, "KIND is one of group, number, agent"),
        (("--stack", "a/b"), 2, "has something else in it than letters"),
        (("--project", "a b"), 2, "has something else in it than letters"),
        (("--out", "/nowhere/at/all"), 1, "/nowhere/at is no folder: make it first."),
        (("--out", __file__), 1, "is no folder."),
        (("--instance", "northwnd"), 1, "did you mean 'northwind'?"),
        (
            ("--instance", f"arn:aws:connect:{SOURCE}:999922223333:instance/11111111-2222-4333-8444-555555555555"),
            1,
            "The credentials belong to account 111122223333",
        ),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], code: int, said: str, served: Sandbox, run: Any) -> None:
    """What cannot be meant, and another account, is one sentence."""
    ended, out, err = run(*arguments)
    assert (ended, out) == (code, "")
    assert said in err


def test_an_instance_without_a_replica(served: Sandbox, run: Any, tmp_path: Path) -> None:
    """It has no groups: that is said, and no program is written."""
    for instance in served.world.instances.values():
        instance.replica = None
    served.world.groups.clear()
    served.world.numbers.clear()
    code, out, err = run("--instance", "northwind", "--out", str(tmp_path / "new"))
    assert (code, out) == (1, "")
    assert err.startswith("Instance northwind in eu-west-2 is not replicated: there are no traffic distribution groups")
    assert names(tmp_path) == []


def test_a_folder_in_the_way(served: Sandbox, run: Any, tmp_path: Path) -> None:
    """A folder of the name of a file is never replaced."""
    (tmp_path / "__main__.py").mkdir()
    code, _, err = run("--out", str(tmp_path), "--force")
    assert (code, err) == (1, f"{tmp_path / '__main__.py'} is no file: it is not replaced.\n")


def heed_interrupts() -> None:
    """What runs in the background of a shell is started deaf to Ctrl-C, and with it what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c(served: Sandbox, tmp_path: Path) -> None:
    """In the middle of reading: it ends with 130, says nothing of Python, and leaves no folder."""
    kept, begun = served.handle, threading.Event()

    def handle(request: Request) -> Response:
        if served.counters.calls() >= 6:  # the pair is known: the lists are being read, at two requests a second
            begun.set()
        return kept(request)

    served.handle = handle  # type: ignore[method-assign]
    program = "import sys; from acgr_cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "discover", "--region", SOURCE, "--out", str(tmp_path / "new")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, preexec_fn=heed_interrupts) as process:
        assert begun.wait(60)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert names(tmp_path) == []
