"""The flow that answers one number in one Region, where something else places the number (N6-N10).

Setting it is an upsert without a gap: the flow before answers until the new one does. Every write is looked at, because
Connect may mirror flows between the Regions, and two declarations may want different ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from acgr_connect.arns import Arn
from acgr_connect.connection import Connection, Progress, silent
from acgr_connect.directory import FRESH
from acgr_connect.errors import Conflict, ConnectError, Doing, NotFound, Refused, Unfinished, because, told
from acgr_connect.flow_goal import FlowGoal, goal_for, settled
from acgr_connect.flows import look_at_flow, set_flow
from acgr_connect.ledger import Purpose
from acgr_connect.lighting import MIRROR_GRACE

MIRRORED = "Connect mirrors flows between these Regions, so they cannot differ: declare one for both"
"""What to do about two declarations of which one undoes the other."""


@dataclass(frozen=True)
class FlowStanding:
    """What holds after an attempt: `flow` answers now; `touched`, whether it had to be set."""

    goal: FlowGoal
    flow: Arn | None
    touched: bool


def answer_with(
    connection: Connection,
    goal: FlowGoal,
    spelled: str,
    *,
    kept: Mapping[str, Arn],
    within: float = 600.0,
    progress: Progress = silent,
) -> FlowStanding:
    """See to it that the flow answers. A number that has it already is left alone.

    Args:
        connection: the account.
        goal: what is asked for.
        spelled: the flow as it is declared, should the number turn out to be elsewhere.
        kept: Region to the flow that must go on answering there. Where mirroring replaces one, it is put back once.
        within: seconds that somebody else's operation on the number is waited for.
        progress: told what is happening.

    Raises:
        ConnectError: it could not be set, and what answers is as it was before.
        Unfinished: it was set, and is not known to answer; the error carries the `FlowStanding`.
    """
    with connection.alone_with(goal.number.arn):
        return _Attempt(connection, goal, spelled, kept, within, progress).run()


@dataclass(frozen=True)
class _Attempt:
    connection: Connection
    goal: FlowGoal
    spelled: str
    kept: Mapping[str, Arn]
    within: float
    progress: Progress

    def run(self) -> FlowStanding:
        if self._answers_already():
            return FlowStanding(self.goal, self.goal.flow, False)
        goal = self._set()
        self.progress(f"{goal.number.e164}: flow set in {goal.region}")
        found: Arn | None = None
        try:
            found = self._seen(goal)
            if found != goal.flow:
                raise self._undone(goal, found)
            displaced = self._displaced(goal)
        except ConnectError as error:
            failure = because(error, goal.doing, remedy="the flow was set: run again to see that it answers")
            raise Unfinished(failure, FlowStanding(goal, found if found != goal.flow else None, True)) from error
        if displaced:
            raise self._put_back(goal, displaced)
        return FlowStanding(goal, goal.flow, True)

    def _answers_already(self) -> bool:
        """From a sweep that is fresh: a number that was moved a minute ago has lost the flow it had."""
        number, flow = self.goal.number.arn, self.goal.flow
        try:
            answered = self.connection.directory.associations(flow.instance).entries(FRESH)
        except ConnectError as error:
            raise because(error, self.goal.doing) from error
        return answered.get(number.id) == flow

    def _at_rest(self) -> FlowGoal:
        """The goal, once nobody's operation is running on the number; seen anew where it has been moved (N14)."""
        within, progress = self.within, self.progress
        seen = settled(self.connection, self.goal.number, self.goal.region, within=within, progress=progress)
        if seen.target == self.goal.number.target:
            return self.goal
        return goal_for(self.connection, seen, self.goal.region, self.spelled)

    def _set(self) -> FlowGoal:
        """Set the flow; once more where it is refused: an operation may have begun since the number was at rest."""
        goal = self._at_rest()
        try:
            set_flow(self.connection, goal.number.arn, goal.flow)
        except (Conflict, NotFound, Refused):
            self.progress(f"{goal.number.e164}: refused, looking whether another operation is running on it")
            goal = self._at_rest()
            self._set_again(goal)
        except ConnectError as error:
            raise because(error, goal.doing) from error
        return goal

    def _set_again(self, goal: FlowGoal) -> None:
        try:
            set_flow(self.connection, goal.number.arn, goal.flow)
        except NotFound as error:
            raise self._missing(goal, error) from error
        except ConnectError as error:
            raise because(error, goal.doing) from error

    def _missing(self, goal: FlowGoal, error: NotFound) -> ConnectError:
        """The number is there and at rest, so it is the flow: looked up again, it says what it lacks."""
        self.connection.directory.flows(goal.flow.instance).forget()
        try:
            goal_for(self.connection, goal.number, goal.region, str(goal.flow))
        except ConnectError as second:
            return second
        return because(error, goal.doing)

    def _seen(self, goal: FlowGoal) -> Arn | None:
        """What answers after the write, and after what may still be mirrored from the other Region."""
        if goal.others:
            self.connection.clock.sleep(MIRROR_GRACE)
        found = self._look(goal, goal.region)
        if found == goal.flow:
            return found
        self.connection.clock.sleep(MIRROR_GRACE)
        return self._look(goal, goal.region)

    def _look(self, goal: FlowGoal, region: str) -> Arn | None:
        return look_at_flow(self.connection, goal.number.arn, goal.flow.instance.in_region(region), Purpose.LOOK)

    def _undone(self, goal: FlowGoal, found: Arn | None) -> ConnectError:
        cause = f"it was given flow {goal.flow.id} and has {found.id if found else 'none'}"
        elsewhere = [self._look(goal, region) for region in goal.others]
        mirrored = found and found.id in {flow.id for flow in elsewhere if flow}
        remedy = MIRRORED if mirrored else "something else set it meanwhile: declare it once, and run again"
        return told(Conflict, goal.doing, cause, remedy)

    def _displaced(self, goal: FlowGoal) -> Arn | None:
        """The flow of another declaration that mirroring has just replaced; there are two Regions at most."""
        for region, flow in self.kept.items():
            if region in goal.others and flow.id != goal.flow.id and self._look(goal, region) != flow:
                return flow
        return None

    def _put_back(self, goal: FlowGoal, displaced: Arn) -> ConnectError:
        """Undo, once, what this write did to another declaration: the one that was there first stays."""
        try:
            set_flow(self.connection, goal.number.arn, displaced)
        except ConnectError as error:
            doing = Doing(f"putting back the flow of phone number {goal.number.e164}", displaced.region)
            return because(error, doing)
        cause = f"it replaced the flow declared for {displaced.region} too, and was undone"
        return told(Conflict, goal.doing, cause, MIRRORED)
