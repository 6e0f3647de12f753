"""What a sandbox holds when it is given no scenario."""

from __future__ import annotations

from typing import Any

DEFAULT_SCENARIO: dict[str, Any] = {
    "account": "111122223333",
    "source_region": "eu-west-2",
    "replica_region": "eu-central-1",
    "instances": [{"alias": "northwind"}],
    "groups": [{"name": "Default", "default": True}, {"name": "emergency"}],
    "flows": ["Main IVR", "Winter IVR"],
    "users": ["alice.smith", "bob.jones", {"prefix": "agent", "count": 3}],
    "numbers": [
        {"e164": "+442079460001", "target": "Default", "flow": "Main IVR"},
        {"e164": "+442079460002", "target": "northwind", "flow": "Main IVR"},
    ],
}
