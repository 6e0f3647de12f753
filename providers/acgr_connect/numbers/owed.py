"""Where a process finds what is owed to numbers: the journal, and the restorer that goes by it.

What holds of a sandbox holds of no account: what one is owed must never be restored in the other. So each endpoint has
a folder of its own.
"""

from __future__ import annotations

import re

from acgr_connect.aws.settings import Settings
from acgr_connect.numbers.early_flow import EarlyFlow
from acgr_connect.numbers.journal import FileJournal, Journal, NoJournal
from acgr_connect.numbers.restorer import Restorer
from acgr_connect.numbers.tag_journal import TagJournal
from acgr_connect.scheduling.memory import Memory
from acgr_connect.world.connection import Connection


def restorer_of(connection: Connection) -> Restorer:
    """The restorer of a process: it owns what is owed to numbers that move, and what earlier runs left."""
    settings = connection.settings
    files = files_of(settings)
    journal = TagJournal(connection, files) if settings.journal_in_tags else files
    return Restorer(connection, journal, _early_flow(connection))


def files_of(settings: Settings) -> Journal:
    """What is written down on this machine."""
    folder = settings.journal_folder
    return NoJournal() if folder is None else FileJournal(folder / _owed_where(settings))


def _early_flow(connection: Connection) -> EarlyFlow:
    settings = connection.settings
    rate = settings.limiter_folder
    folder = None if rate is None else rate.with_name("early") / _where(settings)
    return EarlyFlow(connection.clock, Memory(folder), settings.early_flow)


def _owed_where(settings: Settings) -> str:
    """What is owed to an account is not restored with the credentials of another one, where nobody looks whose."""
    return _where(settings) if settings.accounts.is_checked else f"{_where(settings)}-unchecked"


def _where(settings: Settings) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", settings.endpoints.get("connect", "aws")).strip("-")
