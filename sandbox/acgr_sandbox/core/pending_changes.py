"""What happens by itself: claims complete, groups become ACTIVE, the other Region catches up.

Every such change waits in `World.changes` with the time it is due, and is made when the world is first used after
that time. A world that was saved and read again therefore goes on from where it was.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

from .models import (
    Association,
    Flow,
    Group,
    Instance,
    Number,
    PendingChange,
    Resource,
    put_all_traffic_in_source,
)
from .telephony import end_of_test
from .world import World

CLAIM = "claim"
TEST_END = "test-end"

TESTS_AT_ONCE = 5
"""Test cases that an instance runs at once in a Region; others wait (guide page "Execute test cases")."""
LAPSED = "claim-lapsed"

DAY = 24 * 3600.0
RETRY = DAY
"""Seconds for which a claim that has FAILED may be tried again; then the number goes back to the inventory."""

RecordNumberEvent = Callable[[Number, float, str, str], None]
"""Takes a number, when, what happened to it, and in which Region ("" for both)."""


def schedule(world: World, at: float, what: str, subject: str, *, region: str = "", detail: str | None = None) -> None:
    """Let `what` happen to `subject` at `at`, epoch seconds."""
    world.revision += 1
    heapq.heappush(world.changes, PendingChange(at, world.revision, what, subject, region, detail))


def cancel(world: World, what: str, subject: str) -> None:
    """Forget the changes of that kind that still wait for `subject`."""
    world.changes = [c for c in world.changes if (c.what, c.subject) != (what, subject)]
    heapq.heapify(world.changes)


def settle(
    world: World, now: float, record: RecordNumberEvent, before: Callable[[float], None] = lambda _: None
) -> bool:
    """Make every change that is due at `now`, in order; True when there was one.

    Args:
        world: whose changes.
        now: epoch seconds.
        record: told what happens to numbers.
        before: called with the time of each change before it is made, while the world is still as it was.
    """
    held: list[PendingChange] = []
    made = False
    while world.changes and world.changes[0].at <= now:
        change = heapq.heappop(world.changes)
        if world.claims_held and change.what == CLAIM:
            held.append(change)
            continue
        before(change.at)
        _MAKE[change.what](world, change, record)
        made = True
    for change in held:
        heapq.heappush(world.changes, change)
    return made


def release_claims(world: World, now: float) -> None:
    """Let held claims complete, those that are overdue at `now`."""
    world.claims_held = False
    for change in world.changes:
        if change.what == CLAIM:
            change.at = max(change.at, now)
    heapq.heapify(world.changes)


def shift(world: World, seconds: float) -> None:
    """Let everything that is due happen so much later, or earlier where `seconds` is negative."""
    for change in world.changes:
        change.at += seconds


def set_flow(number: Number, region: str, flow_id: str | None, order: int, at: float) -> None:
    """Write a number's flow in one Region, at `at`; the later order wins."""
    present = number.flows.get(region)
    if present is None or present.order <= order:
        number.note_flow(region, at)
        number.flows[region] = Association(flow_id, order)


def clear_flows(world: World, number: Number, at: float, *, everywhere: bool = True) -> None:
    """Take a number's flow away in both Regions, or in its own alone, and what was still being mirrored."""
    cancel(world, "mirror", number.id)
    world.revision += 1
    kept = () if everywhere else world.regions_of(number)
    for region in number.flows:
        if region not in kept or region == number.region:
            number.note_flow(region, at)
    number.flows = {r: flow for r, flow in number.flows.items() if r in kept and r != number.region}


def _claim(world: World, change: PendingChange, record: RecordNumberEvent) -> None:
    number = world.numbers.get(change.subject)
    if number is None:
        return
    moved = number.wanted is not None and change.detail is None
    if number.wanted is not None and (moved or change.region == "moves-anyway"):
        number.target = number.wanted
    number.status, number.message = ("FAILED", change.detail) if change.detail else ("CLAIMED", "")
    number.wanted = None
    number.claimed = number.claimed or number.status == "CLAIMED"
    record(number, change.at, "failed" if change.detail else "claimed", "")
    if not number.claimed:
        schedule(world, change.at + RETRY, LAPSED, number.id)
    if number.loses_flow:
        _lose_flow(world, number, change.at, record)


def _lose_flow(world: World, number: Number, at: float, record: RecordNumberEvent) -> None:
    had = [region for region in world.regions_of(number) if number.flow_in(region)]
    clear_flows(world, number, at)
    number.loses_flow = False
    for region in had:
        record(number, at, "flow removed", region)


def _listed(world: World, change: PendingChange, _: RecordNumberEvent) -> None:
    number = world.numbers.get(change.subject)
    if number is not None:
        number.listed_target = number.target


def _released(world: World, change: PendingChange, record: RecordNumberEvent) -> None:
    number = world.numbers.pop(change.subject, None)
    if number is not None:
        if number.claimed:
            world.released[number.e164] = change.at
        record(number, change.at, "released", "")


def _lapsed(world: World, change: PendingChange, record: RecordNumberEvent) -> None:
    number = world.numbers.get(change.subject)
    if number is not None and not number.claimed and number.status == "FAILED":
        del world.numbers[number.id]
        record(number, change.at, "claim lapsed", "")


def _mirror(world: World, change: PendingChange, record: RecordNumberEvent) -> None:
    number = world.numbers.get(change.subject)
    if number is None or number.target not in world.groups:
        return
    flow = world.flows.get(change.detail or "")
    if change.detail is None or (flow is not None and change.region in flow.states):
        set_flow(number, change.region, change.detail, change.order, change.at)
        record(number, change.at, "mirrored", change.region)


def _group_status(world: World, change: PendingChange, _: RecordNumberEvent) -> None:
    group = world.groups.get(change.subject)
    if group is not None:
        group.status = change.detail or "ACTIVE"


def _group_gone(world: World, change: PendingChange, _: RecordNumberEvent) -> None:
    world.groups.pop(change.subject, None)


def _member_listed(world: World, change: PendingChange, _: RecordNumberEvent) -> None:
    group = world.groups.get(change.subject)
    if group is not None and change.detail in group.members and change.detail not in group.listed:
        group.listed.append(change.detail)


def _member_unlisted(world: World, change: PendingChange, _: RecordNumberEvent) -> None:
    group = world.groups.get(change.subject)
    if group is not None and change.detail in group.listed and change.detail not in group.members:
        group.listed.remove(change.detail)


def _user_mirrored(world: World, change: PendingChange, _: RecordNumberEvent) -> None:
    user = world.users.get(change.subject)
    if user is not None:
        user.mirrored = True
        user.stale.pop(change.region, None)


def _flow_mirrored(world: World, change: PendingChange, _: RecordNumberEvent) -> None:
    flow = world.flows.get(change.subject)
    if flow is None or change.detail not in flow.states or world.other_flow_named(flow, change.region):
        return
    flow.states[change.region] = flow.states[change.detail]
    flow.stale.pop(change.region, None)


def _flow_gone(world: World, change: PendingChange, record: RecordNumberEvent) -> None:
    flow = world.flows.get(change.subject)
    if flow is not None:
        delete_flow_in(world, flow, change.region, change.at, record)


def delete_flow_in(world: World, flow: Flow, region: str, at: float, record: RecordNumberEvent) -> None:
    """Delete a flow in one Region; numbers that have it there go dark, and without any Region it is gone."""
    flow.states.pop(region, None)
    flow.stale.pop(region, None)
    for number in world.numbers.values():
        if number.flow_in(region) == flow.id:
            world.revision += 1
            set_flow(number, region, None, world.revision, at)
            record(number, at, "flow removed", region)
    if not flow.states:
        del world.flows[flow.id]


def _resource_mirrored(world: World, change: PendingChange, _: RecordNumberEvent) -> None:
    resource = world.resources.get(change.subject)
    if resource is None or change.detail not in resource.regions or world.other_resource_named(resource, change.region):
        return
    if change.region not in resource.regions:
        resource.regions.append(change.region)
    resource.stale.pop(change.region, None)


def _resource_gone(world: World, change: PendingChange, _: RecordNumberEvent) -> None:
    resource = world.resources.get(change.subject)
    if resource is not None:
        delete_resource_in(world, resource, change.region)


def _vocabulary_made(world: World, change: PendingChange, _: RecordNumberEvent) -> None:
    vocabulary = world.resources.get(change.subject)
    if vocabulary is None or vocabulary.details["State"] != "CREATION_IN_PROGRESS":
        return
    vocabulary.modified = change.at
    vocabulary.details["State"] = "CREATION_FAILED" if change.detail else "ACTIVE"
    if change.detail:
        vocabulary.details["FailureReason"] = change.detail


def delete_resource_in(world: World, resource: Resource, region: str) -> None:
    """Delete a resource in one Region; without any Region it is gone."""
    resource.stale.pop(region, None)
    resource.regions = [each for each in resource.regions if each != region]
    if not resource.regions:
        world.resources.pop(resource.id, None)


def _instance_status(world: World, change: PendingChange, _: RecordNumberEvent) -> None:
    instance = world.instances.get(change.subject)
    if instance is not None:
        instance.status, instance.trouble = ("CREATION_FAILED", change.detail) if change.detail else ("ACTIVE", "")
        if change.detail:  # it is shown for a day after CreateInstance
            schedule(world, instance.created + DAY, "instance-gone", instance.id)


def _replicated(world: World, change: PendingChange, record: RecordNumberEvent) -> None:
    instance = world.instances.get(change.subject)
    if instance is None:
        return
    if change.detail:
        instance.trouble = change.detail
        return
    instance.replica, instance.replicating, instance.trouble = instance.replicating, "", ""
    _mirror_everything(world, instance)
    group = Group(world.new_id("group", "Default"), "Default", instance.id, default=True)
    put_all_traffic_in_source(group, instance)
    world.groups[group.id] = group
    for number in list(world.numbers_on(instance.id)):
        put_on_default_group(world, number, group, instance, change.at)
        record(number, change.at, "moved", "")


def _mirror_everything(world: World, instance: Instance) -> None:
    for flow in world.flows.values():
        if flow.instance_id == instance.id:
            flow.states = {region: next(iter(flow.states.values())) for region in instance.regions}
    for user in world.users.values():
        if user.instance_id == instance.id:
            user.mirrored = True
    for resource in world.resources.values():
        if resource.instance_id == instance.id and resource.mirrored:
            resource.regions = list(instance.regions)


def put_on_default_group(world: World, number: Number, group: Group, instance: Instance, at: float) -> None:
    """Put a number on the default TDG of its instance; unlike a move it keeps its flow, in both Regions."""
    number.target = number.listed_target = group.id
    flow_id = number.flow_in(instance.region)
    for region in instance.regions[1:]:
        world.revision += 1
        set_flow(number, region, flow_id, world.revision, at)


def _instance_gone(world: World, change: PendingChange, record: RecordNumberEvent) -> None:
    instance = world.instances.get(change.subject)
    if instance is None:
        return
    for number in list(world.numbers_on(instance.id)):
        _released(world, PendingChange(change.at, change.order, "released", number.id), record)
    for resources in (world.flows, world.users, world.resources, world.test_cases, world.test_executions):
        for id in [id for id, resource in resources.items() if resource.instance_id == instance.id]:
            del resources[id]
    del world.instances[instance.id]


def _replica_gone(world: World, change: PendingChange, record: RecordNumberEvent) -> None:
    instance = world.instances.get(change.subject)
    if instance is None or instance.replica is None:
        return
    for id in [id for id, group in world.groups.items() if group.instance_id == instance.id]:
        for number in list(world.numbers_on(id)):
            number.target = number.listed_target = instance.id
            number.note_flow(instance.replica, change.at)
            number.flows.pop(instance.replica, None)
            record(number, change.at, "moved", "")
        del world.groups[id]
    for number in [n for n in world.numbers_on(instance.id) if n.region == instance.replica]:
        _released(world, PendingChange(change.at, change.order, "released", number.id), record)
    _forget_region(world, instance, instance.replica)
    instance.replica, instance.isolated = None, False


def _forget_region(world: World, instance: Instance, region: str) -> None:
    """Drop what an instance has in a Region besides its numbers."""
    for flow in world.flows.values():
        if flow.instance_id == instance.id:
            flow.states.pop(region, None)
    for tests in (world.test_cases, world.test_executions):
        for id in [id for id, test in tests.items() if (test.instance_id, test.region) == (instance.id, region)]:
            del tests[id]
    for resource in list(world.resources.values()):
        if resource.instance_id == instance.id:
            delete_resource_in(world, resource, region)
    instance.storage.pop(region, None)
    instance.functions.pop(region, None)
    instance.bots.pop(region, None)


def _test_end(world: World, change: PendingChange, _: RecordNumberEvent) -> None:
    execution = world.test_executions.get(change.subject)
    if execution is not None and execution.status == "IN_PROGRESS":
        end_of_test(world, execution)
        execution.ended = change.at
        run_waiting_tests(world, execution.instance_id, execution.region, change.at)


def run_waiting_tests(world: World, instance_id: str, region: str, at: float) -> None:
    """Let as many test executions run in a Region of an instance as may at once, those first that were asked first."""
    there = [
        each for each in world.test_executions.values() if (each.instance_id, each.region) == (instance_id, region)
    ]
    waiting = [execution for execution in there if execution.status == "INITIATED"]
    running = sum(1 for execution in there if execution.status == "IN_PROGRESS")
    for execution in waiting[: TESTS_AT_ONCE - running]:
        execution.status = "IN_PROGRESS"
        schedule(world, at + execution.seconds, TEST_END, execution.id)


_MAKE: dict[str, Callable[[World, PendingChange, RecordNumberEvent], None]] = {
    CLAIM: _claim,
    "listed": _listed,
    LAPSED: _lapsed,
    "released": _released,
    "mirror": _mirror,
    "group-status": _group_status,
    "group-gone": _group_gone,
    "member-listed": _member_listed,
    "member-unlisted": _member_unlisted,
    "user-mirrored": _user_mirrored,
    "flow-mirrored": _flow_mirrored,
    "flow-gone": _flow_gone,
    "resource-mirrored": _resource_mirrored,
    "resource-gone": _resource_gone,
    "vocabulary-made": _vocabulary_made,
    "instance-status": _instance_status,
    "instance-gone": _instance_gone,
    "replicated": _replicated,
    "replica-gone": _replica_gone,
    TEST_END: _test_end,
}

KINDS = frozenset(_MAKE)
"""What a pending change can be."""
