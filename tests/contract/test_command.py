"""`acgr sandbox` and `python -m acgr_sandbox`, as processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from acgr_sandbox.control import Control

SCENARIO = Path(__file__).parents[2] / "examples/sandbox/contact-centre.yaml"
Acgr = Callable[..., "subprocess.CompletedProcess[str]"]


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import sys; from acgr_cli import main; sys.exit(main())", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )


@pytest.fixture
def acgr(tmp_path: Path) -> Iterator[Acgr]:
    """Runs `acgr sandbox ACTION` on a folder of the test's own, and stops what it started."""

    def run(action: str, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return _run("sandbox", action, "--folder", str(tmp_path / "state"), *more, **environment)

    yield run
    run("stop")


def _url(tmp_path: Path) -> str:
    return str(json.loads((tmp_path / "state/sandbox.json").read_text())["url"])


def test_policies(acgr: Acgr, tmp_path: Path) -> None:
    """`--iam-policy` holds all callers to a policy, or those with one access key; what is none is one sentence."""
    allowed, denied = tmp_path / "allowed.json", tmp_path / "denied.json"
    for file, effect in ((allowed, "Allow"), (denied, "Deny")):
        statement = {"Effect": effect, "Action": "*", "Resource": "*"}
        file.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), encoding="utf-8")
    asked = ("aws", "connect", "list-instances")
    policies = ("--iam-policy", str(denied), "--iam-policy", f"sandbox={allowed}")
    assert acgr("run", *policies, "--", *asked).returncode == 0
    refused = acgr("run", *policies, "--", "env", "AWS_ACCESS_KEY_ID=other", *asked)
    assert "user/other is not authorized to perform: connect:ListInstances" in refused.stderr
    denied.write_text("{}", encoding="utf-8")
    started = acgr("start", "--iam-policy", str(denied))
    assert started.returncode == 1
    assert "Policy of everybody: A policy's Version is 2012-10-17, not None." in started.stderr
    assert "cannot be read as a policy" in acgr("start", "--iam-policy", "absent.json").stderr


def test_a_life(acgr: Acgr, tmp_path: Path) -> None:
    """Start, start again, status, stop, stop again: each says what is the case and ends with 0."""
    started = acgr("start", "--scenario", str(SCENARIO))
    assert started.returncode == 0, started.stderr
    assert "12 numbers, 40 agents, 8 flows" in started.stdout
    assert "running already" in acgr("start").stdout
    status = acgr("status")
    assert "It has not been asked anything." in status.stdout
    assert "No number is dark." in status.stdout
    stopped = acgr("stop")
    assert (stopped.returncode, "world.json" in stopped.stdout) == (0, True)
    assert not (tmp_path / "state/sandbox.json").exists()
    again = acgr("stop")
    assert (again.returncode, again.stdout) == (0, "No sandbox is running.\n")
    assert acgr("status").returncode == 1


def test_the_world_is_kept(acgr: Acgr, tmp_path: Path) -> None:
    """What was written survives a stop, what was due meanwhile has happened, and reset goes back to the scenario."""
    acgr("start", "--scenario", str(SCENARIO), "--switch", "claim_seconds=0", "--rate", "0")
    environment = dict(
        line.removeprefix("export ").split("=", 1)
        for line in acgr("env").stdout.splitlines()
        if line.startswith("export ")
    )
    move = """if True:
        import boto3
        connect = boto3.client("connect")
        groups = connect.list_traffic_distribution_groups()["TrafficDistributionGroupSummaryList"]
        retail = next(group["Arn"] for group in groups if group["Name"] == "retail")
        number = connect.list_phone_numbers_v2()["ListPhoneNumbersSummaryList"][0]["PhoneNumberId"]
        connect.update_phone_number(PhoneNumberId=number, TargetArn=retail)
        print(number, connect.describe_phone_number(PhoneNumberId=number)["ClaimedPhoneNumberSummary"]["TargetArn"])
    """
    done = subprocess.run(
        [sys.executable, "-c", move], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    number, target = done.stdout.split()
    acgr("stop")
    assert "goes on with the world it had" in acgr("start").stdout
    control = Control(_url(tmp_path))
    assert target.endswith(control.world()["numbers"][number]["target"])
    assert "has no flow in eu-central-1" in acgr("status").stdout
    assert acgr("reset").returncode == 0
    assert control.dark_numbers() == []
    acgr("stop")
    assert "begins with its scenario" in acgr("reset").stdout
    assert not (tmp_path / "state/world.json").exists()


def test_run(acgr: Acgr, tmp_path: Path) -> None:
    """A command runs against a sandbox of its own, whatever the user's AWS settings, and its exit code is ours."""
    program = """if True:
        import boto3, sys
        print(boto3.client("sts").get_caller_identity()["Account"])
        print(boto3.client("connect").list_instances()["InstanceSummaryList"][0]["InstanceAlias"])
        sys.exit(7)
    """
    done = acgr(
        "run",
        "--scenario",
        str(SCENARIO),
        "--",
        sys.executable,
        "-c",
        program,
        AWS_PROFILE="production",
        AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true",
        AWS_SESSION_TOKEN="token",
        HTTP_PROXY="http://127.0.0.1:9",
        http_proxy="http://127.0.0.1:9",
    )
    assert (done.returncode, done.stdout) == (7, "111122223333\nnorthwind\n"), done.stderr
    assert not (tmp_path / "state/sandbox.json").exists()


def test_run_uses_one_that_runs(acgr: Acgr, tmp_path: Path) -> None:
    """In a folder with a running sandbox the command uses that one and leaves it running."""
    acgr("start")
    done = acgr("run", "--", sys.executable, "-c", "import os; print(os.environ['AWS_ENDPOINT_URL_CONNECT'])")
    assert done.stdout.strip() == _url(tmp_path)
    assert acgr("status").returncode == 0


def test_calls(acgr: Acgr, tmp_path: Path) -> None:
    """Calls come in from the start on, while the command of `run` runs, and one by one; what is lost is in `status`."""
    started = acgr("start", "--scenario", str(SCENARIO), "--clock", "manual", "--calls", "5/s")
    assert "Calls come in at 5/s." in started.stdout, started.stderr
    control = Control(_url(tmp_path))
    control.advance(60)
    control.change({"do": "clear-flow", "number": "+442079460001"})
    called = acgr("call", "+442079460001")
    assert (called.returncode, "no flow is set" in called.stdout) == (1, True)
    assert acgr("call", "+442079460002", "--count", "9", "--rate", "100").returncode == 0
    assert "Phone calls: 309 answered, 1 lost; they come in at 5/s." in acgr("status").stdout
    acgr("run", "--calls", "60/min", "--", sys.executable, "-c", "pass")
    assert control.status()["calls_stream"] == "60/min"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("start", "--scenario", "nowhere.yaml"), "There is no scenario nowhere.yaml."),
        (("start", "--switch", "nonsense=1"), "There is no switch 'nonsense'"),
        (("start", "--switch", "mirroring"), "--switch takes NAME=VALUE"),
        (("start", "--rate", "fast"), "Switch rate is 'fast'; it takes a number of 0 or more."),
        (("start", "--calls", "many"), "'many' is no rate of calls; write calls a second: 5/s"),
        (("call", "+442079460001"), "No sandbox is running"),
        (("run", "--", "no-such-command"), "There is no command 'no-such-command'."),
        (("run",), "Say what to run"),
        (("env",), "No sandbox is running"),
    ],
)
def test_mistakes(more: tuple[str, ...], sentence: str, acgr: Acgr) -> None:
    """A mistake is one sentence with the remedy, no traceback, and a code that is not 0."""
    done = acgr(*more)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_taken_port(acgr: Acgr) -> None:
    """A taken port is one sentence with the remedy."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = acgr("start", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "choose another with --port, or 0 for a free one" in done.stderr


def test_after_a_violent_end(acgr: Acgr, tmp_path: Path) -> None:
    """A ready file whose process is dead is announced and cleared, and the world is still there."""
    acgr("start", "--scenario", str(SCENARIO))
    os.kill(json.loads((tmp_path / "state/sandbox.json").read_text())["pid"], signal.SIGKILL)
    done = acgr("start")
    assert done.returncode == 0
    assert "has died without cleaning up" in done.stderr
    assert "12 numbers" in done.stdout


def test_a_ready_file_of_another_kind(acgr: Acgr, tmp_path: Path) -> None:
    """A ready file that is none is named, and left for the user to remove."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state/sandbox.json").write_text("nonsense")
    done = acgr("start")
    assert done.returncode == 1
    assert "remove it" in done.stderr
    (tmp_path / "state/sandbox.json").unlink()


def test_the_module(tmp_path: Path) -> None:
    """The module writes its ready file once it listens, warns of open doors, and ends at SIGTERM with 0."""
    ready = tmp_path / "ready.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "acgr_sandbox", "--ready", str(ready), "--host", "0.0.0.0", "--clock", "manual"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    lines = [process.stderr.readline(), process.stderr.readline()]
    assert "whoever reaches this machine" in lines[0]
    assert "Amazon Connect is imitated at" in lines[1]
    port = lines[1].rstrip(".\n").rsplit(":", 1)[1]
    assert Control(f"http://127.0.0.1:{port}").advance(5) == 1_700_000_005.0
    facts = json.loads(ready.read_text())
    assert (facts["pid"], facts["account"]) == (process.pid, "111122223333")
    assert facts["regions"] == ["eu-west-2", "eu-central-1"]
    process.terminate()
    assert process.wait(timeout=30) == 0
    process.stderr.close()
    assert not ready.exists()
