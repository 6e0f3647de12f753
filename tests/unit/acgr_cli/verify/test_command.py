"""`acgr verify` as it is called."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from acgr_cli import main
from acgr_cli.clock import poll
from acgr_cli.exit_codes import DONE, FAILED, FOUND, INTERRUPTED, PARTIAL, WRONG_USAGE
from acgr_sandbox import Fault, Sandbox
from acgr_sandbox.server import Server

FAST = ("--requests-per-second", "100000", "--burst", "100000")


@pytest.fixture
def served(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A contact centre that AWS clients of this process reach."""
    server = Server(sandbox)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "sandbox")
    for service in ("CONNECT", "STS"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", server.url)
    monkeypatch.setenv("ACGR_CACHE", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", sandbox.world.source_region)
    yield sandbox
    server.shutdown()
    thread.join()
    server.server_close()


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["verify", *FAST, *arguments])
    wrote = capsys.readouterr()
    return code, wrote.out, wrote.err


def _number(sandbox: Sandbox) -> str:
    """One that is on a group and answers."""
    world = sandbox.world
    return next(n.e164 for n in world.numbers.values() if n.target in world.groups and n.flow_in(world.source_region))


def test_the_contact_centre(served: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """What is dark is found in every format, and is no error of the command; then `--restore` gives it its flow."""
    number = _number(served)
    served.world.number(number).flows[served.world.replica_region].flow_id = None
    code, out, err = _run(capsys)
    assert (code, err) == (FOUND, "")
    assert f"error ACGR201: {number} has no flow in {served.world.replica_region}" in out
    for form in ("json", "junit", "sarif", "markdown"):
        code, out, err = _run(capsys, "--format", form)
        assert (code, err) == (FOUND, "")
        assert "ACGR201" in out
    code, out, err = _run(capsys, "--restore", "--yes", "--json")
    restored = [one for one in json.loads(out)["restored"] if one["number"] == number]
    assert [(one["region"], one["known_by"]) for one in restored] == [(served.world.replica_region, "the other Region")]
    assert restored[0]["flow"]
    assert f"  {number} in {served.world.replica_region}: flow " in err


def test_a_region_is_down(served: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code says that something is not known, unless what is known is bad enough."""
    served.faults.add(Fault(kind="reset", region=served.world.replica_region, count=0))
    code, out, _ = _run(capsys, "--json", "--ignore", "ACGR201", "--ignore", "ACGR301")
    errors = json.loads(out)["summary"]["error"]
    assert code == (FOUND if errors else PARTIAL)
    assert {one["region"] for one in json.loads(out)["unread"]} == {served.world.replica_region}


def test_who_is_at_no_terminal(served: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written without --yes, and the sentence says so."""
    served.world.number(_number(served)).flows[served.world.replica_region].flow_id = None
    for asked in (("--restore",), ("--call", "--number", _number(served))):
        code, out, err = _run(capsys, *asked)
        assert (code, out) == (FAILED, "")
        assert "Nobody is at a terminal to be asked: add --yes, and it is done.\n" in err


def test_no_such_instance(served: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence says what there is."""
    code, out, err = _run(capsys, "--instance", "nowhere")
    assert (code, out) == (FAILED, "")
    assert "there is none of that alias; there are: " in err
    assert "Traceback" not in err


def test_a_profile_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """It is named."""
    code, _, err = _run(capsys, "--profile", "nobody-has-this", "--region", "eu-west-2")
    assert code == FAILED
    assert "nobody-has-this" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--ignore", "ACGR999"), "there is no ACGR999; docs/findings.md has them all"),
        (("--quota", "numbers=5"), "write NAME=N, with a NAME of phone-numbers, users, flows"),
        (("--quota", "users=0"), "write NAME=N"),
        (("--quota", "users=many"), "write NAME=N"),
        (("--flow", "Sales"), "--flow goes with --restore"),
        (("--restore", "--flow", "arn:aws:s3:::x"), "is not an Amazon Connect ARN"),
        (("--number", "+44*"), "--number and --call-content go with --restore or --call"),
        (("--call-content", "x.json"), "--number and --call-content go with --restore or --call"),
        (("--format", "xml"), "'xml' is not one of"),
        (("--fail-on", "never"), "'never' is not one of"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said before anything is asked of Connect."""
    code, out, err = _run(capsys, *arguments)
    assert (code, out) == (WRONG_USAGE, "")
    assert said in " ".join(err.split())


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        ("--expect", None, "cannot be read: No such file or directory"),
        ("--expect", b"nonsense", "This is not what `pulumi stack export` writes"),
        ("--expect", b"\xff\xfe", "it is not text in UTF-8"),
    ],
)
def test_a_file_that_is_none(
    option: str, text: bytes | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told before anything is asked of Connect."""
    file = tmp_path / "stack.json"
    if text is not None:
        file.write_bytes(text)
    code, out, err = _run(capsys, option, str(file))
    assert (code, out) == (FAILED, "")
    assert said in err


def test_no_region(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing says the Region, that is asked for."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    code, _, err = _run(capsys)
    assert code == FAILED
    assert "--region" in err


def test_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """Each code of the command is documented."""
    assert main(["verify", "--help"]) == DONE
    text = capsys.readouterr().out
    assert all(f"  {code} " in text for code in (0, 1, 2, 3, 4, 130))


def heed_interrupts() -> None:
    """What runs in the background of a shell is started deaf to Ctrl-C, and with it what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_while_calls_run(served: Sandbox) -> None:
    """A real interrupt of a real process: the test cases that it has made are gone when it ends."""
    served.switches = served.switches.with_values({"test_seconds": 300.0})
    arguments = ["verify", *FAST, "--quick", "--call", "--yes"]
    program = [sys.executable, "-c", "import sys; from acgr_cli import main; sys.exit(main(sys.argv[1:]))"]
    nowhere = subprocess.DEVNULL
    command = [*program, *arguments]
    with subprocess.Popen(command, stdout=nowhere, stderr=nowhere, preexec_fn=heed_interrupts) as process:
        for _ in poll(0.05, until=60):
            if served.world.test_executions or process.poll() is not None:
                break
        assert served.world.test_cases
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == INTERRUPTED
    assert served.world.test_cases == {}


class _Terminal(io.StringIO):
    """Somebody who answers."""

    def isatty(self) -> bool:
        """There is somebody."""
        return True


@pytest.mark.parametrize(("answer", "flow"), [("y", True), ("n", False), ("", False)])
def test_who_is_asked(
    answer: str, flow: bool, served: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only a yes is a yes, and what was not done is told."""
    number, replica = _number(served), served.world.replica_region
    served.world.number(number).flows[replica].flow_id = None
    monkeypatch.setattr("sys.stdin", _Terminal(f"{answer}\n"))
    _, out, err = _run(capsys, "--restore", "--number", number)
    assert "Give it that flow? [y/N]: " in err
    assert bool(served.world.number(number).flow_in(replica)) is flow
    assert (f"{number} in {replica}: it is dark still: it was not done: nobody said yes" in out) is not flow
