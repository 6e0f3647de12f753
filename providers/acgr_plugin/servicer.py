"""What the engine asks of the plugin: each request is given to the steps of its resource, and answered.

One servicer is one configured provider: it has a run of its own, and so its own connection, account and table of
declarations. The engine starts a process for each provider of a program.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any, NoReturn

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.dynamic import ReadResult
from pulumi.output import UNKNOWN
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from acgr.arguments import by_label
from acgr.requests import DETAILS, OWN_WORKERS, WORKERS, Engine, Request, failure, partial_failure
from acgr.runtime.fields import stored_outputs
from acgr.runtime.foreseen import Problem
from acgr.runtime.inputs import Properties, known
from acgr.runtime.looking_ahead import certain_problems, ended, say
from acgr.runtime.resource import PartialState
from acgr.runtime.run import Run
from acgr.runtime.steps import StepFailed, Steps, stop
from acgr_connect import log
from acgr_connect.aws.setting_error import SettingError
from acgr_connect.aws.settings import Settings
from acgr_connect.model.arns import ArnError
from acgr_connect.model.operation import Operation
from acgr_connect.model.property_names import camel, snake
from acgr_plugin.configuration import in_own_words, refusals, secret_keys, settings_of
from acgr_plugin.diffs import detailed
from acgr_plugin.functions import UnknownFunction, answered
from acgr_plugin.kinds import Kind, UnknownKind, kind_of
from acgr_plugin.schema import as_json, package_version
from acgr_plugin.shapes import A_LIST, A_MAPPING, taken
from acgr_plugin.wire import OF_DYNAMIC, Received, packed, secret_outputs, with_secrets
from acgr_plugin.words import as_written

DEFAULT_PROVIDER = re.compile(r"default(_\d.*)?")
"""How the engine calls the provider that a stack's configuration configures; a version may follow."""


class SpeakingEngine(Engine):
    """The engine, whose operator reads names as programs of this door write them."""

    def log(self, urn: str | None, severity: Any, message: str, *, ephemeral: bool) -> None:
        """A line, as of any engine."""
        super().log(urn, severity, as_written(message), ephemeral=ephemeral)


def opened(settings: Settings) -> Run:
    """The run of a provider with these settings."""
    run = Run()
    run.settings = settings
    return run


@dataclass(frozen=True)
class Asked:
    """A request about one resource: its kind, and the steps that it can be taken through."""

    kind: Kind
    steps: Steps
    urn: str


@dataclass
class Kept:
    """How what is left of a create or update that failed is packed.

    Attributes:
        secret: the names of the inputs that are secret.
        kind: of the resource, whose outputs may tell them.
        more: what else the state has.
    """

    secret: frozenset[str] = frozenset()
    kind: Kind | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def status(self, said: str, left: PartialState) -> Any:
        """The failure, with what is left."""
        names = secret_outputs(self.kind.state, self.secret) if self.kind else self.secret
        outputs = packed(left.outputs, names)
        for name, value in self.more.items():
            outputs.fields[name].CopyFrom(value)
        return partial_failure(said, left.id, outputs, packed(left.inputs, self.secret))


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """One provider.

    Args:
        address: of the engine, where it is known from the start.
        open_run: begins a run with the settings of the provider.
        environ: the environment of the process.
    """

    def __init__(
        self,
        address: str | None = None,
        open_run: Callable[[Settings], Run] = opened,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.engine: Engine = SpeakingEngine(address)
        self._open_run, self._environ = open_run, environ
        self._run: Run | None = None
        self._reference: str | None = None
        self._cancelled = Event()
        self._refusing, self._refused = Lock(), set[str]()  # whose problems were said

    @property
    def run(self) -> Run:
        """The run, once the provider is configured.

        Raises:
            StepFailed: it is not.
        """
        if self._run is None:
            raise StepFailed("the provider is not configured")
        return self._run

    # What the engine asks about the plugin.

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002, N802
        """The engine says where it is, and is told what may be sent."""
        self.engine = SpeakingEngine(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_outputs=True)

    def Attach(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002, N802
        """Another engine, that has found a plugin which runs already: what the one before has said is over."""
        self._cancelled.clear()
        self.engine = SpeakingEngine(request.address)
        return Empty()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002, N802
        """The version."""
        return plugin_pb2.PluginInfo(version=package_version())

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002, N802
        """The schema."""
        return provider_pb2.GetSchemaResponse(schema=as_json())

    def GetMapping(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002, N802
        """There is nothing that other tools' programs could be converted by."""
        return provider_pb2.GetMappingResponse()

    def GetMappings(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002, N802
        """The same."""
        return provider_pb2.GetMappingsResponse()

    # The provider itself.

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002, N802
        """Whether all keys of the configuration are known; what is a credential in it is secret from now on."""
        found = [
            provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in refusals(request.news.fields)
        ]
        hidden = secret_keys(_by_key(request.news))
        return provider_pb2.CheckResponse(inputs=with_secrets(request.news, hidden), failures=found)

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002, N802
        """Another configuration replaces nothing: state of another account is refused by each step on it."""
        response, olds, news = provider_pb2.DiffResponse, dict(request.olds.fields), dict(request.news.fields)
        if olds == news:
            return response(changes=response.DIFF_NONE)
        names = sorted(name for name in olds.keys() | news.keys() if olds.get(name) != news.get(name))
        return response(changes=response.DIFF_SOME, diffs=names)

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Begin a run with these settings."""
        with self._told(context):
            given = _by_key(request.args)
            try:
                log.configure(self._environ)
                settings = settings_of(given, self._environ, is_default=_is_default(request))
            except (SettingError, log.LogSettingError) as error:
                raise StepFailed(f"reading the provider's configuration: {error}") from error
            run = self._run = self._open_run(settings)
            self._refused = set()
            run.meet(self.engine.address)
            self._reference = f"{request.urn}::{request.id}" if request.urn else None
            operation = self._request("").without_time(run.connection.clock)
            for warning in settings.warnings:
                operation.warn(in_own_words(warning))
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True, acceptOutputs=True)

    def Cancel(self, request: Any, context: grpc.ServicerContext | None) -> Any:  # noqa: ARG002, N802
        """The operator has asked the run to stop."""
        self._cancelled.set()
        if (run := self._run) is not None:
            stop(run, self._request("").operation(run.connection.clock))
        return Empty()

    # All workers may be busy with resources, and more of those may be waiting.
    setattr(Cancel, OWN_WORKERS, ThreadPoolExecutor(1, "cancel"))

    # Resources.

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """The inputs in normal form, and what is wrong with them."""
        with self._told(context):
            asked = self._asked(request)
            olds, news = Received.of(request.olds), Received.of(request.news).given()
            wrong = _misshapen(asked.kind, news.props)
            if wrong:
                return provider_pb2.CheckResponse(inputs=request.news, failures=map(_failure, wrong))
            checked = asked.steps.check(olds.props, _with_labels(news.props))
            return provider_pb2.CheckResponse(
                inputs=packed(checked.inputs, news.secret),
                failures=[_failure(as_written(one.reason)) for one in checked.failures],
            )

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """What a change means, and which paths it prints."""
        response = provider_pb2.DiffResponse
        with self._told(context):
            asked, news = self._asked(request), Received.of(request.news).props
            _require_same_names(request)
            olds, before = Received.of(request.olds).props, Received.of(request.old_inputs).props
            decision = asked.steps.diff(olds, news)
            replaces = decision.replaces or ()
            details = detailed(asked.kind.inputs, before or olds, news, replaces)
            if decision.changes is False or (decision.changes is None and not details):
                return response(changes=response.DIFF_NONE)
            return response(
                changes=response.DIFF_SOME,
                detailedDiff=details,
                hasDetailedDiff=True,
                diffs=sorted({path.partition("[")[0] for path in details}),
                replaces=list(map(camel, replaces)),
                stables=[camel(one.key) for one in stored_outputs(asked.kind.state) if one.stays],
                deleteBeforeReplace=bool(decision.delete_before_replace),
            )

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Make what is declared, or say what would be made."""
        with self._told(context) as kept:
            asked, given = self._asked(request), Received.of(request.properties)
            kept.kind, kept.secret = asked.kind, given.secret
            if request.preview:
                foreseen = self._foreseen(asked, {}, given.props)
                return provider_pb2.CreateResponse(id="", properties=_answer(asked.kind, foreseen, given.secret))
            made = asked.steps.create(given.props)
            outputs = _answer(asked.kind, made.outs or {}, given.secret)
            return provider_pb2.CreateResponse(id=made.id, properties=outputs)

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Make what is declared of what was declared before, or say what would be made of it."""
        with self._told(context) as kept:
            asked, olds, news = self._asked(request), Received.of(request.olds), Received.of(request.news)
            kept.kind, kept.secret, kept.more = asked.kind, news.secret, _of_dynamic(request.olds)
            if request.preview:
                outputs = self._foreseen(asked, olds.props, news.props)
            else:
                outputs = asked.steps.update(olds.props, news.props).outs or {}
            return provider_pb2.UpdateResponse(properties=_answer(asked.kind, outputs, news.secret, kept.more))

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """What there is: of a resource in the state, or of one of which nothing but the id is known."""
        with self._told(context):
            asked, state = self._asked(request), Received.of(request.properties)
            hidden = state.secret | Received.of(request.inputs).secret
            if all(one.key in state.props for one in stored_outputs(asked.kind.state) if not one.added_later):
                found = asked.steps.read(request.id, state.props)
            else:
                found = self._found_by_id(asked, request.id, state.props)
            if not found.id:
                return provider_pb2.ReadResponse(id="")
            inputs = {name: value for name, value in (found.inputs or {}).items() if name in asked.kind.inputs}
            return provider_pb2.ReadResponse(
                id=found.id,
                properties=_answer(asked.kind, found.outs or {}, hidden, _of_dynamic(request.properties)),
                inputs=packed(inputs, hidden),
            )

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Take back what was made, unless somebody else declares it."""
        with self._told(context):
            self._asked(request).steps.delete(Received.of(request.properties).props)
        return Empty()

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """A function."""
        with self._told(context):
            given = Received.of(request.args)
            try:
                found = answered(self.run, request.tok, given.props)
            except UnknownFunction as error:
                context.abort(grpc.StatusCode.UNIMPLEMENTED, str(error))
            response = provider_pb2.InvokeResponse()
            getattr(response, "return").CopyFrom(packed(found, found if given.secret else ()))
            return response

    def Construct(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """A component, whose children are resources of this plugin."""
        from acgr_plugin.component import constructed  # the SDK's part of it takes a while to load

        with self._told(context):
            return constructed(request, context, self.run, self._request(""), self.engine.address, self._reference)

    # It waits for its children, which the engine asks this plugin about: they must not wait for its worker.
    setattr(Construct, OWN_WORKERS, ThreadPoolExecutor(WORKERS, "construct"))

    # How they are answered.

    def _request(self, urn: str, timeout: float | None = None) -> Request:
        return Request(urn, timeout, self.engine, self._cancelled.is_set)

    def _asked(self, request: Any) -> Asked:
        try:
            kind = kind_of(request.urn, request.type)
        except UnknownKind as error:
            raise StepFailed(str(error)) from error
        timeout = float(getattr(request, "timeout", 0.0)) or None
        return Asked(kind, Steps(kind.logic, self.run, self._request(request.urn, timeout)), request.urn)

    def _foreseen(self, asked: Asked, olds: Properties, news: Properties) -> Properties:
        """Inputs and outputs as a run will leave them: unknown is what only the run tells.

        Raises:
            StepFailed: something that is named is not there, and this program cannot make it.
        """
        unknown: Properties = dict.fromkeys(asked.kind.outputs, UNKNOWN)
        stored = stored_outputs(asked.kind.state)
        staying = {one.key: olds[one.key] for one in stored if one.stays and olds.get(one.key) is not None}
        foreseen: Mapping[str, Any] = {}
        if self.run.settings.preflight != "off":
            if asked.kind.logic.goes_by_others:
                self.run.await_declarations()
            ahead = self.run.look_ahead(asked.urn)
            with log.about(asked.urn):
                if certain := say(self._row(asked.urn), self.run, ahead):
                    self._refuse(asked.urn, certain)
            foreseen = ahead.outputs
        return {**unknown, **staying, **foreseen, **news}

    def _row(self, urn: str) -> Operation:
        """An operation without time, whose lines go to the row of that resource."""
        return self._request(urn).without_time(self.run.connection.clock)

    def _refuse(self, urn: str, certain: Sequence[Problem]) -> None:
        """End the preview, and say first what else of the program is not there: the engine asks about nothing more.

        Raises:
            StepFailed: unless somebody else has ended it.
        """
        with self._refusing:
            if urn in self._refused:
                return
            self.run.await_declarations()
            others = [(one, problem) for one in self.run.proposed() for problem in self._certain(one) if one != urn]
            for one, problem in others:
                self._row(one).object_to(problem.said)
            self._refused |= {urn, *(one for one, _ in others)}
        raise StepFailed("\n".join([*(one.said for one in certain), ended(len(certain) + len(others))]))

    def _certain(self, urn: str) -> list[Problem]:
        return certain_problems(self.run, self.run.look_ahead(urn))

    def _found_by_id(self, asked: Asked, id_: str, given: Properties) -> ReadResult:
        """What there is, and inputs on which the next preview is empty."""
        try:
            props = {**asked.kind.logic.asked_by_id(id_), **given}
        except ArnError as error:
            raise StepFailed(str(error)) from error
        found = asked.steps.read(id_, props)
        declared = asked.kind.logic.as_declared(found)
        return ReadResult(found.id, {**(found.outs or {}), **declared}, declared)

    @contextmanager
    def _told(self, context: grpc.ServicerContext) -> Iterator[Kept]:
        """A failure ends the request with one sentence, and with what there is in spite of it."""
        kept = Kept()
        try:
            yield kept
        except PartialState as error:
            said = as_written(str(error))
            _abort(context, said, kept.status(said, error))
        except StepFailed as error:
            said = as_written(str(error))
            _abort(context, said, failure(said))
        except Exception as error:
            if _is_abort(error):
                raise
            traceback.print_exc(file=sys.stderr)
            said = f"{type(error).__name__}: {error}"
            _abort(context, said, failure(said))


def _is_abort(error: Exception) -> bool:
    """GRPC ends an aborted request by an exception that says nothing."""
    return type(error) is Exception and not error.args


def _abort(context: grpc.ServicerContext, said: str, status: Any) -> NoReturn:
    context.set_trailing_metadata(((DETAILS, status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, said)


def _answer(kind: Kind, outputs: Mapping[str, Any], secret: Sequence[str] | frozenset[str], more: Any = ()) -> Struct:
    struct = packed(outputs, secret_outputs(kind.state, secret))
    for name, value in dict(more).items():
        struct.fields[name].CopyFrom(value)
    return struct


def _of_dynamic(state: Struct) -> dict[str, Any]:
    """What a state of the dynamic provider has beside properties: kept, so that it can go back there."""
    return {OF_DYNAMIC: state.fields[OF_DYNAMIC]} if OF_DYNAMIC in state.fields else {}


def _require_same_names(request: Any) -> None:
    """Refuse to ignore changes by a name that the state has otherwise: the engine has dropped the input instead.

    Raises:
        StepFailed: the state is a dynamic resource's.
    """
    names = (path.partition(".")[0].partition("[")[0] for path in request.ignoreChanges)
    dropped = [one for one in names if one not in request.old_inputs.fields and snake(one) in request.old_inputs.fields]
    if dropped:
        raise StepFailed(
            f"ignoreChanges: {', '.join(dropped)}: a dynamic resource has written the state, with names in snake_case, "
            "so that the engine finds nothing to keep: take it out of ignoreChanges for the run that passes over"
        )


def _by_key(args: Struct) -> dict[str, Any]:
    """The configuration by its own keys, which are in camelCase already."""
    return {name: Received.of(Struct(fields={"value": value})).props["value"] for name, value in args.fields.items()}


def _is_default(request: Any) -> bool:
    return DEFAULT_PROVIDER.fullmatch(str(request.name)) is not None


def _failure(reason: str) -> Any:
    # The path stands in the reason: of a property that is named, the CLI prints the value as Go spells it.
    return provider_pb2.CheckFailure(reason=reason)


CONTAINERS: Mapping[type, str] = {list: A_LIST, dict: A_MAPPING}
"""What holds other values, which may not be known yet, so that nobody else judges it."""


def _misshapen(kind: Kind, props: Properties) -> list[str]:
    """What no kind of resource takes: names that it does not have, lists in place of text, users listed twice."""
    unknown = [name for name in props if name not in kind.inputs and not name.startswith("__")]
    inputs = ", ".join(map(camel, kind.inputs))
    found = [f"there is no {camel(name)}; {kind.name} has: {inputs}" for name in unknown]
    takes = taken(kind.args)
    found += [
        f"{camel(name)}: it is {CONTAINERS[type(value)]}; {' or '.join(takes[name])} is needed"
        for name, value in props.items()
        if name in takes and type(value) in CONTAINERS and CONTAINERS[type(value)] not in takes[name]
    ]
    try:
        _with_labels(props)
    except (TypeError, ValueError) as error:
        found.append(f"users: {error}")
    return found


def _with_labels(props: Properties) -> Properties:
    """Users that are listed are their own labels: who has which is known once all of them are."""
    users = props.get("users")
    if not isinstance(users, list):
        return props
    return {**props, "users": by_label(users) if known(users) else UNKNOWN}
