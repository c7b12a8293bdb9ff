"""What staff said about a sender's mails when the match was wrong: `#order TP…`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Correction:
    """Staff named the order that a sender's mail is about."""

    order_number: str  # the right one
    written: tuple[str, ...]  # numbers that the mail itself quoted, upper case; () where it quoted none
    by: str  # name of the staff member
    ticket_id: int  # where it was said
    said_at: datetime  # aware
