"""The three records of one refund for people: the decision, the instruction to finance, the notice to the customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mailbot.store import sql, views


@dataclass(frozen=True, kw_only=True)
class NoticeRow:
    """A refund notice and how far it got."""

    outbox_id: int
    message_id: str
    state: str  # of the outbox
    sent_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class RefundRecord:
    """A refund with everything that was written about it."""

    refund: views.RefundRow
    ticket_id: int
    decided_at: datetime
    wanted_by: str  # who decided for it, where a second person had to agree; "" otherwise
    instruction_id: int
    export_id: int | None  # the export that it went out with
    notices: tuple[NoticeRow, ...]  # one; none where the customer has no address
    settled_on: date | None
    settled_by: str
    settled_from: str  # file and row of finance, "" where staff wrote it


def record(refund_id: int) -> RefundRecord | None:
    """Everything about one refund, or None."""
    refund = views.refund(refund_id)
    found = sql.first(
        """
        SELECT c.ticket_id, c.refund_wanted_by, i.id, i.export_id, i.settled_from, r.settled_by
        FROM refund r JOIN cases c ON c.id = r.case_id JOIN refund_instruction i ON i.refund_id = r.id WHERE r.id = ?
        """,
        refund_id,
    )
    if refund is None or found is None:
        return None
    ticket_id, wanted_by, instruction_id, export_id, settled_from, settled_by = found
    query = """
        SELECT id, message_id, state, sent_at FROM outbox WHERE case_id = ? AND template = 'refund_notice' ORDER BY id
        """
    return RefundRecord(
        refund=refund,
        ticket_id=ticket_id,
        decided_at=refund.booked_at,
        wanted_by=wanted_by,
        instruction_id=instruction_id,
        export_id=export_id,
        notices=tuple(
            NoticeRow(
                outbox_id=outbox_id,
                message_id=message_id,
                state=state,
                sent_at=datetime.fromisoformat(sent_at) if sent_at else None,
            )
            for outbox_id, message_id, state, sent_at in sql.rows(query, refund.case_id)
        ),
        settled_on=refund.settled_on,
        settled_by=settled_by,
        settled_from=settled_from,
    )
