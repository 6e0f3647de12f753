"""Who declared what in this run: the last to declare has it, and a delete leaves it alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from scripted import PATIENCE

from acgr.runtime.ownership import Ownership
from acgr.runtime.peers import Peers

OLD, NEW, THIRD = (f"urn:pulumi:dev::p::pulumi-python:dynamic/acgr:T::{name}" for name in ("old", "new", "third"))
"""Resources of one program; users know them by the last part."""
E164, ID = ("phone-number", "+442079460001"), ("phone-number", "n1")
OTHER = ("phone-number", "+442079460002")


@pytest.fixture
def ownership() -> Ownership:
    """A run in which nothing was declared yet."""
    return Ownership()


def test_undeclared_has_no_other_owner(ownership: Ownership) -> None:
    """What nobody declares may be deleted."""
    assert ownership.other_owner(OLD, [E164]) is None
    assert ownership.other_owner(OLD, []) is None


def test_own_declaration_is_no_other_owner(ownership: Ownership) -> None:
    """A resource that changes does not stand in its own way."""
    ownership.claim(OLD, [E164])
    assert ownership.other_owner(OLD, [E164]) is None


def test_renamed(ownership: Ownership) -> None:
    """The new name declared the number: deleting the old name leaves it alone."""
    ownership.claim(OLD, [E164])
    ownership.claim(NEW, [E164, ID], made=True)
    assert ownership.other_owner(OLD, [E164]) == "new"


def test_declared_but_not_yet_made(ownership: Ownership) -> None:
    """A declaration counts from the check on: the delete may come before the create."""
    ownership.claim(NEW, [E164])
    assert ownership.other_owner(OLD, [E164]) == "new"


def test_any_spelling_counts(ownership: Ownership) -> None:
    """One of several spellings is enough to say that it is the same object."""
    ownership.claim(NEW, [ID])
    assert ownership.other_owner(OLD, [E164, ID]) == "new"
    assert ownership.other_owner(OLD, [E164, OTHER]) is None


@pytest.mark.parametrize("made", [True, False])
def test_replaced(ownership: Ownership, made: bool) -> None:
    """The old half of a replacement leaves to the new half what that declares, made before it or after it."""
    ownership.claim(OLD, [E164], made=made)
    assert ownership.other_owner(OLD, [E164], is_delete=True) == "old"
    assert ownership.other_owner(OLD, [OTHER], is_delete=True) is None


def test_another_resource_comes_before_the_resource_itself(ownership: Ownership) -> None:
    """Where both declare the object, the other resource is named: that is the one the user looks for."""
    ownership.claim(OLD, [E164], made=True)
    ownership.claim(NEW, [E164])
    assert ownership.other_owner(OLD, [E164], is_delete=True) == "new"


def test_nothing_is_declared_by_a_destroy(ownership: Ownership) -> None:
    """What nobody declares has no other owner."""
    assert ownership.other_owner(OLD, [E164], is_delete=True) is None


def test_whether_others_declare_anything(ownership: Ownership) -> None:
    """Of a kind, or of a kind and an owner; a resource's own declarations do not count."""
    ownership.claim(NEW, [("membership", "main", "n1")])
    assert ownership.has_others(OLD, "membership")
    assert ownership.has_others(OLD, "membership", "main")
    assert not ownership.has_others(OLD, "membership", "other")
    assert not ownership.has_others(NEW, "membership")
    assert not ownership.has_others(OLD, "phone-number")


def test_a_removal_names_who_declares_the_object(ownership: Ownership) -> None:
    """Nothing is taken away that another resource declares; one's own declaration is no reason."""
    ownership.claim(OLD, [E164])
    with ownership.removal(OLD, [E164]) as owner:
        assert owner is None
    ownership.claim(NEW, [E164])
    with ownership.removal(OLD, [E164, ID]) as owner:
        assert owner == "new"


def adoption_waits(adopting: Ownership, removing: Ownership, *going: tuple[str, str]) -> None:
    """Whoever adopts an object that is just being taken away sees it gone; other objects are not waited for."""
    order: list[str] = []

    def adopt() -> None:
        adopting.claim(NEW, [E164])
        adopting.await_removals([E164])
        order.append("adopted")

    with removing.removal(OLD, going) as owner:
        assert owner is None
        adopting.await_removals([OTHER])
        thread = Thread(target=adopt)
        thread.start()
        thread.join(0.05)
        order.append("removed")
    thread.join(PATIENCE)
    assert order == ["removed", "adopted"]


def test_an_adoption_waits_for_a_removal(ownership: Ownership) -> None:
    """Whoever adopts an object that is just being taken away sees it gone; other objects are not waited for."""
    adoption_waits(ownership, ownership, E164)


def test_several_other_owners(ownership: Ownership) -> None:
    """With several other owners the answer is the same every time."""
    for urn in (THIRD, NEW, OLD):
        ownership.claim(urn, [E164])
    assert ownership.other_owner(OLD, [E164]) == "new"


def test_kinds_are_apart(ownership: Ownership) -> None:
    """A membership and a number of the same spelling are different objects."""
    ownership.claim(NEW, [("membership", "main", "n1")])
    assert ownership.other_owner(OLD, [ID]) is None


def test_keys_may_come_once(ownership: Ownership) -> None:
    """Every key counts, also where the keys are a set."""
    ownership.claim(NEW, {E164, ID}, made=True)
    assert ownership.other_owner(OLD, [E164]) == ownership.other_owner(OLD, [ID]) == "new"


def test_from_many_threads(ownership: Ownership) -> None:
    """The plugin's threads declare at once, and nothing is lost."""
    keys = [[("phone-number", str(n))] for n in range(500)]

    def declare(part: list[list[tuple[str, str]]]) -> None:
        for one in part:
            ownership.claim(NEW, one)

    threads = [Thread(target=declare, args=(part,)) for part in (keys[::2], keys[1::2])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert {ownership.other_owner(OLD, key) for key in keys} == {"new"}


def test_under_a_beginning(ownership: Ownership) -> None:
    """All that was declared under the beginning of a key, and by whom; or only what was made in this run."""
    here, there = ("flow", "n1", "eu-west-2"), ("flow", "n1", "eu-central-1")
    ownership.claim(OLD, [here, ("flow", "n2", "eu-west-2")])
    ownership.claim(NEW, [here, there], made=True)
    assert ownership.claimed_under("flow", "n1") == {here: {OLD, NEW}, there: {NEW}}
    assert ownership.claimed_under("flow", "n1", made=True) == {here: {NEW}, there: {NEW}}
    assert ownership.claimed_under("flow", "n3") == {}


Account = Callable[[], str | None]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Callable[..., Ownership]]:
    """A provider of one and the same run, which has a process of its own."""
    peers: list[Peers] = []

    def begun(whose: str = "prod", account: Account = lambda: None) -> Ownership:
        peers.append(Peers(tmp_path, "127.0.0.1:4000"))
        ownership = Ownership()
        ownership.meet(peers[-1], whose, account)
        return ownership

    yield begun
    for each in peers:
        each.leave()


def test_other_providers_of_the_run_count(process: Callable[..., Ownership]) -> None:
    """What is declared by another provider is declared, whichever of the two was there first."""
    ours, theirs = process(), process()
    theirs.claim(NEW, [E164, ("flow", "n1", "eu-west-2")], made=True)
    late = process()
    for one in (ours, late):
        assert one.other_owner(OLD, [E164, ID]) == "new"
        assert one.is_claimed("phone-number", {E164[1]})
        assert one.has_others(OLD, "phone-number")
        assert not one.has_others(NEW, "phone-number")
        assert one.claimed_under("flow", "n1", made=True) == {("flow", "n1", "eu-west-2"): {NEW}}
        assert (one.is_declared_elsewhere(NEW), one.is_declared_elsewhere(OLD)) == (True, False)
        assert one.is_declared_elsewhere()
    assert not theirs.is_declared_elsewhere()


def test_a_resource_that_another_provider_has_now(process: Callable[..., Ownership]) -> None:
    """The old half of a replacement leaves to the new half what that declares, also where that is another process."""
    ours, theirs = process(), process()
    theirs.claim(OLD, [E164], made=True)
    assert ours.other_owner(OLD, [E164], is_delete=True) == "old"


@pytest.mark.parametrize(
    ("whose", "accounts", "is_one"),
    [
        (("a", "a"), (None, None), True),
        (("a", "b"), (None, None), False),
        (("a", "b"), ("1", "1"), True),
        (("a", "b"), ("1", None), False),
        (("a", "a"), ("1", None), True),
        (("a", "a"), ("1", "2"), False),
    ],
)
def test_accounts_are_apart(
    process: Callable[..., Ownership],
    whose: tuple[str, str],
    accounts: tuple[str | None, str | None],
    is_one: bool,
) -> None:
    """What another account's provider declares is another object; until that is known, equal credentials are one."""
    ours, theirs = (
        process(mark, lambda account=account: account) for mark, account in zip(whose, accounts, strict=True)
    )
    theirs.claim(NEW, [E164])
    for one in (ours, theirs):
        one.tell_account()
    assert ours.other_owner(OLD, [E164]) == ("new" if is_one else None)
    assert ours.is_declared_elsewhere() == is_one


def test_an_adoption_waits_for_another_process(process: Callable[..., Ownership]) -> None:
    """A removal that began first is waited for; one that begins after the claim is not made."""
    ours, theirs = process(), process()
    adoption_waits(ours, theirs, E164, ID)
    with theirs.removal(OLD, [ID, E164]) as owner:
        assert owner == "new"
        ours.await_removals([ID])


def test_nobody_waits_for_who_has_ended(process: Callable[..., Ownership], tmp_path: Path) -> None:
    """A process that was killed while it took something away holds up nobody."""
    peers = Peers(tmp_path, "127.0.0.1:4000")
    killed, ours = Ownership(), process()
    killed.meet(peers, "prod", lambda: None)
    with killed.removal(OLD, [E164]) as owner:
        assert owner is None
        peers.leave()
        ours.claim(NEW, [E164])
        ours.await_removals([E164])
