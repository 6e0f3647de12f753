"""What SearchUsers, SearchContactFlows and the like are asked: criteria, and filters by tags and attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from acgr_sandbox.wire.refusal import invalid_parameter

Condition = Mapping[str, Any]
Check = Callable[[Any], bool]


def matches(criteria: Condition, checks: Mapping[str, Check]) -> bool:
    """Whether all conditions hold, nested ones included.

    Args:
        criteria: `SearchCriteria`.
        checks: by name of a condition, e.g. `StringCondition`, whether one holds.
    """
    if not all(matches(each, checks) for each in criteria.get("AndConditions", ())):
        return False
    either = criteria.get("OrConditions")
    if either and not any(matches(each, checks) for each in either):
        return False
    return all(check(criteria[name]) for name, check in checks.items() if name in criteria)


def matches_string(condition: Condition, texts: Mapping[str, list[str]]) -> bool:
    """Whether a `StringCondition` holds; fields and values are compared without regard to case.

    Args:
        condition: its field, value and kind of comparison.
        texts: what each field holds, by its name in lower case.
    """
    name = str(condition.get("FieldName", ""))
    if name.lower() not in texts:
        raise invalid_parameter(f"There is no search by {name!r}.")
    want = str(condition.get("Value", "")).lower()
    kind = condition.get("ComparisonType", "EXACT")
    if kind == "CONTAINS" and not 2 <= len(want) <= 25:
        raise invalid_parameter("CONTAINS takes 2 to 25 characters.")
    return any(_compares(kind, text.lower(), want) for text in texts[name.lower()])


def checked_contains(condition: Condition) -> Condition:
    """The condition; one that asks for text that CONTAINS another takes 2 to 25 characters."""
    if condition.get("ComparisonType") == "CONTAINS" and not 2 <= len(condition.get("Value", "")) <= 25:
        raise invalid_parameter("CONTAINS takes 2 to 25 characters.")
    return condition


def _compares(kind: str, have: str, want: str) -> bool:
    return {"STARTS_WITH": have.startswith(want), "CONTAINS": want in have}.get(kind, have == want)


def matches_tags(wanted: Condition, tags: Mapping[str, str]) -> bool:
    """Whether a `TagFilter` holds: any of `OrConditions` (each a list of which all hold), all of the others."""
    either = wanted.get("OrConditions")
    return (
        (not either or any(_matches_all_tags(group, tags) for group in either))
        and _matches_all_tags(wanted.get("AndConditions", []), tags)
        and _matches_all_tags([wanted["TagCondition"]] if "TagCondition" in wanted else [], tags)
    )


def matches_attributes(wanted: Condition, tags: Mapping[str, str], checks: Mapping[str, Check]) -> bool:
    """Whether a `UserAttributeFilter` or `FlowAttributeFilter` holds; `checks` as in `matches`."""
    if len(wanted) > 1:
        raise invalid_parameter(f"Give one of {', '.join(sorted(wanted))}: only one field can be populated.")
    either = wanted.get("OrConditions")
    groups = [wanted["AndCondition"]] if "AndCondition" in wanted else []
    if "TagCondition" in wanted:
        groups.append({"TagConditions": [wanted["TagCondition"]]})
    groups.append({name: wanted[name] for name in checks if name in wanted})
    return (not either or any(_matches_group(group, tags, checks) for group in either)) and all(
        _matches_group(group, tags, checks) for group in groups
    )


def _matches_group(group: Condition, tags: Mapping[str, str], checks: Mapping[str, Check]) -> bool:
    fits = all(check(group[name]) for name, check in checks.items() if name in group)
    return fits and _matches_all_tags(group.get("TagConditions", []), tags)


def _matches_all_tags(conditions: list[Condition], tags: Mapping[str, str]) -> bool:
    return all(_matches_tag(condition, tags) for condition in conditions)


def _matches_tag(condition: Condition, tags: Mapping[str, str]) -> bool:
    key, value = condition.get("TagKey", ""), condition.get("TagValue")
    return key in tags and value in (None, tags[key])
