"""Effects -> rows. Nothing else writes tickets, cases, refunds or outbox."""

from mailbot.apply.effects import Applied, Applier, Occasion

__all__ = ["Applied", "Applier", "Occasion"]
