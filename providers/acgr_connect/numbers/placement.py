"""Placing a number: the move drops its flow, and callers reach nothing until the flow is set again.

What is asked for, resolved, is a `DesiredPlacement`; what holds after an attempt is an `ObservedPlacement`.

The steps, each of which may be entered again from any point:

1. resolve the names (`resolve`); 2. look, and wait out somebody else's operation; 3. check everything that can be
checked while the number still answers; 4. remember where it was and with which flows; 5. `UpdatePhoneNumber` (N3),
and the flow at once where Connect takes it from a number that is moving (`early_flow`); 6. wait until it is `CLAIMED`
on the target asked for (N13, N14); 7. set the flow in the source Region at once (N7);
8. see to it in the replica (N8, N10); 9. after a failure, look where the number is and give it its flow there (N15);
10. the description last, because it makes the number IN_PROGRESS (N4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from uuid import uuid4

from acgr_connect import log
from acgr_connect.groups import (
    await_active,
    display_name,
    find_group,
    reach_of,
    regions_of,
    require_no_failover,
    why_unusable,
)
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import (
    Conflict,
    ConnectError,
    ErrorContext,
    NotFound,
    Refused,
    Unavailable,
    Unfinished,
    WaitError,
    WaitTimeout,
)
from acgr_connect.model.identifiers import Flows, Identifier
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Number
from acgr_connect.numbers.find import await_arrival, await_idle, find_number, look
from acgr_connect.numbers.flows import (
    CANNOT_DIFFER,
    MIRROR_GRACE,
    TakenAway,
    await_shown,
    drop_flows,
    find_flows,
    flow_name,
    known_flows,
    look_at_flow,
    set_flow,
)
from acgr_connect.numbers.obligation import Obligation
from acgr_connect.numbers.restorer import Restorer, Settled, said_of_dark
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection


@dataclass(frozen=True)
class DesiredPlacement:
    """What is asked for, resolved: `flows` maps each Region in which the number is reachable to its flow there."""

    number: Number
    target: Arn
    target_name: str
    instance: Arn
    flows: Mapping[str, Arn]
    description: str | None = None

    @property
    def regions(self) -> tuple[str, ...]:
        """Where the number will be reachable, the source Region first."""
        return tuple(self.flows)

    @property
    def context(self) -> ErrorContext:
        """How every error about it begins."""
        return ErrorContext(f"placing phone number {self.number.e164} on {self.target_name}", self.target.region)


@dataclass(frozen=True)
class ObservedPlacement:
    """What holds after an attempt, finished or not.

    Attributes:
        number: the number as last seen.
        instance: the source instance.
        target: where it was to be placed.
        regions: where it is reachable.
        asked: Region to the flow that was asked for.
        flows: Region to flow, for the Regions where it has one.
        dark_seconds: how long it had no flow in the source Region during this attempt; 0.0 where it was not moved.
        moved: whether this attempt moved it.
        touched: whether this attempt set a flow.
    """

    number: Number
    instance: Arn
    target: Arn
    regions: tuple[str, ...]
    asked: Mapping[str, Arn]
    flows: Mapping[str, Arn] = field(default_factory=dict)
    dark_seconds: float = 0.0
    moved: bool = False
    touched: bool = False

    @property
    def adopted(self) -> bool:
        """Whether nothing had to be done."""
        return not self.moved and not self.touched

    @property
    def dark_regions(self) -> tuple[str, ...]:
        """Where callers reach nothing."""
        return tuple(region for region in self.regions if region not in self.flows)


def resolve(
    connection: Connection,
    number: Identifier,
    target: Identifier,
    flows: Flows,
    operation: Operation,
    *,
    description: str | None = None,
    source_region: str | None = None,
    replica_region: str | None = None,
    believing: float = 0.0,
) -> DesiredPlacement:
    """Steps 1 and, for flows, 3: what every name means. Nothing is changed.

    Args:
        connection: the account.
        number: which one.
        target: where it is to be.
        flows: what is to answer it.
        operation: has the deadline until which a flow is waited for that was made a moment ago.
        description: what is to be written of it.
        source_region: where the target is looked up, unless it is given by ARN.
        replica_region: the Region of the replica, where it is insisted on.
        believing: seconds for which lists are believed that do not have something.

    Raises:
        ConnectError: something does not exist, is ambiguous, of the wrong Region or account, or not usable.
    """
    if isinstance(target, Arn) and target.kind == "instance":
        return _on_instance(connection, number, target, flows, operation, description, believing)
    group = find_group(connection, target, source_region, believing=believing)
    regions = regions_of(connection, group.instance, replica_region=replica_region)
    found = find_number(connection, number, group.arn.region, believing=believing)
    meant = find_flows(connection, group.instance, regions, flows, operation, believing=believing)
    name = f"traffic distribution group {group.name}"
    return DesiredPlacement(found, group.arn, name, group.instance, meant, description)


def _on_instance(
    connection: Connection,
    number: Identifier,
    instance: Arn,
    flows: Flows,
    operation: Operation,
    description: str | None,
    believing: float,
) -> DesiredPlacement:
    connection.require_account(instance)
    context = ErrorContext(f"looking for instance {instance.id}", instance.region)
    with context:
        try:
            shown = connection.directory.instance(instance)
        except NotFound as error:
            raise context.added_to(error, remedy="check its ARN and Region") from error
    found = find_number(connection, number, instance.region, believing=believing)
    meant = find_flows(connection, instance, (instance.region,), flows, operation, believing=believing)
    return DesiredPlacement(found, instance, f"instance {shown.alias or instance.id}", instance, meant, description)


def place(
    restorer: Restorer, desired: DesiredPlacement, operation: Operation, *, last_seen: Arn | None = None
) -> ObservedPlacement:
    """Steps 2 to 10. A number that is as asked for is left alone.

    Args:
        restorer: the account's: it sees to it that a number that was moved answers again.
        desired: what is asked for.
        operation: has the deadline: no move is begun after it.
        last_seen: where the caller last saw the number, or None. A number that is neither there nor where it is to go
            was moved by something else: that is an error, and not undone.

    Raises:
        ConnectError: it could not be placed, and is as it was before.
        Unfinished: it could not be placed, and is not as it was before; the error carries the `ObservedPlacement`.
    """
    with restorer.connection.exclusive(desired.number.arn):
        observed = _Attempt(restorer, desired, operation, last_seen).run()
    event = "number placed" if observed.moved else "flow given" if observed.touched else "number adopted"
    log.info(event, number=desired.number.e164, target=str(desired.target), dark=round(observed.dark_seconds, 1))
    return observed


@dataclass(frozen=True)
class _Attempt:
    restorer: Restorer
    desired: DesiredPlacement
    operation: Operation
    last_seen: Arn | None

    @property
    def connection(self) -> Connection:
        return self.restorer.connection

    def run(self) -> ObservedPlacement:
        number, before, restored = self._look_and_check()
        if number.target == self.desired.target:
            observed = self._answering(number, before, restored=restored)
        else:
            observed = self._move(number, before)
        if not self._is_to_be_described(observed.number):
            return observed
        try:
            described = self._describe(observed)
        except ConnectError as error:
            self.restorer.erase(observed.number)
            failure = self.desired.context.added_to(error, remedy="run again to finish")
            raise Unfinished(failure, self._as_last_seen(observed)) from error
        self.restorer.erase(observed.number)
        return described

    def _answering(self, number: Number, before: Mapping[str, Arn], *, restored: bool) -> ObservedPlacement:
        """Steps 7 and 8 for a number that is where it should be, and answers."""
        observed = self._observed(number, before)
        try:
            answering = self._set_flows(observed)
        except ConnectError as error:
            failure = self.desired.context.added_to(error, remedy="run again to finish")
            raise Unfinished(failure, self._as_last_seen(observed)) from error
        return replace(answering, touched=answering.touched or restored)

    def _look_and_check(self) -> tuple[Number, dict[str, Arn], bool]:
        """Steps 2 to 4: nothing has been changed when one of them fails, but that a dark number answers again.

        The list of numbers is the look; one that is on its target without its flow may be moving, and is waited for.

        Returns:
            The number, Region to the flow that answers it, and whether it was dark and had to be restored.
        """
        desired = self.desired
        with desired.context:
            try:
                number, before = desired.number, self._flows_as_far_as_known(desired.number)
                restored = self._is_dark(number, before) and self._stays_a_while(number)
                if restored:
                    number, before = self._restored(number, before)
                if desired.target.kind == "traffic-distribution-group":
                    await_active(self.connection, desired.target, self.operation)
                is_there = number.target == desired.target
                if (is_there and not restored and before != dict(desired.flows)) or not self._is_expected(number):
                    number = await_idle(self.connection, number, self.operation)
                    before = self._flows_of(number)
                if not self._is_expected(number):
                    self._restore_where_it_is(number)
                    raise self._moved_by_something_else(number)
                if number.target != desired.target:
                    require_no_failover(self.connection, number.target, desired.target)
                elif self._is_dark(number, before):
                    number, before = self._restored(number, before)
                    restored = True
                return number, before, restored
            except WaitError as error:
                again = ": run again" if isinstance(error, WaitTimeout) else ""
                raise desired.context.added_to(error, remedy=f"nothing was changed{again}") from error

    def _is_expected(self, number: Number) -> bool:
        if self.last_seen is None or number.target in {self.last_seen, self.desired.target}:
            return True
        return self.restorer.moved_by_us(number)

    def _flows_as_far_as_known(self, number: Number) -> dict[str, Arn]:
        """The flows of the number; none of one that is where it should be, where a Region does not answer.

        Then each Region is looked at alone: one that is down does not keep the other one dark.
        """
        try:
            return self._flows_of(number)
        except Unavailable:
            if number.target != self.desired.target:
                raise
            return {}

    def _is_dark(self, number: Number, flows: Mapping[str, Arn]) -> bool:
        return not set(reach_of(self.connection, number.target)[1]) <= set(flows)

    def _stays_a_while(self, number: Number) -> bool:
        """Whether a dark number is restored before anything is waited for: setting a flow needs no `ACTIVE` group.

        One that is about to move at once is given its flow after the move.
        """
        target = self.desired.target
        if number.target == target:
            return True
        if target.kind == "instance":
            return False
        group = self.connection.directory.group(target).get(target.id)
        return group is not None and group.status != "ACTIVE"

    def _restored(self, number: Number, flows: Mapping[str, Arn]) -> tuple[Number, dict[str, Arn]]:
        """Give a dark number its flow where it is; the number and Region to flow, as they are seen then.

        Raises:
            Unfinished: it is dark still.
            NotFound: it was released.
        """
        obligation, settled = self._settled_where_it_is(number, flows)
        if settled.is_gone:
            raise NotFound("the number is not claimed any more; claim it first")
        seen = settled.number or number
        if not settled.is_discharged:
            dark = said_of_dark(obligation, settled)
            failure = self.desired.context.error(ConnectError, dark)
            raise Unfinished(failure, self._observed(seen, settled.flows))
        return seen, dict(settled.flows)

    def _settled_where_it_is(self, number: Number, flows: Mapping[str, Arn]) -> tuple[Obligation, Settled]:
        obligation = self.restorer.take(number, flows, number.target, self.desired.flows, self.operation)
        return obligation, self.restorer.settle(obligation, self.operation)

    def _restore_where_it_is(self, number: Number) -> None:
        """A number that something else has moved is not moved back, and not left without a flow either."""
        flows = self._flows_of(number)
        if not self._is_dark(number, flows):
            return
        obligation, settled = self._settled_where_it_is(number, flows)
        if settled.is_discharged:
            where = display_name(self.connection, number.target)
            self.operation.say(f"{number.e164} was dark on {where}, and has its flow there again")
        else:
            self.operation.warn(said_of_dark(obligation, settled))

    def _moved_by_something_else(self, number: Number) -> Conflict:
        cause = f"something else has moved it to {display_name(self.connection, number.target)}"
        remedy = "another stack may declare it: declare it once; `pulumi refresh` shows where it is"
        return self.desired.context.error(Conflict, cause, remedy)

    def _flows_of(self, number: Number) -> dict[str, Arn]:
        instance, regions = reach_of(self.connection, number.target)
        return known_flows(self.connection, number.arn, instance, regions)

    def _move(self, number: Number, before: Mapping[str, Arn]) -> ObservedPlacement:
        """Steps 5 to 9. From the request on, something is owed to the number, whatever goes wrong."""
        self._prove(number, before)
        early = self._early_regions(number)
        taken: list[Obligation] = []

        def take() -> None:
            """At the last moment: a run that is killed leaves nothing behind of numbers that wait for their turn."""
            wanted = self.desired.flows
            taken.append(
                self.restorer.take(number, before, self.desired.target, wanted, self.operation, early=bool(early))
            )
            self.operation.require_going_on()

        observed = self._observed(number, {}, moved=True)
        began = self.connection.clock.now()
        try:
            unknown = self._start(number, take)
        except ConnectError as error:
            for obligation in taken[-1:]:
                self.restorer.discharge(obligation)
            raise self._not_accepted(error) from error
        obligation = taken[-1]
        try:
            with self.connection.move_in_flight(number.arn.region, self.operation) as move:
                self._forget_flows(number)
                if unknown is not None:
                    raise unknown
                began = self.connection.clock.now()
                log.info("move accepted", number=number.e164, target=str(self.desired.target))
                self.operation.progress(f"{number.e164}: move to {self.desired.target_name} accepted")
                early_in = self.restorer.set_early(obligation, early, self.operation)
                dark = self.connection.clock.now() - began
                there = await_arrival(self.connection, number, self.desired.target, move, self.operation)
                source, *others = self.desired.regions
                is_kept = source in early_in and self.restorer.is_still_there(obligation, source)
                # Also where it is seen to be there: what was dropped a moment ago may be shown still.
                set_flow(self.connection, number.arn, self.desired.flows[source])
                dark = dark if is_kept else self.connection.clock.now() - began
            self.restorer.note_darkness(self.desired.flows[source], dark)
            self.operation.progress(f"{number.e164}: answers again in {source} after {dark:.1f} s")
            observed = self._observed(there, {source: self.desired.flows[source]}, dark_seconds=dark, moved=True)
            for region in others:
                if region in early_in and self.restorer.is_still_there(obligation, region):
                    flow = self.desired.flows[region]
                    set_flow(self.connection, number.arn, flow)
                    observed = replace(observed, flows={**observed.flows, region: flow})
            answering = self._set_flows(observed, TakenAway(began, before))
        except Exception as error:
            return self._settled(number, before, obligation, error, observed, began)
        if self._is_to_be_described(there):
            self.restorer.answered(obligation)
        else:
            self.restorer.discharge(obligation)
        return answering

    def _early_regions(self, number: Number) -> tuple[str, ...]:
        """Where a flow may be set while the number moves: where it is known already, and of the same instance."""
        instance, regions = reach_of(self.connection, number.target)
        flows = self.desired.flows.values() if instance.id == self.desired.instance.id else ()
        return tuple(f.region for f in flows if f.region in regions and self.restorer.may_set_early(f))

    def _prove(self, number: Number, before: Mapping[str, Arn]) -> None:
        """Nothing is moved that could not be given its flow afterwards."""
        try:
            self.restorer.prove(number, before, self.desired.flows)
        except ConnectError as error:
            remedy = "nothing was changed: it would be dark after the move; mend that first"
            raise self.desired.context.around(error, remedy) from error

    def _start(self, number: Number, take: Callable[[], None]) -> ConnectError | None:
        """Step 5. None where the move was accepted; an error where nobody knows whether it was.

        `take` is called right before a request goes out.

        The service refuses while another operation is running, and also where an answer was lost and the move has
        begun: then the number itself says whether it moves.

        Raises:
            ConnectError: the number does not move.
        """
        try:
            self._update(number, take)
        except (Conflict, Unavailable) as error:
            try:
                seen = look(self.connection, number.arn, Purpose.LOOK)
            except ConnectError:
                return error
            is_moving = seen.status == "IN_PROGRESS"
            if seen.target == self.desired.target or (is_moving and isinstance(error, Unavailable)):
                return None
            if not is_moving:
                if isinstance(error, Unavailable):
                    return error
                raise
            self._start_after_another(number, take)
        return None

    def _start_after_another(self, number: Number, take: Callable[[], None]) -> None:
        self.operation.progress(f"{number.e164}: another operation is running on it")
        seen = await_idle(self.connection, number, self.operation, Purpose.LOOK)
        if seen.target == number.target:
            self._update(number, take)
        elif seen.target != self.desired.target:
            raise self._moved_by_something_else(seen)

    def _update(self, number: Number, take: Callable[[], None]) -> None:
        target = self.desired.target
        api = self.connection.connect(target.region, Purpose.START, self.operation.deadline)
        api.update_phone_number(number.arn, target, str(uuid4()), take)

    def _forget_flows(self, number: Number) -> None:
        for target in (number.target, self.desired.target):
            drop_flows(self.connection, number.arn, *reach_of(self.connection, target))

    def _not_accepted(self, error: ConnectError) -> ConnectError:
        """The cause of a refused `UpdatePhoneNumber` (N11, N12): nothing has changed."""
        context = self.desired.context
        if isinstance(error, Conflict):
            remedy = (
                "run again when the operation on it is over; a queue that calls out with it needs another number first"
            )
            return context.added_to(error, remedy=remedy)
        if isinstance(error, WaitTimeout):
            return context.added_to(error, remedy="nothing was changed: run again, or raise custom_timeouts")
        if not isinstance(error, NotFound) or self.desired.target.kind == "instance":
            return context.added_to(error)
        if cause := why_unusable(self.connection, self.desired.target):
            return context.added_to(error, *cause)
        return context.added_to(error, "the number is not claimed any more", "claim it first")

    def _settled(
        self,
        number: Number,
        before: Mapping[str, Arn],
        obligation: Obligation,
        error: Exception,
        observed: ObservedPlacement,
        began: float | None = None,
    ) -> ObservedPlacement:
        """Step 9: whatever went wrong, see to it that the number answers where it is; then say what went wrong.

        Raises:
            ConnectError: the number is where it was, with its flow.
            Unfinished: it is not as asked for.
        """
        cause = error if isinstance(error, ConnectError) else _unexpected(error)
        log.warning("move gone wrong", number=number.e164, error=str(cause))
        settled = self.restorer.settle(obligation, self.operation)
        context, seen = self.desired.context, settled.number or observed.number
        dark = self.connection.clock.now() - began if began is not None else observed.dark_seconds
        observed = self._observed(seen, settled.flows, dark_seconds=dark, moved=observed.moved)
        if settled.is_gone:
            raise Unfinished(context.added_to(cause, "the number is not claimed any more", "claim it first"), observed)
        if not settled.is_discharged:
            raise Unfinished(context.added_to(cause, remedy=said_of_dark(obligation, settled)), observed)
        if seen.target == self.desired.target and seen.status == "CLAIMED" and not isinstance(cause, Conflict):
            return self._as_declared(observed, TakenAway(began, before) if began is not None else None)
        if seen.target == number.target and observed.moved:
            if isinstance(cause, Unavailable) and not self._is_over:
                self.operation.progress(f"{number.e164}: it was not moved, trying again")
                return self._move(seen, before)
            with_flow = ", with its flow" if before else ""
            where = f"the number is where it was ({display_name(self.connection, seen.target)}){with_flow}"
            raise context.added_to(cause, remedy=where)
        raise Unfinished(context.added_to(cause, remedy="the number has its flow: run again to finish"), observed)

    @property
    def _is_over(self) -> bool:
        return self.operation.deadline.has_passed or self.operation.is_cancelled()

    def _as_declared(self, observed: ObservedPlacement, taken: TakenAway | None) -> ObservedPlacement:
        """The number answers; where that is with another flow than the declared one, it is set now."""
        if dict(observed.flows) == dict(self.desired.flows):
            return replace(observed, touched=True)
        try:
            return self._set_flows(observed, taken)
        except ConnectError as error:
            failure = self.desired.context.added_to(error, remedy="the number has a flow: run again to finish")
            raise Unfinished(failure, observed) from error

    def _set_flows(self, observed: ObservedPlacement, taken: TakenAway | None = None) -> ObservedPlacement:
        """The source first, the replica by mirroring or, where that does not do it, by hand.

        `taken` is what a move has just taken away, or None.

        Raises:
            Conflict: a Region does not keep what it was given.
        """
        desired = self.desired
        source, *others = desired.regions
        is_set = observed.flows.get(source) != desired.flows[source]
        if is_set:
            self._set(desired.flows[source], observed.flows)
            self.operation.progress(f"{desired.number.e164}: flow set in {source}")
        for region in others:
            if is_set or observed.flows.get(region) != desired.flows[region]:
                if is_set or observed.moved:
                    self.connection.clock.sleep(MIRROR_GRACE)
                self._set_in_replica(desired.flows[region], observed.flows, taken)
        self._require_both()
        touched = dict(observed.flows) != dict(desired.flows)
        return replace(observed, flows=dict(desired.flows), touched=touched)

    def _set(self, flow: Arn, known: Mapping[str, Arn]) -> None:
        """Set a flow. A FAILED number that takes none is moved to where it is once more; `known` is what it has."""
        number = self.desired.number.arn
        try:
            set_flow(self.connection, number, flow)
        except (Conflict, NotFound, Refused):
            seen = look(self.connection, number, Purpose.LOOK)
            if seen.status != "FAILED":
                raise
            self.restorer.claim_again(seen, known, self.desired.flows, self.operation)
            set_flow(self.connection, number, flow)

    def _set_in_replica(self, flow: Arn, known: Mapping[str, Arn], taken: TakenAway | None) -> None:
        """Step 8, with the number's full ARN (N10). What it had before may be shown still: then it is set."""
        is_old = taken is not None and taken.may_be_shown(flow, self.connection.clock.now())
        if is_old or self._flow_in(flow) != flow:
            self._set(flow, known)
            if self._shown(flow) != flow:
                cause = f"{flow.region} accepted {flow_name(self.connection, flow)} and does not show it"
                raise self.desired.context.error(Conflict, cause, "run again to finish")

    def _require_both(self) -> None:
        """Where the Regions were asked for different flows, mirroring may undo one: say so, do not fight it."""
        desired = self.desired
        if len({flow.id for flow in desired.flows.values()}) < 2:
            return
        self.connection.clock.sleep(MIRROR_GRACE)
        for region, flow in desired.flows.items():
            found = self._shown(flow)
            if found != flow:
                given, shown = flow_name(self.connection, flow), found and flow_name(self.connection, found)
                cause = f"{region} was given {given} and has {shown or 'none'} again"
                raise desired.context.error(Conflict, cause, f"{CANNOT_DIFFER}: give one for both")

    def _flow_in(self, flow: Arn) -> Arn | None:
        """What answers where that flow is to answer."""
        return look_at_flow(self.connection, self.desired.number.arn, flow.instance, Purpose.LOOK)

    def _shown(self, flow: Arn) -> Arn | None:
        """The same, once it shows what was just set there."""
        return await_shown(self.connection, self.desired.number.arn, flow, self.operation)

    def _is_to_be_described(self, number: Number) -> bool:
        return self.desired.description not in {None, number.description}

    def _describe(self, observed: ObservedPlacement) -> ObservedPlacement:
        """Step 10."""
        desired, wanted = self.desired, self.desired.description
        assert wanted is not None  # it is to be described
        api = self.connection.connect(desired.target.region, Purpose.MOVE)
        api.update_phone_number_metadata(desired.number.arn, wanted, str(uuid4()))
        idle = await_idle(self.connection, desired.number, self.operation)
        if idle.status == "FAILED":
            raise desired.context.error(Refused, f"the description was not accepted: {idle.message}")
        return replace(observed, number=idle)

    def _observed(
        self, number: Number, flows: Mapping[str, Arn], *, dark_seconds: float = 0.0, moved: bool = False
    ) -> ObservedPlacement:
        d = self.desired
        return ObservedPlacement(number, d.instance, d.target, d.regions, d.flows, flows, dark_seconds, moved)

    def _as_last_seen(self, observed: ObservedPlacement) -> ObservedPlacement:
        """The flows as this run last saw them, for the state; a Region that cannot be asked is as it was."""
        with suppress(ConnectError):
            known = known_flows(self.connection, observed.number.arn, observed.instance, observed.regions)
            return replace(observed, flows=known)
        return observed


def _unexpected(error: Exception) -> ConnectError:
    """What nobody foresaw: an answer that makes no sense, a bug. It ends no obligation."""
    return ConnectError(f"something unexpected happened ({type(error).__name__}: {error})")
