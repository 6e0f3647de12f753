"""One account's Connect, in every Region that is asked for, with what all resources of a run share.

boto3 is imported with the first client: a program that only declares does not wait for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass, replace
from threading import Lock, RLock, Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from acgr_connect.aws.settings import Settings
from acgr_connect.model.arns import Arn
from acgr_connect.model.clock import Clock, SystemClock
from acgr_connect.model.errors import ConnectError, ErrorContext, Unavailable, WrongAccount
from acgr_connect.model.operation import Deadline, Operation
from acgr_connect.scheduling.duration import Pace
from acgr_connect.scheduling.poll_schedule import PollSchedule, TrackedMove
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.rate_limiter import MoveGate, RateLimiter
from acgr_connect.scheduling.shared_state import FileStore, MemoryStore, StateStore
from acgr_connect.scheduling.single_flight import SingleFlight
from acgr_connect.world.directory import Directory
from acgr_connect.world.sweep import FRESH, Sweep

if TYPE_CHECKING:
    from acgr_connect.aws.client import RegionalConnect
    from acgr_connect.aws.session import Sessions

Read = Callable[[], object]

WITHOUT_STS = "where the network has no STS, set acgr:accountCheck to off"
"""What to do where nobody can say whose the credentials are."""


def in_background(read: Read) -> None:
    """Read in a thread of its own. What goes wrong there goes wrong again for whoever asks."""
    Thread(target=_quietly, args=(read,), daemon=True).start()


def _quietly(read: Read) -> None:
    with suppress(ConnectError):
        read()


@dataclass(frozen=True)
class _Region:
    connect: RegionalConnect
    limiter: RateLimiter
    schedule: PollSchedule
    store: StateStore


class Connection:
    """Sessions, clients, rate limiters and the directory, each made on first use and shared by all threads.

    Args:
        settings: where Connect is and how fast it may be asked.
        clock: passes the time.
        open_session: makes the boto3 session; called once.
        prefetch: begins to read what may be asked next.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        clock: Clock | None = None,
        open_session: Callable[[Settings], Sessions] | None = None,
        prefetch: Callable[[Read], None] = in_background,
    ) -> None:
        self.settings = settings or Settings()
        self.clock = clock or SystemClock()
        self.directory = Directory(self._patiently, self.clock)
        self._open_session, self._prefetch = open_session, prefetch
        self._prefetched: set[tuple[str, ...]] = set()
        self._lock = RLock()
        # Its own: credentials may take seconds, and whoever cancels must not wait for them.
        self._session_lock = Lock()
        self._session: Sessions | None = None
        self._no_session: tuple[float, ConnectError] | None = None
        self._regions: dict[str, _Region] = {}
        self._account: str | None = None
        self._accounts: dict[str, Sweep[str]] = {}
        self._locks: dict[str, Lock] = {}
        self.gate = MoveGate()
        self.waits = SingleFlight()
        self._patience: Deadline | None = None
        self._cancelled = False

    def connect(self, region: str, purpose: Purpose, deadline: Deadline | None = None) -> RegionalConnect:
        """Connect in one Region, asked for one purpose; what begins something does not go out after the deadline."""
        return self._region(region).connect.to(purpose, deadline)

    def _patiently(self, region: str, purpose: Purpose) -> RegionalConnect:
        """Connect for what all resources share: an outage is waited out as long as any operation may last."""
        return self.connect(region, purpose, self._patience)

    def be_patient(self, deadline: Deadline) -> None:
        """An operation has begun that may last until then. A preview begins none, and gives up within seconds."""
        with self._lock:
            if self._patience is None or deadline.at > self._patience.at:
                self._patience = deadline

    def prefetch(self, what: tuple[str, ...], read: Read) -> None:
        """Begin to read something, once: whoever asks for it meanwhile waits for that answer."""
        with self._lock:
            is_new = what not in self._prefetched
            self._prefetched.add(what)
        if is_new:
            self._prefetch(read)

    @contextmanager
    def move_in_flight(self, region: str, operation: Operation) -> Iterator[TrackedMove]:
        """A move was just accepted: until this ends a number is dark, and what restores its flow comes first."""
        here = self._region(region)
        with here.limiter.darkness(), here.schedule.in_flight(operation.deadline.at) as move:
            yield move

    @contextmanager
    def darkness(self, region: str) -> Iterator[None]:
        """A number is dark meanwhile: what ends that has tokens kept back for it."""
        with self._region(region).limiter.darkness():
            yield

    def pace(self, region: str) -> Pace:
        """How fast a run may go in a Region, as far as this process or another one has learned."""
        here, now = self._region(region), self.clock.now()
        with here.store.open() as state:
            return Pace(self.settings.rate, state.scope(now), state.moves.expected(now))

    def cancel(self) -> None:
        """Begin no move and no association from now on; numbers that are dark are finished."""
        with self._lock:
            self._cancelled = True
            for region in self._regions.values():
                region.limiter.cancel()

    def renew(self) -> None:
        """Ask for credentials anew: those of this run may have expired, or been withdrawn and given again."""
        from acgr_connect.aws.session import connect_client

        with self._session_lock:
            self._session = self._no_session = None
        with self._lock:
            opened = list(self._regions.items())
        for region, known in opened:
            known.connect.renew(connect_client(self._sessions(region), self.settings, region))

    @property
    def account(self) -> str | None:
        """The account to which the credentials belong, where STS has been asked already."""
        return self._account

    def require_account(self, arn: Arn) -> None:
        """Refuse to go on unless the credentials belong to the account in the ARN (STS, once a run).

        Raises:
            WrongAccount: they do not; nothing was written.
            Denied: they belong to nobody.
        """
        accounts = self.settings.accounts
        account = self._caller(arn.region) if accounts.is_checked else arn.account
        if why := accounts.refusal(account):
            raise WrongAccount(f"{why}: nothing was written; choose another profile or role, or mend the list")
        if account != arn.account:
            raise WrongAccount(
                f"the credentials belong to account {account}, but {arn} is of account {arn.account}: nothing was "
                f"written; choose the profile or role of {arn.account}, or check the endpoint"
            )

    def without_sts(self) -> Connection:
        """The same account's Connect, and nobody asks STS whose credentials these are: it may have failed as well."""
        settings = replace(self.settings, accounts=replace(self.settings.accounts, is_checked=False))
        return Connection(settings, self.clock, self._open_session, self._prefetch)

    def caller_arn(self, region: str) -> str:
        """Who asks, as STS says in a Region; "" where it does not say it, or is not asked anything."""
        if not self.settings.accounts.is_checked:
            return ""
        from acgr_connect.aws.session import caller_arn

        try:
            return caller_arn(self._sessions(region), self.settings, region)
        except ConnectError:
            return ""

    @contextmanager
    def exclusive(self, arn: Arn) -> Iterator[None]:
        """One queue per number or group: nothing else of this process touches it meanwhile."""
        with self._lock:
            lock = self._locks.setdefault(arn.id, Lock())
        with lock:
            yield

    def _region(self, region: str) -> _Region:
        with self._lock:
            known = self._regions.get(region)
        return known or self._opened(region)

    def _opened(self, region: str) -> _Region:
        """The Region, opened once. Its store goes by the account, which STS is asked for while nothing is held."""
        store, sessions = self._store_of(region), self._sessions(region)
        with self._lock:
            if region not in self._regions:
                from acgr_connect.aws.client import RegionalConnect
                from acgr_connect.aws.session import connect_client

                client = connect_client(sessions, self.settings, region)
                limiter = RateLimiter(self.clock, store, self.gate)
                if self._cancelled:
                    limiter.cancel()
                regional = RegionalConnect(client, region, limiter, self.clock)
                self._regions[region] = _Region(regional, limiter, PollSchedule(self.clock, store), store)
            return self._regions[region]

    def _store_of(self, region: str) -> StateStore:
        rate, scope = self.settings.rate, self.settings.scope
        if self.settings.limiter_folder is None:
            return MemoryStore(rate, scope, self.clock)
        account = self._caller(region) if self.settings.accounts.is_checked else "unchecked"
        place = urlsplit(self.settings.endpoints.get("connect", ""))  # without user and password, should it have any
        whose = f"{account}-{region}-{place.hostname or ''}-{place.port or ''}"
        name = re.sub(r"[^A-Za-z0-9]+", "-", whose).strip("-")
        return FileStore(self.settings.limiter_folder / name, rate, scope, self.clock)

    def _caller(self, region: str) -> str:
        """The caller's account, asked for until it is known. Where STS is down in one Region, another may answer."""
        if self._account is None:
            context = ErrorContext("asking STS whose credentials these are", region)
            with context:
                try:
                    self._account = self._account_from(region).entries()[""]
                except Unavailable as error:
                    raise context.added_to(error, remedy="" if error.remedy else WITHOUT_STS) from error
        return self._account

    def _account_from(self, region: str) -> Sweep[str]:
        with self._lock:
            if region not in self._accounts:
                self._accounts[region] = Sweep(lambda: [("", self._who(region))], self.clock)
            return self._accounts[region]

    def _who(self, region: str) -> str:
        from acgr_connect.aws.session import caller_account

        return caller_account(self._sessions(region), self.settings, region)

    def _sessions(self, region: str) -> Sessions:
        """The session; STS is asked in the Region of whoever comes first. All who wait for it share a failure."""
        with self._session_lock:
            if self._session is not None:
                return self._session
            if self._no_session and self.clock.now() - self._no_session[0] < FRESH:
                raise copy(self._no_session[1])
            from acgr_connect.aws.session import open_session

            try:
                opener = self._open_session
                self._session = opener(self.settings) if opener else open_session(self.settings, region)
            except ConnectError as error:
                self._no_session = self.clock.now(), error
                raise
            return self._session
