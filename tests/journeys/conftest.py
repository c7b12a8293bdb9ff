"""The world of the journeys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.world import KATE, LIN, World, order
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpSink


@pytest.fixture
def world(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink) -> World:
    """An installation with one Chinese and one English order."""
    made = World(folder=tmp_path / "desk", dovecot=dovecot, sink=smtp_sink)
    made.import_orders(order("TP2026110001", LIN), order("TP2026110002", KATE))
    return made
