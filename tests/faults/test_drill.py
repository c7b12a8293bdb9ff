"""The crash drill in short; `make drill` is the long one."""

from __future__ import annotations

from pathlib import Path

from tests.faults.drill import run_drill, summary
from tests.faults.killer import PHASES
from tests.servers.dovecot import Dovecot


def test_after_15_kills_nothing_is_lost_and_nothing_done_twice(tmp_path: Path, dovecot: Dovecot) -> None:
    result = run_drill(tmp_path, mails=24, kills=15, seed=3, dovecot=dovecot)
    print(summary(result))  # pytest shows it where the test fails
    assert result.deviations == ()
    assert result.kills.total() == 15
    assert all(result.kills[phase] for phase in PHASES), result.kills
    assert result.refund_kills
    # The story is one: mails were answered, goods came back, money was paid and refused.
    assert len(result.outcome.cases) >= 8
    assert len(result.outcome.refunds) >= 5
    assert result.undisturbed.repeated == ()
