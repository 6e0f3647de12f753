"""Hours of operation (API pages Create-, Describe-, Update-, Delete-, List- and SearchHoursOfOperation(s))."""

from __future__ import annotations

from acgr_sandbox.core.models import Resource
from acgr_sandbox.core.seeds import HOURS, QUEUE

from . import resources
from .call import Call
from .registry import Answer, reads, writes

_PARENTS = "ParentHoursOfOperationIds"


@writes
def create_hours_of_operation(call: Call) -> Answer:
    """New hours; those they inherit from must exist."""
    instance = call.instance()
    parents = [row.get("HoursOfOperationId", "") for row in call.params.get("ParentHoursOfOperationConfigs", [])]
    found = [call.resource(HOURS, parent, instance).id for parent in parents]
    details = {"TimeZone": call.params["TimeZone"], "Config": call.params["Config"], _PARENTS: found or None}
    hours = resources.create(call, HOURS, instance, call.params["Name"], details)
    return {"HoursOfOperationId": hours.id, "HoursOfOperationArn": resources.arn(call, hours)}


@reads
def describe_hours_of_operation(call: Call) -> Answer:
    """One set of hours."""
    hours = resources.find(call, HOURS, call.params["HoursOfOperationId"], call.instance())
    return {"HoursOfOperation": _described(call, hours)}


@reads
def list_hours_of_operations(call: Call) -> Answer:
    """All hours of an instance."""
    instance = call.instance()
    rows = resources.all_here(call, HOURS, instance)
    what = f"hours of {instance.id}"
    return resources.listed(call, rows, "HoursOfOperationSummaryList", resources.summary, what=what)


@reads
def search_hours_of_operations(call: Call) -> Answer:
    """The hours that meet all criteria and filters."""
    return resources.searched(
        call,
        HOURS,
        "HoursOfOperations",
        _described,
        lambda hours: {**resources.described_texts(hours), "timezone": [hours.details["TimeZone"]]},
    )


@writes
def update_hours_of_operation(call: Call) -> Answer:
    """Change name, description, time zone or times."""
    hours = _hours(call)
    resources.rewrite(call, hours)
    return resources.update(
        call, hours, **{key: call.params[key] for key in ("TimeZone", "Config") if key in call.params}
    )


@writes
def delete_hours_of_operation(call: Call) -> Answer:
    """Delete hours that no queue has and no others inherit from."""
    hours, instance = _hours(call), call.instance()
    queues = (q for q in resources.all_here(call, QUEUE, instance) if q.details["HoursOfOperationId"] == hours.id)
    children = (h for h in resources.all_here(call, HOURS, instance) if hours.id in h.details.get(_PARENTS, []))
    resources.refuse_if_used(call, hours, [*queues, *children], call.switches.delete_hours_in_use)
    return resources.delete(call, hours)


def _hours(call: Call) -> Resource:
    return call.resource(HOURS, call.params["HoursOfOperationId"], call.instance())


def _described(call: Call, hours: Resource) -> Answer:
    identity = {"HoursOfOperationId": hours.id, "HoursOfOperationArn": resources.arn(call, hours)}
    answer = {**identity, **resources.described(call, hours), **resources.picked(hours, "TimeZone", "Config")}
    instance = call.world.instances[hours.instance_id]
    parents = [p for p in resources.all_here(call, HOURS, instance) if p.id in hours.details.get(_PARENTS, [])]
    if parents:
        rows = [{"Name": each.name, "Id": each.id, "Arn": resources.arn(call, each)} for each in parents]
        answer["ParentHoursOfOperations"] = rows
    return answer
