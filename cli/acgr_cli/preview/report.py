"""What a preview means for callers and agents: the one model of which every form of output is made. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from acgr_cli.preview.agents import AgentChange, agent_changes
from acgr_cli.preview.changes import NumberChange
from acgr_cli.preview.drift import Drift, drift, in_its_words, is_silent
from acgr_cli.preview.instances import InstanceChange, instance_changes
from acgr_cli.preview.names import Names
from acgr_cli.preview.numbers import number_changes
from acgr_cli.preview.pairing import expanded
from acgr_cli.preview.reading import Ended, Preview
from acgr_cli.preview.redacted import without
from acgr_cli.preview.sentences import is_drift, number_in
from acgr_cli.preview.steps import (
    COMPONENT,
    FLOW,
    GROUP,
    PLACEMENT,
    REPLICA,
    ROSTER,
    USER,
    Said,
    Step,
    kind_of,
    name_of,
    stack_of,
    type_of,
)

_CHANGES = frozenset({PLACEMENT, FLOW, USER, ROSTER, GROUP, REPLICA})
_TRIVIAL = ("pulumi:pulumi:", "pulumi:providers:")
_LOUD = {"create-replacement": "replace", "import-replacement": "replace"}
_QUIET = frozenset({"same", "read", "replace", "delete-replaced", "refresh", "discard", "discard-replaced"})

_PROBLEM = re.compile(r"^\S+ resource '.*?' has a problem: ")
"""How the engine begins what a resource's check says; which resource it is, its URN says."""

NOT_ASKED = "Amazon Connect could not be asked"
"""How the warning begins that the preview goes by the state alone."""

_OF_ALL = "Amazon Connect "
"""How a sentence begins that is about the whole preview, whichever resource it is said of."""

WITHHELD = "not shown here, since it may tell what Pulumi keeps secret of this resource: the log of the preview has it"
_CONSEQUENCES = (
    "Resource monitor has terminated",
    "preview failed",
    "an error occurred while advancing the preview",
    "an unhandled error occurred: program exited with",
)
"""How errors begin that only say that there was an error."""

EMPTY = "There is no preview in the input: the command printed nothing that can be read."
CUT_OFF = "The preview stops in the middle: what follows may not be all."


@dataclass(frozen=True)
class Sentence:
    """Something that was said.

    Attributes:
        text: may have several lines.
        about: what the program calls the resource, or "".
        count: how often it was said.
    """

    text: str
    about: str = ""
    count: int = 1


@dataclass(frozen=True)
class Others:
    """Resources that are not this project's.

    Attributes:
        by_type: type token to operation to count; what stays as it is is not counted.
    """

    by_type: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def by_operation(self) -> Mapping[str, int]:
        """Operation to count."""
        total: Counter[str] = Counter()
        for counts in self.by_type.values():
            total.update(counts)
        return total


@dataclass(frozen=True)
class Report:
    """What a preview means.

    Attributes:
        stack: `PROJECT/STACK`, or "" where nothing says it.
        ended: how the preview ended.
        failures: why it failed; empty where it did not.
        warnings: in the order in which they were said, the same ones once.
        components: what is said of each `GlobalResiliency` as a whole.
        numbers: the worst first.
        agents: where most leave first.
        instances: groups and replicas, those that are deleted first.
        drift: what is not as it was left, where the preview refreshed.
        notes: what else was said of resources of this project.
        others: everything else of the stack.
        unchanged: resources that stay as they are; None where the preview did not get so far.
        looked: whether resources were looked at and the form of the input does not say what was found.
    """

    stack: str
    ended: Ended
    failures: Sequence[Sentence] = ()
    warnings: Sequence[Sentence] = ()
    components: Sequence[Sentence] = ()
    numbers: Sequence[NumberChange] = ()
    agents: Sequence[AgentChange] = ()
    instances: Sequence[InstanceChange] = ()
    drift: Sequence[Drift] = ()
    notes: Sequence[Sentence] = ()
    others: Others = Others()
    unchanged: int | None = None
    looked: bool = False

    @property
    def is_unseen(self) -> bool:
        """Whether nothing here was compared with what Connect says."""
        return any(one.text.startswith(NOT_ASKED) for one in self.warnings)


def report_of(preview: Preview, *, stack: str = "", exit_code: int | None = None) -> Report:
    """What the preview means, without secrets.

    Args:
        preview: as it was read.
        stack: `PROJECT/STACK`, where it is known beforehand.
        exit_code: of the command that made the preview, where it is known.
    """
    preview = replace(preview, steps=expanded(preview.steps))
    names, said = Names(preview.steps), _Spoken(preview)
    failures = _failures(preview, said, exit_code)
    is_failed = bool(failures) and preview.ended is not Ended.CUT_OFF
    found = in_its_words(drift(preview.steps, names), said.by_urn)
    said.leave_out({one.urn for one in found})
    numbers = number_changes(preview.steps, names, said.of_changes, said.warned)
    report = Report(
        stack or _stack(preview),
        Ended.FAILED if is_failed or preview.is_empty else preview.ended,
        failures,
        _without_what_rows_say(said.warnings, numbers),
        said.of(lambda urn: kind_of(urn) == COMPONENT),
        numbers,
        agent_changes(preview.steps, names, said.of_changes, said.warned),
        instance_changes(preview.steps, names, said.of_changes, said.warned),
        found,
        said.of(lambda urn: urn not in said.changed and kind_of(urn) in _CHANGES),
        _others(preview.steps),
        _unchanged(preview),
        is_silent(preview.steps),
    )
    return without(preview.redactor, report)


_MAY_BE_DARK = ", and may be dark"
"""From here on a warning about a number that was moving says what its row knows better."""


def _without_what_rows_say(warnings: Iterable[Sentence], numbers: Iterable[NumberChange]) -> list[Sentence]:
    """The warnings, without what is said of a dark number that has a row: that says what becomes of it."""
    dark = {one.number for one in numbers if one.dark_now}
    found = []
    for one in warnings:
        is_told = number_in(one.text) in dark
        if is_told and _MAY_BE_DARK in one.text:
            found.append(replace(one, text=one.text.partition(_MAY_BE_DARK)[0]))
        elif not (is_told and " is dark in " in one.text):
            found.append(one)
    return found


class _Spoken:
    """What was said, sorted by whom it is about and how bad it is."""

    def __init__(self, preview: Preview) -> None:
        silent = {step.urn for step in preview.steps if not step.may_be_named}
        if silent:  # what is said of a component may name what is secret of its children
            silent |= {said.urn for said in preview.said if kind_of(said.urn) == COMPONENT}
        self.changed = {step.urn for step in preview.steps if step.op not in _QUIET or step.found not in {"", "same"}}
        self.by_urn: dict[str, list[str]] = {}
        self.of_changes: dict[str, list[str]] = self.by_urn
        self.warned: dict[str, list[str]] = {}
        warnings, self.errors = list[Sentence](), list[Sentence]()
        for said in preview.said:
            if said.severity != "info":
                kept = warnings if said.severity == "warning" else self.errors
                if said.severity == "warning" and said.urn not in silent:
                    self.warned.setdefault(said.urn, []).append(said.text)
                kept.append(_sentence(said, is_withheld=said.urn in silent))
            elif said.urn not in silent and kind_of(said.urn):
                self.by_urn.setdefault(said.urn, []).append(said.text)
        inside = {one.text for one in warnings}
        outside = (text.partition(":")[2].strip() for text in preview.outside if text.lower().startswith("warning:"))
        self.warnings = _once([*warnings, *(Sentence(text) for text in outside if text not in inside)])

    def leave_out(self, urns: Collection[str]) -> None:
        """Of these resources it is told elsewhere what a refresh found."""
        self.of_changes = {
            urn: [text for text in texts if not (urn in urns and is_drift(text))] for urn, texts in self.by_urn.items()
        }

    def of(self, chosen: Callable[[str], bool]) -> list[Sentence]:
        """What was said, and is no warning, of some resources."""
        return _once(
            Sentence(text.removeprefix(f"{name_of(urn)}: "), name_of(urn))
            for urn, texts in self.by_urn.items()
            if chosen(urn)
            for text in texts
        )


def _sentence(said: Said, *, is_withheld: bool) -> Sentence:
    about = "" if type_of(said.urn).startswith(_TRIVIAL) else name_of(said.urn)
    if is_withheld:
        return Sentence(WITHHELD, about)
    text = _PROBLEM.sub("", said.text).removeprefix(f"{about}: ")
    return Sentence(text, "" if number_in(text) or text.startswith(_OF_ALL) else about)


def _once(sentences: Iterable[Sentence]) -> list[Sentence]:
    counted = Counter((one.text, one.about) for one in sentences)
    return [Sentence(text, about, count) for (text, about), count in counted.items()]


def _failures(preview: Preview, said: _Spoken, exit_code: int | None) -> list[Sentence]:
    """Why the preview failed, the causes alone; empty where it did not."""
    errors = _once([*said.errors, *map(Sentence, _errors_outside(preview))])
    causes = [one for one in errors if not one.text.startswith(_CONSEQUENCES)] or errors
    if preview.is_empty:
        return causes or [Sentence(EMPTY)]
    if preview.ended is Ended.CUT_OFF:
        return [Sentence(CUT_OFF), *causes]
    if preview.ended is Ended.SUCCEEDED and (exit_code == 0 or not (exit_code or causes)):
        return []
    return causes or [Sentence(_unexplained(exit_code))]


def _errors_outside(preview: Preview) -> list[str]:
    """Errors that stand outside of the JSON, without those that stand inside as well."""
    inside = {one.text for one in preview.said}
    texts = [text for text in preview.outside if text.lower().startswith(("error", "panic", "fatal"))]
    return [one for text in texts if (one := text.removeprefix("error: ").strip()) not in inside]


def _unexplained(exit_code: int | None) -> str:
    ending = f"ended with exit code {exit_code}" if exit_code else "failed"
    return f"The preview {ending} and did not say why: its log may tell."


def _stack(preview: Preview) -> str:
    urns = [step.urn for step in preview.steps] + [said.urn for said in preview.said]
    return next((stack for urn in urns if (stack := stack_of(urn))), "")


def _unchanged(preview: Preview) -> int | None:
    """Resources that stay as they are, without the stack itself, which Pulumi counts as one."""
    if not preview.counts:
        return None
    is_stack = (step.op == "same" and step.type.startswith(_TRIVIAL) for step in preview.steps)
    return max(0, preview.counts.get("same", 0) - any(is_stack))


def _others(steps: Iterable[Step]) -> Others:
    counted: dict[str, Counter[str]] = {}
    for step in steps:
        if step.kind in _CHANGES or step.kind == COMPONENT or step.op in _QUIET or step.type.startswith(_TRIVIAL):
            continue
        counted.setdefault(step.type, Counter())[_LOUD.get(step.op, step.op)] += 1
    return Others(counted)
