"""How long a mailbox that can't be read is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta


def next_try(*, failures: int, pauses: Sequence[float], now: datetime) -> datetime:
    """When to try again after `failures` in a row (1 or more); `pauses` in minutes, the last one is repeated."""
    return now + timedelta(minutes=pauses[min(failures, len(pauses)) - 1])
