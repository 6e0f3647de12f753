"""Random histories: programs change, runs fail and die, others are at work. One more run ends as declared."""

from __future__ import annotations

import os
from typing import Any

from drill.history import (
    APART,
    FLOWS,
    GROUPS,
    NUMBERS,
    RETURNS,
    TARGETS,
    TEAM,
    USERS,
    History,
    agent,
    flow_apart,
    group_apart,
    number,
    team,
)
from drill.matrix import JOIN, LEAVE, MAKE, MOVE, REMOVE, SET_FLOW, TAG
from drill.promises import members_of
from drill.trial import pass_time
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from acgr_sandbox import Fault

PLACEMENT, AGENT, ROSTER, FLOW, GROUP = (
    "PhoneNumberPlacement",
    "TrafficDistributionGroupUser",
    "TrafficDistributionGroupRoster",
    "PhoneNumberContactFlow",
    "TrafficDistributionGroup",
)

SWITCHES = some.fixed_dictionaries(
    {
        "mirroring": some.booleans(),
        "target_shown_early": some.booleans(),
        "failed_keeps_target": some.booleans(),
        "failed_number_flow": some.sampled_from(["refuse", "allow"]),
        "association_lag_seconds": some.sampled_from([0.0, 2.0]),
        "move_drops_replica_flow": some.booleans(),
        "claim_seconds": some.sampled_from([5.0, 30.0]),
    }
)

FAULTS = some.builds(
    Fault,
    operation=some.sampled_from(
        [
            MOVE,
            SET_FLOW,
            JOIN,
            LEAVE,
            "DescribePhoneNumber",
            "BatchGetFlowAssociation",
            "ListUsers",
            "ListPhoneNumbersV2",
            MAKE,
            REMOVE,
            TAG,
            "DescribeTrafficDistributionGroup",
        ]
    ),
    kind=some.sampled_from(["throttle", "error-before", "error-after", "lost-reply", "reset", "denied"]),
    count=some.sampled_from([1, 2, 0]),
    after=some.integers(0, 3),
) | some.builds(Fault, operation=some.just(MOVE), kind=some.just("failed-claim"), after=some.integers(0, 1))
FAULTS = FAULTS.filter(lambda fault: (fault.kind, fault.count) != ("throttle", 0))


TAGS = some.dictionaries(some.sampled_from(["team", "cost"]), some.sampled_from(["shops", "weather"]), min_size=1)


class Histories(RuleBasedStateMachine):
    """A program over a small contact centre."""

    history: History

    @initialize(switches=SWITCHES)
    def begin(self, switches: dict[str, Any]) -> None:
        """An empty program."""
        self.history = History(switches)

    def _free_numbers(self) -> list[str]:
        taken = {self.history.program[name].inputs["phone_number"] for name in self.history.of(PLACEMENT)}
        return [one for one in NUMBERS if one not in taken]

    def _free_agents(self) -> list[tuple[str, str]]:
        taken = members_of(self.history.program.values())
        return [(group, user) for group in GROUPS for user in USERS if (group, user) not in taken]

    @precondition(lambda self: self._free_numbers())
    @rule(
        data=some.data(),
        home=some.sampled_from(TARGETS),
        flow=some.sampled_from(FLOWS),
        return_to=some.sampled_from(RETURNS),
    )
    def declare_a_number(self, data: Any, home: str, flow: str, return_to: str) -> None:
        """A placement is added."""
        e164 = data.draw(some.sampled_from(self._free_numbers()))
        self.history.declare(number(self.history.named("number"), e164, home, flow, return_to))

    @precondition(lambda self: self._free_agents())
    @rule(data=some.data())
    def declare_an_agent(self, data: Any) -> None:
        """An agent is added."""
        group, user = data.draw(some.sampled_from(self._free_agents()))
        self.history.declare(agent(self.history.named("agent"), user, group))

    @precondition(lambda self: not self.history.of(ROSTER))
    @rule(users=some.frozensets(some.sampled_from(USERS), min_size=1))
    def declare_the_team(self, users: frozenset[str]) -> None:
        """The roster is added."""
        self.history.declare(team(self.history.named("team"), users))

    @precondition(lambda self: not self.history.of(FLOW))
    @rule(flow=some.sampled_from(FLOWS))
    def declare_a_flow(self, flow: str) -> None:
        """A flow apart is added."""
        self.history.declare(flow_apart(self.history.named("flow"), flow))

    @precondition(lambda self: not self.history.of(GROUP))
    @rule(tags=TAGS)
    def declare_a_group(self, tags: dict[str, str]) -> None:
        """A group is added, on which nothing is."""
        self.history.declare(group_apart(self.history.named("group"), tags))

    @precondition(lambda self: self.history.of(GROUP))
    @rule(tags=TAGS)
    def change_the_group(self, tags: dict[str, str]) -> None:
        """The group has other tags."""
        self.history.change(self.history.of(GROUP)[0], tags=tags)

    @precondition(lambda self: self.history.of(PLACEMENT))
    @rule(
        data=some.data(),
        inputs=some.fixed_dictionaries({"target": some.sampled_from(TARGETS)})
        | some.fixed_dictionaries({"flow": some.sampled_from(FLOWS)})
        | some.fixed_dictionaries({"description": some.sampled_from(["Front door", "Shops"])})
        | some.fixed_dictionaries({"target": some.sampled_from(TARGETS), "flow": some.sampled_from(FLOWS)}),
    )
    def change_a_number(self, data: Any, inputs: dict[str, str]) -> None:
        """A placement is retargeted, reflowed, redescribed."""
        self.history.change(data.draw(some.sampled_from(self.history.of(PLACEMENT))), **inputs)

    @precondition(lambda self: self.history.settled(ROSTER))
    @rule(users=some.frozensets(some.sampled_from(USERS), min_size=1))
    def change_the_team(self, users: frozenset[str]) -> None:
        """Agents join and leave the roster."""
        self.history.change(self.history.settled(ROSTER)[0], users={user: user for user in sorted(users)})

    @precondition(lambda self: self.history.of(FLOW))
    @rule(flow=some.sampled_from(FLOWS))
    def change_the_flow(self, flow: str) -> None:
        """The flow apart is another one."""
        self.history.change(self.history.of(FLOW)[0], flow=flow)

    @precondition(lambda self: self.history.settled(AGENT) and self._free_agents())
    @rule(data=some.data())
    def change_an_agent(self, data: Any) -> None:
        """An agent is declared on another group, or another agent is."""
        group, user = data.draw(some.sampled_from(self._free_agents()))
        name = data.draw(some.sampled_from(self.history.settled(AGENT)))
        self.history.change(name, traffic_distribution_group=group, user=user)

    def _all_settled(self) -> list[str]:
        return [name for name in self.history.program if name not in self.history.open]

    @precondition(lambda self: self._all_settled())
    @rule(data=some.data())
    def remove(self, data: Any) -> None:
        """A resource is taken out of the program."""
        del self.history.program[data.draw(some.sampled_from(self._all_settled()))]

    @precondition(lambda self: self._all_settled())
    @rule(data=some.data())
    def rename(self, data: Any) -> None:
        """A resource has another name, or another parent, which comes to the same."""
        self.history.rename(data.draw(some.sampled_from(self._all_settled())))

    @rule()
    def up(self) -> None:
        """The program is run."""
        self.history.up()

    @rule(fault=FAULTS)
    def up_in_trouble(self, fault: Fault) -> None:
        """The program is run, and something goes wrong."""
        self.history.up(fault)

    @rule(after=some.integers(1, 30))
    def up_and_killed(self, after: int) -> None:
        """The program is run, and its process dies."""
        self.history.up(kill=after)

    @rule(fault=some.none() | FAULTS)
    def refresh(self, fault: Fault | None) -> None:
        """The state is refreshed."""
        self.history.refresh(fault)

    @rule(e164=some.sampled_from([*NUMBERS, APART]), home=some.sampled_from(["retail", "emergency", "northwind"]))
    def others_move_a_number(self, e164: str, home: str) -> None:
        """Somebody else moves a number, which drops its flow."""
        self.history.others({"do": "move", "number": e164, "target": home})

    @rule(e164=some.sampled_from([*NUMBERS, APART]), flow=some.none() | some.sampled_from(FLOWS))
    def others_change_a_flow(self, e164: str, flow: str | None) -> None:
        """Somebody else sets or clears a flow."""
        change = {"do": "set-flow", "flow": flow} if flow else {"do": "clear-flow"}
        self.history.others({**change, "number": e164})

    @rule(group=some.sampled_from([*GROUPS, TEAM]), user=some.sampled_from(USERS))
    def others_take_an_agent_off(self, group: str, user: str) -> None:
        """Somebody else takes an agent off a group."""
        self.history.strangers -= {(group, user)}
        self.history.others({"do": "remove-agent", "group": group, "user": user})

    @rule(group=some.sampled_from([*GROUPS, TEAM]), user=some.sampled_from(USERS))
    def others_put_an_agent_on(self, group: str, user: str) -> None:
        """Somebody else puts an agent on a group, whom nobody has declared there."""
        stored = [one.declared for one in [*self.history.stack.resources.values(), *self.history.stack.doomed]]
        if not self.history.open and (group, user) not in members_of([*self.history.program.values(), *stored]):
            self.history.strangers |= {(group, user)}
            self.history.others({"do": "add-agent", "group": group, "user": user})

    @rule(user=some.sampled_from(USERS))
    def others_make_a_user_again(self, user: str) -> None:
        """Somebody else deletes a user, and makes one of the same name."""
        self.history.strangers -= {(group, user) for group in [*GROUPS, TEAM]}
        self.history.others({"do": "delete-user", "user": user})
        self.history.others({"do": "create-user", "user": user})
        pass_time(self.history.sandbox, 5.0)

    @rule(seconds=some.sampled_from([2.0, 10.0, 600.0]))
    def time_passes(self, seconds: float) -> None:
        """Nothing happens."""
        pass_time(self.history.sandbox, seconds)

    @rule()
    def settle(self) -> None:
        """One more run."""
        self.history.settle()

    @invariant()
    def others_are_left_alone(self) -> None:
        """At no moment is anybody touched who was never declared."""
        if hasattr(self, "history"):
            self.history.insist_on_others()

    def teardown(self) -> None:
        """One more run, whatever happened."""
        if hasattr(self, "history"):
            self.history.settle()


LONGER = os.environ.get("RELIABILITY_HISTORIES")
"""How many histories, where more are asked for than every run of the tests makes: other ones each time."""

PHASES = [Phase.generate, *([Phase.shrink] if os.environ.get("RELIABILITY_SHRINK") else [])]

TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=int(LONGER or 40),
    stateful_step_count=20,
    derandomize=LONGER is None,
    phases=PHASES,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
