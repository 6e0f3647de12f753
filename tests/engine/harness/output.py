"""What the CLI printed, taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CHANGED = re.compile(r"\s+([~+-] (?!pulumi|\d).*)")
_SUBJECT = re.compile(r"  [^ ].* \((.+)\):")
_EXPORTED = re.compile(r'    (?:\+ )?(\S+?) *: "(.*)"')
_INDENT = "    "
_WRAPPED = "error: 1 error occurred:"


@dataclass(frozen=True)
class Ran:
    """A command that has ended: its exit code, and both its outputs as they came."""

    code: int
    text: str

    def changed(self) -> list[str]:
        """The lines of a `--diff` that stand for a changed property, such as `~ flow: "A" => "B"`."""
        return [found.group(1) for line in self.text.splitlines() if (found := _CHANGED.fullmatch(line))]

    def summary(self) -> list[str]:
        """What became of the resources: `+ 3 created`, `1 unchanged`."""
        _, _, after = self.text.partition("\nResources:\n")
        lines = [line.strip() for line in after.partition("\n\n")[0].splitlines()]
        return [re.sub(r"^\d+ changes\. ", "", line) for line in lines if line and not line.startswith("@")]

    def exported(self) -> dict[str, str]:
        """What the program exports, as far as it is plain text."""
        _, _, after = self.text.partition("\nOutputs:\n")
        lines = after.partition("\n\n")[0].splitlines()
        return {found[1]: found[2] for line in lines if (found := _EXPORTED.fullmatch(line))}

    def said(self, name: str) -> list[str]:
        """The sentences under a resource in the diagnostics, errors included."""
        return [sentence for subject, sentence in self._diagnostics() if subject == name]

    def errors(self) -> dict[str, str]:
        """By resource, the sentence of its error."""
        found = {subject: text for subject, text in self._diagnostics() if text.startswith("error: ")}
        return {name: text.removeprefix("error: ") for name, text in found.items() if not name.endswith("-dev")}

    def rows(self, name: str) -> list[str]:
        """The rows of a resource while it was being worked on, in order."""
        return [line for line in self.text.splitlines() if re.search(rf"acgr:\w+ {re.escape(name)} ", line)]

    def _diagnostics(self) -> Iterator[tuple[str, str]]:
        _, _, lines = self.text.partition("\nDiagnostics:\n")
        subject = ""
        for line in lines.partition("\nResources:")[0].splitlines():
            if found := _SUBJECT.fullmatch(line):
                subject = found.group(1)
            elif line.strip() and line.strip() != _WRAPPED:
                yield subject, _unwrapped(line)


def _unwrapped(line: str) -> str:
    """A failed create that left partial state is shown as the one entry of a list."""
    text = line.removeprefix(_INDENT)
    return f"error: {text[3:]}" if text.startswith("\t* ") else text
