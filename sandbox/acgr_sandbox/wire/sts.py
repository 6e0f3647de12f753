"""The one STS operation that clients ask for: GetCallerIdentity, in the query protocol."""

from __future__ import annotations

from urllib.parse import parse_qs

from .caller import Caller, principal_of
from .rest_json import Request, Response

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_IDENTITY = """<GetCallerIdentityResponse xmlns="{namespace}"><GetCallerIdentityResult><Arn>{arn}</Arn>\
<UserId>{user}</UserId><Account>{account}</Account></GetCallerIdentityResult><ResponseMetadata>\
<RequestId>00000000-0000-4000-8000-000000000000</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""
_ERROR = """<ErrorResponse xmlns="{namespace}"><Error><Type>Sender</Type><Code>InvalidAction</Code>\
<Message>The sandbox answers GetCallerIdentity only.</Message></Error>\
<RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>"""


def action(request: Request) -> str:
    """The action that is asked for; "no action" where it is no name."""
    fields = {**parse_qs(request.query), **parse_qs(request.body.decode(errors="replace"))}
    named = fields.get("Action", [""])[-1]
    return named if named.isascii() and named.isalnum() and len(named) <= 64 else "no action"


def answer(caller: Caller, request: Request, partition: str) -> Response:
    """Who the caller is; any other action is refused."""
    if action(request) != "GetCallerIdentity":
        return _xml(400, _ERROR.format(namespace=_NAMESPACE))
    text = _IDENTITY.format(
        namespace=_NAMESPACE, arn=principal_of(caller, partition), user="AIDASANDBOX", account=caller.account
    )
    return _xml(200, text)


def _xml(status: int, text: str) -> Response:
    return Response(status, {"Content-Type": "text/xml"}, text.encode())
