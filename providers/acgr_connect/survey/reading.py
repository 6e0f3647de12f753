"""Reads a pair of instances: both Regions at once, each at its own rate, and as few requests as can be.

Without what is asked for object by object, a survey of 8 groups, 500 numbers and 5,000 agents is some fifty requests.
The status of a number is one request each, in either Region; the content of a flow or module one in each Region.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from threading import Lock
from typing import TypeVar

from acgr_connect.aws.client import RegionalConnect
from acgr_connect.instances.replication import FOUND_TYPES
from acgr_connect.model.arns import Arn
from acgr_connect.model.clock import seconds_since_1970
from acgr_connect.model.errors import UNREADABLE_ANSWER, Cancelled, ConnectError, Denied, NotFound, Unavailable
from acgr_connect.model.operation import Deadline, Operation
from acgr_connect.model.records import (
    Distribution,
    Flow,
    FlowModule,
    Group,
    Number,
    TypeReplication,
    User,
    last_part,
)
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.survey.flow_content import references
from acgr_connect.survey.records import GroupView, Pair, RegionView, Survey, Unread, Why
from acgr_connect.world.connection import Connection

PATIENCE = 30.0
"""Seconds for which a Region that has answered before is waited for, at each question."""

REFUSALS = 3
"""Times in a row that a Region refuses an operation, or answers it with nonsense, until it is not asked any more."""

FOLLOWED = 400
"""Flows and modules whose content is read in a Region at most: several times of what an instance has by default."""

Answer = TypeVar("Answer")
Row = TypeVar("Row", Flow, User)
Ask = Callable[[RegionalConnect], Answer]


@dataclass(frozen=True)
class Extent:
    """What is read beside the lists.

    Attributes:
        statuses: each number's status, one request a number.
        contents: the content of each flow that answers a number, and of the flows and modules that it goes to: one
            request each, in each Region.
        findings: what Connect says does not catch up between the Regions.
        is_mine: which numbers are asked for their status; those of the whole pair unless said otherwise.
    """

    statuses: bool = False
    contents: bool = False
    findings: bool = False
    is_mine: Callable[[Number], bool] = lambda _number: True


def survey(connection: Connection, pair: Pair, operation: Operation, extent: Extent = Extent()) -> Survey:
    """Everything there is of a pair. Nothing is raised for what cannot be read: `Survey.unread` names it.

    Args:
        connection: the account.
        pair: the instances.
        operation: shows how far it is; what has not been asked by its deadline is left unread.
        extent: what is read beside the lists.
    """
    return _Reader(connection, pair, operation).survey(extent)


class _Reader:
    """One survey. Methods are called by one thread for each Region."""

    def __init__(self, connection: Connection, pair: Pair, operation: Operation) -> None:
        self._connection, self._pair, self._operation = connection, pair, operation
        self._lock = Lock()
        self._unread: list[Unread] = []
        self._down: dict[str, str] = {}
        self._refused: dict[tuple[str, str], list[Unread]] = {}
        self._is_stopped = False

    def survey(self, extent: Extent) -> Survey:
        at = seconds_since_1970()
        views = self._in_each_region(self._lists)
        shown = self._groups_shown()
        groups = self._groups(shown)
        numbers = self._numbers(groups)
        if extent.statuses and numbers is not None:
            numbers = self._with_status(numbers, extent.is_mine)
        if extent.contents:
            used = self._flows_in_use(views, numbers or ())
            views = self._in_each_region(lambda instance: self._with_contents(_of(views, instance.region), used))
        source, *rest = views
        found = self._replication() if extent.findings and self._pair.replica else None
        unread = tuple(sorted(set(self._unread), key=lambda one: (one.region, one.operation, one.text)))
        views_of_replica = rest[0] if rest else None
        elsewhere = tuple(group for group in shown or () if not self._is_ours(group))
        return Survey(at, self._pair, source, views_of_replica, groups, numbers, found, unread, elsewhere)

    def _in_each_region(self, work: Callable[[Arn], RegionView]) -> list[RegionView]:
        def watched(instance: Arn) -> RegionView:
            with self._ends_all():
                return work(instance)

        instances = self._pair.instances
        with ThreadPoolExecutor(len(instances)) as threads, self._ends_all():
            running = [threads.submit(copy_context().run, watched, instance) for instance in instances]
            wait(running)
            # Whoever was stopped was stopped by what went wrong in the other Region: that is what to tell.
            for one in sorted(running, key=lambda one: isinstance(one.exception(), Cancelled)):
                one.result()
            return [one.result() for one in running]

    @contextmanager
    def _ends_all(self) -> Iterator[None]:
        """Whatever ends one thread, or who waits for it: the other Region's has nothing more to ask."""
        try:
            yield
        except BaseException:
            self._is_stopped = True
            raise

    def _lists(self, instance: Arn) -> RegionView:
        region = instance.region
        flows = self._ask(region, "flows", "ListContactFlows", lambda api: api.list_flows(instance.id))
        associations = self._ask(
            region, "flows of numbers", "ListFlowAssociations", lambda api: api.list_flow_associations(instance)
        )
        users = self._ask(region, "users", "ListUsers", lambda api: api.list_users(instance))
        return RegionView(instance, _by_id(flows), associations, _by_id(users))

    def _groups_shown(self) -> list[Group] | None:
        return self._ask_anywhere(
            "traffic distribution groups", "ListTrafficDistributionGroups", lambda api: api.list_groups()
        )

    def _is_ours(self, group: Group) -> bool:
        return group.instance.id == self._pair.source.id

    def _groups(self, shown: Sequence[Group] | None) -> tuple[GroupView, ...] | None:
        if shown is None:
            return None
        return tuple(self._group(group) for group in sorted(filter(self._is_ours, shown), key=lambda g: g.name))

    def _group(self, group: Group) -> GroupView:
        name = group.name
        current: Group | None = self._ask_anywhere(
            f"group {name}", "DescribeTrafficDistributionGroup", lambda api: api.describe_group(str(group.arn))
        )
        distribution: Distribution | None = None
        if (current or group).status == "ACTIVE":
            distribution = self._ask_anywhere(
                f"traffic shares of {name}", "GetTrafficDistribution", lambda api: api.get_distribution(group.arn)
            )
        if distribution is not None and not distribution.telephony:
            text = "the answer does not say where calls go"
            what = f"traffic shares of {name}"
            self._note(Unread(what, "GetTrafficDistribution", group.arn.region, Why.OTHER, text))
            distribution = None
        members = self._ask_anywhere(
            f"agents of {name}", "ListTrafficDistributionGroupUsers", lambda api: api.list_group_users(group.arn)
        )
        ids = None if members is None else frozenset(map(last_part, members))
        return GroupView(current or group, distribution, ids)

    def _numbers(self, groups: Sequence[GroupView] | None) -> tuple[Number, ...] | None:
        """The numbers on the pair. The list of a Region may leave those on groups out: each group is asked as well."""
        found: dict[str, Number] = {}
        answered = False
        for instance in self._pair.instances:
            rows = self._ask(
                instance.region, "phone numbers", "ListPhoneNumbersV2", lambda api: api.list_phone_numbers()
            )
            answered = answered or rows is not None
            found.update((number.arn.id, number) for number in rows or () if self._is_of_pair(number, groups))
        for one in groups or ():
            arn = one.group.arn
            rows = self._ask_anywhere(
                f"phone numbers of {one.group.name}",
                "ListPhoneNumbersV2",
                lambda api, arn=arn: api.list_phone_numbers(arn),  # type: ignore[misc]  # mypy sees no default
            )
            answered = answered or rows is not None
            found.update((number.arn.id, number) for number in rows or ())
        return tuple(sorted(found.values(), key=lambda number: number.e164)) if answered else None

    def _is_of_pair(self, number: Number, groups: Sequence[GroupView] | None) -> bool:
        if number.target.kind == "instance":
            return number.target in self._pair.instances
        return any(one.group.arn.id == number.target.id for one in groups or ())

    def _with_status(self, numbers: Sequence[Number], is_mine: Callable[[Number], bool]) -> tuple[Number, ...]:
        """The numbers with their status, asked in both Regions at once: an ARN is understood in either."""
        anywhere: SimpleQueue[Number] = SimpleQueue()
        there: dict[str, SimpleQueue[Number]] = {region: SimpleQueue() for region in self._pair.regions}
        asked = list(filter(is_mine, numbers))
        for number in asked:
            # A number on an instance is known in its own Region only.
            is_on_group = number.target.kind == "traffic-distribution-group"
            (anywhere if is_on_group else there.get(number.target.region, anywhere)).put(number)
        seen: dict[str, Number] = {}

        def ask(region: str, todo: SimpleQueue[Number], *, is_shared: bool) -> None:
            while not (is_shared and self._is_for_the_other(region)):
                try:
                    number = todo.get_nowait()
                except Empty:
                    return
                if (found := self._status(region, number.arn)) is not None:
                    seen[number.arn.id] = found
                    self._operation.progress(f"status of {len(seen)} of {len(asked)} phone numbers")
                elif is_shared and self._is_for_the_other(region):
                    todo.put(number)

        def work(instance: Arn) -> RegionView:
            ask(instance.region, there[instance.region], is_shared=False)
            ask(instance.region, anywhere, is_shared=True)
            return RegionView(instance)

        self._in_each_region(work)
        return tuple(seen.get(number.arn.id, number) for number in numbers)

    def _status(self, region: str, number: Arn) -> Number | None:
        what, operation = "status of phone numbers", "DescribePhoneNumber"
        return self._ask(region, what, operation, lambda api: api.describe_phone_number(str(number)))

    def _is_for_the_other(self, region: str) -> bool:
        """Whether a Region is down, and another one is not."""
        return region in self._down and any(other not in self._down for other in self._pair.regions)

    def _flows_in_use(self, views: Iterable[RegionView], numbers: Iterable[Number]) -> frozenset[str]:
        ids = {number.arn.id for number in numbers}
        return frozenset(
            flow.id for view in views for number, flow in (view.associations or {}).items() if number in ids
        )

    def _with_contents(self, view: RegionView, flows: frozenset[str]) -> RegionView:
        """The contents of flows, then of those that these go to, and so on; a Region with `FOLLOWED` is left there."""
        contents: dict[str, str] = {}
        modules: dict[str, FlowModule | None] = {}
        todo = [(True, flow) for flow in sorted(flows)]
        met = set(todo)
        while todo:
            is_flow, id_ = todo.pop(0)
            if is_flow and view.flows is not None and id_ not in view.flows:
                continue
            if len(contents) + len(modules) >= FOLLOWED:
                text = f"only the first {FOLLOWED} were followed"
                self._note(Unread("content of flows", "DescribeContactFlow", view.region, Why.OTHER, text))
                break
            self._operation.progress(f"content of flow {len(contents) + len(modules) + 1} in {view.region}")
            content = self._content(view.instance, id_, contents) if is_flow else self._module(view, id_, modules)
            found = references(content or "")
            new = [(True, one) for one in sorted(found.flows)] + [(False, one) for one in sorted(found.modules)]
            todo += [one for one in new if one not in met]
            met.update(new)
        return replace(view, contents=contents, modules=modules)

    def _content(self, instance: Arn, flow: str, contents: dict[str, str]) -> str | None:
        arn = instance.inside("contact-flow", flow)
        content = self._ask(
            instance.region, "content of flows", "DescribeContactFlow", lambda api: api.describe_flow(arn)
        )
        if content is not None:
            contents[flow] = content
        return content

    def _module(self, view: RegionView, module: str, modules: dict[str, FlowModule | None]) -> str | None:
        def ask(api: RegionalConnect) -> tuple[FlowModule | None]:
            try:
                return (api.describe_flow_module(view.instance, module),)
            except NotFound:
                return (None,)

        answered = self._ask(view.region, "modules of flows", "DescribeContactFlowModule", ask)
        if answered is None:
            return None
        [found] = answered
        modules[module] = found
        return found.content if found else None

    def _replication(self) -> tuple[TypeReplication, ...] | None:
        types = (
            self._ask_anywhere(
                f"replication findings of type {kind}",
                "ListReplicationFindings",
                lambda api, kind=kind: api.list_replication_findings(  # type: ignore[misc]  # mypy sees no default
                    self._pair.source, kind
                ),
            )
            for kind in FOUND_TYPES
        )
        return tuple(one for one in types if one is not None) or None

    def _ask_anywhere(self, what: str, operation: str, ask: Ask[Answer]) -> Answer | None:
        """What both Regions know, from the first that answers: the source's, which is ahead."""
        before = len(self._unread)
        for region in self._pair.regions:
            if (found := self._ask(region, what, operation, ask)) is not None:
                with self._lock:  # what the other Region could not tell is known all the same
                    del self._unread[before:]
                return found
        return None

    def _ask(self, region: str, what: str, operation: str, ask: Ask[Answer]) -> Answer | None:
        """The answer, or None, with the reason among what is unread. A Region that is down is asked once."""
        if self._is_stopped:
            raise Cancelled("the survey was stopped")
        if region in self._down:
            self._note(Unread(what, operation, region, Why.UNREACHABLE, self._down[region]))
            return None
        refused = self._refused.setdefault((region, operation), [])
        if len(refused) >= REFUSALS or self._operation.deadline.has_passed:
            last = refused[-1] if refused else Unread(what, operation, region, Why.OTHER, "there was no time left")
            self._note(replace(last, what=what))
            return None
        self._operation.progress(f"{what} in {region}")
        deadline = Deadline.after(PATIENCE, self._connection.clock)
        try:
            answer = ask(self._connection.connect(region, Purpose.REFRESH, deadline))
        except ConnectError as error:
            is_down = isinstance(error, Unavailable) and error.code != UNREADABLE_ANSWER
            why = Why.UNREACHABLE if is_down else Why.DENIED if isinstance(error, Denied) else Why.OTHER
            unread = Unread(what, operation, region, why, str(error))
            if is_down:
                self._down[region] = str(error)
            elif isinstance(error, (Denied, Unavailable)):
                refused.append(unread)
            self._note(unread)
            return None
        refused.clear()
        return answer

    def _note(self, unread: Unread) -> None:
        with self._lock:
            self._unread.append(unread)


def _by_id(rows: Iterable[Row] | None) -> dict[str, Row] | None:
    return None if rows is None else {row.arn.id: row for row in rows}


def _of(views: Iterable[RegionView], region: str) -> RegionView:
    return next(view for view in views if view.region == region)
