"""A stack as the engine keeps it: what a run stores, and in which order it asks the plugin."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from threading import Condition
from typing import Any

from drill.server import NATIVE, Aborted, Context, Wire, door, native_run, plugin, wire
from google.protobuf.struct_pb2 import Struct
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2
from sandbox_time import SandboxTime

import acgr
from acgr_connect.aws.settings import Settings
from acgr_connect.model.property_names import camel
from acgr_connect.scheduling.token_bucket import Rate
from acgr_sandbox import ManualClock, Response, Sandbox


def nothing(_: object) -> None:
    """Nothing is done."""


DIFF_NONE, DIFF_UNKNOWN = provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_UNKNOWN


@dataclass(frozen=True)
class Declared:
    """One resource in a program."""

    kind: str
    name: str
    inputs: Mapping[str, Any]

    def changed(self, **inputs: Any) -> Declared:
        """The same resource with other inputs."""
        return replace(self, inputs={**self.inputs, **inputs})

    @property
    def urn(self) -> str:
        """What the engine calls it."""
        package = "acgr:index" if door() == NATIVE else "pulumi-python:dynamic/acgr"
        return f"urn:pulumi:dev::p::{package}:{self.kind}::{self.name}"

    @property
    def sent(self) -> Struct:
        """The inputs as the program sends them."""
        if door() == NATIVE:
            return struct({camel(name): value for name, value in self.inputs.items()})
        return struct({**self.inputs, "__provider": _serialized(self.kind)})


Program = Sequence[Declared]


@cache
def _serialized(kind: str) -> str:
    return str(serialize_provider(getattr(acgr, f"{kind}Provider")()))


def struct(values: Mapping[str, Any]) -> Struct:
    """Plain values as gRPC has them."""
    made = Struct()
    made.update(dict(values))
    return made


@dataclass
class Stored:
    """One resource in the state; `init_failed` where a create or update left it half-way."""

    declared: Declared
    id: str
    inputs: Struct
    outputs: Struct
    init_failed: bool = False

    def output(self, name: str) -> Any:
        """A value of the state, whichever door has written it."""
        return self.outputs[name] if name in self.outputs else self.outputs[camel(name)]


class LoneTime(SandboxTime):
    """The same, where one resource follows the other: nothing else is under way that could end a wait."""

    def wait(self, condition: Condition, seconds: float | None) -> None:
        """Let it pass."""
        assert seconds is not None
        super().wait(condition, seconds)


@dataclass
class Stack:
    """The state of one program, and the runs that change it.

    Attributes:
        resources: what is in the state, by name.
        doomed: replaced resources that are still to be deleted.
        errors: the sentences in which the last run ended.
    """

    resources: dict[str, Stored] = field(default_factory=dict)
    doomed: list[Stored] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def copy(self) -> Stack:
        """The same state, to go another way with."""
        return copy.deepcopy(self)

    def up(self, program: Program, meanwhile: Callable[[Declared], object] = nothing) -> None:
        """Check and diff everything, then create and update, then delete, unless something failed.

        Each step is in the state as soon as it is done, as the engine writes its snapshots.

        Args:
            program: what is declared.
            meanwhile: what resources of other providers do that the program declares before each of these.
        """
        self.errors, works = [], []
        for declared in program:
            meanwhile(declared)
            if work := self._planned(declared):
                works.append(work)
        if not self.errors:
            for work in works:
                self._tried(work)
        if not self.errors:
            self._delete_all({declared.name for declared in program})

    def preview(self, program: Program) -> set[str]:
        """The names of what a run would create, update, replace or delete."""
        self.errors = []
        planned = {declared.name for declared in program if self._planned(declared)}
        gone = set(self.resources) - {declared.name for declared in program}
        return planned | gone | {stored.declared.name for stored in self.doomed}

    def refresh(self) -> None:
        """Read everything; what is gone leaves the state, and that a resource was half-way is forgotten."""
        self.errors = []
        for stored in list(self.resources.values()):
            self._tried(partial(self._read, stored))

    def _tried(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Aborted as aborted:
            self.errors.append(str(aborted).strip().rsplit("\n", 1)[-1])

    def _planned(self, declared: Declared) -> Callable[[], None] | None:
        """What is to be done about a declared resource, or None."""
        stored = self.resources.get(declared.name)
        olds = stored.inputs if stored else Struct()
        asked = provider_pb2.CheckRequest(urn=declared.urn, olds=olds, news=declared.sent)
        checked = plugin().Check(asked, Context())
        self.errors += [failure.reason for failure in checked.failures]
        if stored is None:
            return partial(self._create, declared, checked.inputs)
        return self._change(declared, stored, checked.inputs)

    def _change(self, declared: Declared, stored: Stored, news: Struct) -> Callable[[], None] | None:
        asked = provider_pb2.DiffRequest(
            id=stored.id, urn=declared.urn, olds=stored.outputs, news=news, old_inputs=stored.inputs
        )
        try:
            found = plugin().Diff(asked, Context())
        except Aborted as aborted:
            self.errors.append(str(aborted).strip().rsplit("\n", 1)[-1])
            return None
        if found.replaces:
            return partial(self._replace, declared, stored, news)
        by_inputs = found.changes == DIFF_UNKNOWN and news == stored.inputs
        if (found.changes == DIFF_NONE or by_inputs) and not stored.init_failed:
            stored.inputs = news
            return None
        return partial(self._update, declared, stored, news)

    def _create(self, declared: Declared, inputs: Struct) -> None:
        context = Context()
        try:
            answer = plugin().Create(provider_pb2.CreateRequest(urn=declared.urn, properties=inputs), context)
        except Aborted:
            self._keep_what_is_left(declared, context)
            raise
        self.resources[declared.name] = Stored(declared, answer.id, inputs, answer.properties)

    def _replace(self, declared: Declared, stored: Stored, news: Struct) -> None:
        del self.resources[declared.name]
        try:
            self._create(declared, news)
        except BaseException:
            if declared.name not in self.resources:
                self.resources[declared.name] = stored
            else:
                self.doomed.append(stored)
            raise
        self.doomed.append(stored)

    def _update(self, declared: Declared, stored: Stored, news: Struct) -> None:
        context = Context()
        asked = provider_pb2.UpdateRequest(
            id=stored.id, urn=declared.urn, olds=stored.outputs, news=news, old_inputs=stored.inputs
        )
        try:
            answer = plugin().Update(asked, context)
        except Aborted:
            self._keep_what_is_left(declared, context)
            raise
        self.resources[declared.name] = Stored(declared, stored.id, news, answer.properties)

    def _keep_what_is_left(self, declared: Declared, context: Context) -> None:
        if left := context.left:
            self.resources[declared.name] = Stored(declared, left.id, left.inputs, left.properties, init_failed=True)

    def _delete_all(self, declared: set[str]) -> None:
        for stored in list(self.doomed):
            self._tried(partial(self._delete_doomed, stored))
        for name in [name for name in reversed(self.resources) if name not in declared]:
            self._tried(partial(self._delete_gone, name))

    def _delete_doomed(self, stored: Stored) -> None:
        self._delete(stored)
        self.doomed.remove(stored)

    def _delete_gone(self, name: str) -> None:
        self._delete(self.resources[name])
        del self.resources[name]

    def _delete(self, stored: Stored) -> None:
        asked = provider_pb2.DeleteRequest(
            id=stored.id, urn=stored.declared.urn, properties=stored.outputs, old_inputs=stored.inputs
        )
        plugin().Delete(asked, Context())

    def _read(self, stored: Stored) -> None:
        name, urn = stored.declared.name, stored.declared.urn
        asked = provider_pb2.ReadRequest(id=stored.id, urn=urn, properties=stored.outputs, inputs=stored.inputs)
        answer = plugin().Read(asked, Context())
        if not answer.id:
            del self.resources[name]
            return
        self.resources[name] = Stored(stored.declared, answer.id, answer.inputs, answer.properties)
        # The engine then diffs what it has read with what it had, the roles swapped: nothing is declared by that.
        plugin().Diff(
            provider_pb2.DiffRequest(
                id=answer.id,
                urn=urn,
                olds=answer.properties,
                news=stored.inputs,
                old_inputs=answer.inputs,
            ),
            Context(),
        )


@contextmanager
def a_run(
    sandbox: Sandbox,
    *,
    kill: int = 0,
    journal: Path | None = None,
    asked: Callable[[int], None] | None = None,
    mangle: Callable[[Response], Response] | None = None,
) -> Iterator[Wire]:
    """One run of the CLI: nothing is remembered of the one before but what the world and the state hold.

    Args:
        sandbox: the account.
        kill: after so many answered requests the process dies; 0: it lives.
        journal: the folder in which obligations outlive the run, or None.
        asked: hears, before each request, how many were answered.
        mangle: changes answers on their way.
    """
    settings = Settings(rate=Rate(2.0, 5.0), scope=sandbox.switches.bucket_scope, journal_folder=journal)
    assert isinstance(sandbox.clock, ManualClock)
    with (
        wire().plugged_into(sandbox, kill, asked, mangle),
        acgr.connected(wire(), LoneTime(sandbox.clock), settings) as run,
        native_run(run) if door() == NATIVE else nullcontext(),
    ):
        yield wire()
