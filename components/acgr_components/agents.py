"""The argument `agents`: a list of literals, or a mapping of plain labels to users that may not be known yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pulumi

from acgr.arguments import USER, is_output, is_output_as_text
from acgr_components.problems import Once, Problems, bare, label, shown
from acgr_connect.model import identifiers
from acgr_connect.model.arns import is_arn, parse
from acgr_connect.model.identifiers import InvalidInput
from acgr_connect.model.yaml_texts import key_as_it_was_read

Regions = tuple[str, str] | None

NOT_GIVEN: Any = object()
"""The default of `agents`. An explicit null is a list that holds nobody: a list whose entries were all taken out."""

_REMEDY = 'write "alice": <the Output>'


def agents_of(problems: Problems, agents: Any, regions: Regions) -> dict[str, Any]:
    """By label, the users: as given, or the ARN of the resource that is given."""
    if agents is None or agents is NOT_GIVEN:
        return {}
    if is_output(agents):
        problems.add("agents", f"it is an Output, which would hide all agents in previews; {_REMEDY}")
        return {}
    once = Once(problems, "agent")
    if isinstance(agents, Mapping):
        return _labelled(problems, agents, regions, once)
    if isinstance(agents, Sequence) and not isinstance(agents, str):
        return _listed(problems, agents, regions, once)
    problems.add("agents", f"a list of users or a mapping of labels to users is needed, not {agents!r}")
    return {}


def _labelled(problems: Problems, agents: Mapping[Any, Any], regions: Regions, once: Once) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, user in agents.items():
        if not label(problems, "agents", key, _REMEDY):
            continue
        path = f"agents[{shown(key)}]"
        if not isinstance(key, str):
            problems.add(path, f"the key is not text{key_as_it_was_read(key)}")
            continue
        found[key] = problems.input(path, user, partial(_of_source, regions=regions), *USER)
        once.declare(path, found[key])
    return found


def _listed(problems: Problems, agents: Sequence[Any], regions: Regions, once: Once) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for index, user in enumerate(agents):
        path = f"agents[{index}]"
        if is_output(user) or is_output_as_text(user) or isinstance(user, pulumi.Resource):
            what = f"a {type(user).__name__}" if isinstance(user, pulumi.Resource) else "an Output"
            problems.add(path, f"it is {what}; a list holds plain text only, so make it a mapping: {_REMEDY}")
        elif problems.plain(path, user, partial(_of_source, regions=regions)):
            once.declare(path, user)
            found[bare(user)] = user
    return found


def _of_source(user: Any, regions: Regions) -> None:
    text = identifiers.user(user)
    if regions and is_arn(text) and parse(text).region != regions[0]:
        raise InvalidInput(f"{text!r} is of {parse(text).region}; agents are users of source_region, {regions[0]}")
