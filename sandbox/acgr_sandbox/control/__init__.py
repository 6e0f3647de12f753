"""Steering a sandbox: the control routes under /_sandbox/, their client, the overview, the second writer."""

from __future__ import annotations

from .client import Control, ControlError

__all__ = ["Control", "ControlError"]
