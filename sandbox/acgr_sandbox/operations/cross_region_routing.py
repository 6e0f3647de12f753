"""Whether contacts reach agents in the other Region (API pages Get- and UpdateCrossRegionRouting)."""

from __future__ import annotations

from acgr_sandbox.core.models import Instance
from acgr_sandbox.wire.refusal import invalid_request

from .call import Call
from .registry import Answer, reads, writes


@reads
def get_cross_region_routing(call: Call) -> Answer:
    """The Regions that are isolated: both or none."""
    instance = _instance(call)
    return {"IsolatedRegions": list(instance.regions) if instance.isolated else []}


@writes
def update_cross_region_routing(call: Call) -> Answer:
    """Isolate both Regions, or let contacts and agents of both meet; both Regions see it at once."""
    _instance(call).isolated = call.params["IsolatedAll"]
    return {}


def _instance(call: Call) -> Instance:
    instance = call.instance_or_arn(call.params["InstanceId"])
    if not instance.replica or not call.switches.global_routing:
        raise invalid_request(f"Instance {instance.id} is not enabled for global routing.")
    return instance
