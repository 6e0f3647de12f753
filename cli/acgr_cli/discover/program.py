"""The files of a program that declares what was found, and changes nothing. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import requires, version

from acgr_connect.survey.records import Unread, Why

from .as_data import as_yaml
from .found import Found, FoundGroup, FoundNumber, LeftOut, few
from .source import Code, Entry, Value, call, comment, literal

MAIN, PROJECT, REQUIREMENTS, AGENTS = "__main__.py", "Pulumi.yaml", "requirements.txt", "agents.json"

MOST_AGENTS = 20
"""Agents of one group that stand in the program; more of them are listed in a file beside it."""

DISTRIBUTION = "pulumi-acgr"

_DOCSTRING = '''"""Phone numbers and agents of traffic distribution groups, as `acgr discover` found them.

The first `pulumi up` takes over what is as it is declared here, and changes nothing.
"""'''

_KEPT = (
    "Two things keep a destroy from surprising anybody. protect=True: until it is taken away, Pulumi deletes nothing "
    "of what is declared here, be it in a destroy or because a number or a group is taken out of this file. "
    '"return_to": "leave": a number whose placement is deleted all the same stays on its group with its flow; without '
    "it, it would go back to its instance. Only the agents of a roster that is deleted leave the group."
)

_BESIDE = (
    f"The agents of each group are in {AGENTS}, a name a line, because there are many of them. Agents of a group who "
    "are not listed stay on it."
)

_READ_AGENTS = f'''AGENTS: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("{AGENTS}").read_text(encoding="utf-8"),
)'''


@dataclass(frozen=True)
class Program:
    """What the program is called, and how it reaches Connect.

    Attributes:
        project: the project's name.
        stack: the stack's name.
        configured: keys of the stack's configuration.
    """

    project: str
    stack: str
    configured: Mapping[str, str] = field(default_factory=dict)

    @property
    def configuration(self) -> str:
        """The name of the file of the stack's configuration."""
        return f"Pulumi.{self.stack}.yaml"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all files that it may have."""
        return (MAIN, PROJECT, self.configuration, REQUIREMENTS, AGENTS)


def project_name(alias: str) -> str:
    """A name for a project, made of the instance's alias."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", alias)[:100].strip("-.") or "contact-centre"


def files(found: Found, program: Program) -> dict[str, str]:
    """The files by name, with their texts."""
    listed = {one.resource: [agent.written for agent in one.agents] for one in found.groups if one.agents}
    beside = any(len(agents) > MOST_AGENTS for agents in listed.values())
    made = {
        MAIN: main(found, beside=beside),
        PROJECT: as_yaml(_project(found, program)),
        program.configuration: as_yaml({"config": _configuration(found, program)}),
        REQUIREMENTS: _requirements(),
    }
    return {**made, AGENTS: json.dumps(listed, indent=2, ensure_ascii=False) + "\n"} if beside else made


def _project(found: Found, program: Program) -> Mapping[str, object]:
    what = f"Numbers and agents of {found.pair.alias}, in {' and '.join(found.pair.regions)}"
    runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": ".venv"}}
    return {"name": program.project, "description": what, "runtime": runtime}


def _configuration(found: Found, program: Program) -> Mapping[str, object]:
    """Whatever the credentials are one day: nothing is done to another account."""
    return {**program.configured, "aws:allowedAccountIds": [found.pair.source.account]}


def _requirements() -> str:
    """This version or a later one, if it is one that was released, and the SDK that it asks for."""
    mine, released = version(DISTRIBUTION), re.compile(r"[0-9]+(\.[0-9]+)+")
    own = f"{DISTRIBUTION}>={mine}" if released.fullmatch(mine) else DISTRIBUTION
    sdk = [one for one in requires(DISTRIBUTION) or () if re.match(r"pulumi\b(?!-)", one)]
    return "\n".join([own, *sdk]) + "\n"


def main(found: Found, *, beside: bool) -> str:
    """The program itself; `beside`: whether the agents are in a file of their own."""
    parts: list[Sequence[str]] = [_DOCSTRING.splitlines()]
    if beside:
        parts.append(["import json", "from pathlib import Path"])
    if found.groups:
        parts.append(["import pulumi", "from acgr_components import GlobalResiliency"])
    parts.append(_about(found))
    if found.groups:
        parts.append(comment(_KEPT))
    if beside:
        parts.append([*comment(_BESIDE), *_READ_AGENTS.splitlines()])
    parts += [_group(found, one, beside=beside) for one in found.groups]
    return "\n".join("\n".join([*part, ""]) for part in parts)


def _about(found: Found) -> list[str]:
    pair = found.pair
    where = f"{pair.source.region}, replicated to {' and '.join(pair.regions[1:])}"
    lines = comment(f"Instance {literal(pair.alias)} of account {pair.source.account}: {where}.")
    said = [*_said_of_unread(found.unread), *_said_of_left_out(found.left_out)]
    if said:
        lines += ["#", *comment("Not declared here, and why:")]
        for sentence in said:
            lines += comment(f"- {sentence}")
    return lines


def said(found: Found) -> list[str]:
    """A sentence for everything that is not declared, and for what could not be read."""
    return [*_said_of_unread(found.unread), *_said_of_left_out(found.left_out)]


def _said_of_unread(unread: Sequence[Unread]) -> Iterator[str]:
    """A sentence for each Region that did not answer, for each action that is missing, and for each other error."""
    for region in sorted({one.region for one in unread if one.why is Why.UNREACHABLE}):
        what = _whats(one for one in unread if one.region == region and one.why is Why.UNREACHABLE)
        yield f"Whatever depends on {region}, which did not answer: {what} there."
    denied = [one for one in unread if one.why is Why.DENIED]
    for action, region in dict.fromkeys((one.action, one.region) for one in denied):
        what = _whats(one for one in denied if (one.action, one.region) == (action, region))
        yield f"Whatever depends on {what} in {region}, which the role may not read: allow {action}."
    for one in unread:
        if one.why is Why.OTHER:
            yield f"Whatever depends on {one.what} in {one.region}: {one.text.rstrip('.')}."


def _whats(unread: Iterable[Unread]) -> str:
    return few(list(dict.fromkeys(one.what for one in unread)))


_NOUNS = {"group": ("Group", "Groups"), "number": ("Number", "Numbers"), "agent": ("Agent", "Agents")}


def _said_of_left_out(left_out: Sequence[LeftOut]) -> Iterator[str]:
    """A sentence for all that are left out for one reason, where they are many."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for one in left_out:
        name = one.name if one.kind == "number" else literal(one.name)
        alike.setdefault((one.kind, one.where, one.reason), []).append(name)
    for (kind, where, reason), names in alike.items():
        noun = _NOUNS[kind][len(names) > 1]
        yield f"{noun} {few(names)}{f' on {literal(where)}' if where else ''}: {reason}."


def _group(found: Found, one: FoundGroup, *, beside: bool) -> list[str]:
    source, replica = found.pair.regions
    arguments: dict[str, Value] = {
        "traffic_distribution_group": one.written,
        "source_region": source,
        "replica_region": replica,
    }
    if one.numbers:
        arguments["numbers"] = tuple(_entries(one.numbers))
    if one.agents:
        listed = [agent.written for agent in one.agents]
        arguments["agents"] = Code(f"AGENTS[{literal(one.resource)}]") if beside else listed
    arguments["opts"] = Code("pulumi.ResourceOptions(protect=True)")
    lines = [line for remark in one.remarks for line in comment(remark)]
    return [*lines, *call("GlobalResiliency", arguments, one.resource)]


def _entries(numbers: Sequence[FoundNumber]) -> Iterator[Entry]:
    """An entry a number; why a flow is written as it is, is said where it comes first."""
    told: set[str] = set()
    for one in numbers:
        sentences = [why for why in one.flow.whys if why not in told]
        told.update(sentences)
        if one.flow.by_arn and not sentences:
            sentences.append(f"{' and '.join(map(literal, one.flow.by_arn))}, as above.")
        value: dict[str, Value] = {}
        if one.phone_number:
            value["phone_number"] = one.phone_number
            sentences.append(f"{one.number.e164} is written as an ARN: the number alone would not mean it.")
        flow = one.flow.flow
        value["flow"] = flow if isinstance(flow, str) else dict(flow)
        yield Entry(one.key, {**value, "return_to": "leave"}, tuple(sentences))
