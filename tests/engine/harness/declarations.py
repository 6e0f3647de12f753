"""What a stack's program declares, as plain data."""

from __future__ import annotations

from typing import Any

from acgr_connect.model.property_names import camel

SOURCE, REPLICA = "eu-west-2", "eu-central-1"

Declaration = dict[str, Any]


def e164(last: int) -> str:
    """A number of the scenario, by its last digits."""
    return f"+4420794600{last:02d}"


def number(name: str, last: int, target: str, flow: Any, *, options: Any = None, **args: Any) -> Declaration:
    """A `PhoneNumberPlacement`."""
    asked = {"phone_number": e164(last), "target": target, "flow": flow, "source_region": SOURCE, **args}
    return {"kind": "number", "name": name, "args": asked, "options": options or {}}


def flow(name: str, last: int, region: str, flow: str, *, options: Any = None, **args: Any) -> Declaration:
    """A `PhoneNumberContactFlow`."""
    asked = {"phone_number": e164(last), "region": region, "flow": flow, "source_region": SOURCE, **args}
    return {"kind": "flow", "name": name, "args": asked, "options": options or {}}


def agent(name: str, group: str, user: str, *, options: Any = None) -> Declaration:
    """A `TrafficDistributionGroupUser`."""
    asked = {"traffic_distribution_group": group, "user": user, "source_region": SOURCE}
    return {"kind": "agent", "name": name, "args": asked, "options": options or {}}


def roster(name: str, group: str, users: Any, *, options: Any = None, **args: Any) -> Declaration:
    """A `TrafficDistributionGroupRoster`."""
    asked = {"traffic_distribution_group": group, "users": users, "source_region": SOURCE, "max_removals": "100%"}
    return {"kind": "roster", "name": name, "args": {**asked, **args}, "options": options or {}}


def component(name: str, group: str, numbers: Any, agents: Any, *, options: Any = None) -> Declaration:
    """A `GlobalResiliency`."""
    asked = {"traffic_distribution_group": group, "source_region": SOURCE, "replica_region": REPLICA}
    return {
        "kind": "component",
        "name": name,
        "args": {**asked, "numbers": numbers, "agents": agents},
        "options": options or {},
    }


def team(name: str) -> Declaration:
    """A parent."""
    return {"kind": "team", "name": name, "args": {}, "options": {}}


def got(kind: str, name: str, id_: str, *more: str) -> Declaration:
    """A resource that is read and not managed."""
    return {"kind": kind, "name": name, "get": id_, "args": dict(enumerate(more)), "options": {}}


DYNAMIC = "pulumi-python:dynamic/acgr:"
"""How the types of dynamic resources begin."""


def native(declared: Declaration, *, provider: str | None = None) -> Declaration:
    """The same number, roster or component as a resource of the native provider, which takes over the dynamic one."""
    name = {
        "number": "PhoneNumberPlacement",
        "roster": "TrafficDistributionGroupRoster",
        "component": "GlobalResiliency",
    }[declared["kind"]]
    args = {camel(key): value for key, value in declared["args"].items()}
    is_component = declared["kind"] == "component"
    options = {**declared["options"], **({"provider": provider} if provider else {})}
    if not is_component:
        options["former"] = f"{DYNAMIC}{name}"
    kind = "remote" if is_component else "native"
    return {**declared, "kind": kind, "args": {"token": f"acgr:index:{name}", **args}, "options": options}


def provider(name: str, **config: Any) -> Declaration:
    """A native provider with a configuration of its own."""
    return {"kind": "provider", "name": name, "args": config, "options": {}}
