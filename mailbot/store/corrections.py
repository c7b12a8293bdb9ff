"""What staff said of a sender's mails where the match was wrong."""

from __future__ import annotations

from datetime import datetime

from mailbot.domain.corrections import Correction
from mailbot.store import sql

_MOST_READ = 50  # of one sender
_MOST_NUMBERS = 20  # that one correction keeps


def remember(email: str, correction: Correction) -> None:
    """Keep a correction for the mails of `email` (lower case); the same said again counts from now."""
    written = " ".join(correction.written[:_MOST_NUMBERS])
    same = "DELETE FROM correction WHERE email = ? AND order_number = ? AND written = ?"
    sql.run(same, email, correction.order_number, written)
    sql.insert(
        "correction",
        email=email,
        order_number=correction.order_number,
        written=written,
        said_by=correction.by,
        ticket_id=correction.ticket_id,
        said_at=correction.said_at,
    )


def of_sender(email: str) -> tuple[Correction, ...]:
    """What staff said of this sender's mails (lower case), newest first, at most 50."""
    query = f"""
        SELECT order_number, written, said_by, ticket_id, said_at FROM correction
        WHERE email = ? ORDER BY id DESC LIMIT {_MOST_READ}
        """
    return tuple(
        Correction(
            order_number=order_number,
            written=tuple(written.split()),
            by=said_by,
            ticket_id=ticket_id,
            said_at=datetime.fromisoformat(said_at),
        )
        for order_number, written, said_by, ticket_id, said_at in sql.rows(query, email)
    )
