"""Ten thousand mixed writes at once: nothing is lost, nothing is in two places."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from acgr_sandbox import ManualClock, Sandbox, Switches, World, load_scenario, session_on
from acgr_sandbox.scenario.generate import generated

from .clock import seconds_of
from .measure import Measure

WRITES, WORKERS = 10_000, 40
EACH = WRITES // WORKERS
DONE_AT_ONCE = Switches(rate=0, claim_seconds=0, metadata_seconds=0, mirror_seconds=0)


class Worker:
    """Writes to a number and an agent of its own and to a number that all write to, and notes what was accepted."""

    def __init__(self, index: int, client: Any, world: World) -> None:
        self.client, self.index, self.dice = client, index, random.Random(index)
        numbers, self.groups = list(world.numbers), list(world.groups)
        self.number, self.agent = numbers[index], list(world.users)[index]
        self.shared = world.arn(world.numbers[numbers[WORKERS]])
        self.flows, self.instance = list(world.flows), next(iter(world.instances))
        self.arns = {group: world.arn(world.groups[group]) for group in self.groups}
        self.target, self.flow = world.numbers[self.number].target, world.numbers[self.number].flow_in("eu-west-2")
        self.description, self.tag = "", ""
        self.member_of = {group for group in self.groups if self.agent in world.groups[group].members}

    def work(self) -> int:
        """Make its share of the writes; how many were accepted."""
        steps = (self.move, self.set_flow, self.describe, self.label, self.join, self.leave)
        for count in range(EACH):
            self.dice.choice(steps)(str(count))
        return EACH

    def move(self, _: str) -> None:
        """Another TDG; the flow is gone with it, unless it is the same."""
        target = self.dice.choice(self.groups)
        self.client.update_phone_number(PhoneNumberId=self.number, TargetArn=self.arns[target])
        self.target, self.flow = target, self.flow if target == self.target else None

    def set_flow(self, _: str) -> None:
        """Another flow."""
        self.flow = self.dice.choice(self.flows)
        self.client.associate_phone_number_contact_flow(
            PhoneNumberId=self.number, InstanceId=self.instance, ContactFlowId=self.flow
        )

    def describe(self, text: str) -> None:
        """Another description."""
        self.client.update_phone_number_metadata(PhoneNumberId=self.number, PhoneNumberDescription=text)
        self.description = text

    def label(self, text: str) -> None:
        """A tag of its own on the number that all write to."""
        self.client.tag_resource(resourceArn=self.shared, tags={f"worker{self.index}": text})
        self.tag = text

    def join(self, _: str) -> None:
        """The agent onto a TDG."""
        group = self.dice.choice(self.groups)
        self.client.associate_traffic_distribution_group_user(**self._membership(group))
        self.member_of.add(group)

    def leave(self, _: str) -> None:
        """The agent off a TDG."""
        group = self.dice.choice(self.groups)
        self.client.disassociate_traffic_distribution_group_user(**self._membership(group))
        self.member_of.discard(group)

    def _membership(self, group: str) -> dict[str, str]:
        return {"TrafficDistributionGroupId": group, "UserId": self.agent, "InstanceId": self.instance}

    def lost(self, world: World) -> Iterator[str]:
        """What of it the world does not have."""
        number = world.numbers[self.number]
        flows = {number.flow_in(region) for region in world.regions_of(number)}
        have = {
            "target": (number.target, self.target),
            "flow": (flows, {self.flow}),
            "description": (number.description, self.description),
            "tag": (world.number(self.shared.rsplit("/", 1)[1]).tags.get(f"worker{self.index}", ""), self.tag),
            "membership": ({g.id for g in world.groups_with(self.agent)}, self.member_of),
        }
        return (f"{what} of worker {self.index}" for what, (is_, wanted) in have.items() if is_ != wanted)


def writes() -> list[Measure]:
    """Six kinds of writes by 40 threads of boto3, then a look at the world and through its API."""
    sandbox = Sandbox(load_scenario(generated(numbers=60, agents=100)), clock=ManualClock(), switches=DONE_AT_ONCE)
    client = session_on(sandbox).client("connect")
    for agent in list(sandbox.world.users)[:WORKERS]:
        for group in sandbox.world.groups.values():
            group.members = group.listed = [member for member in group.members if member != agent]
    workers = [Worker(index, client, sandbox.world) for index in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        seconds = seconds_of(lambda: list(pool.map(Worker.work, workers)))
    accepted = sandbox.counters.calls(outcome="ok")
    wrong = [lost for worker in workers for lost in worker.lost(sandbox.world)]
    wrong += _not_on_one_target(client, sandbox.world)
    rate = f"{accepted:,} accepted, {accepted / seconds:,.0f} a second"
    return [
        Measure(f"writes by {WORKERS} threads", rate, f"{WORKERS * EACH:,} accepted", accepted == WORKERS * EACH),
        Measure("lost, or on no or two targets", ", ".join(wrong) or "none", "none", not wrong),
    ]


def _not_on_one_target(client: Any, world: World) -> list[str]:
    targets = [*map(world.arn, world.groups.values()), *map(world.arn, world.instances.values())]
    seen = [number for target in targets for number in _numbers_on(client, target)]
    return [number.e164 for number in world.numbers.values() if seen.count(number.id) != 1]


def _numbers_on(client: Any, target: str) -> list[str]:
    pages = client.get_paginator("list_phone_numbers_v2").paginate(TargetArn=target)
    return [row["PhoneNumberId"] for page in pages for row in page["ListPhoneNumbersSummaryList"]]
