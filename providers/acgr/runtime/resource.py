"""The logic of a resource: what it does in each step, given an operation and a run, whoever asks.

`ConnectProvider` drives it for Pulumi's dynamic provider; another front door can as well.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult

from acgr.runtime.fields import StoredState
from acgr.runtime.foreseen import Foreseen
from acgr.runtime.inputs import Properties
from acgr.runtime.run import Run
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import ErrorContext
from acgr_connect.model.operation import DEFAULT_TIMEOUT, Operation


class PartialState(Exception):
    """A create or update went wrong, and not all is as before: the error, and what the next run resumes from."""

    def __init__(self, message: str, id_: str, outputs: Properties, inputs: Properties) -> None:
        super().__init__(message)
        self.id, self.outputs, self.inputs = id_, outputs, inputs


class ResourceLogic(ABC):
    """One kind of resource. It carries no state.

    Every step may raise `ConnectError`; `create` and `update` also `PartialState`. What a step is about, for errors
    that do not say it themselves, is in `context`.
    """

    args: ClassVar[type]
    """The dataclass of the arguments: what is stored of them is in its fields' metadata."""
    state: ClassVar[type[StoredState]]
    """What is stored of the outputs."""
    goes_by_others: ClassVar[bool] = False
    """Whether what is foreseen depends on what other resources of the program declare."""

    @abstractmethod
    def context(self, step: str, props: Mapping[str, Any]) -> ErrorContext:
        """What a step does, and where: `step` is the name of a method below, `props` what it is given."""

    @abstractmethod
    def whose(self, olds: Mapping[str, Any]) -> Arn:
        """An object of the state, by ARN: state of another account than the credentials' is never acted upon."""

    def default_timeout(self, _run: Run, *_props: Mapping[str, Any]) -> float:
        """Seconds that an operation may take where the program sets no `custom_timeouts`."""
        return DEFAULT_TIMEOUT

    @abstractmethod
    def check(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> CheckResult:
        """The inputs in normal form, and what is wrong with them."""

    @abstractmethod
    def diff(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> DiffResult:
        """What a change means."""

    @abstractmethod
    def foresee(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> Foreseen:
        """What a create (`olds` is empty) or an update will do, from sweeps; nothing of what is not known yet."""

    @abstractmethod
    def create(self, operation: Operation, run: Run, props: Properties) -> CreateResult:
        """Make what is declared, or take over what is there."""

    @abstractmethod
    def read(self, operation: Operation, run: Run, id_: str, props: Properties) -> ReadResult:
        """What there is."""

    @abstractmethod
    def asked_by_id(self, id_: str) -> Properties:
        """What `read` is given where an id is all that there is: of inputs, those that the id does not say are empty.

        Raises:
            ArnError: the id has another form.
        """

    def as_declared(self, found: ReadResult) -> Properties:
        """The inputs of what was found by its id, as a program declares them: its next preview is empty."""
        return dict(found.inputs or {})

    @abstractmethod
    def update(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> UpdateResult:
        """Make what is declared of what was declared before."""

    @abstractmethod
    def delete(self, operation: Operation, run: Run, props: Properties) -> None:
        """Take back what was made, unless somebody else declares it."""
