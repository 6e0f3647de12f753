"""The flow that answers one number in one Region, where something else places the number (N2, N6-N10).

Setting it is an upsert without a gap: the flow before answers until the new one does. Every write is looked at, because
Connect may mirror flows between the Regions, and two declarations may want different ones. Removing it takes away only
the flow that was set.

What is asked for, resolved, is a `DesiredFlow`; what holds after an attempt is an `ObservedFlow`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from acgr_connect import log
from acgr_connect.groups import display_name, reach_of, require_no_failover
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import Conflict, ConnectError, ErrorContext, NotFound, Refused, Unfinished
from acgr_connect.model.identifiers import Identifier
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Number
from acgr_connect.numbers.find import await_idle, find_number
from acgr_connect.numbers.flows import (
    CANNOT_DIFFER,
    MIRROR_GRACE,
    await_shown,
    find_flows,
    flow_name,
    look_at_flow,
    set_flow,
    unset_flow,
)
from acgr_connect.numbers.restorer import Restorer
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection
from acgr_connect.world.sweep import FRESH

DECLARE_ONE = f"{CANNOT_DIFFER}: declare one for both"
"""What to do about two declarations of which one undoes the other."""


@dataclass(frozen=True)
class DesiredFlow:
    """What is asked for, resolved: the flow, whose Region it is for, and the Regions where the number is reachable."""

    number: Number
    flow: Arn
    regions: tuple[str, ...]

    @property
    def region(self) -> str:
        """The Region for which the flow is declared."""
        return self.flow.region

    @property
    def others(self) -> tuple[str, ...]:
        """The other Regions in which the number is reachable."""
        return tuple(region for region in self.regions if region != self.region)

    @property
    def context(self) -> ErrorContext:
        """How every error about it begins."""
        return _setting(self.number, self.region)


@dataclass(frozen=True)
class ObservedFlow:
    """What holds after an attempt: `flow` answers now; `touched`, whether it had to be set."""

    desired: DesiredFlow
    flow: Arn | None
    touched: bool


def _setting(number: Number, region: str) -> ErrorContext:
    return ErrorContext(f"setting the flow of phone number {number.e164}", region)


def resolve_flow(
    connection: Connection,
    number: Identifier,
    region: str,
    flow: Identifier,
    source_region: str,
    operation: Operation,
) -> DesiredFlow:
    """What every name means. Nothing is changed.

    Args:
        connection: the account.
        number: which one.
        region: where the flow is declared.
        flow: one of that Region.
        source_region: where the number was claimed, unless its ARN says it.
        operation: has the deadline until which somebody else's operation on the number is waited for.

    Raises:
        ConnectError: the number is not claimed, or not reachable in the Region, or the flow cannot answer there.
    """
    if isinstance(number, Arn):
        connection.require_account(number)
        source_region = number.region
    listed = find_number(connection, number, source_region)
    connection.require_account(listed.arn)
    try:
        return desired_flow(connection, listed, region, flow, operation)
    except ConnectError:
        # The list may be older than a move, or the move be under way: what counts is where the number is when idle.
        seen = _idle(connection, listed, region, operation)
        if seen.target == listed.target:
            raise
        return desired_flow(connection, seen, region, flow, operation)


def desired_flow(
    connection: Connection,
    number: Number,
    region: str,
    flow: Identifier,
    operation: Operation,
    *,
    believing: float = 0.0,
) -> DesiredFlow:
    """The desired flow of a number that was found where it is.

    Raises:
        Refused: the number is not reachable in the Region.
        ConnectError: the flow cannot answer there.
    """
    instance, regions = reach_of(connection, number.target)
    if region not in regions:
        where = display_name(connection, number.target)
        cause = f"it is on {where}, and reachable in {' and '.join(regions)} only"
        remedy = "place it on a traffic distribution group first, or declare its flow where it is reachable"
        raise _setting(number, region).error(Refused, cause, remedy)
    found = find_flows(connection, instance, (region,), flow, operation, believing=believing)
    return DesiredFlow(number, found[region], regions)


def _idle(connection: Connection, number: Number, region: str, operation: Operation) -> Number:
    """The number as it is once nobody's operation is running on it (N14); one look where none is.

    Raises:
        NotFound: it was released meanwhile.
        WaitTimeout: still IN_PROGRESS when the deadline has passed.
    """
    context = _setting(number, region)
    try:
        return await_idle(connection, number, operation)
    except NotFound as error:
        raise context.added_to(error, "the number is not claimed any more", "claim it first") from error
    except ConnectError as error:
        raise context.added_to(error, remedy="nothing was changed: run again") from error


def answer_with(
    restorer: Restorer,
    desired: DesiredFlow,
    flow: Identifier,
    operation: Operation,
    *,
    kept: Mapping[str, Arn],
) -> ObservedFlow:
    """See to it that the flow answers. A number that has it already is left alone.

    Args:
        restorer: the account's: it sees to a number that has to be moved before it takes a flow.
        desired: what is asked for.
        flow: the flow as it is declared, should the number turn out to be elsewhere.
        operation: has the deadline until which somebody else's operation on the number is waited for.
        kept: Region to the flow that must go on answering there. Where mirroring replaces one, it is put back once.

    Raises:
        ConnectError: it could not be set, and what answers is as it was before.
        Unfinished: it was set, and is not known to answer; the error carries the `ObservedFlow`.
    """
    with restorer.connection.exclusive(desired.number.arn):
        observed = _Attempt(restorer, desired, flow, operation, kept).run()
    if not observed.touched:
        log.info("flow adopted", number=desired.number.e164, region=desired.region, flow=desired.flow.id)
    return observed


@dataclass(frozen=True)
class _Attempt:
    restorer: Restorer
    desired: DesiredFlow
    flow: Identifier
    operation: Operation
    kept: Mapping[str, Arn]

    @property
    def connection(self) -> Connection:
        return self.restorer.connection

    def run(self) -> ObservedFlow:
        if self._answers_already():
            return ObservedFlow(self.desired, self.desired.flow, False)
        desired = self._set()
        self.operation.progress(f"{desired.number.e164}: flow set in {desired.region}")
        found: Arn | None = None
        try:
            found = self._seen(desired)
            if found != desired.flow:
                raise self._undone(desired, found)
            displaced = self._displaced(desired)
        except ConnectError as error:
            failure = desired.context.added_to(error, remedy="the flow was set: run again to see that it answers")
            raise Unfinished(failure, ObservedFlow(desired, found if found != desired.flow else None, True)) from error
        if displaced:
            raise self._put_back(desired, displaced)
        return ObservedFlow(desired, desired.flow, True)

    def _answers_already(self) -> bool:
        """From a sweep that is fresh: a number that was moved a minute ago has lost the flow it had."""
        number, flow = self.desired.number.arn, self.desired.flow
        with self.desired.context:
            return self.connection.directory.associations(flow.instance).entries(FRESH).get(number.id) == flow

    def _when_idle(self) -> DesiredFlow:
        """The same, once nobody's operation is running on the number; resolved anew where it has been moved (N14)."""
        desired = self.desired
        seen = _idle(self.connection, desired.number, desired.region, self.operation)
        if seen.target == desired.number.target:
            return replace(desired, number=seen)
        return desired_flow(self.connection, seen, desired.region, self.flow, self.operation)

    def _set(self) -> DesiredFlow:
        """Set the flow; once more where it is refused: an operation may have begun since the number was idle."""
        desired = self._when_idle()
        with desired.context:
            try:
                set_flow(self.connection, desired.number.arn, desired.flow)
                return desired
            except (Conflict, NotFound, Refused):
                e164 = desired.number.e164
                self.operation.progress(f"{e164}: refused, looking whether another operation is running on it")
        desired = self._when_idle()
        with desired.context:
            if desired.number.status == "FAILED":
                self._claim_again(desired)
            try:
                set_flow(self.connection, desired.number.arn, desired.flow)
            except NotFound as error:
                raise self._missing(desired, error) from error
        return desired

    def _claim_again(self, desired: DesiredFlow) -> None:
        """A FAILED number takes no flow; whatever it has it keeps, while it is moved to where it is."""
        flows = {r: flow for r in (desired.region, *desired.others) if (flow := self._look(desired, r))}
        self.restorer.claim_again(desired.number, flows, {desired.region: desired.flow}, self.operation)

    def _missing(self, desired: DesiredFlow, error: NotFound) -> ConnectError:
        """The number is there and idle, so it is the flow: looked up again, it says what it lacks."""
        self.connection.directory.flows(desired.flow.instance).forget()
        try:
            desired_flow(self.connection, desired.number, desired.region, desired.flow, self.operation)
        except ConnectError as second:
            return second
        return desired.context.added_to(error)

    def _seen(self, desired: DesiredFlow) -> Arn | None:
        """What answers after the write, and after what may still be mirrored from the other Region."""
        if desired.others:
            self.connection.clock.sleep(MIRROR_GRACE)
        return await_shown(self.connection, desired.number.arn, desired.flow, self.operation)

    def _look(self, desired: DesiredFlow, region: str) -> Arn | None:
        instance = desired.flow.instance.in_region(region)
        return look_at_flow(self.connection, desired.number.arn, instance, Purpose.LOOK)

    def _undone(self, desired: DesiredFlow, found: Arn | None) -> ConnectError:
        given, shown = flow_name(self.connection, desired.flow), found and flow_name(self.connection, found)
        cause = f"it was given {given} and has {shown or 'none'}"
        elsewhere = [self._look(desired, region) for region in desired.others]
        is_mirrored = found and found.id in {flow.id for flow in elsewhere if flow}
        remedy = DECLARE_ONE if is_mirrored else "something else set it meanwhile: declare it once, and run again"
        return desired.context.error(Conflict, cause, remedy)

    def _displaced(self, desired: DesiredFlow) -> Arn | None:
        """The flow of another declaration that mirroring has just replaced; there are two Regions at most."""
        for region, flow in self.kept.items():
            if region in desired.others and flow.id != desired.flow.id and self._look(desired, region) != flow:
                return flow
        return None

    def _put_back(self, desired: DesiredFlow, displaced: Arn) -> ConnectError:
        """Undo, once, what this write did to another declaration: the one that was there first stays."""
        try:
            set_flow(self.connection, desired.number.arn, displaced)
        except ConnectError as error:
            context = ErrorContext(f"putting back the flow of phone number {desired.number.e164}", displaced.region)
            return context.added_to(error)
        cause = f"it replaced the flow declared for {displaced.region} too, and was undone"
        return desired.context.error(Conflict, cause, DECLARE_ONE)


def remove_flow(restorer: Restorer, number: Arn, e164: str, flow: Arn, operation: Operation) -> str:
    """Disassociate a number from its flow in the flow's Region, if that is the flow it has there.

    Args:
        restorer: the account's: it sees to a number that has to be moved before it gives its flow up.
        number: its ARN.
        e164: how it is called.
        flow: what was set, with the Region in which it was.
        operation: has the deadline until which somebody else's operation on the number is waited for.

    Returns:
        What became of it, after a look, as the rest of a sentence that begins with the number.

    Raises:
        ConnectError: anything but "not there"; nothing was taken away.
    """
    connection = restorer.connection
    connection.require_account(number)
    with ErrorContext(f"removing the flow of phone number {e164}", flow.region), connection.exclusive(number):
        try:
            seen = await_idle(connection, Number(number, e164, flow.instance, ""), operation)
        except NotFound:
            return "is not claimed any more: there is nothing to remove"
        return _Removal(restorer, seen, flow, operation).run()


@dataclass(frozen=True)
class _Removal:
    restorer: Restorer
    number: Number
    flow: Arn
    operation: Operation

    @property
    def connection(self) -> Connection:
        return self.restorer.connection

    def run(self) -> str:
        instance, regions = reach_of(self.connection, self.number.target)
        region = self.flow.region
        if region not in regions:
            return f"is not reachable in {region} any more: there is nothing to remove"
        found = self._look(instance, region)
        if found is None:
            return f"has no flow in {region} any more: there is nothing to remove"
        if found != self.flow:
            return f"keeps flow {found.id} in {region}: something else set it after this program did"
        self._disassociate(regions)
        return self._what_is_left(instance, regions)

    def _disassociate(self, regions: tuple[str, ...]) -> None:
        require_no_failover(self.connection, self.number.target)
        try:
            unset_flow(self.connection, self.number.arn, self.flow.instance)
        except NotFound:
            if self._look(self.flow.instance, self.flow.region) == self.flow:
                raise
        except (Conflict, Refused):
            if self.number.status != "FAILED":
                raise
            instance = self.flow.instance
            flows = {region: flow for region in regions if (flow := self._look(instance, region))}
            self.restorer.claim_again(self.number, flows, flows, self.operation)
            unset_flow(self.connection, self.number.arn, self.flow.instance)

    def _what_is_left(self, instance: Arn, regions: tuple[str, ...]) -> str:
        if len(regions) > 1:
            self.connection.clock.sleep(MIRROR_GRACE)
        shown = await_shown(self.connection, self.number.arn, self.flow, self.operation, removed=True)
        here = self.flow.region
        found = {region: shown if region == here else self._look(instance, region) for region in regions}
        dark = [region for region, flow in found.items() if flow is None]
        if here not in dark:
            return f"has a flow in {here} again: something else set it meanwhile"
        if len(regions) > 1 and len(dark) == len(regions):
            return f"has no flow in {' and '.join(regions)} now: callers reach nothing"
        answering = [region for region in regions if region not in dark]
        still = f"; it has its flow in {' and '.join(answering)}" if answering else ""
        return f"has no flow in {here} now: callers reach nothing there{still}"

    def _look(self, instance: Arn, region: str) -> Arn | None:
        return look_at_flow(self.connection, self.number.arn, instance.in_region(region), Purpose.MOVE)
