"""Two sandboxes at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from acgr_sandbox import ManualClock, Sandbox, Switches, load_scenario, session_on
from acgr_sandbox.control import Control, ControlError
from acgr_sandbox.scenario.generate import generated
from acgr_sandbox.server import Server

CENTRE = Path(__file__).parents[4] / "examples/sandbox/contact-centre.yaml"


@pytest.fixture
def two() -> list[Sandbox]:
    """The contact centre, and a generated world."""
    worlds = [load_scenario(CENTRE), load_scenario(generated(numbers=3, agents=2))]
    return [Sandbox(world, clock=ManualClock(), switches=Switches(rate=0)) for world in worlds]


@pytest.fixture
def urls(two: list[Sandbox]) -> Iterator[list[str]]:
    """Both over HTTP."""
    servers = [Server(sandbox) for sandbox in two]
    threads = [threading.Thread(target=each.serve_forever, kwargs={"poll_interval": 0.02}) for each in servers]
    for thread in threads:
        thread.start()
    yield [server.url for server in servers]
    for server, thread in zip(servers, threads, strict=True):
        server.shutdown()
        thread.join()
        server.server_close()


def test_in_process(two: list[Sandbox]) -> None:
    """Clients of one session reach their own sandbox, and each counts its own calls."""
    first, second = (session_on(sandbox).client("connect") for sandbox in two)
    assert len(first.list_phone_numbers_v2()["ListPhoneNumbersSummaryList"]) == 12
    assert len(second.list_phone_numbers_v2()["ListPhoneNumbersSummaryList"]) == 3
    first.list_instances()
    assert [sandbox.counters.calls() for sandbox in two] == [2, 1]


def test_over_http(two: list[Sandbox], urls: list[str]) -> None:
    """So do clients over HTTP; a write, a fault, a switch and a reset of one leave the other alone."""
    config = Config(retries={"total_max_attempts": 1})
    keys = {"aws_access_key_id": "sandbox", "aws_secret_access_key": "sandbox", "region_name": "eu-west-2"}
    clients = [boto3.client("connect", endpoint_url=url, config=config, **keys) for url in urls]
    controls = [Control(url) for url in urls]
    number, group = two[0].world.number("+442079460005").id, two[0].world.arn(two[0].world.group("retail"))
    clients[0].update_phone_number(PhoneNumberId=number, TargetArn=group)
    controls[0].set_switches(claim_seconds="60..90")
    assert len(controls[0].dark_numbers()) == 1
    assert controls[1].dark_numbers() == []
    assert (controls[0].switches()["claim_seconds"], controls[1].switches()["claim_seconds"]) == ("60..90", 5.0)
    assert controls[0].change({"do": "delete-user", "user": "xin.li"}) == "done"
    assert [control.overview()["agents"] for control in controls] == [39, 2]
    assert [event["kind"] for event in controls[1].events()] == []
    controls[0].reset()
    assert [control.calls() for control in controls] == [0, 0]
    for client in clients:
        client.close()


def test_one_snapshot_in_the_other(two: list[Sandbox], urls: list[str]) -> None:
    """The world of one, in the middle of a move, goes on in the other from where it was."""
    first, second = two
    first.change({"do": "move", "number": "+442079460005", "target": "retail"})
    first.clock.sleep(2)
    second.clock.sleep(1000)
    Control(urls[1]).restore(Control(urls[0]).world())
    assert second.world.number("+442079460005").status == "IN_PROGRESS"
    second.clock.sleep(2.9)
    assert second.world.number("+442079460005").status == "IN_PROGRESS"
    second.clock.sleep(0.2)
    assert second.world.number("+442079460005").target == second.world.group("retail").id
    with pytest.raises(ControlError, match="no world of version"):
        Control(urls[1]).restore({"version": 99})
