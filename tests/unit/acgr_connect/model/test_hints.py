"""What somebody may have meant by a name that nothing has, and how the two differ."""

from __future__ import annotations

import pytest

from acgr_connect.model.hints import MOST_COMPARED, did_you_mean

COMPOSED, DECOMPOSED = "Caf\u00e9", "Cafe\u0301"
NO_BREAK, ZERO_WIDTH = "Main\u00a0IVR", "Main\u200b IVR"


@pytest.mark.parametrize(
    ("written", "there", "hint"),
    [
        ("Sales", "Sales ", "did you mean 'Sales '? It differs in a space at its beginning or end"),
        ("Sales ", "Sales", "did you mean 'Sales'? It differs in a space at its beginning or end"),
        (
            DECOMPOSED,
            COMPOSED,
            r"did you mean 'Caf\xe9'? It differs in how its accents are composed (Unicode NFC or NFD)",
        ),
        (COMPOSED, DECOMPOSED, r"did you mean 'Cafe\u0301'? It differs in how its accents are composed"),
        ("Main IVR", NO_BREAK, r"did you mean 'Main\xa0IVR'? It differs in its spaces: copy it from Connect"),
        (NO_BREAK, "Main IVR", "did you mean 'Main IVR'? It differs in its spaces"),
        ("Main IVR", "Main  IVR", "did you mean 'Main  IVR'? It differs in its spaces"),
        ("Main IVR", ZERO_WIDTH, r"did you mean 'Main\u200b IVR'? It differs in characters that look alike or are not"),
        ("Alice.Smith", "alice.smith", "did you mean 'alice.smith'? It differs in capital and small letters"),
        (
            "SALES ",
            "Sales",
            "did you mean 'Sales'? It differs in capital and small letters, and a space at its beginning",
        ),
        ("\uff33ales", "Sales", "did you mean 'Sales'? It differs in characters that look alike"),
        ("alice.smith@example.com", "alice.smith", "did you mean 'alice.smith'? One of the two is an address"),
        ("alice.smith", "alice.smith@example.com", "did you mean 'alice.smith@example.com'? One of the two is"),
        ("Mian IVR", "Main IVR", "did you mean 'Main IVR'?"),
        ("MIAN ivr", "Main IVR", "did you mean 'Main IVR'?"),
        ("alice@", "alice", "did you mean 'alice'?"),
        ("Zzz", "Main IVR", ""),
        ("", "Main IVR", ""),
    ],
)
def test_hint(written: str, there: str, hint: str) -> None:
    """The nearest name; what differs is named, and written as escapes where it cannot be seen."""
    said = did_you_mean(written, [there, "Something else altogether"])
    assert said.startswith(hint)
    assert bool(said) == bool(hint)


def test_the_same_form_goes_before_what_is_near() -> None:
    """A name that differs in form alone is meant, not one that has other letters."""
    assert did_you_mean("sales", ["sale", "Sales", "salesq"]).startswith("did you mean 'Sales'?")


def test_many_names() -> None:
    """Among very many, only forms are compared: letter by letter would take too long."""
    names = [f"agent{number}" for number in range(MOST_COMPARED + 1)]
    assert did_you_mean("agnet7", names) == ""
    assert did_you_mean("AGENT7", names).startswith("did you mean 'agent7'?")
