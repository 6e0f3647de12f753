"""The files that keep a world: what was answered is in them, whenever the process ends."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from acgr_sandbox import Delay, ManualClock, Request, Sandbox, Switches, load_scenario, snapshot
from acgr_sandbox.kept_world import KeptWorld, kept, writes_beside

CENTRE = Path(__file__).parents[3] / "examples/sandbox/contact-centre.yaml"
NUMBER = "+442079460005"
SCOPE = "AWS4-HMAC-SHA256 Credential={}/20261121/{}/connect/aws4_request, Signature=0"
REGIONS = ("eu-west-2", "eu-central-1")


def _sandbox(path: Path, *, most_writes: int = 1000, **switches: Any) -> Sandbox:
    times = {"claim_seconds": Delay("3..5"), "mirror_seconds": Delay("2x1,1x3..9"), **switches}
    keeper = KeptWorld(path, most_writes=most_writes)
    return Sandbox(load_scenario(CENTRE), clock=ManualClock(), switches=Switches(rate=0, **times), keeper=keeper)


def _ask(
    sandbox: Sandbox, method: str, path: str, region: str = REGIONS[0], account: str = "sandbox", **body: Any
) -> int:
    signed = {"authorization": SCOPE.format(account, region)}
    return sandbox.handle(Request(method, path, "", signed, json.dumps(body).encode() if body else b"")).status


def _describe(sandbox: Sandbox, text: str) -> int:
    path = f"/phone-number/{sandbox.world.number(NUMBER).id}/metadata"
    return _ask(sandbox, "PUT", path, PhoneNumberDescription=text)


def _move(sandbox: Sandbox, group: str = "retail") -> int:
    world = sandbox.world
    return _ask(sandbox, "PUT", f"/phone-number/{world.number(NUMBER).id}", TargetArn=world.arn(world.group(group)))


def _same_after_a_crash(sandbox: Sandbox, path: Path) -> None:
    world, then = kept(path)
    now = sandbox.clock.now()
    later = Sandbox(world, clock=ManualClock(now), switches=sandbox.switches)
    assert then <= now
    assert snapshot(later.world, 0) == snapshot(sandbox.world, 0)


def test_a_write_costs_a_line(tmp_path: Path) -> None:
    """A write adds a line to a file of its own, and the snapshot stays; reads and refusals add nothing."""
    path = tmp_path / "world.json"
    sandbox = _sandbox(path)
    sandbox.persist()
    before = path.read_bytes()
    assert not writes_beside(path).exists()
    assert _move(sandbox) == 200
    sandbox.clock.sleep(60)
    for index in range(5):
        assert _describe(sandbox, f"line {index}") == 200
        sandbox.clock.sleep(60)
    assert _ask(sandbox, "GET", "/instance") == 200
    assert _ask(sandbox, "DELETE", "/phone-number/nonsense") == 404
    lines = writes_beside(path).read_text().splitlines()
    assert [json.loads(line).get("operation") for line in lines] == [
        None,
        "UpdatePhoneNumber",
        *["UpdatePhoneNumberMetadata"] * 5,
    ]
    assert path.read_bytes() == before
    _same_after_a_crash(sandbox, path)
    assert kept(path)[0].number(NUMBER).description == "line 4"


def test_files_are_the_users_own(tmp_path: Path) -> None:
    """Nobody else may read what is kept."""
    path = tmp_path / "world.json"
    sandbox = _sandbox(path)
    sandbox.persist()
    _move(sandbox)
    for file in (path, writes_beside(path)):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_snapshot_is_renewed(tmp_path: Path) -> None:
    """After so many writes the snapshot is written anew, and the lines begin again."""
    path = tmp_path / "world.json"
    sandbox = _sandbox(path, most_writes=3, metadata_seconds=0)
    sandbox.persist()
    for index in range(11):
        assert _describe(sandbox, f"line {index}") == 200
        _same_after_a_crash(sandbox, path)
        lines = len(writes_beside(path).read_text().splitlines()) if writes_beside(path).exists() else 0
        assert lines <= 4


@pytest.mark.parametrize("what", ["switches", "hold", "restore", "reset", "user", "change"])
def test_what_is_no_operation(what: str, tmp_path: Path) -> None:
    """What is done to the sandbox past the API is kept as well."""
    path = tmp_path / "world.json"
    sandbox = _sandbox(path)
    sandbox.persist()
    _move(sandbox)
    moved = json.dumps(snapshot(sandbox.world, sandbox.clock.now())).encode()
    done: dict[str, Any] = {
        "switches": lambda: sandbox.set_switches(Switches(rate=0, claim_seconds=100)),
        "hold": sandbox.hold_claims,
        "restore": lambda: sandbox.handle(Request("POST", "/_sandbox/world", "", {}, moved)),
        "reset": sandbox.reset,
        "user": lambda: sandbox.add_user("new.comer"),
        "change": lambda: sandbox.change(
            {"do": "set-flow-state", "flow": "Sales", "state": "ARCHIVED", "status": "PUBLISHED"}
        ),
    }
    done[what]()
    _same_after_a_crash(sandbox, path)
    sandbox.clock.sleep(50)
    _move(sandbox, "emergency")
    _same_after_a_crash(sandbox, path)


def test_other_accounts(tmp_path: Path) -> None:
    """What another account is answered is no part of this world, and not kept."""
    path = tmp_path / "world.json"
    sandbox = _sandbox(path)
    sandbox.persist()
    _ask(sandbox, "PUT", "/instance", account="999988887777", IdentityManagementType="SAML", InstanceAlias="other-one")
    assert not writes_beside(path).exists()


steps = some.lists(
    some.tuples(
        some.sampled_from(["move", "back", "flow", "join", "note", "wait", "user", "place"]), some.integers(0, 2)
    ),
    max_size=20,
)


@settings(max_examples=25, deadline=None)
@given(history=steps)
def test_any_history(history: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever was done, the files hold the same world as the process, with what is under way."""
    path = tmp_path_factory.mktemp("kept") / "world.json"
    sandbox = _sandbox(path, most_writes=7)
    sandbox.persist()
    for what, which in history:
        _do(sandbox, what, which)
    _same_after_a_crash(sandbox, path)


def _do(sandbox: Sandbox, what: str, which: int) -> None:
    world = sandbox.world
    number, group = list(world.numbers.values())[which], list(world.groups.values())[which]
    flow, user = list(world.flows.values())[which], list(world.users.values())[which]
    one = f"/phone-number/{world.arn(number).replace('/', '%2F')}"
    if what == "wait":
        sandbox.clock.sleep(1 + which)
    elif what == "place":
        sandbox.change({"do": "place", "number": number.e164, "target": group.name})
    elif what == "user":
        sandbox.change({"do": "create-user", "user": f"new.{which}"})
    elif what == "move":
        _ask(sandbox, "PUT", one, TargetArn=world.arn(group))
    elif what == "back":
        _ask(sandbox, "PUT", one, InstanceId=next(iter(world.instances)))
    elif what == "flow":
        instance = world.instance_of_number(number).id
        _ask(sandbox, "PUT", f"{one}/contact-flow", REGIONS[which % 2], InstanceId=instance, ContactFlowId=flow.id)
    elif what == "join":
        path = f"/traffic-distribution-group/{group.id}/user"
        _ask(sandbox, "PUT", path, UserId=user.id, InstanceId=group.instance_id)
    else:
        _ask(sandbox, "PUT", f"{one}/metadata", PhoneNumberDescription=f"{what} {which}")


def test_a_line_that_was_not_finished(tmp_path: Path) -> None:
    """A process that is killed while it writes has not answered: what it was writing did not happen."""
    path = tmp_path / "world.json"
    sandbox = _sandbox(path, metadata_seconds=0)
    sandbox.persist()
    _describe(sandbox, "one")
    _describe(sandbox, "two")
    data = writes_beside(path).read_bytes()
    writes_beside(path).write_bytes(data[:-20])
    assert kept(path)[0].number(NUMBER).description == "one"
    writes_beside(path).write_bytes(b"")
    assert kept(path)[0].number(NUMBER).description == "Reception"


def test_writes_that_precede_the_snapshot(tmp_path: Path) -> None:
    """A process that is killed between writing the snapshot and removing the lines before it repeats none of them."""
    path = tmp_path / "world.json"
    sandbox = _sandbox(path, metadata_seconds=0)
    sandbox.persist()
    _describe(sandbox, "one")
    old = writes_beside(path).read_bytes()
    sandbox.change({"do": "clear-flow", "number": "+442079460001"})
    sandbox.persist()
    writes_beside(path).write_bytes(old)
    _same_after_a_crash(sandbox, path)


@pytest.mark.parametrize("middle", [b"nonsense", b"{}", b"[]", b'{"at": 1}', b"\xff"])
def test_lines_that_are_none(middle: bytes, tmp_path: Path) -> None:
    """What is in the file and is no write is one sentence, with what it costs to do without."""
    path = tmp_path / "world.json"
    sandbox = _sandbox(path, metadata_seconds=0)
    sandbox.persist()
    _describe(sandbox, "one")
    _describe(sandbox, "two")
    lines = writes_beside(path).read_bytes().split(b"\n")
    writes_beside(path).write_bytes(b"\n".join([lines[0], middle, *lines[2:]]))
    with pytest.raises(ValueError, match="holds no writes"):
        kept(path)


def test_the_module_prints_the_world(tmp_path: Path) -> None:
    """What the files hold can be had without starting a sandbox."""
    path = tmp_path / "world.json"
    sandbox = _sandbox(path, metadata_seconds=0)
    sandbox.persist()
    _describe(sandbox, "one")
    command = [sys.executable, "-m", "acgr_sandbox.kept_world"]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["numbers"] == snapshot(sandbox.world)["numbers"]
    failed = subprocess.run([*command, str(tmp_path / "none")], capture_output=True, text=True, check=False)
    assert (failed.returncode, len(failed.stderr.splitlines())) == (2, 1)
