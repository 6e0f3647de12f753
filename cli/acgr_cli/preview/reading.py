"""What `pulumi preview` printed, read: steps, sentences, how it ended. Pure.

Three forms hold the same: the document of `--json`; one event a line, which `--json` prints where
`PULUMI_ENABLE_STREAMING_JSON_PREVIEW` is set; and the file of `--event-log`, which has the same events. Text that is no
JSON may stand before, between and after: what the command prints to its standard error, or the error that it ended
with. Stack configuration is part of all forms and is never read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from acgr_cli.preview.secrets import Redactor, known_secrets
from acgr_cli.preview.steps import STACK, Said, State, Step, groups_of
from acgr_cli.preview.values import read_value
from acgr_connect.model.property_names import snake

_BEGINNING = re.compile(r"^[ \t]*\{", re.MULTILINE)
_NATIVE = "acgr:index:"
"""Stands in the URN of a resource of the native provider, and of whatever belongs to a component."""

_COLOUR = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|<\{%.*?%\}>")
_ERROR_LINE = re.compile(r"\s*(error|warning|panic|fatal)\b", re.IGNORECASE)

_MOST_BROKEN = 2_000
"""Beginnings of JSON that lead nowhere; what has more is no preview."""

_DIGEST = frozenset({"steps", "diagnostics", "changeSummary", "duration", "config"})
_SEVERITIES = {"error": "error", "warning": "warning", "info": "info", "info#err": "info"}
_POLICY_LEVELS = {"mandatory": "error", "advisory": "warning", "warning": "warning"}


class Ended(Enum):
    """How the preview ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CUT_OFF = "incomplete"


@dataclass(frozen=True)
class Preview:
    """What a preview says.

    Attributes:
        steps: what would be done, in order; resources that stay as they are only where the form has them.
        said: what was printed about resources, and errors that are about none.
        counts: resources by operation, as Pulumi counts them; empty where the preview did not get so far.
        ended: how it ended.
        is_empty: nothing in the input is of a preview.
        outside: sentences outside of the JSON that look like errors or warnings.
        unread: lines outside of the JSON that are not shown.
        redactor: takes out of a text what is secret.
    """

    steps: Sequence[Step] = ()
    said: Sequence[Said] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    ended: Ended = Ended.CUT_OFF
    is_empty: bool = False
    outside: Sequence[str] = ()
    unread: int = 0
    redactor: Redactor = field(default_factory=Redactor)


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 as PowerShell redirects into; colours are taken out."""
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    return _COLOUR.sub("", data.decode(encoding, errors="replace"))


def read_preview(text: str, beside: str = "") -> Preview:
    """Read whatever form it has.

    Args:
        text: what the command printed, or the file of `--event-log`.
        beside: what it printed to its standard error, where that is another file.
    """
    found, lines = _documents(text)
    reader = _Reader()
    for document in found:
        reader.take(document)
    outside, unread = _sentences([*lines, *beside.splitlines()])
    return reader.preview(outside, unread)


def _documents(text: str) -> tuple[list[Mapping[str, Any]], list[str]]:
    """Every JSON object that begins on a line of its own, and the lines that belong to none.

    Where an object does not end, those that it holds are found: so much is read of a preview that was cut off.
    """
    if (listed := _listed(text)) is not None:
        return listed, []
    decoder, found, lines, position, broken = json.JSONDecoder(), list[Mapping[str, Any]](), list[str](), 0, 0
    while begins := _BEGINNING.search(text, position):
        lines += text[position : begins.start()].splitlines()
        try:
            document, position = decoder.raw_decode(text, begins.end() - 1)
        except (ValueError, RecursionError):
            broken += 1
            position = _next_line(text, begins.end())
            found.append({})
        else:
            found.append(document)
        if broken > _MOST_BROKEN:
            break
    return found, lines + text[position:].splitlines()


def _next_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _listed(text: str) -> list[Mapping[str, Any]] | None:
    """The objects of one list (`jq --slurp`); None where the text is none."""
    if not text.lstrip().startswith("["):
        return None
    try:
        return [one for one in json.loads(text) if isinstance(one, dict)]
    except (ValueError, RecursionError):
        return None


def _sentences(lines: Sequence[str]) -> tuple[list[str], int]:
    """Lines that begin as an error does, with what belongs to them; and how many others there are.

    Others may be anything: a preview for people, with every value in it. They are not shown.
    """
    found, unread, is_inside = list[str](), 0, False
    for line in lines:
        if _ERROR_LINE.match(line):
            found.append(line.strip())
            is_inside = True
        elif is_inside and line.strip() and line[:1].isspace():
            found[-1] += "\n" + line.rstrip()
        else:
            is_inside = False
            unread += bool(line.strip())
    return list(dict.fromkeys(found)), unread


class _Reader:
    """Takes documents of any form, in order."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._said: list[Said] = []
        self._counts: dict[str, int] = {}
        self._result = ""
        self._plain: set[str] = set()
        self._complete = self._any = False

    def take(self, document: Mapping[str, Any]) -> None:
        """A digest, an event, or what is left of a digest that was cut off."""
        if any(key.endswith("Event") for key in document):
            self._any = True
            self._event(document)
        elif "op" in document and "urn" in document:
            self._any = True
            self._step(document, document.get("oldState"), document.get("newState"))
        elif "severity" in document and "message" in document:
            self._any = True
            self._say(document)
        elif _DIGEST & document.keys():
            self._any = True
            self._digest(document)
        elif isinstance(document.get("error"), str):
            self._any = self._complete = True
            self._said.append(Said("error", document["error"].strip(), ""))

    def preview(self, outside: Sequence[str], unread: int) -> Preview:
        """What was taken, without secrets."""
        if {step.op for step in self._steps if step.type == STACK} == {"refresh"}:  # nothing but a refresh
            self._steps = [step.as_found() for step in self._steps]
        secrets = known_secrets(self._steps, self._plain)
        shown = [step.without_secrets() for step in self._steps]
        groups = groups_of(shown)
        ended = Ended.CUT_OFF
        if self._complete:
            is_failed = self._result == "failed" or any(one.severity == "error" for one in self._said)
            ended = Ended.FAILED if is_failed else Ended.SUCCEEDED
        return Preview(
            [replace(step, new=step.new and step.new.with_groups(groups)) for step in shown] if groups else shown,
            self._said,
            self._counts,
            ended,
            not self._any,
            outside,
            unread,
            secrets,
        )

    def _digest(self, digest: Mapping[str, Any]) -> None:
        for step in _objects(digest.get("steps")):
            self._step(step, step.get("oldState"), step.get("newState"))
        for one in _objects(digest.get("diagnostics")):
            self._say(one)
        if "changeSummary" in digest:
            self._summary(digest["changeSummary"])

    def _event(self, event: Mapping[str, Any]) -> None:
        if pre := event.get("resourcePreEvent"):
            self._step_event(pre)
        elif outputs := event.get("resOutputsEvent"):
            self._outputs_event(outputs)
        elif said := event.get("diagnosticEvent"):
            if not said.get("ephemeral"):
                self._say(said)
        elif violation := event.get("policyEvent"):
            self._policy(violation)
        elif summary := event.get("summaryEvent"):
            self._summary(summary.get("resourceChanges"))
            self._result = str(summary.get("result") or "")
        elif error := event.get("errorEvent"):
            self._said.append(Said("error", str(error.get("error")), ""))

    def _summary(self, counts: Any) -> None:
        self._complete = True
        if isinstance(counts, dict):
            self._counts = {str(op): count for op, count in counts.items() if isinstance(count, int)}

    def _step_event(self, event: Mapping[str, Any]) -> None:
        metadata = event.get("metadata") or {}
        if event.get("planning"):  # else it is of the update that came after the preview, in the log of `pulumi up`
            self._step(metadata, metadata.get("old"), metadata.get("new"))

    def _outputs_event(self, event: Mapping[str, Any]) -> None:
        """What came of a step: a refresh says only here what it found."""
        metadata = event.get("metadata") or {}
        last = next((n for n in range(len(self._steps) - 1, -1, -1) if self._steps[n].urn == metadata.get("urn")), None)
        if last is None or self._steps[last].op != "refresh":
            return
        before = self._steps[last]
        after = replace(before, new=self._state(metadata.get("new")))
        op = str(metadata.get("op"))
        if op == "refresh":  # before a preview Pulumi says only that it looked
            op = "delete" if after.new is None else "update" if after.differs else "same"
        self._steps[last] = replace(after, found=op)

    def _step(self, step: Mapping[str, Any], old: Any, new: Any) -> None:
        paths = step.get("detailedDiff") or step.get("diffReasons") or step.get("diffs") or ()
        urn = str(step["urn"])
        changed = frozenset(_name(re.split(r"[.\[]", str(path), maxsplit=1)[0], urn) for path in paths)
        self._steps.append(Step(str(step["op"]), urn, self._state(old), self._state(new), changed))

    def _state(self, raw: Any) -> State | None:
        if not isinstance(raw, dict):
            return None
        inputs, outputs = (read_value(raw.get(key) or {}, self._plain) for key in ("inputs", "outputs"))
        secret, depends_on = raw.get("additionalSecretOutputs"), raw.get("propertyDependencies")
        urn = str(raw.get("urn") or "")
        return State(
            {_name(key, urn): value for key, value in inputs.items()} if isinstance(inputs, dict) else {},
            {_name(key, urn): value for key, value in outputs.items()} if isinstance(outputs, dict) else {},
            str(raw.get("id") or ""),
            frozenset(_name(str(key), urn) for key in secret) if isinstance(secret, list) else frozenset(),
            {_name(key, urn): frozenset(map(str, urns)) for key, urns in depends_on.items() if isinstance(urns, list)}
            if isinstance(depends_on, dict)
            else {},
        )

    def _say(self, said: Mapping[str, Any]) -> None:
        severity = _SEVERITIES.get(str(said.get("severity")))
        if severity:
            text = _without_prefix(str(said.get("message") or ""), severity)
            if text:
                self._said.append(Said(severity, text, str(said.get("urn") or "")))

    def _policy(self, violation: Mapping[str, Any]) -> None:
        severity = _POLICY_LEVELS.get(str(violation.get("enforcementLevel")))
        if severity:
            name = f"{violation.get('policyPackName')}, {violation.get('policyName')}"
            text = f"policy {name}: {str(violation.get('message') or '').strip()}"
            self._said.append(Said(severity, text, str(violation.get("resourceUrn") or "")))


def _name(key: str, urn: str) -> str:
    """A property as `acgr` calls it: those of the native provider's resources are written in camelCase."""
    return snake(key) if _NATIVE in urn and not key.startswith("__") else key


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict):
            yield one


def _without_prefix(message: str, severity: str) -> str:
    text = _COLOUR.sub("", message).strip()
    return text.removeprefix(f"{severity}: ").strip()
