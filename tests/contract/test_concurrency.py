"""Many writers at one moment: nothing is lost, and the world stays sound."""

from __future__ import annotations

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from acgr_sandbox import ManualClock, Request, Sandbox, Switches, load_scenario, snapshot

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
THREADS, WRITES = 16, 640  # 10,240 in all

SCENARIO: dict[str, Any] = {
    "account": "111122223333",
    "instances": [{"alias": "northwind"}],
    "groups": [{"name": "Default", "default": True}, {"name": "one"}, {"name": "two"}],
    "flows": ["Main IVR", "Winter IVR"],
    "users": [{"prefix": "agent", "count": THREADS * 4}],
    "numbers": [{"e164": f"+4420794600{n:02d}", "target": "northwind", "flow": "Main IVR"} for n in range(THREADS)],
}


class Writer:
    """One thread's work: agents of its own join and leave, numbers that all share move and get flows."""

    def __init__(self, sandbox: Sandbox, index: int) -> None:
        self._sandbox, self._dice = sandbox, random.Random(index)
        world = sandbox.world
        self._instance = world.instance("northwind").id
        self._groups = [world.group(name) for name in ("Default", "one", "two")]
        self._flows = list(world.flows)
        self._numbers = [world.arn(number).replace("/", "%2F") for number in world.numbers.values()]
        self._users = list(world.users)[index * 4 : index * 4 + 4]
        self.members: set[tuple[str, str]] = set()
        self.created = 0
        self.statuses: list[int] = []

    def work(self) -> None:
        """Write, and remember what must have come of it."""
        for number in range(WRITES):
            kind = self._dice.choice([self._membership, self._membership, self._move, self._flow, self._note])
            kind()
            if number % 64 == 0:
                self._create(number)

    def _ask(self, method: str, path: str, query: str = "", **body: str) -> int:
        region = SOURCE if method != "PUT" or "contact-flow" not in path else self._dice.choice([SOURCE, REPLICA])
        credential = f"Credential=sandbox/20261121/{region}/connect/aws4_request, Signature=0"
        headers = {"authorization": f"AWS4-HMAC-SHA256 {credential}"}
        request = Request(method, path, query, headers, json.dumps(body).encode())
        self.statuses.append(self._sandbox.handle(request).status)
        return self.statuses[-1]

    def _membership(self) -> None:
        user, group = self._dice.choice(self._users), self._dice.choice(self._groups)
        path = f"/traffic-distribution-group/{group.id}/user"
        if (group.name, user) in self.members:
            assert self._ask("DELETE", path, f"UserId={user}&InstanceId={self._instance}") == 200
        else:
            assert self._ask("PUT", path, UserId=user, InstanceId=self._instance) == 200
        self.members ^= {(group.name, user)}

    def _move(self) -> None:
        target = self._sandbox.world.arn(self._dice.choice(self._groups))
        self._ask("PUT", f"/phone-number/{self._dice.choice(self._numbers)}", TargetArn=target)

    def _flow(self) -> None:
        flow, number = self._dice.choice(self._flows), self._dice.choice(self._numbers)
        self._ask("PUT", f"/phone-number/{number}/contact-flow", InstanceId=self._instance, ContactFlowId=flow)

    def _note(self) -> None:
        number = self._dice.choice(self._numbers)
        self._ask("PUT", f"/phone-number/{number}/metadata", PhoneNumberDescription=str(self._dice.random()))

    def _create(self, number: int) -> None:
        content = json.dumps({"Version": "2019-10-30", "StartAction": "x", "Actions": []})
        name = f"{self._users[0]} {number}"
        made = self._ask("PUT", f"/contact-flows/{self._instance}", Name=name, Type="CONTACT_FLOW", Content=content)
        self.created += made == 200


def test_ten_thousand_writes() -> None:
    """No update is lost, every number has exactly one target, both Regions end alike, no answer is an error of ours."""
    switches = Switches(rate=0, claim_seconds=0.02, metadata_seconds=0.01, mirror_seconds=0.01)
    sandbox = Sandbox(load_scenario(SCENARIO), clock=ManualClock(), switches=switches)
    writers = [Writer(sandbox, index) for index in range(THREADS)]
    done = threading.Event()

    def pass_time() -> None:
        while not done.wait(0):
            sandbox.clock.sleep(0.005)
            sandbox.settle()

    clock = threading.Thread(target=pass_time)
    clock.start()
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            for future in [pool.submit(writer.work) for writer in writers]:
                future.result(timeout=120)
    finally:
        done.set()
        clock.join()
    sandbox.clock.sleep(3600)
    _is_sound(sandbox, writers)


def _is_sound(sandbox: Sandbox, writers: list[Writer]) -> None:
    world = sandbox.world
    assert {status for writer in writers for status in writer.statuses} <= {200, 400, 404, 409}
    assert sum(len(writer.statuses) for writer in writers) == sandbox.counters.calls() >= 10_000
    assert sandbox.counters.calls("UpdatePhoneNumber", outcome="ok") > 100
    members = {(group.name, user) for group in world.groups.values() for user in group.members}
    assert members == set.union(*(writer.members for writer in writers))
    assert sum(len(group.members) for group in world.groups.values()) == len(members)
    assert len(world.flows) == 2 + sum(writer.created for writer in writers) == 2 + THREADS * 10
    for number in world.numbers.values():
        assert (number.status, number.wanted) == ("CLAIMED", None)
        assert (number.target in world.groups) != (number.target in world.instances)
        assert number.target == number.listed_target
        assert len({number.flow_in(region) for region in world.regions_of(number)}) == 1
    assert not world.changes
    assert json.loads(json.dumps(snapshot(world)))["revision"] == world.revision
