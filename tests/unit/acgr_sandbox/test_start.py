"""What a start of the sandbox costs: it imports nothing that it does not need until its first answer."""

from __future__ import annotations

import subprocess
import sys

STARTED = """
import sys
from acgr_sandbox.__main__ import _parser, _sandbox
from acgr_sandbox import Request
import acgr_sandbox.server
key = "AWS4-HMAC-SHA256 Credential=sandbox/20261121/eu-west-2/connect/aws4_request, Signature=0"
sandbox = _sandbox(_parser().parse_args([]))
answer = sandbox.handle(Request("GET", "/instance", headers={"authorization": key}))
assert answer.status == 200, answer.body
print(*sorted(sys.modules))
"""

CLIENTS = {"boto3", "botocore.session", "botocore.model", "urllib3", "email", "http.client", "urllib.request"}
FILES = {"yaml", "acgr_sandbox.access.access"}
"""What takes long to import, and is for clients, or for scenarios and policies in files."""


def test_a_start_needs_no_client() -> None:
    """Until it has answered its first request, neither an HTTP client nor a reader of files is imported."""
    done = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert "acgr_sandbox.dispatch" in imported
    assert (CLIENTS | FILES) & imported == set()
