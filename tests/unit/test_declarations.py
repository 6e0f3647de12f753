"""Who declared what in this run: the last to declare has it, and a delete leaves it alone."""

from __future__ import annotations

from threading import Thread

import pytest
from scripted import PATIENCE

from acgr._provider import Declarations

OLD, NEW, THIRD = (f"urn:pulumi:dev::p::pulumi-python:dynamic/acgr:T::{name}" for name in ("old", "new", "third"))
"""Resources of one program; users know them by the last part."""
E164, ID = ("phone-number", "+442079460001"), ("phone-number", "n1")
OTHER = ("phone-number", "+442079460002")


@pytest.fixture
def declarations() -> Declarations:
    """A run in which nothing was declared yet."""
    return Declarations()


def test_undeclared_has_no_heir(declarations: Declarations) -> None:
    """What nobody declares may be deleted."""
    assert declarations.heir(OLD, [E164]) is None
    assert declarations.heir(OLD, []) is None


def test_own_declaration_is_no_heir(declarations: Declarations) -> None:
    """A resource that was checked and is then deleted does not stand in its own way."""
    declarations.note(OLD, [E164])
    assert declarations.heir(OLD, [E164]) is None


def test_renamed(declarations: Declarations) -> None:
    """The new name declared the number: deleting the old name leaves it alone."""
    declarations.note(OLD, [E164])
    declarations.note(NEW, [E164, ID], made=True)
    assert declarations.heir(OLD, [E164]) == "new"


def test_declared_but_not_yet_made(declarations: Declarations) -> None:
    """A declaration counts from the check on: the delete may come before the create."""
    declarations.note(NEW, [E164])
    assert declarations.heir(OLD, [E164]) == "new"


def test_any_spelling_counts(declarations: Declarations) -> None:
    """One of several spellings is enough to say that it is the same object."""
    declarations.note(NEW, [ID])
    assert declarations.heir(OLD, [E164, ID]) == "new"
    assert declarations.heir(OLD, [E164, OTHER]) is None


def test_replaced(declarations: Declarations) -> None:
    """The old half of a replacement has itself as heir where the new half made the same object anew."""
    declarations.note(OLD, [E164], made=True)
    assert declarations.heir(OLD, [E164]) == "old"
    assert declarations.heir(OLD, [OTHER]) is None


def test_another_resource_comes_before_the_resource_itself(declarations: Declarations) -> None:
    """Where both made the object, the other resource is named: that is the one the user looks for."""
    declarations.note(OLD, [E164], made=True)
    declarations.note(NEW, [E164], made=True)
    assert declarations.heir(OLD, [E164]) == "new"


def test_what_another_made_is_not_ones_own(declarations: Declarations) -> None:
    """A resource is its own heir only of what it made itself."""
    declarations.note(OLD, [E164])
    declarations.note(NEW, [OTHER], made=True)
    assert declarations.heir(OLD, [E164]) is None


def test_several_heirs(declarations: Declarations) -> None:
    """With several heirs the answer is the same every time."""
    for urn in (THIRD, NEW, OLD):
        declarations.note(urn, [E164])
    assert declarations.heir(OLD, [E164]) == "new"


def test_kinds_are_apart(declarations: Declarations) -> None:
    """A membership and a number of the same spelling are different objects."""
    declarations.note(NEW, [("membership", "main", "n1")])
    assert declarations.heir(OLD, [ID]) is None


def test_keys_may_come_once(declarations: Declarations) -> None:
    """Every key counts, also where the keys are a set."""
    declarations.note(NEW, {E164, ID}, made=True)
    assert declarations.heir(OLD, [E164]) == declarations.heir(OLD, [ID]) == "new"


def test_from_many_threads(declarations: Declarations) -> None:
    """The plugin's threads declare at once, and nothing is lost."""
    keys = [[("phone-number", str(n))] for n in range(500)]

    def declare(part: list[list[tuple[str, str]]]) -> None:
        for one in part:
            declarations.note(NEW, one)

    threads = [Thread(target=declare, args=(part,)) for part in (keys[::2], keys[1::2])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert {declarations.heir(OLD, key) for key in keys} == {"new"}


def test_under_a_beginning(declarations: Declarations) -> None:
    """All that was declared under the beginning of a key, and by whom; or only what was made in this run."""
    here, there = ("flow", "n1", "eu-west-2"), ("flow", "n1", "eu-central-1")
    declarations.note(OLD, [here, ("flow", "n2", "eu-west-2")])
    declarations.note(NEW, [here, there], made=True)
    assert declarations.under("flow", "n1") == {here: {OLD, NEW}, there: {NEW}}
    assert declarations.under("flow", "n1", made=True) == {here: {NEW}, there: {NEW}}
    assert declarations.under("flow", "n3") == {}
