"""What a flow's or module's content (JSON of Connect's Flow language) says of Regions, and of other flows. Pure.

Source: API reference, "Amazon Connect Flow language"; administrator guide, "Create a replica": a Region that is
written into a flow is the same in the replica, since content is copied as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_REGION = r"[a-z]{2}(?:-[a-z]+)+-[0-9]+"
_ARN = re.compile(rf"arn:aws[a-z-]*:(?P<service>[a-z0-9-]+):(?P<region>{_REGION}):[0-9]*:(?P<resource>[^\s\"'\\]+)")
_HOST = re.compile(rf"(?P<name>[a-z0-9-]+)[.-](?P<region>{_REGION})\.amazonaws\.com")
_ID = re.compile(r"[A-Za-z0-9_-]+")

OF_BOTH = ("phone-number/", "traffic-distribution-group/")
"""What of Connect's own ARNs carries the source Region in both Regions."""

_NOUNS = {"lambda": "Lambda function", "lex": "Lex bot"}
_OWN_NOUNS = {
    "queue": "queue",
    "prompt": "prompt",
    "contact-flow": "flow",
    "flow-module": "module",
    "operating-hours": "hours of operation",
    "transfer-destination": "quick connect",
    "agent": "user",
}


@dataclass(frozen=True)
class Pin:
    """Something in one Region that content names without asking in which one it runs.

    Attributes:
        noun: what it is: "Lambda function", "queue".
        region: its Region.
        text: how the content names it.
        is_own: whether it is in the instance itself: Connect gives it the same id in both Regions.
    """

    noun: str
    region: str
    text: str
    is_own: bool


@dataclass(frozen=True)
class References:
    """The flows and modules that content goes to, by id. What it finds out while it runs is not among them."""

    flows: frozenset[str]
    modules: frozenset[str]


def is_readable(content: str) -> bool:
    """Whether it is a flow at all."""
    return isinstance(_parsed(content), dict)


def normal_form(content: str, regions: Sequence[str]) -> str:
    """The content without what makes no difference to a caller, so that two Regions can be compared.

    The Region in ARNs and addresses, the order of keys and of actions, and what only the flow designer reads (positions
    and the like) are left out.
    """
    parsed = _parsed(content)
    if isinstance(parsed, dict):
        parsed = {key: value for key, value in parsed.items() if key != "Metadata"}
        if isinstance(actions := parsed.get("Actions"), list):
            parsed["Actions"] = sorted(actions, key=lambda one: json.dumps(one, sort_keys=True))
        content = json.dumps(parsed, sort_keys=True)
    anywhere = "|".join(re.escape(region) for region in regions)
    return re.sub(rf"(?<![a-z0-9-])(?:{anywhere})(?![a-z0-9])", "REGION", content)


def references(content: str) -> References:
    """What content goes to: flows that it transfers to or sets, modules that it invokes."""
    flows, modules = set[str](), set[str]()
    for keys, text in _texts(_parsed(content)):
        key = keys[-1] if keys else ""
        named = _named(text, "flow-module") or (_bare(text) if key == "FlowModuleId" else "")
        if named:
            modules.add(named)
            continue
        is_hook = len(keys) > 1 and keys[-2] == "EventHooks"
        named = _named(text, "contact-flow")
        if named or (named := _bare(text) if key == "ContactFlowId" or is_hook else ""):
            flows.add(named)
    return References(frozenset(flows), frozenset(modules))


def pins(content: str, here: str, instance_id: str) -> list[Pin]:
    """What content names in another Region than the one in which it runs, in its order, each once.

    Content that asks in which Region it runs (`$.AwsRegion`), and names the like of it here as well, has a branch for
    each Region: that is no pin.

    Args:
        content: the flow or module, as that Region shows it.
        here: the Region.
        instance_id: the instance's.
    """
    parsed = _parsed(content)
    found = list(dict.fromkeys(_pins(parsed, instance_id)))
    has_branches = any("AwsRegion" in text for _, text in _texts(parsed))
    at_home = {one.noun for one in found if one.region == here}
    return [one for one in found if one.region != here and not (has_branches and one.noun in at_home)]


def _pins(parsed: Any, instance_id: str) -> Iterator[Pin]:
    for keys, text in _texts(parsed):
        if keys[-2:] == ("LexBot", "Region") and re.fullmatch(_REGION, text):
            yield Pin(_NOUNS["lex"], text, f"LexBot in {text}", is_own=False)
        for arn in _ARN.finditer(text):
            service, resource = arn["service"], arn["resource"]
            is_own = service == "connect" and resource.startswith(f"instance/{instance_id}/")
            if service == "connect" and resource.startswith(OF_BOTH):
                continue
            kind = resource.split("/")[2] if is_own and resource.count("/") > 1 else ""
            noun = (
                _OWN_NOUNS.get(kind, "part of the instance") if is_own else _NOUNS.get(service, f"{service} resource")
            )
            yield Pin(noun, arn["region"], arn.group(), is_own)
        for host in _HOST.finditer(text):
            yield Pin(f"address of {host['name']}", host["region"], host.group(), is_own=False)


def _named(text: str, kind: str) -> str:
    """The id in an ARN of that kind, in whatever Region; "" where it is none."""
    found = re.fullmatch(rf"arn:[^:]*:connect:[^:]*:[0-9]*:instance/[^/]+/{kind}/([A-Za-z0-9_-]+)(?::.*)?", text)
    return found[1] if found else ""


def _bare(text: str) -> str:
    """A bare id, without the version after it; "" for what is found out while the flow runs."""
    found = text.split(":", 1)[0]
    return found if _ID.fullmatch(found) else ""


def _parsed(content: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _texts(value: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text that the flow runs by, with the keys that lead to it; what only the designer reads is left out."""
    if isinstance(value, str):
        yield keys, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if keys or key != "Metadata":
                yield from _texts(inner, (*keys, key))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, keys)
