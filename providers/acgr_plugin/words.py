"""Sentences of the logic, with the names that programs of this door write."""

from __future__ import annotations

import re
from functools import cache

from acgr_connect.model.property_names import camel
from acgr_plugin.configuration import in_own_words
from acgr_plugin.kinds import kinds


def as_written(sentence: str) -> str:
    """The sentence with arguments and outputs in camelCase, and settings as they are called here."""
    return in_own_words(_names().sub(lambda found: camel(found[0]), sentence))


@cache
def _names() -> re.Pattern[str]:
    every = {name for kind in kinds().values() for name in (*kind.inputs, *kind.outputs)}
    longest_first = sorted((name for name in every if "_" in name), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(longest_first)})(?![\w-])")
