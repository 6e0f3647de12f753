"""Obligations as tags of the numbers: they survive whatever becomes of the machine that took them.

What stands in the tags stands in files as well, as long as these last. Tags are written right before a number moves
and removed once it answers, two requests a move, and they are read only of numbers that a sweep finds dark.

Whether the process lives that took an obligation on another machine cannot be told, and need not be: what is done for
the number is what its owner would do, only where it is dark, and with the same flows. On this machine a process that
lives is left alone.
"""

from __future__ import annotations

import os
import socket
from threading import Lock
from uuid import uuid4

from acgr_connect import log
from acgr_connect.machine import is_alive
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import ConnectError, Denied, ErrorContext, NotFound
from acgr_connect.model.records import Number
from acgr_connect.numbers.dark import dark_numbers
from acgr_connect.numbers.find import look
from acgr_connect.numbers.journal import Journal
from acgr_connect.numbers.obligation import Obligation
from acgr_connect.numbers.obligation_tags import TAG_KEYS, Owner, obligation_of, tags_of
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection

ALLOW_IT = "allow connect:TagResource and connect:UntagResource, or set acgr:journal to file"
"""What to do where tags may not be written."""


class TagJournal:
    """Obligations on the numbers of an account, and in files.

    Args:
        connection: the account.
        files: keeps the same on this machine.
    """

    def __init__(self, connection: Connection, files: Journal) -> None:
        self._connection, self._files = connection, files
        self._own = Owner.on(socket.gethostname(), os.getpid(), uuid4().hex[:4])
        self._lock, self._looking = Lock(), Lock()
        self._is_proved = False
        self._looked_in: set[str] = set()
        self._found: dict[str, Obligation] = {}

    def write(self, obligation: Obligation) -> None:
        """Keep it, before the number moves. A number that stays where it is is dark already: that has no time for tags.

        Raises:
            Denied: tags may not be written or removed; nothing is kept.
            ConnectError: they could not be written; what stands in a file is kept.
            OSError: it could not be written to a file, and there are no tags.
        """
        if obligation.origin == obligation.destination:
            self._files.write(obligation)
            return
        try:
            self._files.write(obligation)
        except OSError as error:
            log.warning("journal not written", number=obligation.e164, error=str(error))
        self._tag(obligation)

    def _tag(self, obligation: Obligation) -> None:
        number = obligation.number
        with ErrorContext(f"writing down in tags what phone number {obligation.e164} has", number.region) as context:
            try:
                self._prove(number)
                self._connection.connect(number.region, Purpose.MOVE).tag(number, tags_of(obligation, self._own))
            except Denied as error:
                self._files.erase(number)
                raise context.added_to(error, remedy=ALLOW_IT) from error

    def _prove(self, number: Arn) -> None:
        """Once a run: what is written may also be removed. Removing what is not there changes nothing."""
        with self._lock:
            if not self._is_proved:
                self._connection.connect(number.region, Purpose.MOVE).untag(number, TAG_KEYS)
                self._is_proved = True

    def erase(self, number: Arn) -> None:
        """Tags that cannot be removed now are read again should the number be dark, and go with its next move."""
        self._files.erase(number)
        with self._lock:
            self._found.pop(number.id, None)
        try:
            self._connection.connect(number.region, Purpose.MOVE).untag(number, TAG_KEYS)
        except NotFound:
            return  # it was released meanwhile
        except ConnectError as error:
            log.warning("tags not removed", number=number.id, error=str(error))

    def entries(self) -> list[Obligation]:
        """What is kept in files, and in the tags that were found, also by a look that is going on; the oldest first."""
        with self._looking, self._lock:
            found = dict(self._found)
        kept = {**found, **{left.number.id: left for left in self._files.entries()}}
        return sorted(kept.values(), key=lambda obligation: obligation.since)

    def look_in(self, region: str) -> None:
        """Read the tags of the numbers that are dark, once for each Region.

        Raises:
            ConnectError: it cannot be told which are.
        """
        with self._looking:
            if not region or region in self._looked_in:
                return
            self._looked_in.add(region)
            for number in dark_numbers(self._connection, region):
                self._read(number)

    def _read(self, listed: Number) -> None:
        try:
            number = look(self._connection, listed.arn, Purpose.CHECK)
            if not set(TAG_KEYS) & set(number.tags):
                return
            obligation, owner = obligation_of(number, number.tags)
        except (ConnectError, ValueError, KeyError) as error:
            log.warning("tags unreadable", number=listed.e164, error=f"{type(error).__name__}: {error}")
            return
        if not self._is_seen_to(owner):
            with self._lock:
                self._found[number.arn.id] = obligation

    def _is_seen_to(self, owner: Owner) -> bool:
        """Whether this run took it, or another process of this machine that lives."""
        if owner.host != self._own.host or owner.process == self._own.process:
            return owner == self._own
        return is_alive(owner.process)
