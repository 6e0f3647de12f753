"""The page that a browser shows of a sandbox: one file, which asks for the overview again and again.

It may do nothing else: its policy allows the one style sheet and the one script that are in the file, named by their
hashes, and requests to where it comes from.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from acgr_sandbox.wire.rest_json import Response

_FILE = Path(__file__).with_name("page.html")


def page() -> Response:
    """The page, with the headers that keep it to itself."""
    body, policy = _page()
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
    }
    return Response(200, headers, body)


@cache
def _page() -> tuple[bytes, str]:
    text = _FILE.read_text(encoding="utf-8")
    rules = {
        "default-src": "'none'",
        "script-src": _hash_of(text, "script"),
        "style-src": _hash_of(text, "style"),
        "img-src": "data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return text.encode(), "; ".join(f"{what} {whence}" for what, whence in rules.items())


def _hash_of(text: str, element: str) -> str:
    (content,) = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
