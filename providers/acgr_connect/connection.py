"""One account's Connect, in every Region that is asked for, with what all resources of a run share.

boto3 is imported with the first client: a program that only declares does not wait for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Lock, RLock, Thread
from typing import TYPE_CHECKING, TypeVar

from acgr_connect.arns import Arn
from acgr_connect.arrivals import Arrivals, Watch
from acgr_connect.clock import Clock, SystemClock
from acgr_connect.directory import Directory, Sweep
from acgr_connect.errors import ConnectError, Doing, WrongAccount, because
from acgr_connect.ledger import Purpose
from acgr_connect.ledger_store import FileStore, MemoryStore
from acgr_connect.pace import Pace
from acgr_connect.settings import Settings

if TYPE_CHECKING:
    from acgr_connect import api

Made = TypeVar("Made")
Progress = Callable[[str], None]
Read = Callable[[], object]


def silent(_: str) -> None:
    """Progress that nobody watches."""


def in_background(read: Read) -> None:
    """Read in a thread of its own. What goes wrong there goes wrong again for whoever asks."""
    Thread(target=_quietly, args=(read,), daemon=True).start()


def _quietly(read: Read) -> None:
    with suppress(ConnectError):
        read()


@dataclass(frozen=True)
class _Region:
    api: api.RegionalConnect
    pace: Pace
    arrivals: Arrivals


class Connection:
    """Sessions, clients, paces and the directory, each made on first use and shared by all threads.

    Args:
        settings: where Connect is and how fast it may be asked.
        clock: passes the time.
        open_session: makes the boto3 session; called once.
        read_ahead: begins to read what may be asked next.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        clock: Clock | None = None,
        open_session: Callable[[Settings], api.Sessions] | None = None,
        read_ahead: Callable[[Read], None] = in_background,
    ) -> None:
        self.settings = settings or Settings()
        self.clock = clock or SystemClock()
        self.directory = Directory(self.connect, self.clock)
        self._open_session, self._read_ahead = open_session, read_ahead
        self._begun: set[tuple[str, ...]] = set()
        self._lock = RLock()
        self._session: api.Sessions | None = None
        self._regions: dict[str, _Region] = {}
        self._account: Sweep[str] | None = None
        self._numbers: dict[str, Lock] = {}
        self._cancelled = False

    def connect(self, region: str, purpose: Purpose) -> api.RegionalConnect:
        """Connect in one Region, asked for one purpose."""
        return self._region(region).api.to(purpose)

    def ahead(self, what: tuple[str, ...], read: Read) -> None:
        """Begin to read something, once: whoever asks for it meanwhile waits for that answer."""
        with self._lock:
            is_new = what not in self._begun
            self._begun.add(what)
        if is_new:
            self._read_ahead(read)

    @contextmanager
    def moving(self, region: str) -> Iterator[Watch]:
        """A move was just accepted: until this ends a number is dark, and what lights it comes first."""
        here = self._region(region)
        with here.pace.darkness(), here.arrivals.departure() as departed:
            yield Watch(here.arrivals, departed)

    def cancel(self) -> None:
        """Begin no move and no association from now on; numbers that are dark are finished."""
        with self._lock:
            self._cancelled = True
            for region in self._regions.values():
                region.pace.cancel()

    def insist_on_account(self, arn: Arn) -> None:
        """Refuse to go on unless the credentials belong to the account in the ARN (STS, once a run).

        Raises:
            WrongAccount: they do not; nothing was written.
            Denied: they belong to nobody.
        """
        account = self._caller(arn.region)
        if account != arn.account:
            raise WrongAccount(
                f"the credentials belong to account {account}, but {arn} is of account {arn.account}: nothing was "
                f"written; choose the profile or role of {arn.account}, or check the endpoint"
            )

    @contextmanager
    def alone_with(self, number: Arn) -> Iterator[None]:
        """One queue per number: nothing else of this process touches it meanwhile."""
        with self._lock:
            lock = self._numbers.setdefault(number.id, Lock())
        with lock:
            yield

    def _region(self, region: str) -> _Region:
        with self._lock:
            known = self._regions.get(region)
        return known or self._opened(region)

    def _opened(self, region: str) -> _Region:
        """The Region, opened once. Its ledger goes by the account, which STS is asked for while nothing is held."""
        store = self._ledger_of(region)
        with self._lock:
            if region not in self._regions:
                from acgr_connect import api

                client = api.connect_client(self._sessions(), self.settings, region)
                pace = Pace(self.clock, store)
                if self._cancelled:
                    pace.cancel()
                regional = api.RegionalConnect(client, region, pace, self.clock)
                self._regions[region] = _Region(regional, pace, Arrivals(self.clock, store))
            return self._regions[region]

    def _ledger_of(self, region: str) -> MemoryStore | FileStore:
        rate, scope = self.settings.rate, self.settings.scope
        if self.settings.ledgers is None:
            return MemoryStore(rate, scope, self.clock)
        whose = f"{self._caller(region)}-{region}-{self.settings.endpoints.get('connect', '')}"
        name = re.sub(r"[^A-Za-z0-9]+", "-", whose).strip("-")
        return FileStore(self.settings.ledgers / f"{name}.json", rate, scope, self.clock)

    def _caller(self, region: str) -> str:
        try:
            return self._account_from(region).entries()[""]
        except ConnectError as error:
            raise because(error, Doing("asking STS whose credentials these are", region)) from error

    def _account_from(self, region: str) -> Sweep[str]:
        """The caller's account, asked for once, in the Region of whoever asks first."""
        with self._lock:
            self._account = self._account or Sweep(lambda: [("", self._who(region))], self.clock)
            return self._account

    def _who(self, region: str) -> str:
        from acgr_connect import api

        return api.caller_account(self._sessions(), self.settings, region)

    def _sessions(self) -> api.Sessions:
        with self._lock:
            if self._session is None:
                from acgr_connect.api import open_session

                self._session = (self._open_session or open_session)(self.settings)
            return self._session
