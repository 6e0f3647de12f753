"""What all resources share: the connection, errors as sentences, shapes checked, and who declared what in this run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CheckFailure, ConfigureRequest, DiffResult, ResourceProvider
from pulumi.output import UNKNOWN, Unknown

from acgr import _engine
from acgr._lookups import Budget, Moved
from acgr_connect.arns import ArnError, is_arn, parse
from acgr_connect.clock import Clock
from acgr_connect.connection import Connection
from acgr_connect.errors import ConnectError, Doing, because
from acgr_connect.settings import SettingError, Settings, read
from acgr_connect.spelling import SpellingError

if TYPE_CHECKING:
    from acgr_connect.api import Sessions

Properties = dict[str, Any]
Key = tuple[str, ...]
Shape = Callable[[Any], Any]

DEADLINE = 600.0
"""Seconds that a wait may take where the program sets no `custom_timeouts`."""


class Declarations:
    """Who declared what in this run, so that the last to declare wins.

    Renaming a resource makes the engine create the new one, which adopts, and then delete the old one: the delete must
    leave alone what its twin has just taken over. Keys are spellings; an object has several.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._declared: dict[Key, set[str]] = {}
        self._made: dict[Key, set[str]] = {}
        self._beginning: dict[Key, list[Key]] = {}

    def note(self, urn: str, keys: Iterable[Key], *, made: bool = False) -> None:
        """The resource declares these objects; `made`, where it created or updated them in this run."""
        with self._lock:
            for key in keys:
                if key not in self._declared:
                    self._beginning.setdefault(key[:2], []).append(key)
                self._declared.setdefault(key, set()).add(urn)
                if made:
                    self._made.setdefault(key, set()).add(urn)

    def heir(self, urn: str, keys: Iterable[Key]) -> str | None:
        """The name of the resource that has these objects from now on, or None: then they may be deleted.

        The resource itself is the answer where it made them anew in this run: the old half of a replacement.
        """
        with self._lock:
            others = {u for key in keys for u in self._declared.get(key, ()) if u != urn}
            again = {u for key in keys for u in self._made.get(key, ()) if u == urn}
        heirs = sorted(others) or sorted(again)
        return heirs[0].rsplit("::", 1)[-1] if heirs else None

    def under(self, kind: str, whose: str, *more: str, made: bool = False) -> dict[Key, set[str]]:
        """The keys that begin so, each with the URNs that declare it; with `made`, that made it so in this run."""
        with self._lock:
            kept, beginning = self._made if made else self._declared, (kind, whose, *more)
            keys = (key for key in self._beginning.get((kind, whose), ()) if key[: len(beginning)] == beginning)
            return {key: set(kept[key]) for key in keys if key in kept}


class Run:
    """What the resources of one plugin process share."""

    def __init__(self, connection: Connection | None = None) -> None:
        self.settings = Settings()
        self.declarations = Declarations()
        self.lookups = Budget()
        self.checked: set[str] = set()
        """The URNs of what this run has checked."""
        self.replaced: dict[str, Properties] = {}
        """By URN, the state of what this run is about to replace."""
        self._connection = connection
        self._lock = Lock()

    @property
    def connection(self) -> Connection:
        """The one connection, made on first use."""
        with self._lock:
            if self._connection is None:
                self._connection = Connection(self.settings)
            return self._connection


_current = Run()


def run() -> Run:
    """The run of this process."""
    return _current


def cancel() -> None:
    """The first Ctrl-C: begin nothing, finish what is dark."""
    run().connection.cancel()


@contextmanager
def connected(session: Sessions, clock: Clock, settings: Settings | None = None) -> Iterator[Run]:
    """A run on a session and clock of one's own, for tests: process-wide, since the plugin's threads must see it.

    Nothing is read ahead: what happens, happens in the order in which it is asked for.
    """
    global _current
    before = _current
    _current = Run(Connection(settings or Settings(), clock, lambda _: session, lambda _: None))
    try:
        yield _current
    finally:
        _current = before


@contextmanager
def told(action: str, arn_or_region: str | None) -> Iterator[None]:
    """Errors leave as one sentence, without a traceback.

    Args:
        action: what is being done, for errors that do not say it themselves: gerund, noun, identifier.
        arn_or_region: where.
    """
    try:
        yield
    except ConnectError as error:
        place = arn_or_region or error.region
        region = parse(place).region if is_arn(place) else place
        _engine.fail(str(because(error, Doing(action, region))))
    except (ArnError, SettingError) as error:
        _engine.fail(f"{action}: {error}")


class ConnectProvider(ResourceProvider):
    """What the providers of all resources are. They carry no state: the engine stores their name only."""

    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Read the settings from stack configuration and the environment."""
        _engine.widen_threads()
        _engine.when_cancelled(cancel)
        with told("reading the stack's configuration", ""):
            settings = run().settings = read(req.config.get, os.environ)
        if settings.keys and not settings.is_sandbox:
            _engine.warn("aws:accessKey and aws:secretKey are copied into the stack's state; use a profile or a role")


def note_check() -> None:
    """The resource at hand is checked in this run: what a diff says of it next is of its program."""
    run().checked.add(_engine.urn())


def was_checked() -> bool:
    """Whether the resource at hand was checked in this run. A refresh diffs too, without."""
    return _engine.urn() in run().checked


def with_pins(decision: DiffResult, look: Callable[[Connection], list[Moved]]) -> DiffResult:
    """A diff that found nothing to do, seen again in the light of names that mean something else now.

    Not asked of a refresh, whose reads say what there is: a refresh by name costs no more calls than one by ARN.
    """
    if decision.changes is not False or not was_checked():
        return decision
    moved = run().lookups.spend(run().connection, look)
    if not moved:
        return decision
    for one in moved:
        _engine.say(one.said)
    return DiffResult(changes=True, replaces=[one.replaces for one in moved if one.replaces])


def known(value: Any) -> bool:
    """Whether a value is known, all the way down."""
    if isinstance(value, Mapping):
        return all(map(known, value.values()))
    return not isinstance(value, Unknown)


def misshapen(
    inputs: Mapping[str, Any], shapes: Mapping[str, Shape], optional: Sequence[str] = ()
) -> list[CheckFailure]:
    """A failure for each input that has the wrong shape; unknown values are not judged.

    The property is left empty and its path stands in the reason: the CLI would print the value as Go spells it.
    """
    failures = []
    for name, shape in shapes.items():
        value = _known_part(inputs.get(name))
        if isinstance(value, Unknown) or (value is None and name in optional):
            continue
        try:
            shape(value)
        except SpellingError as error:
            failures.append(CheckFailure("", f"{name}: {error}"))
    return failures


def _known_part(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    part = {key: entry for key, entry in value.items() if not isinstance(entry, Unknown)}
    return part if part or not value else UNKNOWN
