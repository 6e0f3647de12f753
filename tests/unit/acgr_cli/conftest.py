"""Gives the tests of the command a contact centre."""

from __future__ import annotations

from contact_centre import ask, sandbox, served

__all__ = ["ask", "sandbox", "served"]
