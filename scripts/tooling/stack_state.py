"""What the files of a `file://` backend say of a stack, without asking Pulumi."""

from __future__ import annotations

import json
from pathlib import Path


class StackFiles:
    """The files of one stack."""

    def __init__(self, clone: Path, project: str, stack: str) -> None:
        self.backend = clone / ".state" / "pulumi"
        own = self.backend / ".pulumi"
        self.state = own / "stacks" / project / f"{stack}.json"
        self.locks = own / "locks" / "organization" / project / stack

    def exists(self) -> bool:
        """Whether the stack has been made."""
        return self.state.is_file()

    def has_pending_operations(self) -> bool:
        """Whether a run ended before it knew what became of something it had begun."""
        try:
            latest = json.loads(self.state.read_text(encoding="utf-8"))["checkpoint"]["latest"]
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return bool((latest or {}).get("pending_operations"))
