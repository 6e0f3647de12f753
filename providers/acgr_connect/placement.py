"""Placing a number: the move drops its flow, and callers reach nothing until the flow is set again.

The steps, each of which may be entered again from any point:

1. resolve the names (`goal.resolve`); 2. look, and wait out somebody else's operation; 3. check everything that can be
checked while the number still answers; 4. remember where it was and with which flows; 5. `UpdatePhoneNumber` (N3);
6. wait until it is `CLAIMED` on the target asked for (N13, N14); 7. set the flow in the source Region at once (N7);
8. see to it in the replica (N8, N10); 9. after a failure, look where the number is and give it its flow there (N15);
10. the description last, because it makes the number IN_PROGRESS (N4).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import uuid4

from acgr_connect.arns import Arn
from acgr_connect.arrivals import Watch
from acgr_connect.connection import Connection, Progress, silent
from acgr_connect.errors import (
    Conflict,
    ConnectError,
    NotFound,
    Refused,
    Unavailable,
    Unfinished,
    WaitError,
    WaitTimeout,
    because,
    told,
)
from acgr_connect.flows import drop_flows, known_flows, set_flow
from acgr_connect.goal import Goal, Standing, called, regions_of_target
from acgr_connect.groups import await_active, insist_on_calm, unusable
from acgr_connect.ledger import Purpose
from acgr_connect.lighting import light
from acgr_connect.numbers import arrived, at_rest, look
from acgr_connect.records import Number


def place(
    connection: Connection,
    goal: Goal,
    *,
    last_seen: Arn | None = None,
    within: float = 600.0,
    progress: Progress = silent,
) -> Standing:
    """Steps 2 to 10. A number that is as asked for is left alone.

    Args:
        connection: the account.
        goal: what is asked for.
        last_seen: where the caller last saw the number, or None. A number that is neither there nor where it is to go
            was moved by something else: that is an error, and not undone.
        within: seconds that each wait may take, from the accepted write.
        progress: told what is happening.

    Raises:
        ConnectError: it could not be placed, and is as it was before.
        Unfinished: it could not be placed, and is not as it was before; the error carries the `Standing`.
    """
    with connection.alone_with(goal.number.arn):
        return _Attempt(connection, goal, last_seen, within, progress).run()


@dataclass(frozen=True)
class _Attempt:
    connection: Connection
    goal: Goal
    last_seen: Arn | None
    within: float
    progress: Progress

    def run(self) -> Standing:
        number, before = self._look_and_check()
        is_there = number.target == self.goal.target
        standing = self._standing(number, before) if is_there else self._move(number, before)
        try:
            return self._describe(self._lit(standing))
        except ConnectError as error:
            failure = because(error, self.goal.doing, remedy="run again to finish")
            raise Unfinished(failure, self._as_last_seen(standing)) from error

    def _lit(self, standing: Standing) -> Standing:
        """Steps 7 and 8; after an error once more: callers may reach nothing meanwhile. A conflict is not fought."""
        try:
            return light(self.connection, self.goal, standing, self.progress)
        except Conflict:
            raise
        except ConnectError:
            return light(self.connection, self.goal, self._as_last_seen(standing), self.progress)

    def _look_and_check(self) -> tuple[Number, dict[str, Arn]]:
        """Steps 2 to 4: nothing has been changed when one of them fails.

        The list of numbers is the look; one that is on its target without its flow may be moving, and is waited for.
        """
        try:
            if self.goal.target.kind == "traffic-distribution-group":
                await_active(self.connection, self.goal.target, within=self.within, progress=self.progress)
            number = self.goal.number
            before = self._flows_of(number)
            is_there = number.target == self.goal.target
            if (is_there and before != dict(self.goal.flows)) or not self._is_expected(number):
                number = self._at_rest()
            if not self._is_expected(number):
                raise self._moved_by_something_else(number)
            if number.target != self.goal.target:
                self._insist_on_calm(number)
            return number, before if number is self.goal.number else self._flows_of(number)
        except WaitError as error:
            again = ": run again" if isinstance(error, WaitTimeout) else ""
            raise because(error, self.goal.doing, remedy=f"nothing was changed{again}") from error
        except ConnectError as error:
            raise because(error, self.goal.doing) from error

    def _insist_on_calm(self, number: Number) -> None:
        for target in (number.target, self.goal.target):
            if target.kind == "traffic-distribution-group":
                insist_on_calm(self.connection, target)

    def _is_expected(self, number: Number) -> bool:
        return self.last_seen is None or number.target in {self.last_seen, self.goal.target}

    def _moved_by_something_else(self, number: Number) -> Conflict:
        cause = f"something else has moved it to {called(self.connection, number.target)}"
        remedy = "another stack may declare it: declare it once; `pulumi refresh` shows where it is"
        return told(Conflict, self.goal.doing, cause, remedy)

    def _flows_of(self, number: Number) -> dict[str, Arn]:
        instance, regions = regions_of_target(self.connection, number.target)
        return known_flows(self.connection, number.arn, instance, regions)

    def _at_rest(self) -> Number:
        return at_rest(self.connection, self.goal.number, within=self.within, progress=self.progress)

    def _move(self, number: Number, before: Mapping[str, Arn]) -> Standing:
        """Steps 5 to 7."""
        try:
            self._start(number)
        except ConnectError as error:
            raise self._not_accepted(error) from error
        began = self.connection.clock.now()
        with self.connection.moving(number.arn.region) as watch:
            self._forget_flows(number)
            self.progress(f"{number.e164}: move to {self.goal.target_name} accepted")
            try:
                there = self._arrived(number, watch)
                flow = self.goal.flows[self.goal.regions[0]]
                set_flow(self.connection, number.arn, flow)
            except ConnectError as error:
                raise self._rescue(number, before, error) from error
        dark = self.connection.clock.now() - began
        self.progress(f"{number.e164}: answers again in {flow.region} after {dark:.1f} s")
        return self._standing(there, {flow.region: flow}, dark_seconds=dark, moved=True)

    def _arrived(self, number: Number, watch: Watch) -> Number:
        within, progress = self.within, self.progress
        return arrived(self.connection, number, self.goal.target, watch, within=within, progress=progress)

    def _start(self, number: Number) -> None:
        """Step 5. The token is the same over all repetitions of this attempt.

        The service refuses while another operation is running, and also where an answer was lost and the move has
        begun: then the number itself says whether it moves.
        """
        token = str(uuid4())
        try:
            self._update(number, token)
        except (Conflict, Unavailable) as error:
            seen = look(self.connection, number.arn, Purpose.LOOK)
            under_way = seen.status == "IN_PROGRESS"
            if seen.target == self.goal.target or (under_way and isinstance(error, Unavailable)):
                return
            if not under_way:
                raise
            self._start_after_another(number)

    def _start_after_another(self, number: Number) -> None:
        self.progress(f"{number.e164}: another operation is running on it")
        within, progress = self.within, self.progress
        seen = at_rest(self.connection, number, within=within, progress=progress, purpose=Purpose.LOOK)
        if seen.target == number.target:
            self._update(number, str(uuid4()))
        elif seen.target != self.goal.target:
            raise self._moved_by_something_else(seen)

    def _update(self, number: Number, token: str) -> None:
        api = self.connection.connect(self.goal.target.region, Purpose.START)
        api.update_phone_number(number.arn, self.goal.target, token)

    def _forget_flows(self, number: Number) -> None:
        for target in (number.target, self.goal.target):
            drop_flows(self.connection, number.arn, *regions_of_target(self.connection, target))

    def _not_accepted(self, error: ConnectError) -> ConnectError:
        """The cause of a refused `UpdatePhoneNumber` (N11, N12): nothing has changed."""
        doing = self.goal.doing
        if isinstance(error, Conflict):
            remedy = "an operation or a queue's outbound caller ID holds the number; run again when it is free"
            return because(error, doing, remedy=remedy)
        if not isinstance(error, NotFound) or self.goal.target.kind == "instance":
            return because(error, doing)
        if cause := unusable(self.connection, self.goal.target):
            return because(error, doing, *cause)
        return because(error, doing, "the number is not claimed any more", "claim it first")

    def _rescue(self, number: Number, before: Mapping[str, Arn], error: ConnectError) -> ConnectError:
        """Step 9: give the number a flow where it is, and say what went wrong."""
        doing, standing = self.goal.doing, self._standing(number, {}, moved=True)
        try:
            seen = self._where_it_ends(number, error)
            if seen.status != "IN_PROGRESS":
                standing = self._relight(seen, before)
        except ConnectError as second:
            cause = _both(error, second)
            failure = because(error, doing, cause, "callers may reach nothing: run again")
            return Unfinished(failure, standing)
        if seen.target == number.target and set(before) <= set(standing.flows):
            with_flow = ", with its flow" if before else ""
            where = f"the number is where it was ({called(self.connection, seen.target)}){with_flow}"
            return because(error, doing, remedy=where)
        return Unfinished(because(error, doing, remedy=_what_is_left(standing)), standing)

    def _where_it_ends(self, number: Number, error: ConnectError) -> Number:
        """The number at rest, where what failed was not the wait for that itself."""
        if isinstance(error, WaitTimeout):
            return look(self.connection, number.arn, Purpose.LOOK)
        within, progress = self.within, self.progress
        return at_rest(self.connection, number, within=within, progress=progress, purpose=Purpose.LOOK)

    def _relight(self, seen: Number, before: Mapping[str, Arn]) -> Standing:
        flows = self.goal.flows if seen.target == self.goal.target else before
        for flow in flows.values():
            set_flow(self.connection, seen.arn, flow)
        return self._standing(seen, flows, moved=True)

    def _describe(self, standing: Standing) -> Standing:
        """Step 10."""
        wanted = self.goal.description
        if wanted is None or standing.number.description == wanted:
            return standing
        api = self.connection.connect(self.goal.target.region, Purpose.MOVE)
        api.update_phone_number_metadata(self.goal.number.arn, wanted, str(uuid4()))
        settled = self._at_rest()
        if settled.status == "FAILED":
            raise told(Refused, self.goal.doing, f"the description was not accepted: {settled.message}")
        return replace(standing, number=settled)

    def _standing(
        self, number: Number, flows: Mapping[str, Arn], *, dark_seconds: float = 0.0, moved: bool = False
    ) -> Standing:
        goal = self.goal
        return Standing(number, goal.instance, goal.target, goal.regions, goal.flows, flows, dark_seconds, moved)

    def _as_last_seen(self, standing: Standing) -> Standing:
        """The flows as this run last saw them, for the state; a Region that cannot be asked is as it was."""
        with suppress(ConnectError):
            known = known_flows(self.connection, standing.number.arn, standing.instance, standing.regions)
            return replace(standing, flows=known)
        return standing


def _both(first: ConnectError, second: ConnectError) -> str:
    cause, then = first.message.rstrip("."), second.message.rstrip(".")
    return cause if cause == then else f"{cause}; and then {then}"


def _what_is_left(standing: Standing) -> str:
    if not standing.dark_regions:
        return "the number has its flow: run again to finish"
    return f"the number has no flow in {' and '.join(standing.dark_regions)} yet: run again to finish"
