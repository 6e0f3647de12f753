"""A claimed number in a resource's state: how it is written, whether it is still claimed, and how it is read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi.output import Unknown

from acgr.runtime.fields import PLAIN, StoredState, arn, stored
from acgr.runtime.inputs import known
from acgr.runtime.name_checks import NameChanged
from acgr_connect.groups import is_called
from acgr_connect.model.arns import Arn, is_arn
from acgr_connect.model.errors import Conflict, ErrorContext, NotFound
from acgr_connect.model.identifiers import is_name, is_uuid
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Number, last_part
from acgr_connect.numbers.find import look
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection

NO_FLOW = ""
"""What stands for a flow where none is declared: in a `get()`, which has no inputs of its own."""

WrittenFlows = str | Mapping[str, str]
"""One flow for all Regions, or a mapping Region to flow, as the program writes it."""


@dataclass(frozen=True)
class NumberState(StoredState):
    """What every state of a number has: `instance` is the one that answers for it."""

    number: Arn = field(
        metadata=stored(
            "phone_number_arn", arn("phone-number"), "ARN of the number", tells=("phone_number",), stays=True
        )
    )
    e164: str = field(metadata=stored("e164", PLAIN, "the number in E.164", tells=("phone_number",), stays=True))
    instance: Arn = field(
        metadata=stored("instance_arn", arn("instance"), "ARN of the source instance", tells=("target",))
    )

    def is_number(self, written: Any) -> bool:
        """Whether any way to write it stands for this number."""
        return written in {self.e164, self.number.id, str(self.number)}


def require_same_number(state: NumberState, number: Number) -> None:
    """Refuse to act on another number than the state has, should its E.164 stand for another one now.

    Raises:
        Conflict: it does.
    """
    if number.arn != state.number:
        context = ErrorContext(f"placing phone number {number.e164}", number.arn.region)
        cause = f"the state has {state.number}, and that number is another one, {number.arn}, now"
        raise context.error(Conflict, cause, "run again: it is replaced")


def said_without_flow(e164: str, regions: Sequence[str]) -> str:
    """What a refresh says of a number that has no flow: the preview of one shows outputs nowhere."""
    return f"{e164} has no flow in {' and '.join(regions)}: callers reach nothing there"


def still_claimed(connection: Connection, number: Arn, instance: Arn | None) -> Number | None:
    """The number from this run's list, or None where it is gone and the instance in its Region was seen.

    Raises:
        NotFound: it is gone, and no instance is known that it was on.
    """
    if listed := connection.directory.numbers(number.region).get(number.id):
        return listed
    try:
        return look(connection, number, Purpose.REFRESH)
    except NotFound:
        if instance is None:
            raise
        connection.directory.instance(instance.in_region(number.region))
        return None


def target_as_declared(connection: Connection, written: str, actual: Arn) -> str:
    """The declared target, or what the number is on instead: by name where a name was declared."""
    if is_arn(written) or actual.kind == "instance":
        return written if written == str(actual) else str(actual)
    if is_uuid(written):
        return actual.id
    group = connection.directory.groups(actual.region).get(actual.id)
    if group is None:
        return str(actual)
    return written if is_called(group, written) else group.name


def flow_as_declared(connection: Connection, flows: WrittenFlows, actual: Mapping[str, Arn | None]) -> WrittenFlows:
    """The declared flows, or what answers instead: by name where a name was declared, one text where all are alike.

    Where nothing answers the declared flow stands: that is what the number is to have. That it is dark is an output. A
    Region that has no flow and for which none is declared is left out, so that `check` refuses nothing of this.
    """
    declared = {region: flows if isinstance(flows, str) else flows.get(region, NO_FLOW) for region in actual}
    meant = {region: _as_declared(connection, declared[region], flow) for region, flow in actual.items()}
    now = {region: flow for region, flow in meant.items() if flow != NO_FLOW}
    if meant == declared or not now:
        return flows
    return next(iter(now.values())) if len(now) == len(actual) and len(set(now.values())) == 1 else now


def _as_declared(connection: Connection, declared: str, actual: Arn | None) -> str:
    if actual is None:
        return declared
    if is_arn(declared):
        return declared if last_part(declared) == actual.id else str(actual)
    if is_uuid(declared):
        return actual.id
    flow = connection.directory.flows(actual.instance).get(actual.id)
    return flow.name if flow and _may_be_declared(flow.name) else str(actual)


def _may_be_declared(name: str) -> bool:
    """Whether the name of a flow stands for that flow where it is written: it may be blank, or look like an id."""
    return bool(name.strip()) and is_name(name)


def changed_number(connection: Connection, resolved: Arn, written: Any) -> Iterator[NameChanged]:
    """Whether an E.164 number stands for another claimed number than it did."""
    if known(written) and is_name(written):
        numbers = connection.directory.numbers(resolved.region)
        if (meant := numbers.seen(resolved.id)) and meant.e164 == written:
            return
        found = numbers.matching(lambda n: n.e164 == written)
        if found and found[0].arn != resolved:
            said = f"{written} was released and claimed again: it is another number now"
            yield NameChanged(said, "phone_number")


def changed_flows(
    connection: Connection, placed: Mapping[str, Arn], flows: WrittenFlows, operation: Operation
) -> Iterator[NameChanged]:
    """Whether flows' names stand for other flows than they did; a warning where a name stands for none."""
    for resolved, name in named_flows(placed, flows):
        sweep = connection.directory.flows(resolved.instance)
        found = sweep.matching(lambda f, name=name: f.name == name and f.state == "ACTIVE")  # type: ignore[misc]
        if len(found) == 1 and found[0].arn != resolved:
            yield NameChanged(f"{name!r} is another flow in {resolved.region} now")
        elif not found and (meant := sweep.get(resolved.id)):
            now = f"called {meant.name!r}" if meant.name != name else meant.state
            operation.warn(f"flow {name!r} in {resolved.region} is {now} now: it still answers, and cannot be set anew")


def named_flows(placed: Mapping[str, Arn], flows: WrittenFlows) -> Iterator[tuple[Arn, str]]:
    """The resolved flows that are declared by name, each with that name; none of what is not known yet."""
    if isinstance(flows, Unknown):
        return
    for region, resolved in placed.items():
        written = flows if isinstance(flows, str) else flows.get(region, "")
        if known(written) and written and is_name(written):
            yield resolved, written
