"""What somebody may have meant by a name that nothing has, and how the two differ. Pure.

Connect compares names as they are. People cannot see every difference: a space at the end, one that does not break, an
accent that is composed of two characters. So a hint names the difference, and writes what cannot be seen as escapes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

MOST_COMPARED = 5000
"""Names that are compared letter by letter; among more, only those that differ in form are found."""


def did_you_mean(written: str, names: Iterable[str]) -> str:
    """The nearest name and how it differs, as a question to the user; "" where none is near."""
    known = sorted(set(names) - {written})
    alike = _plain(written)
    for name in known:
        if _plain(name) == alike:
            return f"did you mean {_shown(name, written)}? It differs in {_difference(written, name)}"
    for name in known:
        if _is_address_of(written, name) or _is_address_of(name, written):
            return f"did you mean {name!r}? One of the two is an address, and the whole name is needed"
    if len(known) > MOST_COMPARED:
        return ""
    near = get_close_matches(alike, by_form := {_plain(name): name for name in known}, n=1)
    return f"did you mean {_shown(by_form[near[0]], written)}?" if near else ""


def _plain(text: str) -> str:
    """The text without what people do not see or do not mean: case, form of accents, kinds of spaces, padding."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    return " ".join(seen.split())


def _difference(written: str, name: str) -> str:
    if written.strip() == name.strip():
        return "a space at its beginning or end"
    if unicodedata.normalize("NFC", written) == unicodedata.normalize("NFC", name):
        return "how its accents are composed (Unicode NFC or NFD): copy it from Connect"
    if written.casefold() == name.casefold():
        return "capital and small letters"
    if "".join(written.split()) == "".join(name.split()):
        return "its spaces: copy it from Connect"
    if written.casefold().strip() == name.casefold().strip():
        return "capital and small letters, and a space at its beginning or end"
    return "characters that look alike or are not seen: copy it from Connect"


def _shown(name: str, written: str) -> str:
    """The name as Python writes it; with escapes where it looks like what was written."""
    looks_alike = unicodedata.normalize("NFKC", name).strip() == unicodedata.normalize("NFKC", written).strip()
    is_hidden = any(unicodedata.category(c) in {"Cf", "Zs"} and c != " " for c in name + written)
    return ascii(name) if (looks_alike and name.strip() != written.strip()) or is_hidden else repr(name)


def _is_address_of(address: str, name: str) -> bool:
    """Whether one is an e-mail address, and the other what stands before its @."""
    user, at, _ = address.partition("@")
    return bool(at and user) and "@" not in name and _plain(user) == _plain(name)
