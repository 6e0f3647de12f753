"""Which operations there are, and what the dispatcher has to know about each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from acgr_sandbox.core.models import Token
from acgr_sandbox.wire.refusal import Refusal, invalid_request

from .call import Call

Answer = dict[str, Any]
Handler = Callable[[Call], Answer]

MOST_TOKENS = 10_000
"""How many client tokens are remembered; the oldest make room."""


class Operation(NamedTuple):
    """One operation: its name in the service model, what it does, whether it writes.

    `reused_token` is the error for a client token that comes back with other parameters.
    """

    name: str
    handler: Handler
    writes: bool
    reused_token: str = ""

    def run(self, call: Call) -> Answer:
        """Do it; a client token that was answered before gets the same answer and nothing else happens."""
        _check_tag_keys(call)
        token = call.params.get("ClientToken") if self.reused_token else None
        if not token or call.switches.reused_token == "ignore":
            return self.handler(call)
        return self._once(call, f"{call.region}/{self.name}/{token}")

    def _once(self, call: Call, key: str) -> Answer:
        _forget_old_tokens(call)
        digest = _digest(call)
        known = call.world.tokens.get(key)
        if known is None:
            answer = self.handler(call)
            call.world.tokens[key] = Token(digest, json.dumps(answer), call.now)
            return answer
        if known.digest != digest and call.switches.reused_token == "refuse":
            raise Refusal(self.reused_token, "This client token was used before, with other parameters.")
        replayed: Answer = json.loads(known.answer)
        return replayed


OPERATIONS: dict[str, Operation] = {}


def reads(handler: Handler) -> Handler:
    """Register a handler that changes nothing; its name gives the operation's."""
    return _register(handler, writes=False)


def writes(handler: Handler) -> Handler:
    """Register a handler that changes the world."""
    return _register(handler, writes=True)


def writes_once(reused_token: str) -> Callable[[Handler], Handler]:
    """Register a handler that changes the world once per client token."""
    return lambda handler: _register(handler, writes=True, reused_token=reused_token)


def _register(handler: Handler, *, writes: bool, reused_token: str = "") -> Handler:
    name = "".join(part.capitalize() for part in handler.__name__.split("_"))
    OPERATIONS[name] = Operation(name, handler, writes, reused_token)
    return handler


def _check_tag_keys(call: Call) -> None:
    """Keys that begin with `aws:`, however it is written, are AWS's own: nobody else sets or removes them."""
    for name in ("Tags", "tags", "tagKeys"):
        for key in call.params.get(name) or ():
            if str(key).lower().startswith("aws:"):
                raise invalid_request(f"Tag keys that begin with 'aws:' are reserved: {key}")


def _digest(call: Call) -> str:
    params = {name: value for name, value in call.params.items() if name != "ClientToken"}
    return hashlib.sha256(json.dumps(params, sort_keys=True, default=str).encode()).hexdigest()


def _forget_old_tokens(call: Call) -> None:
    # They are in the order in which they came, and none is looked at that stays.
    tokens, oldest = call.world.tokens, call.now - call.switches.token_seconds
    while tokens:
        key = next(iter(tokens))
        if tokens[key].at >= oldest and len(tokens) < MOST_TOKENS:
            return
        del tokens[key]
