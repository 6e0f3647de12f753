"""What a command says where it cannot do its work."""

from __future__ import annotations


class CommandFailure(Exception):
    """The message says what is wrong, and is all that the user sees."""
