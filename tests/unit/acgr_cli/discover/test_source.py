"""Python as it is written: every text comes back, nothing gets out of a literal or a comment, no formatter objects."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acgr_cli.discover.source import WIDTH, Code, Entry, call, comment, literal

TEXTS = st.text(st.characters(), max_size=60)  # surrogates, line ends and signs that nobody can see among them

AWKWARD = (
    "",
    "Main IVR",
    'say "hi"',
    "it's",
    "both ' and \"",
    "two ' ' and one \"",
    "back\\slash\\",
    "ends in a backslash\\",
    "\n# noqa\r\n\t\0",
    "\u202egnp.exe",
    "{braces} %s %(x)s ${HOME} `id`",
    "窓口",
    "e\u0301",
    "Störung",
    "\ud800",
    "\u2028",
    "x" * 100,
    '"""',
    "# type: ignore",
)


@given(TEXTS)
def test_a_text_comes_back(text: str) -> None:
    """Reading the literal gives the text, and it is one line that can be printed."""
    written = literal(text)
    assert ast.literal_eval(written) == text
    assert written.isprintable()


@given(TEXTS)
def test_a_comment_stays_one(text: str) -> None:
    """Whatever a comment holds, each of its lines is a comment."""
    lines = comment(f"Flow {text} is left out.", "    ")
    assert all(line.startswith("    # ") and line.isprintable() for line in lines)
    assert ast.dump(ast.parse("\n".join(line.strip() for line in lines))) == ast.dump(ast.parse(""))


def test_comments_are_wrapped() -> None:
    """Lines hold what fits; the second line of a point is indented."""
    lines = comment(f"- {'word ' * 40}")
    assert all(len(line) <= WIDTH for line in lines)
    assert [line[:4] for line in lines] == ["# - ", *["#   "] * (len(lines) - 1)]


@given(st.dictionaries(TEXTS, st.lists(TEXTS, max_size=4), max_size=4), TEXTS)
def test_a_call_says_what_was_meant(given_: dict[str, list[str]], first: str) -> None:
    """What is written is what is passed, in its order, comments or not."""
    entries = tuple(Entry(key, {"list": value, "other": key}, (f"why {key}",)) for key, value in given_.items())
    lines = call("passed", {"entries": entries, "plain": given_, "code": Code("1 + 1")}, first)
    seen = eval("\n".join(lines), {"passed": lambda *args, **kwargs: (args, kwargs)})
    meant = {key: {"list": value, "other": key} for key, value in given_.items()}
    assert seen == ((first,), {"entries": meant, "plain": given_, "code": 2})
    assert list(seen[1]["entries"]) == list(given_)


@pytest.mark.parametrize("options", [(), ("--line-length", "120")], ids=["88", "120"])
def test_a_formatter_leaves_it(options: tuple[str, ...], tmp_path: Path) -> None:
    """`ruff format` has nothing to change, with no configuration; nor where lines are longer."""
    each = (
        Entry(text, {"flow": text, "other": {"eu-west-2": text, "eu-central-1": "Main"}, "list": [text]}, (text,))
        for text in AWKWARD
    )
    arguments = {"entries": tuple(each), "agents": list(AWKWARD), "few": ["a", "b"], "none": [], "code": Code("f(1)")}
    file = tmp_path / "program.py"
    file.write_text("\n".join([*call("made", arguments, "it's"), ""]), encoding="utf-8", errors="surrogatepass")
    ruff = [str(Path(sys.executable).with_name("ruff")), "format", "--isolated", "--diff", *options, str(file)]
    ran = subprocess.run(ruff, capture_output=True, text=True, check=False)
    assert ran.stdout == ""
    assert ran.returncode == 0, ran.stderr
