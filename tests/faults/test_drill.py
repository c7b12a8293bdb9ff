"""The crash drill in short; `make drill` tells it longer, and has the long one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.drill import run_drill, summary
from tests.faults.killer import PHASES
from tests.servers.dovecot import Dovecot

KILLS = int(os.environ.get("MAILBOT_TEST_KILLS", "8"))  # 8 are the fewest that reach every phase
MAILS = 12 if KILLS < 15 else 24


@pytest.mark.timeout(600)
def test_after_kills_nothing_is_lost_and_nothing_done_twice(tmp_path: Path, dovecot: Dovecot) -> None:
    result = run_drill(tmp_path, mails=MAILS, kills=KILLS, seed=3, dovecot=dovecot)
    print(summary(result))  # pytest shows it where the test fails
    assert result.deviations == ()
    assert result.kills.total() == KILLS
    assert all(result.kills[phase] for phase in PHASES), result.kills
    assert result.refund_kills
    # The story is one: mails were answered, goods came back, money was paid and refused.
    cases, refunds = (3, 2) if MAILS < 24 else (8, 5)
    assert len(result.outcome.cases) >= cases
    assert len(result.outcome.refunds) >= refunds
    assert result.undisturbed.repeated == ()
