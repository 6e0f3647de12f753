"""What is to be done about a declared group."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scripted import GROUP, INSTANCE

from acgr_connect.instances.group_plan import (
    DesiredGroup,
    TagChanges,
    declared_among,
    next_step,
    tag_changes,
    unchangeable,
)
from acgr_connect.model.records import Group

RETAIL = Group(GROUP, "retail", INSTANCE, "ACTIVE", False, "Shops")
DEFAULT = replace(RETAIL, name="Default", is_default=True)


def desired(name: str) -> DesiredGroup:
    """What is declared."""
    return DesiredGroup(INSTANCE, name, None, {})


@pytest.mark.parametrize(
    ("name", "found"), [("retail", RETAIL), ("default", DEFAULT), ("Default", DEFAULT), ("Retail", None), ("", None)]
)
def test_which_group_is_declared(name: str, found: Group | None) -> None:
    """By its name as it is, and the default one by "default" as well; of this instance alone."""
    elsewhere = replace(RETAIL, instance=replace(INSTANCE, id="0a1b2c3d-0000-4000-8000-00000000000f"))
    assert declared_among(desired(name), [elsewhere, RETAIL, DEFAULT]) == found


def test_a_group_that_is_called_default_and_is_not() -> None:
    """The name "default" means the default group, whatever else is called so."""
    assert declared_among(desired("default"), [replace(RETAIL, name="default")]) is None


@pytest.mark.parametrize(
    ("status", "step"),
    [
        (None, "create"),
        ("ACTIVE", "adopt"),
        ("CREATION_IN_PROGRESS", "adopt"),
        ("UPDATE_IN_PROGRESS", "adopt"),
        ("DELETION_FAILED", "adopt"),
        ("SOMETHING_NEW", "adopt"),
        ("PENDING_DELETION", "wait-until-gone"),
        ("CREATION_FAILED", "delete-what-failed"),
    ],
)
def test_what_comes_first(status: str | None, step: str) -> None:
    """Only what failed from the first is deleted for another one."""
    assert next_step(replace(RETAIL, status=status) if status else None) == step


@pytest.mark.parametrize(
    ("before", "declared", "there", "changes"),
    [
        ((), {}, {"x": "1"}, TagChanges({}, ())),
        ((), {"a": "1"}, {"x": "1"}, TagChanges({"a": "1"}, ())),
        (("a",), {"a": "1"}, {"a": "1", "x": "1"}, TagChanges({}, ())),
        (("a",), {"a": "2"}, {"a": "1"}, TagChanges({"a": "2"}, ())),
        (("b", "a"), {}, {"a": "1", "b": "2", "x": "3"}, TagChanges({}, ("a", "b"))),
        (("a",), {}, {"x": "3"}, TagChanges({}, ())),
    ],
)
def test_which_tags_change(
    before: tuple[str, ...], declared: dict[str, str], there: dict[str, str], changes: TagChanges
) -> None:
    """Those that are declared and differ, and those that were declared and are there; nobody else's."""
    assert tag_changes(before, declared, there) == changes
    assert bool(changes) == bool(changes.set or changes.removed)


@pytest.mark.parametrize("description", [None, "Shops"])
def test_a_description_that_is_had(description: str | None) -> None:
    """None declared, or the one that is there."""
    assert unchangeable(description, RETAIL) is None


def test_a_description_that_cannot_be_had() -> None:
    """The sentence says what is there and what to do, also where there is none."""
    cause, remedy = unchangeable("Stores", RETAIL) or ("", "")
    assert cause.startswith("its description is 'Shops', and Connect has no operation that changes it")
    assert remedy.startswith("declare 'Shops', or give the group another name")
    cause, remedy = unchangeable("Stores", replace(RETAIL, description="")) or ("", "")
    assert cause.startswith("it has no description")
    assert remedy.startswith("leave the description out")
