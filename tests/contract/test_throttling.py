"""Requests over the rate."""

from __future__ import annotations

import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from acgr_sandbox import Request, Sandbox

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
PATH = "/instance"


def _signed(region: str = SOURCE, key: str = "sandbox") -> dict[str, str]:
    return {"authorization": f"AWS4-HMAC-SHA256 Credential={key}/20261121/{region}/connect/aws4_request, Signature=0"}


def _status(sandbox: Sandbox, path: str = PATH, **where: str) -> int:
    return sandbox.handle(Request("GET", path, "", _signed(**where))).status


@pytest.fixture
def limited(sandbox: Sandbox, set_switches: Any) -> Sandbox:
    """Two requests a second, five at once."""
    set_switches(rate=2.0, burst=5)
    return sandbox


def test_five_of_sixty_four_threads(limited: Sandbox) -> None:
    """64 threads at one moment: exactly the burst of five passes."""
    start = threading.Barrier(64)

    def ask(_: int) -> int:
        start.wait()
        return _status(limited)

    with ThreadPoolExecutor(64) as pool:
        statuses = list(pool.map(ask, range(64)))
    assert (statuses.count(200), statuses.count(429)) == (5, 59)
    assert limited.counters.calls("ListInstances", outcome="throttled") == 59


def test_five_of_sixty_four_connections(limited: Sandbox, served: Any) -> None:
    """64 cold connections at one moment: exactly the burst of five passes, and every one gets an answer."""
    address = urlsplit(served.url).netloc
    start = threading.Barrier(64)

    def ask(_: int) -> int:
        connection = http.client.HTTPConnection(address, timeout=30)
        start.wait()
        connection.request("GET", PATH, headers={"Authorization": _signed()["authorization"]})
        status = connection.getresponse().status
        connection.close()
        return status

    with ThreadPoolExecutor(64) as pool:
        statuses = list(pool.map(ask, range(64)))
    assert (statuses.count(200), statuses.count(429)) == (5, 59)


def test_the_bucket_fills_again(limited: Sandbox) -> None:
    """Half a second is one more request at two a second, and never more than the burst."""
    assert [_status(limited) for _ in range(6)] == [200] * 5 + [429]
    limited.clock.sleep(0.5)
    assert [_status(limited), _status(limited)] == [200, 429]
    limited.clock.sleep(3600)
    assert [_status(limited) for _ in range(6)] == [200] * 5 + [429]


def test_a_bucket_for_each_account_and_region(limited: Sandbox) -> None:
    """Another Region, and another account, have buckets of their own."""
    assert [_status(limited) for _ in range(6)][-1] == 429
    assert _status(limited, region=REPLICA) == 200
    assert _status(limited, key="999988887777") == 200


@pytest.mark.parametrize(("scope", "status"), [("shared", 429), ("per-operation", 200)])
def test_scope(scope: str, status: int, limited: Sandbox, set_switches: Any) -> None:
    """One bucket for all operations, or one for each, as the switch says."""
    set_switches(bucket_scope=scope)
    assert [_status(limited) for _ in range(6)][-1] == 429
    assert _status(limited, "/traffic-distribution-groups") == status


def test_others_drain_it_too(limited: Sandbox, set_switches: Any) -> None:
    """Noise takes its share of the rate."""
    set_switches(noise=1.5)
    assert [_status(limited) for _ in range(6)][-1] == 429
    limited.clock.sleep(1.0)
    assert _status(limited) == 429
    limited.clock.sleep(1.0)
    assert _status(limited) == 200


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException"])
def test_what_it_says(code: str, connect: Any, limited: Sandbox, set_switches: Any, refused: Any) -> None:
    """A throttled call is a 429 of the switch's name, and nothing happened."""
    set_switches(throttle_code=code, rate=0.001, burst=1)
    connect().list_instances()
    with refused(code, "Rate exceeded"):
        connect().update_phone_number(
            PhoneNumberId=limited.world.number("+442079460001").id, InstanceId=limited.world.instance("lonely").id
        )
    assert limited.world.number("+442079460001").status == "CLAIMED"


def test_a_throttle_without_words(connect: Any, limited: Sandbox, set_switches: Any, refused: Any) -> None:
    """A 429 may come with an empty body."""
    set_switches(throttle_code="", rate=0.001, burst=1)
    connect().list_instances()
    with refused("429"):
        connect().list_instances()


def test_control_and_sts_are_free(limited: Sandbox) -> None:
    """Control routes and STS take no token."""
    for _ in range(20):
        assert limited.handle(Request("GET", "/_sandbox/status")).status == 200
    assert _status(limited) == 200
