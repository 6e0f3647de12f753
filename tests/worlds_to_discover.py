"""Contact centres that exist already, as `acgr discover` may find them."""

from __future__ import annotations

from typing import Any

from acgr_sandbox import World, load_scenario

SOURCE, REPLICA = "eu-west-2", "eu-central-1"


def e164(last: int) -> str:
    """A number that reaches nobody."""
    return f"+44207946{last:04d}"


def _uuid(last: int) -> str:
    return f"00000000-0000-4000-8000-{last:012d}"


AWKWARD: dict[str, Any] = {
    "account": "111122223333",
    "source_region": SOURCE,
    "replica_region": REPLICA,
    "instances": [{"alias": "northwind"}, {"alias": "southwind"}],
    "groups": [
        {"name": "Default", "default": True, "members": ["yes", "1e5", "agent.one@example.com"]},
        {"name": "other Default", "instance": "southwind", "default": True},
        {"name": "other retail", "instance": "southwind"},
        {"name": "retail", "members": ["alice.smith", "left.behind", {"prefix": "seat", "count": 25}]},
        {"name": '100% {urgent} "Müller\'s"', "members": ["~", "00000000-0000-4000-8000-000000000777"]},
        {"name": "being-shifted", "status": "UPDATE_IN_PROGRESS", "members": ["bob.jones"]},
        {"name": "empty"},
    ],
    "flows": [
        "Main IVR",
        {"name": "Main IVR", "id": _uuid(1), "state": "ARCHIVED"},
        {"name": "Sales", "id": _uuid(2)},
        {"name": "Sales", "id": _uuid(3)},
        {"name": "Service", "id": _uuid(4), "absent": [REPLICA]},
        {"name": "Service", "id": _uuid(5), "absent": [SOURCE]},
        {"name": "Only in London", "absent": [REPLICA]},
        {"name": "Nur in Frankfurt", "absent": [SOURCE]},
        {"name": "yes"},
        {"name": "1e5"},
        {"name": ' 窓口 {0} %s \\ "it\'s"\n# noqa '},
        {"name": "+442079460001"},
        {"name": "Retired", "state": "ARCHIVED"},
        {"name": "Draft", "status": "SAVED"},
    ],
    "users": [
        "alice.smith",
        {"username": "left.behind", "mirrored": False},
        "bob.jones",
        "yes",
        "1e5",
        "~",
        "agent.one@example.com",
        "00000000-0000-4000-8000-000000000777",
        {"prefix": "seat", "count": 25},
    ],
    "numbers": [
        {"e164": e164(1), "target": "northwind", "flow": "Main IVR"},
        {"e164": e164(2), "target": "retail", "flow": "Main IVR"},
        {"e164": e164(3), "target": "retail", "flow": _uuid(2)},
        {"e164": e164(4), "target": "retail", "flow": _uuid(2)},
        {"e164": e164(5), "target": "retail", "flow": {SOURCE: _uuid(4), REPLICA: _uuid(5)}},
        {"e164": e164(6), "target": "retail", "flow": {SOURCE: "Only in London", REPLICA: "Nur in Frankfurt"}},
        {"e164": e164(7), "target": "retail", "flow": {SOURCE: _uuid(3), REPLICA: "yes"}},
        {"e164": e164(8), "target": "Default", "flow": "yes"},
        {"e164": e164(9), "target": "Default", "flow": "1e5"},
        {"e164": e164(10), "target": '100% {urgent} "Müller\'s"', "flow": ' 窓口 {0} %s \\ "it\'s"\n# noqa '},
        {"e164": e164(11), "target": '100% {urgent} "Müller\'s"', "flow": "+442079460001"},
        {"e164": e164(12), "target": "retail", "flow": None},
        {"e164": e164(13), "target": "retail", "flow": {SOURCE: "Main IVR", REPLICA: None}},
        {"e164": e164(14), "target": "retail", "flow": "Retired"},
        {"e164": e164(15), "target": "being-shifted", "flow": "Main IVR"},
    ],
}
"""Names that are hard to write down, names that mean several things, and much that cannot be declared as it is."""


def awkward_world() -> World:
    """That world, with groups of another instance that are called as groups of this one."""
    world = load_scenario(AWKWARD)
    for name in ("Default", "retail"):
        world.group(f"other {name}").name = name
    return world
