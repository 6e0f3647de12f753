"""Opens an address in the user's browser, where there is one that would show it to somebody."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping

_TEXT = ("elinks", "links", "lynx", "w3m", "www-browser")
"""Browsers in a terminal: they take it over, and show nothing of a page that needs its script."""


def open_browser(url: str) -> bool:
    """Open an address; False where no browser was found, or nobody would see it."""
    if not has_screen(os.environ, sys.platform):
        return False
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    if os.path.basename(getattr(browser, "name", "")) in _TEXT:
        return False
    return browser.open(url)


def has_screen(environment: Mapping[str, str], platform: str) -> bool:
    """Whether somebody sits at this machine: not over SSH, in CI or without a display, unless BROWSER names one."""
    if environment.get("CI") or environment.get("SSH_CONNECTION"):
        return bool(environment.get("BROWSER"))
    has_display = platform in ("darwin", "win32") or "DISPLAY" in environment or "WAYLAND_DISPLAY" in environment
    return has_display or bool(environment.get("BROWSER"))
