"""What the resources of one plugin process share: a run is one preview, update, refresh or destroy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from acgr.runtime.foreseen import Foreseen
from acgr.runtime.inputs import Properties
from acgr.runtime.ownership import Ownership
from acgr.runtime.peers import Peers
from acgr.runtime.removals import Removals
from acgr.runtime.time_budget import TimeBudget
from acgr_connect.aws.settings import Settings
from acgr_connect.model.clock import Clock
from acgr_connect.model.errors import ConnectError
from acgr_connect.model.operation import Operation
from acgr_connect.numbers.owed import restorer_of
from acgr_connect.numbers.restorer import Restorer
from acgr_connect.world.connection import Connection
from acgr_connect.world.sweep import FRESH

if TYPE_CHECKING:
    from acgr_connect.aws.session import Sessions


LookAhead = Callable[[Connection], Foreseen]
"""Foresees what a run will do for one resource."""

NAME_CHECK_SECONDS = 10.0
"""Seconds that a run may spend on looking up what names mean before it is decided to do anything."""


PAUSE = 0.25
"""Seconds without a question, after which the engine has waited for something else. Nothing moves a number sooner."""

DECLARING_SECONDS = 5.0
"""Seconds for which a preview waits at most for what else the program declares."""

MOST_WAITING = 16
"""Threads that wait for that at once: all others of a plugin's are to answer what the engine asks meanwhile."""

NOT_ASKED = (
    "Amazon Connect could not be asked: this run goes by the stack's state alone, and does not know whether a number "
    "is dark or was moved"
)
"""Said once where there are no credentials, or nobody answers."""

LOOK_SECONDS = 60.0
"""Seconds that a run may spend on looking whether declared numbers are dark, as long as Connect answers at all."""


class Run:
    """The connection, the table of declarations, and what is remembered from one step of a resource to the next.

    Attributes:
        settings: of the stack, once the engine has handed them over.
        ownership: who declares what.
        name_check_budget: the time that is left for comparing names with what they meant.
        look_budget: the time that is left for looking whether numbers are dark.
        checked: the URNs of what this run has checked. A refresh diffs too, without; a destroy checks nothing.
        removals: how many numbers leave their groups.
        other_way: by Region, the E.164 of each number that was seen to its id, and back.
        replaced: by URN, the state of what this run is about to replace.
        members: by the ARN of a group, the ids of agents who are on it, as the states say that this run has compared.
        running: the URNs of what is being made, read or deleted at this moment.
        has_looked_for_secrets: in a program: whether its configuration was searched for plain secrets.
        not_asked: why Connect could not be asked what there is, where that was tried.
        restores_with: the URN of the resource that is a change because of what earlier runs left, or None.
        looked_at: the groups, as they are written, whose numbers this run has looked at.
        said: what has been said of resources, each with its URN.
        status_looks: of how many numbers it was asked whether they are IN_PROGRESS.
        told_of: the ids of numbers of which a warning has said that an earlier run left them.
    """

    def __init__(self, connection: Connection | None = None) -> None:
        self.settings = Settings()
        self.ownership = Ownership()
        self.name_check_budget = TimeBudget(NAME_CHECK_SECONDS)
        self.look_budget = TimeBudget(LOOK_SECONDS)
        self.checked: set[str] = set()
        self.removals = Removals()
        self.replaced: dict[str, Properties] = {}
        self.members: dict[str, set[str]] = {}
        self.running: set[str] = set()
        self.has_looked_for_secrets = False
        self.not_asked: ConnectError | None = None
        self.looked_at: set[tuple[str, Any]] = set()
        self.restores_with: str | None = None
        self.told_of: set[str] = set()
        self.said: set[tuple[str, str]] = set()
        self.status_looks = 0
        self.preflight_budget = TimeBudget(NAME_CHECK_SECONDS)
        self._proposed: dict[str, LookAhead | None] = {}
        self._foreseen: dict[str, Foreseen] = {}
        self._looking_ahead = Lock()
        self._asked: set[str] = set()
        self.other_way: dict[str, dict[str, str]] = {}
        self._connection = connection
        self._restorer: Restorer | None = None
        self._lock = Lock()
        self._answered_at = self._resumed_at = float("-inf")
        self._at_work = self._waiters = 0

    @contextmanager
    def answering(self) -> Iterator[None]:
        """The engine asks what is to become of a resource: one question after the other, in the program's order."""
        clock = self.connection.clock
        if clock.now() - self._answered_at > PAUSE:
            self._resumed_at = clock.now()
        with self.declaring():
            yield

    @contextmanager
    def declaring(self) -> Iterator[None]:
        """More may be declared when this is over: a question is answered, or a component made."""
        with self._lock:
            self._at_work += 1
        try:
            yield
        finally:
            with self._lock:
                self._at_work -= 1
            self._answered_at = self.connection.clock.now()

    def await_declarations(self) -> None:
        """In a preview: wait until the engine asks nothing more, so that what is foreseen goes by the whole program.

        What waits for the answer itself is not declared before; nor is it waited for what takes longer than
        `DECLARING_SECONDS`, nor by more than `MOST_WAITING` at once.
        """
        clock = self.connection.clock
        until = clock.now() + DECLARING_SECONDS
        with self._waiting() as may_wait:
            while may_wait and (self._at_work or clock.now() - self._answered_at < PAUSE) and clock.now() < until:
                clock.sleep(PAUSE / 5)

    @contextmanager
    def _waiting(self) -> Iterator[bool]:
        with self._lock:
            self._waiters += 1
            may_wait = self._waiters <= MOST_WAITING
        try:
            yield may_wait
        finally:
            with self._lock:
                self._waiters -= 1

    def young(self) -> float:
        """How old an answer may be, in seconds, for a question about what something else may have changed in this run.

        A resource of another provider that the program declares before this one may have moved its number a moment
        ago: then the engine has waited for it, and what was seen before that counts no longer.
        """
        return min(FRESH, self.connection.clock.now() - self._resumed_at)

    @contextmanager
    def while_running(self, urn: str) -> Iterator[None]:
        """The resource is being made, read or deleted meanwhile."""
        self.running.add(urn)
        try:
            yield
        finally:
            self.running.discard(urn)

    def tell_not_asked(self, operation: Operation, error: ConnectError) -> None:
        """Say once in a run that it knows nothing of what there is, and why."""
        with self._lock:
            is_new = ("", NOT_ASKED) not in self.said
            self.said.add(("", NOT_ASKED))
        if is_new:
            operation.warn(f"{NOT_ASKED}, nor whether what is named is there ({error})")

    def asks_for_left(self, region: str) -> bool:
        """Whether it is to be asked, now and not again, what earlier runs left; seen from that Region."""
        with self._lock:
            is_new = region not in self._asked
            self._asked.add(region)
            return is_new

    def propose(self, urn: str, look_ahead: LookAhead | None) -> None:
        """The program declares a resource, and this is how to foresee what that will do; None: nothing."""
        with self._looking_ahead:
            self._proposed[urn] = look_ahead
            self._foreseen.pop(urn, None)

    def proposed(self) -> list[str]:
        """The URNs of what the program has declared so far, as far as it may change something."""
        with self._looking_ahead:
            return [urn for urn, look in self._proposed.items() if look]

    def look_ahead(self, urn: str) -> Foreseen:
        """What the run will do for a resource; nothing where it changes nothing, or where Connect cannot be asked.

        One resource after another, each once: they ask for the same sweeps.
        """
        with self._looking_ahead:
            if urn not in self._foreseen:
                look = self._proposed.get(urn)
                self._foreseen[urn] = look(self.connection) if look else Foreseen()
            return self._foreseen[urn]

    def meet(self, address: str) -> None:
        """Tell the other providers of the engine at that address, and hear, what is declared."""
        if self.settings.runs_folder is not None and address:
            peers = Peers(self.settings.runs_folder, address)
            self.ownership.meet(peers, self.settings.whose, lambda: self.connection.account)

    @property
    def has_program(self) -> bool:
        """Whether the run is one of a program: a destroy checks nothing."""
        return bool(self.checked) or self.ownership.is_declared_elsewhere()

    def declares(self, urn: str) -> bool:
        """Whether the program has that resource, whichever provider is asked for it."""
        return urn in self.checked or self.ownership.is_declared_elsewhere(urn)

    @property
    def connection(self) -> Connection:
        """The one connection, made on first use."""
        with self._lock:
            if self._connection is None:
                self._connection = Connection(self.settings)
            return self._connection

    @property
    def restorer(self) -> Restorer:
        """The one restorer, made on first use: it owns what is owed to numbers that move."""
        connection = self.connection
        with self._lock:
            if self._restorer is None:
                self._restorer = restorer_of(connection)
            return self._restorer


_current = Run()


def current_run() -> Run:
    """The run of this process."""
    return _current


@contextmanager
def connected(session: Sessions, clock: Clock, settings: Settings | None = None) -> Iterator[Run]:
    """A run on a session and clock of one's own, for tests: process-wide, since the plugin's threads must see it.

    Nothing is prefetched: what happens, happens in the order in which it is asked for.
    """
    global _current
    before = _current
    _current = Run(Connection(settings or Settings(), clock, lambda _: session, lambda _: None))
    try:
        yield _current
    finally:
        _current = before
