"""YAML that every reader reads alike, and names of projects."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from acgr_cli.discover.as_data import as_yaml
from acgr_cli.discover.program import project_name

AMBIGUOUS = ["yes", "No", "on", "~", "null", "1e5", "1E5", "0x1F", "0o17", "0b1", "1_000", "12:30:45", "2026-01-01"]
AMBIGUOUS += [
    ".5",
    "1.",
    "+442079460001",
    "-1",
    ".inf",
    ".nan",
    "y",
    "N",
    "true",
    "",
    "=",
    "<<",
    "%a",
    "{a}",
    "a: b",
    "#a",
]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_what_readers_may_take_for_something_else(text: str) -> None:
    """It is quoted, as a value and as a key."""
    written = as_yaml({text: [text]})
    assert yaml.safe_load(written) == {text: [text]}
    lines = written.splitlines()
    assert all(line.lstrip("-?: ")[0] in "'\"" for line in lines)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_comes_back(text: str) -> None:
    """Whatever a name is made of."""
    assert yaml.safe_load(as_yaml({"name": text, text: "value"})) == {"name": text, text: "value"}


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("northwind", "northwind"),
        ("North Wind & Co.", "North-Wind-Co"),
        ("窓口", "contact-centre"),
        ("x" * 200, "x" * 100),
    ],
)
def test_names_of_projects(alias: str, name: str) -> None:
    """Letters that Pulumi takes, a hundred at most."""
    assert project_name(alias) == name
