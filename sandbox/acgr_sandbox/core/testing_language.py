"""The content of a test case: JSON of Connect's Testing language (page "Observations in the Testing language")."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def json_of(text: str) -> Any:
    """What a text of JSON holds, None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def problems_of(content: str) -> list[str]:
    """What is wrong with the content of a test case, in sentences; nothing where it may be published."""
    return list(_problems(json_of(content)))


def observations_of(content: str) -> list[str]:
    """The identifiers of the observations in content that has no problems."""
    return [observation["Identifier"] for observation in json.loads(content)["Observations"]]


def _problems(content: Any) -> Iterator[str]:
    if not isinstance(content, dict):
        yield "The content is not a JSON object."
        return
    if not isinstance(content.get("Version"), str):
        yield "The content has no Version."
    if not isinstance(content.get("Observations"), list):
        yield "The content has no list of Observations."
        return
    seen: set[str] = set()
    for index, observation in enumerate(content["Observations"], 1):
        identifier = observation.get("Identifier") if isinstance(observation, dict) else None
        if not isinstance(identifier, str) or not 1 <= len(identifier) <= 256:
            yield f"Observation {index} has no Identifier of 1 to 256 characters."
        elif not isinstance(observation.get("Event"), dict):
            yield f"Observation {identifier} has no Event."
        elif identifier in seen:
            yield f"Observation {identifier} is there twice."
        else:
            seen.add(identifier)
