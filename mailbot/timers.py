"""What time brings up: due things become facts, and go through the same decide and apply as a mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mailbot.apply import Applier, Occasion
from mailbot.domain.rules import RuleBook, decide_due
from mailbot.errors import ConfigError
from mailbot.settings import Settings
from mailbot.store import tickets
from mailbot.store.database import transaction


@dataclass(kw_only=True)
class Timers:
    """Looks for broken promises. Idempotent: what was told is marked in the transaction that tells it."""

    settings: Settings
    book: RuleBook
    applier: Applier
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def run(self, stop: Callable[[], bool] = lambda: False) -> tuple[int, ConfigError | None]:
        """Handle what is due; returns how many things were acted upon, and what stood in the way of others (G3)."""
        trouble: ConfigError | None = None
        now = self.clock()
        today = now.astimezone(ZoneInfo(self.settings.timezone)).date()
        acted = 0
        for due in tickets.due_refunds(today, now):
            if stop():
                break
            decision = decide_due(due, self.book)
            if not decision.effects:
                continue
            try:
                with transaction():
                    self.applier.apply(decision.effects, Occasion(now=now, today=today, received_at=now))
                acted += 1
            except ConfigError as error:
                trouble = error
        return acted, trouble
