"""The stored providers: the bytes that every state refers to, frozen."""

from __future__ import annotations

import base64
import pickle
import subprocess
import sys
from typing import Any

import dill
import pytest
from pulumi.dynamic.dynamic import serialize_provider

from acgr._engine import same_bytes

LIMIT = 90
"""Bytes of a stored provider: its name and nothing else."""


def test_bytes(frozen: Any) -> None:
    """The text that every state of this resource holds as its `__provider` is the same to the byte."""
    assert serialize_provider(frozen.provider()) == frozen.stored
    assert base64.b64decode(frozen.stored) == frozen.raw


def test_a_name_and_nothing_else(frozen: Any) -> None:
    """It holds the import path and the class's name, no code and no value: an upgrade changes no state."""
    assert len(frozen.raw) < LIMIT
    assert (frozen.provider.__module__, frozen.provider.__qualname__) == ("acgr", f"{frozen.name}Provider")
    assert vars(frozen.provider()) == {}


def test_no_secret(frozen: Any) -> None:
    """A name is no secret: as one it would be encrypted anew, and differ, for every stack."""
    assert frozen.provider().serialize_as_secret_always is False


def test_stored_string_loads(frozen: Any) -> None:
    """A string that was stored loads as this package's provider, the way the plugin loads it."""
    assert type(dill.loads(base64.b64decode(frozen.stored))) is frozen.provider


def test_stored_string_loads_on_its_own(frozen: Any) -> None:
    """The plugin has only the string: loading it imports the package, whatever the working folder."""
    program = f"import base64, dill; print(type(dill.loads(base64.b64decode({frozen.stored!r}))).__name__)"
    command = [sys.executable, "-c", program]
    answer = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=60, check=False)
    assert (answer.returncode, answer.stdout.strip()) == (0, f"{frozen.name}Provider"), answer.stderr


def test_every_python_writes_the_same(frozen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.14 pickles by another protocol unless told otherwise; what a resource stores does not change by that."""
    monkeypatch.setattr(pickle, "DEFAULT_PROTOCOL", 5)
    assert serialize_provider(frozen.provider()) != frozen.stored
    with same_bytes():
        assert serialize_provider(frozen.provider()) == frozen.stored
    assert pickle.DEFAULT_PROTOCOL == 5


def test_thousands_of_resources(frozen: Any) -> None:
    """5,000 resources in one program are 5,000 times the same string, without an ever deeper serializer."""
    assert {serialize_provider(frozen.provider()) for _ in range(5000)} == {frozen.stored}
