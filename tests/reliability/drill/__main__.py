"""The size of the matrix as a table: `python tests/reliability/drill`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from drill.size import table

sys.stdout.write(table())
