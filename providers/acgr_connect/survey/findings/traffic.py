"""Findings about traffic: where calls go, and whether anybody is there. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from acgr_connect.model.records import Distribution, Group
from acgr_connect.survey.records import GroupView, Survey

from . import kinds
from .finding import Finding, Kind


def traffic(survey: Survey) -> Iterator[Finding]:
    """How each group spreads calls and agents, against where agents may sign in."""
    sign_in = _sign_in(survey)
    if sign_in and not any(sign_in.values()):
        default = next(view.group for view in survey.groups or () if view.group.is_default)
        yield _of(kinds.SIGN_IN_NOWHERE, default, "agents may sign in nowhere", "allow it where calls go", "")
    for view in survey.groups or ():
        shown = view.distribution
        if shown is None:
            continue
        problems = list(_unsound(view.group, shown, survey.pair.regions))
        yield from problems
        if not problems:
            yield from _shifted(view.group, shown, survey.pair.source.region)
            if survey.numbers is None or any(survey.numbers_on(view.group.arn)):
                yield from _unmet(view, shown, sign_in)


def _sign_in(survey: Survey) -> Mapping[str, bool]:
    """Region to whether agents may sign in there: the default group decides it for all."""
    default = next((view for view in survey.groups or () if view.group.is_default), None)
    return default.distribution.sign_in if default and default.distribution else {}


def _unsound(group: Group, shown: Distribution, regions: tuple[str, ...]) -> Iterator[Finding]:
    for what, shares in (("calls", shown.telephony), ("agents", shown.agents)):
        said = ", ".join(f"{region} {share} %" for region, share in sorted(shares.items())) or "none at all"
        if what == "agents" and not shares:
            continue  # it is not shown for every group
        if sum(shares.values()) != 100 or not set(shares) <= set(regions):
            text = f"the shares of {what} of group {group.name} are {said}"
            yield _of(kinds.SHARES, group, text, "set them anew, 100 % in all", "", {what: dict(shares)})


def _shifted(group: Group, shown: Distribution, source: str) -> Iterator[Finding]:
    away = 100 - shown.telephony.get(source, 0)
    if away:
        to = next(region for region, share in sorted(shown.telephony.items()) if region != source and share)
        text = f"group {group.name} sends {away} % of its calls to {to}"
        remedy = "nothing, if it is meant so; numbers are not moved and agents not removed meanwhile"
        yield _of(kinds.FAILED_OVER, group, text, remedy, to, {"calls": dict(shown.telephony)})


def _unmet(view: GroupView, shown: Distribution, sign_in: Mapping[str, bool]) -> Iterator[Finding]:
    """Calls without agents, and agents without calls. A group without agents is told of elsewhere."""
    if view.members is not None and not view.members:
        return
    group = view.group
    if not shown.agents:
        return
    is_apart = any(calls and not shown.agents.get(region) for region, calls in shown.telephony.items())
    for region in sorted({*shown.telephony, *shown.agents}):
        calls, agents = shown.telephony.get(region, 0), shown.agents.get(region, 0)
        facts = {"calls": calls, "agents": agents, "sign_in": sign_in.get(region)}
        if calls and any(sign_in.values()) and not sign_in.get(region, False):
            text = f"group {group.name} sends {calls} % of its calls to {region}, and nobody may sign in there"
            yield _of(kinds.NOBODY_SIGNS_IN, group, text, "allow sign-in there (default group)", region, facts)
        elif calls and not agents:
            text = f"group {group.name} sends {calls} % of its calls to {region}, and none of its agents"
            yield _of(kinds.NO_AGENTS_THERE, group, text, "give that Region a share of the agents", region, facts)
        elif agents and not calls and not is_apart:
            text = f"group {group.name} has {agents} % of its agents in {region}, and sends no calls there"
            yield _of(kinds.AGENTS_WITHOUT_CALLS, group, text, "shift calls and agents together", region, facts)


def _of(
    kind: Kind, group: Group, what: str, remedy: str, region: str, facts: Mapping[str, object] | None = None
) -> Finding:
    return Finding(kind, what, group.name, remedy, region, str(group.arn), facts=facts or {})
