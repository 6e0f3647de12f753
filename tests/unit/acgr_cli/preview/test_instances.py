"""What becomes of groups and replicas, and what is called by the group that the same update makes."""

from __future__ import annotations

from typing import Any

import pytest
from previews import (
    GROUP,
    PLACEMENT,
    REPLICATION,
    ROSTER,
    declared,
    e164,
    group,
    placement,
    replica,
    report,
    roster,
    said,
    step,
    urn,
)

from acgr_cli.preview.effects import headlines
from acgr_cli.preview.instances import FAILING, Fate, InstanceChange
from acgr_cli.preview.rules import objections, rules

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
RETAIL = group("retail")
LEFT = replica()


def _one(*steps: Any, said: Any = ()) -> InstanceChange:
    (change,) = report(*steps, said=said).instances
    return change


def _heads(*steps: Any, said: Any = ()) -> list[str]:
    found = headlines(report(*steps, said=said))
    return [" ".join(f"{one.before}{one.subject} {' '.join(one.named)} {one.says}".split()) for one in found]


@pytest.mark.parametrize(
    ("op", "type_", "old", "new", "name", "fate", "says"),
    [
        ("create", GROUP, None, RETAIL, "retail", Fate.MADE, "is made; one of that name is taken over"),
        ("create", REPLICATION, None, LEFT, "northwind in eu-central-1", Fate.MADE, "is made; one that is there"),
        ("import", GROUP, None, RETAIL, "retail", Fate.NONE, "is taken into the program as it is"),
        ("delete", GROUP, RETAIL, None, "retail", Fate.DELETED, "is deleted, which fails while a number is on it"),
        ("delete", GROUP, group("everyone", default=True), None, "everyone", Fate.UNMANAGED, "stays: Connect made it"),
        ("delete", REPLICATION, LEFT, None, "northwind in eu-central-1", Fate.UNMANAGED, "stays, with its groups"),
        (
            "delete",
            REPLICATION,
            replica(on_delete="delete"),
            None,
            "northwind in eu-central-1",
            Fate.DELETED,
            "is deleted with its groups, which fails while a number is on one of them; nothing can fail over any more",
        ),
        (
            "update",
            GROUP,
            group("retail", tags={"team": "retail"}),
            group("retail", tags={"team": "shops", "tier": "1"}),
            "retail",
            Fate.CHANGED,
            "its tags change: team=retail → team=shops, tier=1",
        ),
        ("update", GROUP, RETAIL, RETAIL, "retail", Fate.CHANGED, "is not as it was left, and is made complete"),
        (
            "update",
            REPLICATION,
            LEFT,
            replica(on_delete="delete"),
            "northwind in eu-central-1",
            Fate.CHANGED,
            "callers notice nothing; taken out of the program one day, it is deleted",
        ),
    ],
)
def test_what_becomes_of_one(op: str, type_: str, old: Any, new: Any, name: str, fate: Fate, says: str) -> None:
    """One row, which says what happens to it."""
    change = _one(step(op, type_, "own", old, new and declared(new)))
    assert (change.name, change.fate) == (name, fate)
    assert change.says[0].startswith(says)


def test_the_provider_knows_better() -> None:
    """Its sentence is the row's, and what is taken over is not made."""
    steps = step("create", GROUP, "own", None, declared(RETAIL))
    sentence = said("info", "is there already: it is taken over", urn(GROUP, "own"))
    change = _one(steps, said=[sentence])
    assert (change.fate, change.says) == (Fate.NONE, ("is there already: it is taken over",))
    assert report(steps, said=[sentence]).notes == []


def test_what_is_refused() -> None:
    """A warning that the update fails is the row's fate."""
    text = "creating traffic distribution group retail in eu-west-2: there is none; `pulumi up` fails here"
    warning = said("warning", text, urn(GROUP, "own"))
    change = _one(step("create", GROUP, "own", None, declared(RETAIL)), said=[warning])
    assert (change.fate, change.says) == (Fate.FAILS, (FAILING,))


def test_handed_over() -> None:
    """A group that one resource gives up and another one takes over is not deleted."""
    change = _one(step("create", GROUP, "new", None, declared(RETAIL)), step("delete", GROUP, "old", RETAIL))
    assert (change.fate, change.resources) == (Fate.NONE, ("old", "new"))
    assert change.says == ("stays as it is: new declares it instead of old",)


def test_another_name() -> None:
    """A replacement is two rows, the deletion first, and the headlines say both."""
    steps = step("replace", GROUP, "own", RETAIL, declared(group("shops")))
    assert [(one.name, one.fate) for one in report(steps).instances] == [
        ("retail", Fate.DELETED),
        ("shops", Fate.MADE),
    ]
    assert _heads(steps) == ["1 group retail is deleted", "1 group shops is made"]


def test_nothing_is_noticed() -> None:
    """A group that is made changes nothing for callers; a replica that is made may, and so may a group that goes."""
    assert "Callers and agents notice nothing" in _heads(step("create", GROUP, "own", None, declared(RETAIL)))
    for steps in (
        step("create", REPLICATION, "own", None, declared(LEFT)),
        step("delete", GROUP, "own", RETAIL),
    ):
        assert not any("notice nothing" in one for one in _heads(steps))


def test_the_group_that_is_made() -> None:
    """Who is to be on a group that the same update makes is said to be on it, by its name."""
    made = step("create", GROUP, "own", None, declared(RETAIL))
    own = {"target": [urn(GROUP, "own")]}
    wanted = {**declared(placement(e164(1), UNKNOWN, "Main IVR")), "propertyDependencies": own}
    staff = {
        **declared(roster(UNKNOWN, {"alice": "alice"})),
        "propertyDependencies": {"traffic_distribution_group": [urn(GROUP, "own")], "users": []},
    }
    seen = report(made, step("create", PLACEMENT, "n", None, wanted), step("create", ROSTER, "staff", None, staff))
    assert [one.end for one in (*seen.numbers, *seen.agents)] == ["retail", "retail"]


def test_a_move_to_the_group_that_is_made() -> None:
    """A number moves from the group that it is on to the one that is made, even if both are called alike."""
    before = placement(e164(1), "retail", "Main IVR")
    for name, shown in (("shops", "shops"), ("retail", "the new retail")):
        made = step("replace", GROUP, "own", group("retail"), declared(group(name)))
        wanted = {
            **declared(before, target=UNKNOWN),
            "propertyDependencies": {"target": [urn(GROUP, "own"), urn(REPLICATION, "other")]},
        }
        (change,) = report(made, step("update", PLACEMENT, "n", before, wanted)).numbers
        assert change.says == (f"moves from retail to {shown}: callers reach nothing for some seconds",)


def test_a_group_that_stays() -> None:
    """A group of which only the tags change keeps its ARN: who is on it stays."""
    before = placement(e164(1), "retail", "Main IVR")
    changed = step("update", GROUP, "own", RETAIL, declared(RETAIL, tags={"team": "shops"}))
    wanted = {**declared(before, target=UNKNOWN), "propertyDependencies": {"target": [urn(GROUP, "own")]}}
    (change,) = report(changed, step("update", PLACEMENT, "n", before, wanted)).numbers
    assert (change.start, change.stays) == ("retail", True)


def test_secret_names() -> None:
    """The name of a group that is secret stands nowhere, not even as the place of a number."""
    hidden = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"retail"'}
    made = step("create", GROUP, "own", None, declared(RETAIL, name=hidden))
    wanted = {
        **declared(placement(e164(1), UNKNOWN, "Main IVR")),
        "propertyDependencies": {"target": [urn(GROUP, "own")]},
    }
    seen = report(made, step("create", PLACEMENT, "n", None, wanted))
    assert [one.name for one in seen.instances] == ["own"]
    assert "retail" not in repr(seen)


def test_a_rule_about_what_is_deleted() -> None:
    """`--fail-on group-deleted` stops a change that deletes a group or a replica, and no other."""
    chosen = rules("group-deleted")
    stopped = report(
        step("delete", GROUP, "own", RETAIL), step("delete", REPLICATION, "r", replica(on_delete="delete"))
    )
    assert [one.kind for one in objections(stopped, chosen)] == ["group-deleted"] * 2
    assert objections(report(step("delete", REPLICATION, "r", LEFT)), chosen) == []
