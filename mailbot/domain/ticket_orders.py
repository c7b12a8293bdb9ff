"""Which orders a ticket is about, and what staff do to that: `#order TP…`, `#return TP…`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class TicketOrder:
    """An order that a ticket is about, and how it came there."""

    number: str
    named_by: str  # name of the staff member who named it; "" where a mail was matched to it
    since: datetime  # aware


@dataclass(frozen=True, kw_only=True)
class NamedOrder:
    """The order that staff name in a mail."""

    number: str  # as written, upper case
    exists: bool
    is_customers: bool  # the ticket's customer bought it, or its owner lets them speak for it (G5)
    written: tuple[str, ...]  # order numbers that the customer's mails in the ticket quote, upper case
