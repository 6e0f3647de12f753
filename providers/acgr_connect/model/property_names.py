"""Names of properties: snake_case in `acgr` and what the dynamic provider stores, camelCase in the native one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def camel(name: str) -> str:
    """`source_region` as `sourceRegion`."""
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


def snake(name: str) -> str:
    """`sourceRegion` as `source_region`; a name that is in snake_case stays as it is."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", name)


def in_snake_case(props: Mapping[str, Any]) -> dict[str, Any]:
    """Properties by their names in snake_case; what begins with two underscores is Pulumi's, and stays."""
    return {name if name.startswith("__") else snake(name): value for name, value in props.items()}
