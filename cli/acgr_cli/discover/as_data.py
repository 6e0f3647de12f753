"""What was found, as YAML or JSON. Pure. docs/discover.schema.json says what is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from .found import Found, FoundGroup, FoundNumber, LeftOut

VERSION = 1

_READ_OTHERWISE = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0[xXoObB][0-9A-Fa-f_]+|[yYnN]|[-+.0-9][-+.0-9_:,eE]*"
)
"""Texts that some reader of YAML, by whichever edition, takes for something else, and that PyYAML would not quote."""


class _Dumper(yaml.SafeDumper):
    """Quotes whatever any reader of YAML might take for something else than text."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - an alias saves letters, and costs the reader a search
        """Write everything where it is."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _READ_OTHERWISE.fullmatch(text) or not text.isprintable() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def as_yaml(plain: Any) -> str:
    """Plain data as YAML, in its own order."""
    written: str = yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return written


def as_json(plain: Any) -> str:
    """Plain data as JSON."""
    return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"


def data(found: Found) -> dict[str, Any]:
    """Everything that was found, as plain data."""
    pair = found.pair
    return {
        "version": VERSION,
        "instance": {
            "alias": pair.alias,
            "arn": str(pair.source),
            "replica_arn": str(pair.replica),
            "source_region": pair.regions[0],
            "replica_region": pair.regions[1],
        },
        "groups": [_group(one) for one in found.groups],
        "left_out": [_left_out(one) for one in found.left_out],
        "unread": [
            {"what": one.what, "region": one.region, "why": one.why.value, "action": one.action, "text": one.text}
            for one in found.unread
        ],
    }


def _group(one: FoundGroup) -> dict[str, Any]:
    agents = [{"user": agent.written, "username": agent.user.username} for agent in one.agents or ()]
    return {
        "resource": one.resource,
        "traffic_distribution_group": one.written,
        "name": one.group.name,
        "arn": str(one.group.arn),
        "is_default": one.group.is_default,
        "remarks": list(one.remarks),
        "numbers": [_number(number) for number in one.numbers],
        "agents": agents,
    }


def _number(one: FoundNumber) -> dict[str, Any]:
    flow = one.flow.flow
    return {
        "key": one.key,
        "e164": one.number.e164,
        "arn": str(one.number.arn),
        "flow": dict(flow) if isinstance(flow, Mapping) else flow,
        "remarks": list(one.flow.whys),
    }


def _left_out(one: LeftOut) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": one.name,
        "arn": str(one.arn),
        "where": one.where or None,
        "why": one.why.value,
        "reason": one.reason,
    }
