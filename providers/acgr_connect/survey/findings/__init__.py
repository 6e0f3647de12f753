"""What of a pair of instances is not as a failover needs it: pure functions of a survey.

`findings_of` asks them all. `kinds` lists what is looked for, by codes that stay the same; docs/findings.md explains
each. What could not be read is no finding: the survey names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from acgr_connect.survey.records import Survey

from .agents import agents
from .finding import Finding
from .flows import answering, contents
from .groups import groups, instances, replicated
from .numbers import numbers, on_groups
from .quotas import quotas
from .traffic import traffic


@dataclass(frozen=True)
class Meant:
    """What is meant to be as it is.

    Attributes:
        not_agents: patterns of the usernames of those who take no calls.
        quotas: the account's raised quotas, by the names of `quotas.DEFAULTS`.
        ignored: codes that are passed over, each with the patterns of the names for which; none: for all.
    """

    not_agents: tuple[str, ...] = ()
    quotas: Mapping[str, int] = field(default_factory=dict)
    ignored: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def passes_over(self, finding: Finding) -> bool:
        """Whether nobody wants to hear of it."""
        patterns = self.ignored.get(finding.code)
        return patterns is not None and (not patterns or any(fnmatchcase(finding.name, one) for one in patterns))


def findings_of(survey: Survey, meant: Meant = Meant()) -> list[Finding]:
    """Everything that a survey tells, the worst first; without what is meant to be so."""
    found = [
        *instances(survey),
        *replicated(survey),
        *groups(survey),
        *numbers(survey),
        *on_groups(survey),
        *answering(survey),
        *contents(survey),
        *agents(survey, meant.not_agents),
        *traffic(survey),
        *quotas(survey, meant.quotas),
    ]
    return sorted((one for one in found if not meant.passes_over(one)), key=lambda one: one.place)
