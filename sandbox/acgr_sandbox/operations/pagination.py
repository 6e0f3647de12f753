"""Lists in pages, with tokens that mean nothing to the caller and live for a day."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from typing import TypeVar

from acgr_sandbox.wire.refusal import Refusal, invalid_parameter

from .call import Call

Item = TypeVar("Item")

LIFE = 24 * 3600.0


def page(call: Call, items: Iterable[tuple[str, Item]], *, size: int, what: str) -> tuple[list[Item], str | None]:
    """The page a call asks for and the token of the next one, None on the last.

    Args:
        call: its `NextToken` says where to go on.
        items: (key, item) pairs; keys are unique, and pages are in their order, so that a token
            stays valid while the list changes under it.
        size: items on a page.
        what: names the list, so that a token of another one is refused.
    """
    after = _position(call, what)
    rest = sorted((pair for pair in items if after is None or pair[0] > after), key=lambda pair: pair[0])
    shown = rest[:size]
    token = _token(call, what, shown[-1][0]) if len(rest) > size else None
    return [item for _, item in shown], token


def page_size(call: Call, default: int) -> int:
    """What the call asks for, else `default`."""
    return int(call.params.get("MaxResults") or default)


def _token(call: Call, what: str, key: str) -> str:
    text = json.dumps([what, call.region, key, call.now])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _position(call: Call, what: str) -> str | None:
    token = call.params.get("NextToken")
    if token is None:
        return None
    try:
        name, region, key, made = json.loads(base64.urlsafe_b64decode(token.encode()))
        age = call.now - made
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise invalid_parameter("NextToken was not issued by this operation.") from None
    if (name, region) != (what, call.region):
        raise invalid_parameter("NextToken was issued for another list.")
    if age > LIFE:
        raise _expired(call)
    return str(key)


def _expired(call: Call) -> Refusal:
    message = "NextToken is older than 24 hours."
    if call.switches.expired_page_token == "InvalidToken":
        return Refusal("InvalidToken", message, status=400)
    return invalid_parameter(message)
