"""What AWS's answer to a call that is not allowed says: which action, and what to do about it. Pure.

IAM names the action in its message, which may be another one than the operation's: one that the service carries out in
the caller's name. Where a service says no more than "access denied", the action has the operation's name.
"""

from __future__ import annotations

import re

CODES = frozenset({"AccessDenied", "AccessDeniedException"})
"""The codes of an answer to a call that is not allowed. Others of `Denied` are about the credentials themselves."""

_ACTION = re.compile(r"not authorized to perform: ([a-z0-9-]+:[A-Za-z0-9]+)")
_LIMITS = (
    "service control policy",
    "resource control policy",
    "permissions boundary",
    "session policy",
    "VPC endpoint policy",
)
"""What may keep a role from what its own policies allow, as IAM's messages call it."""


def remedy(message: str, operation: str) -> str:
    """What to do about a call of Connect that is not allowed; names the action.

    Args:
        message: of the answer.
        operation: that was called.
    """
    found = _ACTION.search(message)
    action = found[1] if found else f"connect:{operation}"
    if "explicit deny" in message:
        return f"a policy denies {action}, and no other can allow it: change that one"
    if limit := next((each for each in _LIMITS if each in message), ""):
        return f"the {limit} has to allow {action}"
    return f"allow {action} to the role: `acgr policy` prints what it needs"
