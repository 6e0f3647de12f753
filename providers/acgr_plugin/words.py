"""Sentences of the logic, with the names that programs of this door write."""

from __future__ import annotations

import re
from functools import cache

from acgr.runtime.inputs import OBJECT_AS_TEXT
from acgr_connect.model.property_names import camel
from acgr_plugin.configuration import in_own_words
from acgr_plugin.kinds import kinds

OUTPUT_AS_TEXT = (
    "it holds what a program makes of an Output or a resource inside a text, not its value; write "
    "pulumi.interpolate`… ${output}` in TypeScript, pulumi.Sprintf in Go, pulumi.Output.format in Python"
)
"""What is wrong with such a text, to programs of every language."""

OPTIONS = ("custom_timeouts",)
"""Options of resources that sentences name."""


def as_written(sentence: str) -> str:
    """The sentence with arguments, outputs and options in camelCase, and settings as they are called here."""
    said = sentence.replace(OBJECT_AS_TEXT, OUTPUT_AS_TEXT)
    return in_own_words(_names().sub(lambda found: camel(found[0]), said))


@cache
def _names() -> re.Pattern[str]:
    every = {name for kind in kinds().values() for name in (*kind.inputs, *kind.outputs)}.union(OPTIONS)
    longest_first = sorted((name for name in every if "_" in name), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(longest_first)})(?![\w-])")
