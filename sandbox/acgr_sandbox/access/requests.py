"""Which actions on which resources a call of an operation is, as AWS authorizes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from acgr_sandbox.core.world import World

from .conditions import Context
from .reference import INSTANCE, MEMBERS, PATHS, TOP_LEVEL, Authorization, authorization

_ARN = re.compile(r"arn:[^:]+:connect:[^:]+:\d{12}:(.+)")


@dataclass(frozen=True)
class Asked:
    """One action on one resource, and what is known of the request."""

    action: str
    resource: str
    context: Context


@dataclass(frozen=True)
class Call:
    """A call of an operation, before it is carried out."""

    world: World
    region: str
    principal: str
    operation: str
    params: Mapping[str, Any]


def asked_by(call: Call) -> Iterator[Asked]:
    """All that has to be allowed for a call: the action itself on each of its resources, and then what it needs."""
    return _asked(call, call.operation, set())


def _asked(call: Call, name: str, done: set[str]) -> Iterator[Asked]:
    done.add(name)
    known = authorization(name) or (INSTANCE if "InstanceId" in call.params else Authorization(()))
    for resource in dict.fromkeys(_resources(call, known)):
        yield Asked(f"connect:{name}", resource, _context(call, known, resource))
    for action in known.needs:
        service, _, other = action.partition(":")
        if service != "connect":
            resource = _service_role(call) if service == "iam" else "*"
            yield Asked(action, resource, _context(call, Authorization(()), resource))
        elif other not in done:
            yield from _asked(call, other, done)


def _resources(call: Call, known: Authorization) -> list[str]:
    if arn := call.params.get("resourceArn"):
        return [str(arn)]
    found = [arn for type_ in known.required for arn in _of_type(call, type_, needed=True)]
    found += [arn for type_ in known.optional for arn in _of_type(call, type_, needed=False)]
    if found:
        return found
    return [_instance_arn(call)] if known.optional else ["*"]


def _of_type(call: Call, type_: str, *, needed: bool) -> Iterator[str]:
    if type_ == "instance":
        yield _instance_arn(call)
    elif type_.startswith("wildcard-"):
        yield _arn(call, type_.removeprefix("wildcard-"), "*")
    elif type_ == "traffic-distribution-group" and _target(call):
        if "traffic-distribution-group/" in (target := _target(call)):
            yield target
    else:
        named = list(dict.fromkeys(_values(call.params, MEMBERS.get(type_, ()))))
        yield from (text if _ARN.fullmatch(text) else _arn(call, type_, text) for text in named)
        if needed and not named:
            yield _arn(call, type_, "*")


def _target(call: Call) -> str:
    """What a number is to be placed on; AWS decides on that, whether it is a TDG or an instance."""
    claims = call.operation in ("ClaimPhoneNumber", "UpdatePhoneNumber")
    return str(call.params.get("TargetArn") or _instance_arn(call)) if claims else ""


def _instance_arn(call: Call) -> str:
    text = _instance_text(call)
    return text if _ARN.fullmatch(text) else _account(call) + f"instance/{text or '*'}"


def _instance_text(call: Call) -> str:
    """Id or ARN of the instance that the request is about; "" where it says none."""
    if text := call.params.get("InstanceId"):
        return str(text)
    target = str(call.params.get("TargetArn") or "")
    found = _ARN.fullmatch(target)
    if found and found[1].startswith("traffic-distribution-group/"):
        group = call.world.groups.get(found[1].rpartition("/")[2])
        return group.instance_id if group else ""
    return target


def _arn(call: Call, type_: str, id_: str) -> str:
    if type_ in TOP_LEVEL:
        return _account(call) + f"{type_}/{id_}"
    return f"{_instance_arn(call)}/{PATHS.get(type_, type_)}/{id_}"


def _service_role(call: Call) -> str:
    """The role that Connect keeps for an instance: what actions of IAM are about that a call needs."""
    path = "role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_sandbox"
    return f"arn:{call.world.partition}:iam::{call.world.account}:{path}"


def _account(call: Call) -> str:
    return f"arn:{call.world.partition}:connect:{call.region}:{call.world.account}:"


def _values(params: object, names: tuple[str, ...]) -> Iterator[str]:
    """The values of the members of these names, however deep they are."""
    if isinstance(params, Mapping):
        for name, value in params.items():
            if name in names:
                yield from (value if isinstance(value, (list, tuple)) else [value])
            else:
                yield from _values(value, names)
    elif isinstance(params, (list, tuple)):
        for each in params:
            yield from _values(each, names)


def _context(call: Call, known: Authorization, resource: str) -> Context:
    context: dict[str, list[str]] = {"aws:requestedregion": [call.region], "aws:principalarn": [call.principal]}
    instance = _instance_text(call).rpartition("/")[2]
    if instance and "connect:InstanceId" in known.keys:
        context["connect:instanceid"] = [instance]
    given = call.params.get("Tags") or call.params.get("tags") or {}
    if "aws:TagKeys" in known.keys:
        context["aws:tagkeys"] = list(given) or list(call.params.get("tagKeys") or ())
    if "aws:RequestTag/" in known.keys:
        context |= {f"aws:requesttag/{key}".lower(): [str(value)] for key, value in given.items()}
    if "aws:ResourceTag/" in known.keys:
        context |= {f"aws:resourcetag/{key}".lower(): [value] for key, value in _tags(call.world, resource).items()}
    return context


def _tags(world: World, arn: str) -> Mapping[str, str]:
    """The tags of the resource that an ARN names; none, where there is no such resource."""
    id_ = arn.rpartition("/")[2]
    for there in (world.numbers, world.groups, world.users, world.flows, world.instances, world.resources):
        if (found := there.get(id_)) is not None:
            return found.tags
    return {}
