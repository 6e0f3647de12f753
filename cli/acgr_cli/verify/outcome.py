"""What comes of a verification, whichever way it is written. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from acgr_cli.exit_codes import DONE, FOUND, PARTIAL
from acgr_connect.calls import CallResult
from acgr_connect.survey.findings.finding import Finding, Kind, Severity
from acgr_connect.survey.records import Pair, Unread, Why
from acgr_connect.survey.restoring import Restored


@dataclass(frozen=True)
class Outcome:
    """Everything that is told.

    Attributes:
        pair: the instances.
        at: when it began, in seconds since 1970.
        version: of the command.
        findings: the worst first.
        unread: what could not be read.
        asked: the kinds of findings that were looked for, by code.
        restored: what became of the numbers that were to be restored; None: nobody has asked for it.
        calls: what became of the calls; None: nobody has asked for any.
        fails_on: from which severity on the command fails.
    """

    pair: Pair
    at: float
    version: str
    findings: tuple[Finding, ...]
    unread: tuple[Unread, ...]
    asked: Mapping[str, Kind]
    restored: tuple[Restored, ...] | None = None
    calls: tuple[CallResult, ...] | None = None
    fails_on: Severity = Severity.ERROR

    def fails(self, finding: Finding) -> bool:
        """Whether the command fails because of it."""
        return finding.severity.rank <= self.fails_on.rank

    @property
    def exit_code(self) -> int:
        """What was found goes before what could not be read."""
        if any(map(self.fails, self.findings)):
            return FOUND
        return PARTIAL if self.unread else DONE

    @property
    def counts(self) -> dict[str, int]:
        """Severity to the number of findings."""
        found = Counter(one.severity for one in self.findings)
        return {severity.value: found[severity] for severity in Severity}

    @property
    def by_code(self) -> dict[str, list[Finding]]:
        """The findings of each kind that has some, the worst first."""
        found: dict[str, list[Finding]] = {}
        for one in self.findings:
            found.setdefault(one.code, []).append(one)
        return found

    @property
    def not_judged(self) -> list[str]:
        """The codes for which something could not be read: that nothing was found does not mean that all is well."""
        missing = {one.operation for one in self.unread}
        return sorted(code for code, kind in self.asked.items() if kind.needs & missing)

    @property
    def missing(self) -> list[str]:
        """What could not be read, in sentences: each missing permission, each Region that does not answer, once."""
        said: dict[str, None] = {}
        for one in self.unread:
            if one.why is Why.DENIED:
                said[f"{one.action} is not allowed in {one.region} ({one.what})"] = None
            elif one.why is Why.UNREACHABLE:
                said[f"{one.region} does not answer: {one.text.rstrip('.')}"] = None
            else:
                said[f"{one.what} in {one.region}: {one.text.rstrip('.')}"] = None
        return list(said)

    @property
    def verdict(self) -> str:
        """One sentence for who reads no more."""
        counts = self.counts
        found = ", ".join(f"{count} {_plural(name, count)}" for name, count in counts.items() if count)
        known = "as far as it could be read, " if self.unread else ""
        if not found:
            return f"{known}nothing was found that keeps a failover from working".capitalize()
        if not counts["error"]:
            return f"{known}no error was found; {found}".capitalize()
        return f"a failover would not work as it should: {found}".capitalize()


def _plural(name: str, count: int) -> str:
    return name if name == "info" or count == 1 else f"{name}s"
