"""Every operation that is implemented, called by boto3 in process and over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from contract_calls import ALL, CALLS, check, filled, prepared

from acgr_sandbox import Sandbox
from acgr_sandbox.operations import OPERATIONS


def test_no_operation_is_left_out() -> None:
    """Every operation that is implemented is called here."""
    assert sorted(ALL) == sorted(OPERATIONS)


@pytest.mark.parametrize("operation", CALLS)
def test_boto3(operation: str, connect: Callable[..., Any], sandbox: Sandbox) -> None:
    """boto3 gets its answer, or the error there is to get, and the world is what the operation says."""
    call, known = CALLS[operation], prepared(operation, sandbox)
    ask = getattr(connect(), xform_name(operation))
    answer: dict[str, Any] = {}
    if "refused" in call:
        with pytest.raises(ClientError) as caught:
            ask(**filled(call["params"], known))
        assert caught.value.response["Error"]["Code"] == call["refused"]
    else:
        answer = ask(**filled(call.get("params", {}), known))
    check(operation, answer, known, sandbox)
