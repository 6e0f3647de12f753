"""Nobody's own Pulumi and AWS set-up takes part in the tests, but for a real account that was asked for by name."""

from __future__ import annotations

import os

REAL_ACCOUNT = "ACGR_CONTRACT_ACCOUNT"
KEPT = ("ACGR_CACHE", "ACGR_CONTRACT_", "ACGR_PULUMI_DOWNLOAD_URL")


def _is_foreign(name: str) -> bool:
    prefixes = ("PULUMI_", "ACGR_") if os.environ.get(REAL_ACCOUNT) else ("PULUMI_", "ACGR_", "AWS_")
    return name.startswith(prefixes) and not name.startswith(KEPT)


for _name in [name for name in os.environ if _is_foreign(name)]:
    del os.environ[_name]
