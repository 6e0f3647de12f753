"""The border to Pulumi's dynamic provider: finds the request, drives the steps, and answers the engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import pulumi
from pulumi.dynamic import (
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from acgr import _engine
from acgr.runtime.inputs import Properties
from acgr.runtime.preflight import FUNCTION, answer
from acgr.runtime.resource import PartialState, ResourceLogic
from acgr.runtime.run import current_run
from acgr.runtime.steps import StepFailed, Steps, stop
from acgr_connect import log
from acgr_connect.aws.settings import SettingError, read
from acgr_connect.model.property_names import in_snake_case

FACADE = "acgr"
"""Where the stack looks for a provider's class: stored in every state, and so for good."""

REGISTRY: dict[str, type[ConnectProvider]] = {}
"""Every resource's provider, by the name of its class: it registers itself by being defined."""


class ConnectProvider(ResourceProvider):
    """The base of every resource's provider. It carries no state: the engine stores its name only.

    A state may have been the native provider's, whose names are in camelCase.
    """

    serialize_as_secret_always = False
    logic: ClassVar[ResourceLogic]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.__module__ = FACADE
        REGISTRY[cls.__name__] = cls

    def configure(self, req: ConfigureRequest) -> None:
        """Read the settings from stack configuration and the environment."""
        _engine.widen_threads()
        _engine.when_cancelled(cancel)
        _engine.when_asked(FUNCTION, answer)
        try:
            log.configure(os.environ)
            keys = _engine.configuration_keys(req.config)
            settings = current_run().settings = read(req.config.get, os.environ, keys, pulumi.get_project())
        except (SettingError, log.LogSettingError) as error:
            _engine.fail(f"reading the stack's configuration: {error}")
        current_run().meet(_engine.address())
        operation = _engine.operation(current_run().connection.clock)
        for warning in settings.warnings:
            operation.warn(warning)

    def check(self, olds: Properties, news: Properties) -> CheckResult:
        """The inputs in normal form, and what is wrong with them."""
        with self._steps() as steps:
            return steps.check(in_snake_case(olds or {}), news)

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """What a change means."""
        with self._steps() as steps:
            return steps.diff(in_snake_case(olds), news)

    def create(self, props: Properties) -> CreateResult:
        """Make what is declared, or take over what is there."""
        with self._steps() as steps:
            return steps.create(props)

    def read(self, id_: str, props: Properties) -> ReadResult:
        """What there is."""
        with self._steps() as steps:
            return steps.read(id_, in_snake_case(props))

    def update(self, _id: str, olds: Properties, news: Properties) -> UpdateResult:
        """Make what is declared of what was declared before."""
        with self._steps() as steps:
            return steps.update(in_snake_case(olds), news)

    def delete(self, _id: str, props: Properties) -> None:
        """Take back what was made, unless somebody else declares it."""
        with self._steps() as steps:
            steps.delete(in_snake_case(props))

    @contextmanager
    def _steps(self) -> Iterator[Steps]:
        """The steps of the request at hand, whose failures the engine is told in its own way."""
        try:
            yield Steps(self.logic, current_run(), _engine.request())
        except PartialState as error:
            _engine.fail_partly(str(error), error.id, error.outputs, error.inputs)
        except StepFailed as error:
            _engine.fail(str(error))


def cancel() -> None:
    """The first Ctrl-C."""
    run = current_run()
    stop(run, _engine.operation(run.connection.clock))
