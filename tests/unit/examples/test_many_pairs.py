"""`examples/many-pairs`: which pairs there are, which may begin, and what is said of them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "many-pairs"


def loaded(name: str) -> ModuleType:
    """A module of the example, which is run by name and not installed."""
    spec = importlib.util.spec_from_file_location(f"many_pairs_{name}", EXAMPLE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


pairs, summary = loaded("pairs"), loaded("summary")
Pair, Plan, Outcome = pairs.Pair, pairs.Plan, summary.Outcome


def names(found: list[object]) -> list[str]:
    """Of each pair."""
    return [str(pair.name) for pair in found]  # type: ignore[attr-defined]


def test_the_example() -> None:
    """Each pair of the file is a stack, with its account, its configuration and its settings."""
    plan = pairs.read_plan(EXAMPLE / "pairs.yaml", "many-pairs")
    assert (names(plan.pairs), plan.at_once, plan.at_once_per_account) == (["northwind", "southwind", "eastwind"], 4, 2)
    east = plan.pairs[2]
    assert east.account == "111122223333"
    assert east.config["acgr:journal"] == "tags"
    assert east.config["many-pairs:regions"] == {"source": "eu-central-1", "replica": "eu-west-2"}
    assert names(pairs.read_plan(EXAMPLE / "pairs.yaml", "many-pairs", ["eastwind"]).pairs) == ["eastwind"]


@pytest.mark.parametrize(
    ("text", "only", "sentence"),
    [
        ("pairs: {a: {account: x, regions: {}, groups: {}}}", ["b"], "has no pair b; it has a"),
        ("pairs: {a: {regions: {}}}", [], "is not a list of pairs as pairs.yaml is"),
        ("[1, 2]", [], "is not a list of pairs as pairs.yaml is"),
        ("", [], "is not a list of pairs as pairs.yaml is"),
        ("{", [], "cannot be read"),
        ("{pairs: {}, at_once: 0}", [], "are 1 or more"),
    ],
)
def test_a_file_that_cannot_be_meant(tmp_path: Path, text: str, only: list[str], sentence: str) -> None:
    """It is one sentence, which names the file, and nothing begins."""
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(pairs.PlanError, match=r"p\.yaml") as refused:
        pairs.read_plan(tmp_path / "p.yaml", "many-pairs", only)
    assert sentence in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """As above."""
    with pytest.raises(pairs.PlanError, match="cannot be read"):
        pairs.read_plan(tmp_path / "p.yaml", "many-pairs")


def test_which_may_begin() -> None:
    """No more than the machine takes, no more of one account, and one that waits holds up nobody behind it."""
    a, b, c, d, e = (Pair(name, account) for name, account in ("a1", "b1", "c1", "d2", "e3"))
    plan = Plan([a, b, c, d, e], at_once=3, at_once_per_account=2)
    assert names(plan.may_begin([a, b, c, d, e], [])) == ["a", "b", "d"]
    assert names(plan.may_begin([c, e], [a, b, d])) == []
    assert names(plan.may_begin([c, e], [a, b])) == ["e"]
    assert names(plan.may_begin([c, e], [b])) == ["c", "e"]
    assert plan.may_begin([], [a]) == []


def test_the_table() -> None:
    """A row for each pair; below it what was said, with the pair."""
    rows = [
        Outcome("northwind", "done", "3 created"),
        Outcome("east", "failed", "", ["+493023125001 in eu-central-1, eu-west-2"], ["desk: placing it failed"]),
        Outcome("west", "not begun"),
    ]
    assert summary.table(rows) == (
        "Pair       Result     Changes    Dark\n"
        "northwind  done       3 created  -\n"
        "east       failed     -          +493023125001 in eu-central-1, eu-west-2\n"
        "west       not begun  -          -\n"
        "\n"
        "east: desk: placing it failed"
    )
    assert summary.table(rows[:1]).count("\n") == 1


@pytest.mark.parametrize(
    ("results", "dark", "code"),
    [
        (["done", "unchanged"], [], 0),
        ([], [], 0),
        (["done", "failed"], ["+49 in x"], 1),
        (["done"], ["+49 in x"], 3),
        (["failed", "interrupted"], [], 130),
        (["done", "not begun"], [], 130),
    ],
)
def test_the_exit_code(results: list[str], dark: list[str], code: int) -> None:
    """Interrupted before failed, failed before dark; a number that is dark is never 0."""
    assert summary.exit_code([Outcome(str(n), one, dark=dark) for n, one in enumerate(results)]) == code


def test_what_is_dark() -> None:
    """It is read from the state: of numbers, what was last seen; of everything else, nothing."""
    resources = [
        {"type": "a", "outputs": {"e164": "+441", "dark_regions": ["eu-west-2"]}},
        {"type": "a", "outputs": {"e164": "+442", "dark_regions": []}},
        {"type": "b"},
    ]
    assert summary.dark_in({"resources": resources}) == ["+441 in eu-west-2"]
    assert summary.dark_in({"resources": None}) == []
    assert summary.dark_in({}) == []


def test_what_was_said() -> None:
    """Each warning and error once, with its resource; the engine's summary only where nothing else is said."""
    stack, desk = "urn:pulumi:a::p::pulumi:pulumi:Stack::p-a", "urn:pulumi:a::p::acgr:X::desk"
    partial = "error: 1 error occurred:\n\t* placing it failed: no flow\n"
    said = [
        ("error", desk, partial),
        ("error", desk, partial),
        ("info", desk, "busy"),
        ("error", stack, "update failed"),
    ]
    assert summary.sentences(said) == ["desk: placing it failed: no flow"]
    assert summary.sentences(said[3:]) == ["update failed"]
    assert summary.sentences([("warning", desk, "is dark\n"), ("warning", desk, "\n")]) == ["desk: is dark"]


def test_what_changed() -> None:
    """What stayed as it was is not told."""
    assert summary.changes({"create": 3, "same": 4, "delete": 1}) == "3 created, 1 deleted"
    assert summary.changes({"create": 3, "replace": 1}, is_preview=True) == "3 to create, 1 to replace"
    assert summary.changes({"same": 4}) == ""
