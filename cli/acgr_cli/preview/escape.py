"""Puts data into Markdown, Mermaid and plain text so that it stays data. Pure.

A name can be anything: a pipe, a tag, a link, a mention that would send somebody a message. Names stand in code spans,
in which nothing of that means anything; sentences have every character that could mean something written as an
entity, and an invisible character after those by which GitHub and GitLab find mentions and references.
"""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "…"

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SPLITS_CODE = re.compile(r"([`|\\]|<(?=!))")
_MEANS_SOMETHING = re.compile(
    r"[&<>`|\\*_~\[\]#$@]"  # Markdown, HTML and mathematics, wherever they stand
    r"|[!%^](?=[\w\"])"  # references of GitLab
    r"|^[+.:=-]|^[0-9]+[.)](?= )"  # what makes a line more than a line
    r"|:(?=//|[\w+-]+:)|(?<=www)\.|(?<=GH)-(?=[0-9])",  # links, the names of little pictures, references of GitHub
    re.IGNORECASE,
)
_REFERS = frozenset("@#!$%~^&:.-")
_WORD_JOINER = "&#8288;"
"""Not seen; what stands behind it is no longer part of a mention, a reference or a link."""

_COMMAND = re.compile(r"(?<!`)\baws connect [a-z-]+(?: --[a-z-]+ [^\s`]+)+")
_KEPT = frozenset("\u200d\ufe0f")
"""Invisible, and part of what some people's names or signs look like."""


class _Seen(dict[int, str]):
    """For `str.translate`: a space for what is not seen, found out once for each character."""

    def __missing__(self, point: int) -> str:
        one = chr(point)
        self[point] = one if one in _KEPT or unicodedata.category(one) not in _INVISIBLE else " "
        return self[point]


_SEEN = _Seen()


def plain(text: str, most: int = 10_000) -> str:
    """One line without anything that is not seen, cut in the middle where it is longer than `most` characters."""
    if len(text) > 8 * most:  # so that an enormous text costs no more than a long one
        text = f"{text[: 4 * most]}{ELLIPSIS}{text[-4 * most :]}"
    return shortened(" ".join(text.translate(_SEEN).split()), most)


def shortened(text: str, most: int) -> str:
    """The beginning and the end of a text, `most` characters in all."""
    if len(text) <= most:
        return text
    kept = max(0, most - len(ELLIPSIS) - 2)
    end = kept // 3
    return f"{text[: kept - end]} {ELLIPSIS} {text[len(text) - end :]}"


def code(text: str, most: int = 120) -> str:
    """A name in a code span, also in the cell of a table."""
    line = plain(text, most)
    if not line:
        return "-"
    parts = (
        f"<code>&#{ord(part)};</code>" if part in "`|\\<" else _span(part) for part in _SPLITS_CODE.split(line) if part
    )
    return "".join(parts)


def _span(text: str) -> str:
    is_padded = text.strip() and text[0] == text[-1] == " "  # of which Markdown takes one away at each end
    return f"` {text} `" if is_padded else f"`{text}`"


def prose(text: str, most: int = 600) -> str:
    """A sentence, also in the cell of a table; what stands between backticks, and commands of the AWS CLI, as code."""
    parts = _COMMAND.sub(r"`\g<0>`", plain(text, most)).split("`")
    if len(parts) % 2 == 0:  # a backtick without its twin
        return _MEANS_SOMETHING.sub(_entity, "`".join(parts))
    return "".join(
        code(one, most) if n % 2 and one else _MEANS_SOMETHING.sub(_entity, one) for n, one in enumerate(parts)
    )


def _entity(found: re.Match[str]) -> str:
    return "".join(f"&#{ord(one)};" + (_WORD_JOINER if one in _REFERS else "") for one in found.group())


def block(text: str, most: int) -> list[str]:
    """Several lines as a block of code, cut in the middle."""
    lines = [plain_kept(line) for line in shortened(text, most).splitlines()]
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *lines, fence]


def plain_kept(line: str) -> str:
    """A line with its indentation, without anything that is not seen, and without what begins a hidden line."""
    return line.expandtabs(4).translate(_SEEN).rstrip().replace("<!--", "<!\u2060--")


def label(text: str, most: int = 40) -> str:
    """A name in a Mermaid picture."""
    return "".join(one if one.isalnum() or one in " +-_.,…" else f"#{ord(one)};" for one in plain(text, most))
