"""What is done around a resource's logic in each step, whichever door the engine came in by.

A step makes one `Operation`, questions the state, sees to what earlier runs left, and says what went wrong in one
sentence. The doors translate: `ConnectProvider` for Pulumi's dynamic provider, `acgr_plugin` for the native one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult

from acgr.requests import Request
from acgr.runtime.diffs import changed_world
from acgr.runtime.foreseen import Foreseen
from acgr.runtime.inputs import Properties, known
from acgr.runtime.looking_ahead import looked_ahead
from acgr.runtime.name_checks import NameChanged, spend
from acgr.runtime.ownership import PLACED, name_of
from acgr.runtime.resource import PartialState, ResourceLogic
from acgr.runtime.run import Run
from acgr_connect import log
from acgr_connect.aws.settings import SettingError
from acgr_connect.groups import find_group
from acgr_connect.model.arns import Arn, ArnError
from acgr_connect.model.errors import ConnectError, WrongAccount
from acgr_connect.model.identifiers import identifier
from acgr_connect.model.operation import Operation
from acgr_connect.numbers.dark import DarkNumber, dark_on, said_dark
from acgr_connect.numbers.obligation import Obligation
from acgr_connect.world.connection import Connection


class StepFailed(Exception):
    """What went wrong, in one sentence; nothing else is to be told."""


@dataclass(frozen=True)
class Steps:
    """The steps of one resource. Each raises `StepFailed`; a create and an update also `PartialState`.

    Attributes:
        logic: of the resource's kind.
        run: what the resources of this run share.
        request: what the engine asks.
    """

    logic: ResourceLogic
    run: Run
    request: Request

    def check(self, olds: Properties, news: Properties) -> CheckResult:
        """The inputs in normal form, and what is wrong with them."""
        with self._looking() as operation:
            self._warn_of_left(operation, news)
            self.run.checked.add(operation.urn)
            checked = self.logic.check(operation, self.run, olds or {}, news)
            if not checked.failures:
                self._warn_of_dark(operation, news)
                self._propose(operation, {}, news)
            return checked

    def diff(self, olds: Properties, news: Properties) -> DiffResult:
        """What a change means."""
        with self._looking() as operation:
            spend(operation, self.run, lambda connection: self._require_account(connection, olds))
            decision = self.logic.diff(operation, self.run, olds, news)
            self._propose(operation, olds, None if decision.changes is False else news)
            return changed_world() if decision.changes is False and self._restores_with(operation) else decision

    def create(self, props: Properties) -> CreateResult:
        """Make what is declared, or take over what is there."""
        with self._answering("create", props) as operation:
            return self.logic.create(operation, self.run, props)

    def read(self, id_: str, props: Properties) -> ReadResult:
        """What there is."""
        with self._answering("read", {"id": id_, **props}) as operation:
            self.run.checked.discard(operation.urn)  # a diff that follows is the refresh's, not the program's
            return self.logic.read(operation, self.run, id_, props)

    def update(self, olds: Properties, news: Properties) -> UpdateResult:
        """Make what is declared of what was declared before."""
        with self._answering("update", news, olds) as operation:
            self._require_account(self.run.connection, olds)
            return self.logic.update(operation, self.run, olds, news)

    def delete(self, props: Properties) -> None:
        """Take back what was made, unless somebody else declares it."""
        with self._answering("delete", props) as operation:
            self._require_account(self.run.connection, props)
            self.logic.delete(operation, self.run, props)

    def _propose(self, operation: Operation, olds: Properties, news: Properties | None) -> None:
        """A preview may ask what becomes of the resource (`Run.look_ahead`): nothing, without `news`."""
        run = self.run

        def look_ahead(_: Connection) -> Foreseen:
            return looked_ahead(operation, run, lambda bounded: self.logic.foresee(bounded, run, olds, news or {}))

        # Where nobody knows yet in which Region to look, nothing is foreseen.
        run.propose(operation.urn, look_ahead if news and known(news.get("source_region")) else None)

    def _require_account(self, connection: Connection, olds: Mapping[str, Any]) -> list[NameChanged]:
        """The state is of the account that the credentials belong to.

        Raises:
            WrongAccount: it is not: nothing is done with it.
        """
        connection.require_account(self.logic.whose(olds))
        return []

    def _restores_with(self, operation: Operation) -> bool:
        """Whether this resource, which has nothing to do itself, is a change for the sake of what earlier runs left.

        Nothing is asked of a plugin whose resources are all unchanged, and so nothing would be restored: a number that
        no resource declares any more (a commit that was reverted) makes the first resource of the run a change.
        """
        run = self.run
        if operation.urn not in run.checked or run.restores_with not in {None, operation.urn}:
            return False
        undeclared = [
            left.e164
            for left in run.restorer.entries()
            if not run.ownership.is_claimed(PLACED, {left.e164, left.number.id}) and self._may_be_ours(left)
        ]
        if not undeclared:
            return False
        run.restores_with = operation.urn
        operation.say(f"restores what an earlier run left: {', '.join(undeclared)}")
        return True

    def _warn_of_left(self, operation: Operation, news: Properties) -> None:
        """The first line of a preview: what a run that was stopped has left dark, whoever declares it now."""
        run = self.run
        region = self._region("create", news) if run.connection.settings.journal_in_tags else ""
        if not run.asks_for_left(region):
            return
        with suppress(ConnectError):
            run.restorer.look_in(region)
        for left in filter(self._may_be_ours, run.restorer.entries()):
            if left.number.id not in run.told_of:
                run.told_of.add(left.number.id)
                operation.warn(
                    f"{left.e164} was moving when an earlier run was stopped, and may be dark: "
                    "`pulumi up` restores its flow before anything else"
                )

    def _warn_of_dark(self, operation: Operation, news: Properties) -> None:
        """Numbers on the resource's group that no flow answers, and that nothing has declared so far: once a group."""
        run, region = self.run, news.get("source_region")
        written = news.get("traffic_distribution_group") or news.get("target")
        if not isinstance(written, str) or not (known(region) and operation.urn) or (written, region) in run.looked_at:
            return
        run.looked_at.add((written, region))

        def look(connection: Connection) -> list[NameChanged]:
            group = identifier(written)
            if isinstance(group, Arn) and group.kind != "traffic-distribution-group":
                return []
            for dark in dark_on(connection, find_group(connection, group, region)):
                if not run.ownership.is_claimed(PLACED, {dark.number.e164, dark.number.arn.id}):
                    operation.warn(_said_of(dark))
            return []

        try:
            spend(operation, run, look, run.look_budget)
        except WrongAccount as error:
            operation.warn(f"{error}: `pulumi up` will refuse it")

    def _region(self, step: str, props: Properties) -> str:
        """The Region of a step, or "" where inputs that nobody has checked do not say it."""
        with suppress(ArnError, KeyError):
            return self.logic.context(step, props).region
        return ""

    def _may_be_ours(self, left: Obligation) -> bool:
        """Without credentials nobody can tell, and a warning too many is better than one too few."""
        try:
            return self.run.restorer.is_ours(left)
        except ConnectError:
            return True

    @contextmanager
    def _looking(self) -> Iterator[Operation]:
        operation = self.request.operation(self.run.connection.clock)
        with log.about(operation.urn), self.run.answering():
            try:
                yield operation
            except (ConnectError, SettingError) as error:
                log.warning("not compared", error=str(error))
                raise StepFailed(str(error)) from error
            finally:
                self.run.ownership.tell_account()
                if self.run.not_asked is not None:
                    # Whoever asked first, it is said of the run, and not on the row of that resource.
                    whole = replace(self.request, urn="").without_time(self.run.connection.clock)
                    self.run.tell_not_asked(whole, self.run.not_asked)

    @contextmanager
    def _answering(self, step: str, props: Properties, *more: Mapping[str, Any]) -> Iterator[Operation]:
        """Errors leave as one sentence without a traceback; what is half done leaves as partial state."""
        run, context = self.run, self.logic.context(step, props)
        timeout = self.logic.default_timeout(run, props, *more)
        operation = self.request.operation(run.connection.clock, context, timeout)
        with log.about(operation.urn), run.while_running(operation.urn):
            try:
                log.debug(step, timeout=round(operation.deadline.remaining, 1))
                run.connection.be_patient(operation.deadline)
                with context:
                    if step != "read":
                        run.restorer.discharge_left(operation, context.region)
                    yield operation
                log.info(f"{step} done")
            except PartialState as error:
                log.warning(f"{step} unfinished", error=str(error))
                raise
            except ConnectError as error:
                log.warning(f"{step} failed", error=str(error))
                raise StepFailed(str(error)) from error
            except (ArnError, SettingError) as error:
                log.warning(f"{step} failed", error=str(error))
                raise StepFailed(f"{context.action}: {error}") from error
            finally:
                run.ownership.tell_account()


def _said_of(dark: DarkNumber) -> str:
    return (
        f"{said_dark(dark.number.e164, dark.regions)}. It is on a traffic distribution group of this program: "
        f"`pulumi up` gives it its flow first if the program declares it; if not, do it by hand: {dark.by_hand}"
    )


def stop(run: Run, operation: Operation) -> None:
    """The first Ctrl-C: say which numbers are in flight, begin nothing, finish what is dark.

    Who is in flight is said first: a runner may be killed seconds later. The engine lists what it was working on only
    at the end of a run.
    """
    if running := sorted(run.running):
        log.warning("cancelled", running=", ".join(map(name_of, running)))
    if in_flight := run.restorer.in_flight():
        for one in in_flight:
            log.warning("in flight", number=one.e164, regions=", ".join(one.wanted), destination=str(one.destination))
        operation.warn(said_of_in_flight(in_flight))
    run.connection.cancel()


def said_of_in_flight(obligations: Sequence[Obligation]) -> str:
    """Which numbers are moving, in which Regions, and who sees to them."""
    first = (
        f"stopping; numbers in flight: {len(obligations)}. This run gives them their flows before it ends; should "
        "it be killed, the next `pulumi up` does, whatever that declares:"
    )
    return "\n".join([first, *(f"  {one.e164} in {' and '.join(one.wanted)}" for one in obligations)])
