"""What is wrong with a component's arguments: every problem with the path of its argument, all in one error."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import pulumi

from acgr.arguments import identity, is_output, is_output_as_text
from acgr.runtime.inputs import OBJECT_AS_TEXT
from acgr_connect.model.arns import is_arn
from acgr_connect.model.identifiers import InvalidInput
from acgr_connect.model.yaml_texts import key_as_it_was_read


class ArgumentsError(pulumi.RunError, ValueError):
    """Arguments that cannot be meant, one line for each. It ends a Pulumi program without a traceback."""


class Problems:
    """Collects problems, so that one run shows them all."""

    def __init__(self, whose: str) -> None:
        self._whose = whose
        self._lines: list[str] = []

    def add(self, path: str, sentence: str) -> None:
        """Note what is wrong at a path such as `numbers["sales"].flow`."""
        self._lines.append(f"{path}: {sentence}")

    def plain(self, path: str, value: Any, shape: Callable[[Any], Any]) -> bool:
        """Whether a value that has to be known at once is known and has the shape."""
        if is_output(value):
            self.add(path, "it is an Output; plain text is needed, since resources are made of it")
            return False
        return self._fits(path, value, shape)

    def input(self, path: str, value: Any, shape: Callable[[Any], Any], *attributes: str) -> Any:
        """The value, or what identifies the resource that it is; its shape is judged where it is plain."""
        try:
            given = identity(value, *attributes)
        except TypeError as error:
            self.add(path, str(error))
            return None
        if not is_output(given):
            self._fits(path, given, shape)
        return given

    def _fits(self, path: str, value: Any, shape: Callable[[Any], Any]) -> bool:
        if is_output_as_text(value):
            self.add(path, OBJECT_AS_TEXT)
            return False
        try:
            shape(value)
        except InvalidInput as error:
            self.add(path, str(error))
            return False
        return True

    def raise_if_any(self) -> None:
        """End the construction before anything is registered.

        Raises:
            ArgumentsError: something was noted.
        """
        if self._lines:
            raise ArgumentsError("\n  ".join([f"{self._whose}:", *self._lines]))


class Once:
    """Notes a problem where the same object is declared a second time."""

    def __init__(self, problems: Problems, noun: str) -> None:
        self._problems = problems
        self._noun = noun
        self._first: dict[Hashable, str] = {}

    def declare(self, path: str, value: Any) -> None:
        """The object that a value stands for is declared at this path."""
        if value is None:
            return
        # An Output's text is not known yet: all that can be told of two is whether they are one and the same.
        same = bare(value) if isinstance(value, str) else id(value)
        first = self._first.setdefault(same, path)
        if first != path:
            self._problems.add(path, f"it is the same {self._noun} as {first}")


def bare(text: str) -> str:
    """The id in an ARN; any other text as it is."""
    return text.rsplit("/", 1)[-1] if is_arn(text) else text


def _is_digits(key: Any) -> bool:
    """Whether it may be a phone number whose plus was dropped: that is said where numbers are read."""
    return isinstance(key, (int, float)) and not isinstance(key, bool)


def shown(key: Any) -> str:
    """A key as a path or sentence spells it."""
    if is_output(key):
        return "an Output"
    return f'"{key}"' if isinstance(key, str) else repr(key)


def label(problems: Problems, path: str, key: Any, noun: str) -> bool:
    """Whether a key of a mapping is plain text; what is wrong with it is noted with the remedy."""
    if is_output(key) or is_output_as_text(key):
        problems.add(path, f"a key is an Output; keys are plain labels and values are Outputs: {noun}")
    elif not isinstance(key, str) and not _is_digits(key):
        problems.add(path, f"the key {shown(key)} is not text{key_as_it_was_read(key)}")
    elif isinstance(key, str) and (not key.strip() or key != key.strip()):
        problems.add(path, f"the key {shown(key)} is empty, or begins or ends with a space")
    else:
        return True
    return False
