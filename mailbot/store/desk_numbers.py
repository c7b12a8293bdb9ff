"""What the numbers of this desk stand for."""

from __future__ import annotations

from collections.abc import Iterable

from mailbot.domain.facts import CaseFacts
from mailbot.domain.numbers import row_id
from mailbot.store import sql, tickets


def with_tickets(numbers: Iterable[str]) -> list[tuple[str, int]]:
    """Each number of a ticket, case or refund that there is ("T-100001", "R-100001", "RF-100001"), with its ticket."""
    found = []
    for number in numbers:
        case = case_named(number)
        if case is not None:
            found.append((number, case.ticket_id))
        elif number.startswith("T-") and (ticket_id := row_id(number)) is not None:
            found += [(number, there) for (there,) in sql.rows("SELECT id FROM ticket WHERE id = ?", ticket_id)]
    return found


def case_named(number: str) -> CaseFacts | None:
    """The case that the number of a case or of its refund leads to, or None."""
    kind, found = number.partition("-")[0], row_id(number)
    if found is None or kind == "T":
        return None
    if kind == "R":
        return tickets.load_case(found)
    row = sql.first("SELECT case_id FROM refund WHERE id = ?", found)
    return tickets.load_case(int(row[0])) if row else None
