"""The crash drill of the refunds in short; `make drill` has the long one."""

from __future__ import annotations

from pathlib import Path

from tests.faults.refund_drill import STEPS, run_refund_drill


def test_refunds_are_booked_exported_and_settled_once_whatever_is_killed(tmp_path: Path) -> None:
    found = run_refund_drill(tmp_path, kills=6, seed=5)
    assert found.problems == []
    assert found.kills.total() >= 6
    assert all(found.kills[step] for step in STEPS), found.kills
    assert len(found.notices) == found.refunds >= 8
