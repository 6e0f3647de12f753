"""The only thing that ends a darkness: it owns the obligations of this process and those that earlier runs left.

An obligation is taken before a number moves (`take`), and `settle` goes on until every Region in which the number is
reachable was seen to answer, or until the deadline: through outages, refused connections, answers that make no sense,
denied calls and Ctrl-C. Each Region is restored alone: a replica that is down does not keep the source dark, nor does a
group that is being updated.

A number whose move has FAILED may take no flow until it is CLAIMED again: then it is moved once more, to where it is
or, should that fail too, to the other end of its move.

While a restore is overdue, no other move starts (`RateLimiter.hold_starts`): whatever keeps one number dark would keep
the next one dark too.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, suppress
from copy import copy
from dataclasses import dataclass, field, replace
from threading import Lock
from uuid import uuid4

from acgr_connect import log
from acgr_connect.groups import reach_of
from acgr_connect.model.arns import Arn
from acgr_connect.model.clock import seconds_since_1970, time_of_day
from acgr_connect.model.errors import (
    UNREADABLE_ANSWER,
    Conflict,
    ConnectError,
    Denied,
    ErrorContext,
    NotFound,
    Refused,
    Unavailable,
    WrongAccount,
    failure,
)
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Number
from acgr_connect.numbers.dark import associate_command, move_command
from acgr_connect.numbers.early_flow import REMEMBERED, EarlyFlow, Verdict
from acgr_connect.numbers.find import look
from acgr_connect.numbers.flows import TakenAway, look_at_flow, set_flow
from acgr_connect.numbers.journal import Journal, NoJournal
from acgr_connect.numbers.obligation import Obligation
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection

BACK_OFF = (0.5, 1.0, 2.0, 4.0, 5.0)
"""Seconds between tries; the last again and again."""

LOOK_AGAIN = 2.0
"""Seconds between looks at a number that is moving, when its move has gone wrong somehow."""

IDLE = frozenset({"CLAIMED", "FAILED"})
"""Statuses of a number on which no operation is running."""


@dataclass
class Settled:
    """What holds of a number that an obligation was taken for.

    Attributes:
        number: as it was last seen, or None: it was released, or never seen.
        flows: Region to the flow that was seen to answer.
        dark: Region to why no flow was seen to answer there.
        is_gone: whether the number is not claimed any more.
        has_failed: whether it was FAILED and took no flow.
    """

    number: Number | None = None
    flows: dict[str, Arn] = field(default_factory=dict)
    dark: dict[str, str] = field(default_factory=dict)
    is_gone: bool = False
    has_failed: bool = False

    @property
    def is_discharged(self) -> bool:
        """Whether every Region in which the number is reachable was seen to answer."""
        return self.is_gone or (self.number is not None and not self.dark)


COUNTED = 5
"""Moves whose darkness the next one is foretold by."""


class Restorer:
    """Obligations of one account, shared by all threads of the process."""

    def __init__(
        self, connection: Connection, journal: Journal | None = None, early_flow: EarlyFlow | None = None
    ) -> None:
        self.connection = connection
        self.early_flow = early_flow or EarlyFlow(connection.clock)
        self._memory = self.early_flow.memory
        self._journal = journal or NoJournal()
        self._lock, self._proving, self._discharging = Lock(), Lock(), Lock()
        self._owed: dict[str, Obligation] = {}
        self._proved: dict[str, Denied | None] = {}
        self._left_between: dict[str, frozenset[Arn]] = {}
        self._seen_to: set[str] = set()
        self._looked_at: set[str] = set()

    @property
    def journal(self) -> Journal:
        """Where what is owed is written down."""
        return self._journal

    def entries(self) -> list[Obligation]:
        """What earlier runs left behind, and no thread of this process sees to."""
        with self._lock:
            mine = set(self._owed)
        return [obligation for obligation in self._journal.entries() if obligation.number.id not in mine]

    def in_flight(self) -> list[Obligation]:
        """What this process owes at this moment, the oldest first."""
        with self._lock:
            return sorted(self._owed.values(), key=lambda obligation: obligation.since)

    def look_in(self, region: str) -> None:
        """Look for what earlier runs left in Connect itself, seen from a Region; what is found is among `entries`.

        Raises:
            ConnectError: nobody can be asked.
        """
        self._journal.look_in(region)

    def prove(self, number: Number, before: Mapping[str, Arn], wanted: Mapping[str, Arn]) -> None:
        """Before the first move of a run: that the role may do whatever finishing it needs, in each Region.

        By one harmless write: the number is given the flow that it has. Where it has none, it is given the one that it
        is to have, which Connect refuses where the number is not reachable: then only "denied" would tell anything.

        Raises:
            Denied: the number would stay dark; nothing was changed.
            ConnectError: it cannot be told now; nothing was changed.
        """
        with self._proving:
            for region in wanted:
                if region not in self._proved:
                    self._proved[region] = self._denied(number, before.get(region) or wanted[region])
                if (denied := self._proved[region]) is not None:
                    raise copy(denied)

    def _denied(self, number: Number, flow: Arn) -> Denied | None:
        """Why it may not, or None. A denied call is tried once more, with credentials that are asked for anew."""
        context = ErrorContext(f"proving that phone number {number.e164} can be given its flow", flow.region)
        with context:
            try:
                self._try_all(number, flow)
            except Denied:
                self.connection.renew()
                try:
                    self._try_all(number, flow)
                except Denied as error:
                    return context.added_to(error)
        return None

    def _try_all(self, number: Number, flow: Arn) -> None:
        """What finishing a move cannot do without in the flow's Region; asking which flow answers it can."""
        if flow.region == number.arn.region:
            look(self.connection, number.arn, Purpose.MOVE)
        with suppress(NotFound, Conflict, Refused):  # not here or not now, and not for want of a permission
            set_flow(self.connection, number.arn, flow, event="flow proved")

    def discharge_left(self, operation: Operation, region: str) -> None:
        """What earlier runs left dark is restored before anything else is done: once a Region, all wait for it.

        Raises:
            ConnectError: a number is dark still; the run goes on for whoever asks after this.
        """
        with self._discharging:
            if region in self._seen_to:
                return
            self._seen_to.add(region)
            try:
                self.look_in(region)
            except ConnectError as error:
                operation.warn(f"what an earlier run may have left dark in {region} cannot be told: {error}")
            together = replace(operation, restore_at_least=0.0)  # many entries have one deadline, not ten minutes each
            new = [obligation for obligation in self.entries() if obligation.number.id not in self._left_between]
            left = [obligation for obligation in new if self.is_ours(obligation)]
            still = [said for obligation in left if (said := self._discharged(obligation, together))]
        if still:
            raise failure("; ".join(still))

    def is_ours(self, obligation: Obligation) -> bool:
        """Whether it is of the account that the credentials belong to: one journal may have those of several.

        Raises:
            ConnectError: it cannot be told whose credentials these are.
        """
        try:
            self.connection.require_account(obligation.number)
        except WrongAccount:
            log.info("obligation of another account", number=obligation.e164, account=obligation.number.account)
            return False
        return True

    def _discharged(self, obligation: Obligation, operation: Operation) -> str:
        """What is to be said of a number that is dark still, or ""."""
        self._left_between[obligation.number.id] = frozenset({obligation.origin, obligation.destination})
        with self.connection.exclusive(obligation.number):
            settled = self.settle(obligation, operation)
        if not settled.is_discharged:
            return said_of_dark(obligation, settled)
        operation.say(f"{obligation.e164}: an earlier run was stopped while it moved; {_what_holds(settled)}")
        return ""

    def moved_by_us(self, number: Number) -> bool:
        """Whether a number is where it is because an earlier run of ours was stopped while it moved."""
        return number.target in self._left_between.get(number.arn.id, ())

    def take(
        self,
        number: Number,
        before: Mapping[str, Arn],
        destination: Arn,
        wanted: Mapping[str, Arn],
        operation: Operation,
        *,
        early: bool = False,
    ) -> Obligation:
        """Write down what is owed to a number that is about to move, or that is dark.

        Raises:
            Denied: it may not be written down where the operator wants it; nothing is owed.
        """
        since = seconds_since_1970()
        obligation = Obligation(
            number.arn, number.e164, number.target, dict(before), destination, dict(wanted), since, early
        )
        with self._lock:
            self._owed[number.arn.id] = obligation
        try:
            self._journal.write(obligation)
        except Denied:
            self.give_up(obligation)
            raise
        except (OSError, ConnectError) as error:
            log.warning("journal not written", number=number.e164, error=str(error))
            operation.warn(
                f"{number.e164} moves without an entry in the journal ({error}): "
                "should this run be killed, the next one may not know its flow"
            )
        log.info("obligation taken", number=number.e164, destination=str(destination))
        return obligation

    def discharge(self, obligation: Obligation) -> None:
        """The number answers, or was never moved: nothing is owed to it any more."""
        self.answered(obligation)
        self._journal.erase(obligation.number)

    def answered(self, obligation: Obligation) -> None:
        """The number answers, and more is done to it: the entry stays, so that the next run knows who has moved it."""
        self.give_up(obligation)
        log.info("obligation discharged", number=obligation.e164)

    def give_up(self, obligation: Obligation) -> None:
        """Nobody sees to the number any more in this run, dark or not: its entry stays for the next one."""
        with self._lock:
            self._owed.pop(obligation.number.id, None)

    def erase(self, number: Number) -> None:
        """Nothing more is done to a number that answers: its entry is not needed any more."""
        self._journal.erase(number.arn)

    def set_early(self, obligation: Obligation, regions: tuple[str, ...], operation: Operation) -> frozenset[str]:
        """Give a number its flow while it is still moving, where Connect takes that; the Regions in which it did.

        The obligation stays open: whether the flow is there once the number has arrived, only a look tells then.
        """
        flows = [obligation.wanted[region] for region in regions]
        return frozenset(f.region for f in flows if self._is_taken_early(obligation, f, operation))

    def _is_taken_early(self, obligation: Obligation, flow: Arn, operation: Operation) -> bool:
        where = _where(flow)
        if not self.early_flow.begin(where):
            return False
        is_taken: bool | None = None
        try:
            set_flow(self.connection, obligation.number, flow, event="flow set early")
            is_taken = True
            operation.progress(f"{obligation.e164}: has its flow in {flow.region} while it moves")
        except (Conflict, NotFound, Refused):
            is_taken = False
        except ConnectError as error:
            log.info("flow not set early", number=obligation.e164, region=flow.region, error=str(error))
        finally:
            self.early_flow.answered(where, is_taken=is_taken)
        return is_taken is True

    def may_set_early(self, flow: Arn) -> bool:
        """Whether a number may be given that flow while it moves, as far as can be told before the move."""
        return self.early_flow.may_be_set(_where(flow))

    def note_darkness(self, flow: Arn, seconds: float) -> None:
        """A number was moved, and had that flow again after so many seconds: the next one may take as long."""
        seen = self._darknesses(flow)
        self._memory.keep(f"{_where(flow)}-dark", [*seen, round(seconds, 1)][-COUNTED:])

    def expected_darkness(self, flow: Arn) -> float | None:
        """Seconds for which a number that moves has been without its flow lately in that Region, or None."""
        seen = sorted(self._darknesses(flow))
        return seen[len(seen) // 2] if seen else None

    def _darknesses(self, flow: Arn) -> list[float]:
        seen = self._memory.recall(f"{_where(flow)}-dark", REMEMBERED)
        return [float(one) for one in seen if isinstance(one, (int, float))] if isinstance(seen, list) else []

    def is_still_there(self, obligation: Obligation, region: str) -> bool:
        """Whether a flow that was set early is shown, now that the number has arrived.

        Where flows are known to be kept, one number of each run is looked at, and the others are like it.

        Raises:
            ConnectError: nobody can tell.
        """
        flow = obligation.wanted[region]
        verdict = self.early_flow.verdict(_where(flow))
        if verdict is Verdict.DROPPED or (verdict is Verdict.KEPT and region in self._looked_at):
            return verdict is Verdict.KEPT
        self._looked_at.add(region)
        try:
            found = look_at_flow(self.connection, obligation.number, flow.instance, Purpose.LOOK)
        except Denied:
            return False  # setting it once more does no harm
        if found is None or found == flow:
            self.early_flow.learn(_where(flow), Verdict.KEPT if found else Verdict.DROPPED)
        return found == flow

    def settle(self, obligation: Obligation, operation: Operation) -> Settled:
        """Go on until the number answers wherever it is reachable, or until the deadline.

        Args:
            obligation: what is owed.
            operation: has the deadline and, where the program sets none, the seconds for which a darkness is tried.

        Returns:
            What holds. Nothing is raised: whatever goes wrong stands there.
        """
        with self.connection.darkness(obligation.number.region):
            return _Settling(self, obligation, operation).run()

    def claim_again(
        self, number: Number, flows: Mapping[str, Arn], wanted: Mapping[str, Arn], operation: Operation
    ) -> None:
        """Move a FAILED number to where it is, so that it is CLAIMED and takes another flow.

        Even that may take its flow away: until it answers, it is owed what it has.

        Args:
            number: as it was seen, FAILED.
            flows: Region to the flow that it has.
            wanted: Region to the flow that it gets where it has none.
            operation: has the deadline.

        Raises:
            ConnectError: it is dark now, or could not be moved.
        """
        obligation = self.take(number, flows, number.target, wanted, operation)
        with self.connection.darkness(number.arn.region):
            settled = _Settling(self, obligation, operation).run(failed=number)
        if not settled.is_discharged:
            raise failure(said_of_dark(obligation, settled))


class _Settling:
    """One number, until it answers."""

    def __init__(self, restorer: Restorer, obligation: Obligation, operation: Operation) -> None:
        self._restorer, self._connection = restorer, restorer.connection
        self._obligation, self._operation = obligation, operation
        self._until = max(operation.deadline.at, self._connection.clock.now() + operation.restore_at_least)
        self._tries = self._moves = 0
        self._is_refused = False
        self._is_at_rest = False
        self._first_seen: dict[str, float] = {}
        self._settled = Settled()

    def run(self, failed: Number | None = None) -> Settled:
        """Until it answers or the deadline has passed; a number that is `failed` is moved to where it is first."""
        if failed is not None:
            self._is_at_rest = True
            self._move_again(failed)
        with ExitStack() as gate:
            while True:
                has_failed = self._try()
                if self._settled.is_discharged:
                    self._restorer.discharge(self._obligation)
                    return self._settled
                if self._connection.clock.now() >= self._until:
                    log.warning("dark", number=self._obligation.e164, why=str(self._settled.dark))
                    self._restorer.give_up(self._obligation)
                    return self._settled
                if has_failed and not self._tries:
                    gate.enter_context(self._connection.gate.closed())
                self._tries += has_failed
                self._pause(has_failed)

    def _try(self) -> bool:
        """Look, and set what is dark; whether anything of it failed."""
        seen, failure = self._look()
        if seen is not None and seen.status not in IDLE:
            self._settled.dark = dict.fromkeys(self._obligation.wanted, f"it is {seen.status}")
            return False
        if failure is not None and not self._tries:
            self._operation.progress(f"{self._obligation.e164}: {failure}")
        if self._settled.is_gone:
            return False
        if seen is None and (seen := self._listed()) is not None:
            self._settled.number = seen
        self._restore_all(seen.target if seen is not None else self._obligation.destination)
        if seen is None:
            return True
        if seen.status == "FAILED" and self._is_refused:
            self._settled.has_failed = True
            if self._connection.clock.now() < self._until:
                self._move_again(seen)
        return bool(self._settled.dark)

    def _restore_all(self, target: Arn) -> None:
        reach = self._reach(target)
        self._settled.dark = {}
        self._is_refused = False
        for region, flow in self._obligation.flows_at(target, reach).items():
            self._restore(region, flow, target)
        for region in reach:
            is_owed = region in self._settled.flows or region in self._settled.dark
            if not is_owed and not self._is_at_rest:  # at rest it may have had none, by somebody's wish
                self._settled.dark[region] = "no flow is known for it there"

    def _move_again(self, seen: Number) -> None:
        """A FAILED number takes no flow: move it to where it is or, in turn, to the other end of its move."""
        obligation = self._obligation
        ends = [seen.target, *(end for end in (obligation.origin, obligation.destination) if end != seen.target)]
        target = ends[self._moves % len(ends)]
        self._moves += 1
        self._operation.progress(f"{obligation.e164}: FAILED, moving it again")
        log.info("moving again", number=obligation.e164, target=str(target))
        api = self._connection.connect(obligation.number.region, Purpose.RESTORE)
        try:
            api.update_phone_number(obligation.number, target, str(uuid4()))
        except ConnectError as error:
            if isinstance(error, Denied):
                self._renew()
            log.warning("not moved again", number=obligation.e164, error=str(error))

    def _look(self) -> tuple[Number | None, ConnectError | None]:
        number = self._obligation.number
        try:
            seen = look(self._connection, number, Purpose.LOOK)
        except NotFound as error:
            self._settled.is_gone = self._tries > 0
            return None, error
        except ConnectError as error:
            if isinstance(error, Denied):
                self._renew()
            return None, error
        self._settled.number = seen
        return seen, None

    def _listed(self) -> Number | None:
        """Where the number is, should nobody be allowed to look at it: from the list of the Region's numbers.

        The list shows no status. A number that is on its new target has arrived; of any other nothing is known.
        """
        number = self._obligation.number
        with suppress(ConnectError):
            listed = self._connection.directory.numbers(number.region).entries(LOOK_AGAIN).get(number.id)
            if listed is not None and listed.target == self._obligation.destination:
                return replace(listed, status="CLAIMED")
        return None

    def _reach(self, target: Arn) -> tuple[str, ...]:
        """The Regions in which the number is reachable; where nobody answers, those of the flows that are known."""
        try:
            return reach_of(self._connection, target)[1]
        except ConnectError:
            known = self._obligation.wanted if target == self._obligation.destination else self._obligation.before
            return tuple(known)

    def _restore(self, region: str, flow: Arn, target: Arn) -> None:
        """Each Region alone, and only where nothing answers: nobody's flow is overwritten.

        But for what was set early, for a target on which the number did not arrive.
        """
        number = self._obligation.number
        try:
            found = self._flow_in(flow)
            if found is None or self._obligation.is_misplaced(found, target) or self._may_be_gone(found):
                set_flow(self._connection, number, flow)
                found = flow
                self._operation.progress(f"{self._obligation.e164}: flow set in {region}")
        except ConnectError as error:
            if isinstance(error, Denied):
                self._renew()
            self._is_refused = self._is_refused or isinstance(error, (Conflict, NotFound, Refused))
            self._settled.flows.pop(region, None)
            self._settled.dark[region] = error.cause
        else:
            self._settled.flows[region] = found

    def _may_be_gone(self, found: Arn) -> bool:
        """Whether a move has taken away what is shown: answers run behind, and it is what the number had before.

        It is set once more, which changes nothing where it is there. Where it cannot be set, it is believed in the end.
        """
        obligation, now = self._obligation, self._connection.clock.now()
        is_moved = obligation.origin != obligation.destination or self._moves > 0
        first = self._first_seen.setdefault(found.region, now)
        return is_moved and TakenAway(first, obligation.before).may_be_shown(found, now)

    def _flow_in(self, flow: Arn) -> Arn | None:
        """What answers; None also where nobody may ask, or can read the answer: a flow is set all the same."""
        try:
            return look_at_flow(self._connection, self._obligation.number, flow.instance, Purpose.RESTORE)
        except Denied:
            self._renew()
            return None
        except Unavailable as error:
            if error.code != UNREADABLE_ANSWER:
                raise
            return None

    def _renew(self) -> None:
        with suppress(ConnectError):
            self._connection.renew()

    def _pause(self, has_failed: bool) -> None:
        """A number that is moving is looked at steadily; after a failure less and less often."""
        clock = self._connection.clock
        seconds = BACK_OFF[min(self._tries, len(BACK_OFF)) - 1] if has_failed else LOOK_AGAIN
        clock.sleep(min(seconds, max(0.0, self._until - clock.now())))


def _where(flow: Arn) -> str:
    """What is known of early flows is known of an account and Region."""
    return f"{flow.account}-{flow.region}"


def _what_holds(settled: Settled) -> str:
    if settled.is_gone:
        return "it is not claimed any more"
    return f"it has its flow in {' and '.join(settled.flows)}"


def said_of_dark(obligation: Obligation, settled: Settled) -> str:
    """Which number is dark, where, since when and why, and the line that a person can paste."""
    regions = " and ".join(settled.dark) or obligation.number.region
    since = time_of_day(obligation.since)
    why = "; ".join(dict.fromkeys(settled.dark.values())) or "its move has not ended"
    line = by_hand(obligation, settled)
    if settled.number is not None and settled.has_failed:
        line = f"{move_command(obligation.number, settled.number.target)}, and once it is CLAIMED: {line}"
    return (
        f"{obligation.e164} is dark in {regions} since {since}, callers reach nothing there ({why}): run again, or "
        f"give it its flow by hand: {line}"
    )


def by_hand(obligation: Obligation, settled: Settled) -> str:
    """The command of the AWS CLI that gives the number its flow in the first Region that is dark."""
    target = settled.number.target if settled.number else obligation.destination
    regions = tuple(settled.dark) or (obligation.number.region,)
    flows = obligation.flows_at(target, regions)
    region, flow = next(iter(flows.items()), (obligation.number.region, None))
    known = flow or next(iter(obligation.wanted.values()), None) or next(iter(obligation.before.values()), None)
    return associate_command(region, obligation.number, known or target, flow)
