"""The one error of everything that reads settings."""

from __future__ import annotations


class SettingError(ValueError):
    """A setting that cannot be understood, or cannot be honoured; the message names it and says what to do."""
