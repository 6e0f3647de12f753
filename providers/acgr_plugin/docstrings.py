"""Docstrings as descriptions: what stands before the sections, and what a section says of each name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping

from acgr_connect.model.property_names import camel

_SECTION = re.compile(r"^(Attributes|Args|Returns|Raises):$", re.MULTILINE)
_ENTRY = re.compile(r"^    (\w+): (.*)$")
_NAME = re.compile(r"`([a-z][a-z0-9]*(?:_[a-z0-9]+)+)`")


def summary(documented: object) -> str:
    """What a docstring says before its sections, as one paragraph after the other."""
    text = inspect.getdoc(documented) or ""
    return _as_schema(_SECTION.split(text)[0].strip())


def entries(documented: object, section: str = "Attributes") -> Mapping[str, str]:
    """By name, what a section of a docstring says."""
    parts = _SECTION.split(inspect.getdoc(documented) or "")
    text = dict(zip(parts[1::2], parts[2::2], strict=True)).get(section, "")
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if entry := _ENTRY.match(line):
            name = entry[1]
            found[name] = [entry[2]]
        elif name and line.strip():
            found[name].append(line.strip())
    return {name: _as_schema(sentence(" ".join(lines))) for name, lines in found.items()}


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    end = "" if text.endswith((".", "?", "!")) else "."
    return f"{text[:1].upper()}{text[1:]}{end}"


def _as_schema(text: str) -> str:
    """Names as they are in the schema; every language's documentation spells them its own way."""
    joined = "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))
    return _NAME.sub(lambda found: f"`{camel(found[1])}`", joined)
