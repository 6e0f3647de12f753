"""What is said of a call that is not allowed: the action, and what to do."""

from __future__ import annotations

import pytest
from scripted import SOURCE, refusal

from acgr_connect.aws.denials import remedy
from acgr_connect.aws.error_codes import translated
from acgr_connect.model.errors import Denied, ErrorContext

WHO = "User: arn:aws:sts::111122223333:assumed-role/deploy/ci is not authorized to perform:"
PRINTS = "to the role: `acgr policy` prints what it needs"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            f"{WHO} connect:DescribeUser on resource: arn:x because no identity-based policy allows the "
            "connect:DescribeUser action",
            f"allow connect:DescribeUser {PRINTS}",
        ),
        # The service looked something up in the caller's name.
        (f"{WHO} ds:DescribeDirectories", f"allow ds:DescribeDirectories {PRINTS}"),
        # Some answers say nothing.
        ("no message", f"allow connect:DescribeUser {PRINTS}"),
        ("Access denied", f"allow connect:DescribeUser {PRINTS}"),
        (
            f"{WHO} connect:DescribeUser on resource: x with an explicit deny in a service control policy",
            "a policy denies connect:DescribeUser, and no other can allow it: change that one",
        ),
        (
            f"{WHO} connect:DescribeUser because no service control policy allows the connect:DescribeUser action",
            "the service control policy has to allow connect:DescribeUser",
        ),
        (
            f"{WHO} connect:DescribeUser because no permissions boundary allows the connect:DescribeUser action",
            "the permissions boundary has to allow connect:DescribeUser",
        ),
    ],
)
def test_remedy(message: str, said: str) -> None:
    """The message's action, else the operation's; an Allow where that helps, and what else has to be changed."""
    assert remedy(message, "DescribeUser") == said


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException"])
def test_it_is_part_of_the_sentence(code: str) -> None:
    """It follows the service's message and code, and goes before what else is to be done."""
    with pytest.raises(Denied) as caught, translated(SOURCE):
        raise refusal(code, 403, "not you", operation="UpdatePhoneNumber")
    told = ErrorContext("placing a number", SOURCE).added_to(caught.value, remedy="run again")
    assert (
        str(told)
        == f"placing a number in {SOURCE}: not you ({code}); allow connect:UpdatePhoneNumber {PRINTS}; run again"
    )


@pytest.mark.parametrize(
    ("code", "operation"), [("ExpiredTokenException", "DescribeUser"), ("AccessDenied", "AssumeRole")]
)
def test_what_is_about_something_else(code: str, operation: str) -> None:
    """Expired credentials need no permission, and `acgr policy` does not write who may assume a role."""
    with pytest.raises(Denied) as caught, translated(SOURCE):
        raise refusal(code, 403, "not you", operation=operation)
    assert caught.value.remedy == ""
