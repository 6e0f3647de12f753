"""The fault matrix: whatever happens to whichever call, one more run ends as declared."""

from __future__ import annotations

import pytest
from drill import trial
from drill.matrix import Case, cases


@pytest.mark.parametrize("case", cases(), ids=str)
def test_one_more_run_ends_as_declared(case: Case) -> None:
    """As declared, no number dark, nobody undeclared removed, nothing released, no request beyond the rate."""
    trial.of_case(case).recovers(case)
