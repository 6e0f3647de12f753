"""Random histories: whatever is done, the sandbox stays sound and a restart changes nothing."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from acgr_sandbox import Delay, ManualClock, Request, Sandbox, Switches, load_scenario, restored, snapshot

SCENARIO: dict[str, Any] = {
    "account": "111122223333",
    "instances": [{"alias": "northwind"}],
    "groups": [{"name": "one"}, {"name": "two"}],
    "flows": ["Main IVR", "Winter IVR"],
    "users": ["alice.smith", "bob.jones"],
    "numbers": [{"e164": f"+44207946000{n}", "target": "northwind", "flow": "Main IVR"} for n in (1, 2)],
}
REGIONS = ("eu-west-2", "eu-central-1")

steps = some.lists(
    some.tuples(
        some.sampled_from(["move", "back", "flow", "no flow", "join", "leave", "describe", "note", "wait"]),
        some.integers(0, 1),
        some.integers(0, 1),
        some.sampled_from(REGIONS),
    ),
    max_size=25,
)


def _sandbox(world: Any = None, now: float = 0.0) -> Sandbox:
    lags = {"membership_lag_seconds": Delay("1..3"), "list_lag_seconds": Delay("1,2")}
    switches = Switches(rate=0, claim_seconds=Delay("3..5"), mirror_seconds=Delay("2x1,1x3..9"), **lags)
    return Sandbox(world or load_scenario(SCENARIO), clock=ManualClock(now), switches=switches)


def _do(sandbox: Sandbox, what: str, which: int, other: int, region: str) -> int:
    if what == "wait":
        sandbox.clock.sleep(1 + other)
        return 200
    world = sandbox.world
    number, group = list(world.numbers.values())[which], list(world.groups.values())[other]
    instance, user = world.instance("northwind"), list(world.users.values())[which]
    flow = list(world.flows.values())[other]
    path = f"/phone-number/{world.arn(number).replace('/', '%2F')}"
    users = f"/traffic-distribution-group/{group.id}/user"
    asked: dict[str, tuple[str, str, str, dict[str, str]]] = {
        "move": ("PUT", path, "", {"TargetArn": world.arn(group)}),
        "back": ("PUT", path, "", {"InstanceId": instance.id}),
        "flow": ("PUT", f"{path}/contact-flow", "", {"InstanceId": instance.id, "ContactFlowId": flow.id}),
        "no flow": ("DELETE", f"{path}/contact-flow", f"instanceId={instance.id}", {}),
        "join": ("PUT", users, "", {"UserId": user.id, "InstanceId": instance.id}),
        "leave": ("DELETE", users, f"UserId={user.id}&InstanceId={instance.id}", {}),
        "describe": ("GET", path, "", {}),
        "note": ("PUT", f"{path}/metadata", "", {"PhoneNumberDescription": what}),
    }
    method, raw_path, query, body = asked[what]
    credential = f"Credential=sandbox/20261121/{region}/connect/aws4_request, Signature=0"
    headers = {"authorization": f"AWS4-HMAC-SHA256 {credential}"}
    return sandbox.handle(Request(method, raw_path, query, headers, json.dumps(body).encode())).status


@settings(max_examples=150, deadline=None)
@given(steps, some.integers(0, 25))
def test_a_restart_changes_nothing(history: list[tuple[str, int, int, str]], cut: int) -> None:
    """A history that is cut by a restart ends in the world of one that is not, and no step is an error of ours."""
    straight, cut_short = _sandbox(), _sandbox()
    for index, step in enumerate(history):
        if index == cut:
            kept = json.loads(json.dumps(snapshot(cut_short.world)))
            cut_short = _sandbox(restored(kept), cut_short.clock.now())
        statuses = (_do(straight, *step), _do(cut_short, *step))
        assert statuses[0] == statuses[1] < 500
    for sandbox in (straight, cut_short):
        sandbox.clock.sleep(100)
    assert straight.world == cut_short.world
    _is_sound(straight)


def _is_sound(sandbox: Sandbox) -> None:
    world = sandbox.world
    assert not world.changes
    for number in world.numbers.values():
        assert number.status == "CLAIMED"
        assert number.wanted is None
        assert number.listed_target == number.target
        if number.target in world.groups:
            assert len({number.flow_in(region) for region in REGIONS}) == 1, "both Regions end alike"
    for group in world.groups.values():
        assert sorted(group.listed) == sorted(group.members)
        assert len(set(group.members)) == len(group.members)
