"""Which operations of Amazon Connect the adapter, `acgr_connect`, calls."""

from __future__ import annotations

import ast
from pathlib import Path

import acgr_connect
from acgr_sandbox.wire.service_model import service_model


def adapter_operations() -> set[str]:
    """The operations that `acgr_connect` names, as the service model spells them."""
    known = set(service_model().operation_names)
    sources = (path.read_text(encoding="utf-8") for path in Path(acgr_connect.__file__).parent.rglob("*.py"))
    nodes = (node for source in sources for node in ast.walk(ast.parse(source)))
    return {str(node.value) for node in nodes if isinstance(node, ast.Constant)} & known
