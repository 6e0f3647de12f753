"""A small STS over HTTP: it issues sessions of roles, and remembers each with what it was asked for."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d+/([^/]+)/sts/aws4_request")
_IDENTITY = "<Arn>arn:aws:iam::{account}:user/somebody</Arn><UserId>AIDA</UserId><Account>{account}</Account>"
_CREDENTIALS = (
    "<Credentials><AccessKeyId>{account}</AccessKeyId><SecretAccessKey>secret-of-{token}</SecretAccessKey>"
    "<SessionToken>{token}</SessionToken><Expiration>{until}</Expiration></Credentials>"
)


@dataclass(frozen=True)
class Issued:
    """A session of a role.

    Attributes:
        role: the role's ARN.
        token: the session's token.
        asked: the other parameters, by name; members of lists as the query protocol spells them.
        region: the Region in whose name it was asked; "" where nobody signed.
        source: the token of the session with which it was asked, or the access key; "" where nobody signed.
    """

    role: str
    token: str
    asked: dict[str, str]
    region: str
    source: str


@dataclass
class TokenService:
    """What was issued, and how it behaves.

    The access key of a session is the account of its role, so that the sandbox takes it for that account.

    Attributes:
        issued: all sessions, the oldest first.
        account: the account of callers whose access key is no account's id.
        lasts: seconds that a session lasts, whatever was asked.
        hangs: whether no request is answered until `end`.
        identities: how often somebody asked who they are, by Region.
    """

    url: str = ""
    account: str = "111122223333"
    lasts: float = 3600.0
    hangs: bool = False
    issued: list[Issued] = field(default_factory=list)
    identities: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def answer(self, authorization: str, token: str, body: str) -> str:
        """One request, in the query protocol."""
        asked = dict(parse_qsl(body))
        action = asked.pop("Action")
        asked.pop("Version")
        signed = _CREDENTIAL.search(authorization)
        key, region = signed.groups() if signed else ("", "")
        if action == "GetCallerIdentity":
            self.identities.append(region)
            account = key if re.fullmatch(r"\d{12}", key) else self.account
            return _wrapped(action, _IDENTITY.format(account=account))
        role = asked.pop("RoleArn")
        made = Issued(role, f"token-{len(self.issued) + 1}", asked, region, token or key)
        self.issued.append(made)
        until = datetime.now(timezone.utc) + timedelta(seconds=self.lasts)
        return _wrapped(
            action,
            _CREDENTIALS.format(
                account=role.split(":")[4], token=made.token, until=until.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            ),
        )


def _wrapped(action: str, inside: str) -> str:
    return (
        f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>{inside}</{action}Result>'
        f"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{action}Response>"
    )


@contextmanager
def serving(service: TokenService) -> Iterator[TokenService]:
    """The service on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            if service.hangs:
                service.ended.wait()
                return
            headers = self.headers
            said = service.answer(headers.get("Authorization", ""), headers.get("X-Amz-Security-Token", ""), body)
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
