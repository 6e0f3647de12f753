"""Trouble that needs no client to be seen."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ConnectionClosedError

from acgr_sandbox import Delay, Fault, Request, Sandbox, session_on
from acgr_sandbox.core.switches import Switches
from acgr_sandbox.core.throttle import Throttle
from acgr_sandbox.server import Server

SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=sandbox/20261121/eu-west-2/connect/aws4_request, Signature=0"}


@pytest.fixture
def connection(sandbox: Sandbox) -> Iterator[http.client.HTTPConnection]:
    """A connection to the contact centre over HTTP."""
    server = Server(sandbox)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    yield connection
    connection.close()
    server.shutdown()
    thread.join()
    server.server_close()


def _move(sandbox: Sandbox) -> tuple[str, str, str]:
    world = sandbox.world
    body = f'{{"TargetArn": "{world.arn(world.group("retail"))}"}}'
    return "PUT", f"/phone-number/{world.number('+442079460005').id}", body


def test_a_reset_connection(sandbox: Sandbox, connection: Any) -> None:
    """The connection is reset, nothing happened, and the next call on a new connection is served."""
    sandbox.faults.add(Fault("UpdatePhoneNumber", "reset"))
    connection.request(*_move(sandbox), headers=SIGNED)
    with pytest.raises(ConnectionResetError):
        connection.getresponse()
    assert sandbox.world.number("+442079460005").status == "CLAIMED"
    assert sandbox.counters.calls("UpdatePhoneNumber", outcome="reset") == 1
    connection.close()
    connection.request(*_move(sandbox), headers=SIGNED)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200


def test_a_lost_reply_is_no_reset(sandbox: Sandbox, connection: Any) -> None:
    """A lost reply closes the connection in order, after the write."""
    sandbox.faults.add(Fault("UpdatePhoneNumber", "lost-reply"))
    connection.request(*_move(sandbox), headers=SIGNED)
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    assert sandbox.world.number("+442079460005").status == "IN_PROGRESS"


def test_a_reset_in_process(sandbox: Sandbox) -> None:
    """A client sees a broken connection without a socket, too."""
    client = session_on(sandbox).client("connect")
    sandbox.faults.add(Fault("ListInstances", "reset"))
    with pytest.raises(ConnectionClosedError):
        client.list_instances()
    assert len(client.list_instances()["InstanceSummaryList"]) == 1


def test_a_lost_refusal(sandbox: Sandbox, ask: Any) -> None:
    """The answer is lost as well where it would have been a refusal."""
    sandbox.faults.add(Fault("UpdatePhoneNumber", "lost-reply"))
    with pytest.raises(Exception, match="The answer to UpdatePhoneNumber in eu-west-2 was lost"):
        ask("PUT", "/phone-number/nonsense", TargetArn="nonsense")


def test_others_empty_the_bucket(sandbox: Sandbox, ask: Any) -> None:
    """After a drain the caller is throttled until the bucket has filled again."""
    sandbox.set_switches(Switches(rate=2, burst=5))
    sandbox.faults.add(Fault("ListInstances", "drain", after=1))
    assert [ask().status for _ in range(3)] == [200, 429, 429]
    assert ask(region="eu-central-1").status == 200
    sandbox.clock.sleep(0.5)
    assert [ask().status for _ in range(2)] == [200, 429]


def test_which_faults_wait(sandbox: Sandbox, ask: Any) -> None:
    """The table says how often each has hit and whether it waits for more."""
    sandbox.faults.add(Fault("ListInstances", "denied", count=2))
    sandbox.faults.add(Fault("ListInstances", "slow", count=0))
    for _ in range(3):
        ask()
    assert [(row["kind"], row["hit"], row["waiting"]) for row in sandbox.faults.table()] == [
        ("denied", 2, False),
        ("slow", 1, True),
    ]


def test_slow_by_chance(sandbox: Sandbox, ask: Any) -> None:
    """A slow answer may take another time each time, and the fault is read back as it was written."""
    fault = Fault("ListInstances", "slow", count=0, seconds=Delay("1..9"))
    sandbox.faults.add(Fault(**json.loads(json.dumps(fault.plain()))))
    assert sandbox.faults.table()[0]["seconds"] == "1..9"
    taken = []
    for _ in range(5):
        before = sandbox.clock.now()
        ask()
        taken.append(sandbox.clock.now() - before)
    assert len(set(taken)) == 5
    assert 1 <= min(taken) <= max(taken) <= 9
    with pytest.raises(ValueError, match="is no time"):
        Fault(**{**fault.plain(), "seconds": "long"})


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"kind": "gremlins"}, "There is no fault 'gremlins'; there are throttle"),
        ({"operation": "Nonsense"}, "There is no operation 'Nonsense'"),
        ({"count": -1}, "count is a whole number of 0 or more, not -1"),
        ({"after": "x"}, "after is a whole number"),
        ({"probability": 1.5}, "probability is a number from 0 to 1, not 1.5"),
        ({"seconds": -1}, "seconds is a number"),
        ({"seconds": None}, "seconds is a number"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_faults_there_are_not(fault: dict[str, Any], sentence: str, sandbox: Sandbox) -> None:
    """A fault that cannot be is refused when it is asked for, and nothing is added."""
    body = json.dumps({"kind": "denied", **fault}).encode()
    answer = sandbox.handle(Request("POST", "/_sandbox/faults", body=body))
    assert (answer.status, sandbox.faults.table()) == (400, [])
    assert sentence in json.loads(answer.body)["Message"]
    assert sandbox.handle(Request("POST", "/_sandbox/faults", body=b"{}")).status == 400
    assert sandbox.handle(Request("POST", "/_sandbox/faults", body=b"[" * 100_000)).status == 400


def _admitted(switches: Switches, seconds: int, every: float = 0.1) -> list[int]:
    throttle, steps = Throttle(), int(seconds / every)
    return [i for i in range(steps) if throttle.admits("1", "r", "op", i * every, switches)]


def test_noise_takes_its_share() -> None:
    """Evenly or in bursts, others take their share of the rate on average, and what is left gets through."""
    quiet = len(_admitted(Switches(rate=2, burst=5), 1000))
    even = len(_admitted(Switches(rate=2, burst=5, noise=1.5), 1000))
    bursts = _admitted(Switches(rate=2, burst=5, noise=1.5, noise_burst=5), 1000)
    assert 2000 <= quiet <= 2005
    assert 500 <= even <= 505
    assert even <= len(bursts) < quiet
    assert bursts == _admitted(Switches(rate=2, burst=5, noise=1.5, noise_burst=5), 1000)
    assert bursts != _admitted(Switches(rate=2, burst=5, noise=1.5, noise_burst=5, seed=1), 1000)


def test_more_noise_than_rate() -> None:
    """Where others take all there is, a full bucket runs dry though nobody else calls."""
    throttle, switches = Throttle(), Switches(rate=2, burst=5, noise=3)
    assert throttle.admits("1", "r", "op", 0.0, switches)
    assert not throttle.admits("1", "r", "op", 10.0, switches)


def test_a_long_silence() -> None:
    """A bucket that nobody looked at for a year is brought up to date at once."""
    throttle, switches = Throttle(), Switches(rate=2, burst=5, noise=1, noise_burst=2)
    throttle.admits("1", "r", "op", 0.0, switches)
    answers = [throttle.admits("1", "r", "op", 3.2e7 + second, switches) for second in range(60)]
    assert 30 <= sum(answers) <= 60
