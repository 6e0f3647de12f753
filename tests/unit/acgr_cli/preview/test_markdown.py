"""The comment: what stands where, how long it is, and that data stays data."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from markdown_it import MarkdownIt
from previews import (
    COMPONENT,
    FLOW,
    PLACEMENT,
    REPLICA,
    ROSTER,
    USER,
    declared,
    digest,
    e164,
    flow_state,
    placement,
    report,
    roster,
    said,
    step,
    urn,
    user,
)

from acgr_cli.preview.as_text import as_text
from acgr_cli.preview.escape import code, label, plain, prose, shortened
from acgr_cli.preview.markdown import MOST, markdown, marker_line
from acgr_cli.preview.reading import read_preview
from acgr_cli.preview.report import report_of
from acgr_cli.preview.rules import objections, rules

OLD = placement(e164(1), "emergency", "Main IVR")
MOVE = step("update", PLACEMENT, "main", OLD, declared(OLD, target="retail"))


def _markdown(*steps: Any, said: Any = (), **how: Any) -> str:
    return markdown(report(*steps, said=said), **how)


class _Seen(HTMLParser):
    """What a browser would make of a comment: its elements, their attributes, and the text outside of code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text, self.all, self._code = "", "", 0
        html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.add(tag)
        self.attributes += attrs
        self._code += tag in {"code", "pre"}

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in {"code", "pre"}

    def handle_data(self, data: str) -> None:
        self.all += data
        self.text += "" if self._code else data


OURS = {
    *("h2", "h3", "p", "ul", "li", "strong", "code", "pre", "blockquote", "sub", "br", "details", "summary", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


def test_the_first_line_is_the_marker() -> None:
    """It names project and stack, or what was asked for, and cannot end early."""
    assert _markdown(MOVE).splitlines()[0] == "<!-- acgr-preview-comment: centre/prod -->"
    assert _markdown(MOVE, marker="other").splitlines()[0] == "<!-- acgr-preview-comment: other -->"
    assert marker_line("a --> <b>\n x") == "<!-- acgr-preview-comment: a --- -b- x -->"
    assert marker_line("") == "<!-- acgr-preview-comment: unnamed -->"


def test_what_stands_where() -> None:
    """Why it is stopped and warnings, then what callers notice, then numbers, agents, the picture, everything else."""
    found = report(
        MOVE,
        step("update", USER, "a", user("retail", "alice"), declared(user("retail", "alice"), user="bob")),
        {"op": "create", "urn": urn("aws:s3/bucket:Bucket", "b")},
        said=[
            said("warning", "careful", urn(PLACEMENT, "main")),
            said("info", "1 move, about 6 s dark", urn(COMPONENT, "retail")),
        ],
    )
    text = markdown(found, objections(found, rules("gap")))
    order = [
        "> [!CAUTION]\n> **This change is stopped by a rule (`--fail-on`):**",
        "> [!WARNING]\n> **1 warning**\n> - `main`: careful",
        f"- Callers of **1 number** (`{e164(1)}`) reach nothing for some seconds, while it moves.",
        "- `retail`: 1 move, about 6 s dark",
        "### Phone numbers",
        f"| `{e164(1)}` | moves from emergency to retail: callers reach nothing for some seconds | `emergency` |",
        "### Agents",
        "```mermaid\nflowchart TB",
        "<details><summary>Everything else in this stack: 1 to create</summary>",
        "<sub>This is a preview: nothing has been changed yet.",
    ]
    places = [text.find(part) for part in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)


def test_nothing_happens() -> None:
    """Then that is what is said, and there are no empty tables."""
    text = _markdown()
    assert "Callers and agents notice **nothing**." in text
    assert "###" not in text
    assert "|" not in text


def test_a_failure() -> None:
    """The comment is about the failure; what was read until then stands below, and no picture of half a truth."""
    text = _markdown(MOVE, said=[said("error", "flow: there is no 'Mian IVR'", urn(PLACEMENT, "x"))])
    assert text.splitlines()[1] == "## The preview failed: `centre/prod`"
    assert "> - `x`: flow: there is no 'Mian IVR'" in text
    assert "Read until then; this is not all:" in text
    assert "notice" not in text.split("### Phone numbers")[0]
    assert "mermaid" not in text


def test_an_exception() -> None:
    """Its cause in one line, and all of it folded away, as code."""
    trace = "Program failed with an unhandled exception:\nTraceback (most recent call last):\n  x\n```\nKeyError: 'a'\n"
    text = _markdown(said=[said("error", trace)])
    assert "> - Program failed with an unhandled exception: KeyError: 'a'" in text
    assert "\n````text\nProgram failed" in text


def test_alike_numbers_share_a_row() -> None:
    """Hundreds of numbers to which the same happens are one row, with their count."""
    states = [placement(e164(n), "emergency", "Main IVR") for n in range(300)]
    steps = [step("update", PLACEMENT, f"n{n}", old, declared(old, flow="Winter IVR")) for n, old in enumerate(states)]
    text = _markdown(*steps)
    assert "| **300 numbers:**<br>`+442079460000`<br>`+442079460001`<br>`+442079460002`<br>and 297 more |" in text
    assert all(f"`{e164(n)}`" in text for n in range(300))
    assert len(text) < 12_000


def test_numbers_to_which_nothing_happens_share_a_row() -> None:
    """Wherever they are, and whatever answers: that they stay is all."""
    states = [placement(e164(n), f"group {n % 3}", "Main IVR") for n in range(9)]
    steps = [step("update", PLACEMENT, f"n{n}", old, declared(old, description="x")) for n, old in enumerate(states)]
    text = _markdown(*steps)
    assert text.count("callers notice nothing: its description changes | several | stays | as before |") == 1


def _many(count: int, **how: Any) -> list[Any]:
    """So many numbers, to each of which something else happens."""
    states = [placement(e164(n), f"group {n}", "Main IVR") for n in range(count)]
    return [step("update", PLACEMENT, f"n{n}", old, declared(old, target=f"other {n}")) for n, old in enumerate(states)]


def test_many_numbers_are_folded() -> None:
    """Twenty rows stand open; the others can be unfolded, and none is missing."""
    text = _markdown(*_many(60))
    assert "<details><summary>40 more rows (numbers: 60 in all)</summary>" in text
    assert all(f"`{e164(n)}`" in text for n in range(60))


@pytest.mark.parametrize("count", [300, 1_200])
@pytest.mark.parametrize("form", [markdown, as_text])
def test_never_too_long(count: int, form: Any) -> None:
    """Cut in the middle, with a count that is right: the first, the last and every warning are there."""
    many = {f"agent{n}": f"agent{n}" for n in range(100)}
    rosters = [roster(f"group {n}", many) for n in range(40)]
    agents = [step("create", ROSTER, f"r{n}", None, declared(one)) for n, one in enumerate(rosters)]
    warnings = [said("warning", f"warning {n} of a hundred", urn(PLACEMENT, f"n{n}")) for n in range(100)]
    text = form(report(*_many(count), *agents, said=warnings))
    assert 30_000 < len(text) <= MOST
    assert all(f"warning {n} of a hundred" in text for n in range(100))
    assert e164(0) in text
    assert e164(count - 1) in text


def test_the_count_of_what_is_left_out() -> None:
    """Rows that are there and rows that are counted are all rows."""
    text = _markdown(*_many(800))
    rows = sum(f"`{e164(n)}` | moves" in text for n in range(800))
    left_out = int(text.split("**… ")[1].split(" more rows")[0].replace(",", ""))
    assert rows + left_out == 800
    assert rows > 100


def test_thousands_of_warnings() -> None:
    """As many as there is room for, and how many there are besides."""
    warnings = [said("warning", f"warning {n}: {'x' * 100}") for n in range(2_000)]
    text = _markdown(MOVE, said=warnings)
    shown = text.count("> - warning ")
    assert len(text) <= MOST
    assert f"> - **{2_000 - shown:,} warnings more** are in the log of the preview." in text
    assert "moves from emergency to retail" in text


def test_enormous_texts() -> None:
    """One sentence, one name or one Region cannot fill the comment."""
    huge = "x" * 20_000
    flows = {f"eu-west-{n}": f"{huge[:1_000]}{n}" for n in range(50)}
    state = placement(e164(1), huge, flows)
    steps = [step("update", PLACEMENT, huge, state, declared(state, target=huge[1:], flow=dict.fromkeys(flows, "y")))]
    others = [{"op": "create", "urn": urn(f"{huge}{n}:x:Y", huge)} for n in range(50)]
    sentences = [said(severity, huge, urn(PLACEMENT, huge)) for severity in ("info", "warning")]
    sentences += [said("info", f"{n}{huge}", urn(COMPONENT, huge)) for n in range(30)]
    for more in ([], [said("error", f"{huge}\n" * 100)]):
        found = report(*steps, *others, said=[*sentences, *more])
        for text in (markdown(found, objections(found, rules("warnings,gap"))), as_text(found)):
            assert len(text) <= MOST


HOSTILE = [
    "a|b",
    "`code`",
    "``",
    "a`b|c\\",
    "\\",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</details></code><h1>big</h1>",
    "<!-- acgr-preview-comment: other/stack -->",
    "[link](https://evil.example)",
    "![i](https://evil.example/i.png)",
    "https://evil.example/x",
    "www.evil.example",
    "mail@evil.example",
    "@octocat",
    "@org/team",
    "owner/repo#12",
    "#12",
    "GH-12",
    "!12 %12 ~12 &12 $12",
    "**bold** __bold__ *it* ~~gone~~",
    "# heading",
    "> quote",
    "- item",
    "1. item",
    "line\nbreak\r\n\r\n## heading",
    "/close",
    "\u202eright to left\u202c",
    "null\x00byte\x1b[31m",
    "$\\frac{1}{2}$",
    ":tada: :+1:",
    "```\nfence\n```",
    '"]; click a "https://evil.example"',
    "---",
    "&lt;b&gt; &#64;octocat",
]


def _everywhere(text: str) -> list[Any]:
    """Steps and sentences that have a text wherever a preview can have one."""
    old = placement(e164(1), text, text)
    flow = flow_state(e164(2), REPLICA, text)
    staff = roster(text, {text: text, "bob": "bob"})
    steps = [
        step("update", PLACEMENT, text, old, declared(old, target=f"{text}2", flow=f"{text}2")),
        step("delete", FLOW, text, flow),
        step("update", ROSTER, text, staff, declared(staff, users={"a": f"{text}2"}, traffic_distribution_group=text)),
        {"op": "create", "urn": urn(f"{text}:x:Y", text)},
        {"op": text, "urn": urn("aws:x:Y", text)},
    ]
    places = ["", urn(PLACEMENT, text), urn(PLACEMENT, "same"), urn(COMPONENT, text)]
    return [*steps], [said(severity, text, place) for severity in ("info", "warning") for place in places]


@pytest.mark.parametrize("text", HOSTILE)
def test_data_stays_data(text: str) -> None:
    """Nothing in a name or a sentence becomes an element, a link, a mention, a reference or another cell."""
    steps, sentences = _everywhere(text)
    for more in ([], [said("error", text), said("error", f"{text}\n{text}")]):
        found = report(*steps, said=[*sentences, *more])
        written = markdown(found, objections(found, rules("warnings,gap,dark,agents-removed")), title=text, marker=text)
        seen = _Seen(written)
        assert seen.elements <= OURS
        assert {name for name, _ in seen.attributes} <= {"class"}
        for mention in ("@octocat", "@org", "#12", "!12", "https://", "www.e", "mail@e", "GH-12"):
            assert mention not in seen.text
        tables = [line for line in written.splitlines() if line.startswith("| ")]
        assert {line.count(" | ") for line in tables} <= {2, 4}
        assert "\u202e" not in written
        assert "\x00" not in written
        assert written.count("<!--") == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_names_are_readable(text: str) -> None:
    """A name reads as it is: only what cannot be seen, or would break the line, is left out."""
    assert _Seen(f"| {code(text)} |\n|---|\n").all.strip() == plain(text)


@pytest.mark.parametrize("text", [one for one in HOSTILE if "`" not in one])
def test_sentences_are_readable(text: str) -> None:
    """A sentence reads as it is, but for a joiner that is not seen."""
    assert _Seen(f"- {prose(text)}\n").all.strip().replace("\u2060", "") == plain(text)


def test_commands_are_code() -> None:
    """What stands between backticks, and a command to paste."""
    assert prose("`pulumi up` restores it") == "`pulumi up` restores it"
    command = "aws connect associate-phone-number-contact-flow --region eu-west-2 --contact-flow-id a1"
    assert prose(f"by hand: {command}") == f"by hand: `{command}`"


def test_labels_of_a_picture() -> None:
    """Letters, digits and a few signs stand as they are, anything else as Mermaid's entities."""
    assert label("Main IVR +44") == "Main IVR +44"
    assert label('a"]\nclick') == "a#34;#93; click"


def test_what_is_cut_in_the_middle() -> None:
    """The beginning and the end are what helps."""
    assert shortened("a" * 10, 10) == "a" * 10
    cut = shortened("b" * 50 + "e" * 50, 40)
    assert len(cut) <= 40
    assert cut.startswith("bbbb")
    assert cut.endswith("eeee")


def test_digest_and_title() -> None:
    """A title of one's own stands in front of the stack."""
    found = report_of(read_preview(json.dumps(digest(MOVE))))
    assert markdown(found, title="Telephony").splitlines()[1] == "## Telephony: `centre/prod`"
    assert as_text(found, title="Telephony").splitlines()[0] == "Telephony: centre/prod"
