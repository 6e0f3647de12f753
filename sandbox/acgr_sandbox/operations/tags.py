"""Tags of all that can have them (API pages Tag/UntagResource, ListTagsForResource)."""

from __future__ import annotations

from acgr_sandbox.core.models import Flow, Group, Instance, Number, Resource, TestCase, User
from acgr_sandbox.wire.refusal import invalid_parameter, invalid_request, not_found

from .call import Call, parse_arn
from .registry import Answer, reads, writes

MOST = 50
"""Tags of one resource; the model limits those of one call to as many."""


@writes
def tag_resource(call: Call) -> Answer:
    """Add tags, or give present ones another value; a resource has 50 at most."""
    resource = _tagged(call)
    tags = {**resource.tags, **call.params["tags"]}
    if len(tags) > MOST:
        raise invalid_request(f"A resource has {MOST} tags at most; this one would have {len(tags)}.")
    resource.tags = tags
    return {}


@writes
def untag_resource(call: Call) -> Answer:
    """Remove tags; absent ones are no error."""
    tags = _tagged(call).tags
    for key in call.params["tagKeys"]:
        tags.pop(key, None)
    return {}


@reads
def list_tags_for_resource(call: Call) -> Answer:
    """The tags of one resource."""
    return {"tags": _tagged(call).tags}


def _tagged(call: Call) -> Instance | Group | Number | Flow | User | Resource | TestCase:
    text = call.params["resourceArn"]
    arn = parse_arn(text)
    if arn is None:
        raise invalid_parameter(f"resourceArn {text} is not an ARN of Amazon Connect.")
    if arn.resource.startswith("traffic-distribution-group/"):
        return call.group(text)
    if arn.resource.startswith("phone-number/"):
        return call.number(text)
    if "/" not in arn.resource.removeprefix("instance/"):
        return call.instance_or_arn(text)
    instance = call.world.instances.get(arn.resource.split("/")[1])
    if instance and "/contact-flow/" in arn.resource:
        return call.flow(text, instance)
    if instance and "/agent/" in arn.resource:
        return call.user(text, instance)
    if instance and "/test-case/" in arn.resource:
        return call.test_case(text, instance)
    if instance:
        return call.resource("/".join(arn.resource.split("/")[2:-1]), text, instance)
    raise not_found(f"Resource {text} was not found in {call.region}.")
