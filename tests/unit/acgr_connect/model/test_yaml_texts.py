"""What YAML reads in place of text that was not quoted."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from acgr_connect.model.yaml_texts import as_it_was_read, key_as_it_was_read, octal


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("0123", "83, the octal 0123 and 1:23 (to the base 60) as this number"),
        ("1:23", "83, the octal 0123 and 1:23 (to the base 60) as this number"),
        ("12:30:45", "and 12:30:45 (to the base 60) as this number"),
        ("07", "7 and the octal 07 as this number"),
        ("1001", "1001, the octal 01751 and 16:41 (to the base 60) as this number"),
        ("-5", "reads -5 as this number"),
        ("no", "no, off and false as a truth value: quote it, such as 'no'"),
        ("On", "yes, on and true as a truth value: quote it, such as 'yes'"),
        ("1.5", "as a number: quote it, such as '1.5'"),
        (".inf", "as a number: quote it"),
        ("2024-01-01", "2024-01-01 as a date: quote it, such as '2024-01-01'"),
        ("alice", ""),
        ("[a]", ""),
        ("", ""),
    ],
)
def test_what_was_read(written: str, says: str) -> None:
    """What a value that is no text may have been in the file, and to quote it; nothing is said of anything else."""
    said = as_it_was_read(yaml.safe_load(written))
    assert says in said
    assert bool(says) == bool(said)


@pytest.mark.parametrize("key", ["~", "null"])
def test_a_key_that_is_null(key: str) -> None:
    """A key of a mapping that YAML reads as null was meant as text."""
    [read] = yaml.safe_load(f"{key}: alice")
    assert "YAML reads ~, null and nothing so: quote it" in key_as_it_was_read(read)


@pytest.mark.parametrize("written", ["02057240567", "0123"])
def test_octal(written: str) -> None:
    """What is read as octal is written back as it stood."""
    read: Any = yaml.safe_load(written)
    assert octal(read) == written
