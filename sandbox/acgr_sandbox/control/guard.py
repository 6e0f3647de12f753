"""Who may ask: programs of this machine, and no page that a browser has open.

A browser sends a request to a loopback port for any page that asks it to, and a name that somebody else owns can be
made to point here (DNS rebinding). So a request has to name a loopback host, may not come from another origin, and what
it writes has to be JSON, which a page cannot send elsewhere without asking first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from acgr_sandbox.wire.refusal import Refusal

from .routes import PREFIX

_LOOPBACK = re.compile(r"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_READING = ("GET", "HEAD")


def is_control(path: str) -> bool:
    """Whether a path belongs to the control routes."""
    return path.partition("?")[0].startswith(PREFIX)


def check(method: str, path: str, headers: Mapping[str, str], *, any_host: bool = False) -> None:
    """Let a request pass.

    Args:
        method: of the request line.
        path: with or without its query.
        headers: names in lower case.
        any_host: whether the API may be asked for under any name, because more than this machine is to reach it.

    Raises:
        Refusal: 403 for a foreign host or page, 415 for a body of a control route that is not JSON.
    """
    control, host = is_control(path), headers.get("host", "")
    if (control or not any_host) and not _LOOPBACK.fullmatch(host):
        raise _foreign(f"The sandbox is asked for as 127.0.0.1 or localhost, not as {host[:100]!r}.")
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host.lower()}":
        raise _foreign(f"The sandbox answers no page of {origin[:100]!r}.")
    if headers.get("sec-fetch-site", "none").lower() not in ("none", "same-origin"):
        raise _foreign("The sandbox answers no page of another site.")
    if control and method not in _READING:
        _check_type(headers)


def _check_type(headers: Mapping[str, str]) -> None:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" or (not kind and headers.get("content-length", "0") == "0"):
        return
    sentence = "A control route takes JSON: send it with the header Content-Type: application/json."
    raise Refusal("UnsupportedMediaType", sentence, status=415)


def _foreign(sentence: str) -> Refusal:
    return Refusal("AccessDeniedException", sentence, status=403)
