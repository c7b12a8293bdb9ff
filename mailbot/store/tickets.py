"""What is known of tickets and cases, read for a decision."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from mailbot.domain.cases import CaseKind, CaseState
from mailbot.domain.facts import BounceFacts, CaseFacts, DueFacts, RefundFacts, TicketFacts
from mailbot.domain.forms import Item
from mailbot.domain.numbers import ticket_number
from mailbot.domain.threads import Pointer, Strength
from mailbot.errors import BadItem
from mailbot.store import orders
from mailbot.store.models import (
    AttachmentRow,
    Case,
    CaseItem,
    Message,
    Outbox,
    Participant,
    Refund,
    Ticket,
)

_CLOSED_STATES = (CaseState.REFUNDED.value, CaseState.DECLINED.value, CaseState.WITHDRAWN.value)


def existing(ticket_ids: Iterable[int]) -> set[int]:
    """Those of the ids that are tickets."""
    wanted = list(ticket_ids)[:100]
    return {row.id for row in Ticket.select(Ticket.id).where(Ticket.id.in_(wanted))} if wanted else set()


def participants(ticket_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Lower-case addresses that belong to each ticket."""
    found: dict[int, set[str]] = {ticket_id: set() for ticket_id in ticket_ids}
    if found:
        for row in Participant.select().where(Participant.ticket.in_(list(found))):
            found[row.ticket_id].add(row.email)
    return {ticket_id: frozenset(emails) for ticket_id, emails in found.items()}


def pointers_by_message_id(message_ids: Sequence[str]) -> list[Pointer]:
    """Tickets in which a mail with one of these Message-IDs stands, theirs or ours."""
    wanted = list(message_ids)[:100]
    if not wanted:
        return []
    rows = Message.select(Message.ticket, Message.message_id, Message.direction).where(
        Message.message_id.in_(wanted) & Message.ticket.is_null(False)
    )
    by_id = {(row.message_id, row.ticket_id): row.direction for row in rows if row.ticket_id is not None}
    pointers = []
    for wanted_id in wanted:
        for (message_id, ticket_id), direction in by_id.items():
            if message_id == wanted_id:
                whose = "a mail of ours" if direction == "out" else "an earlier mail"
                what = f"answers {whose} in {ticket_number(ticket_id)}"
                pointers.append(Pointer(ticket_id=ticket_id, strength=Strength.MESSAGE_ID, what=what))
    return list(dict.fromkeys(pointers))


def bounced(message_ids: Sequence[str]) -> BounceFacts | None:
    """Which mail of ours a bounce quotes, if any."""
    wanted = list(message_ids)[:100]
    row = Outbox.get_or_none(Outbox.message_id.in_(wanted)) if wanted else None
    if row is None or row.ticket_id is None:
        return None
    return BounceFacts(ticket_id=row.ticket_id, to_staff=row.reader == "staff")


def load(ticket_id: int) -> TicketFacts | None:
    """A ticket with its newest case, or None."""
    row = Ticket.get_or_none(Ticket.id == ticket_id)
    if row is None:
        return None
    case = Case.select().where(Case.ticket == ticket_id).order_by(Case.id.desc()).first()
    return TicketFacts(
        ticket_id=row.id,
        is_open=row.state == "open",
        language=row.language,
        customer_email=row.customer_email,
        wish=row.wish,
        order_number=row.order_number,
        has_proof=_has_proof(ticket_id),
        case=_case(case) if case else None,
    )


def _has_proof(ticket_id: int) -> bool:
    is_image = AttachmentRow.content_type.startswith("image/") & ~AttachmentRow.inline
    is_pdf = AttachmentRow.content_type == "application/pdf"
    query = AttachmentRow.select().join(Message)
    return bool(query.where((Message.ticket == ticket_id) & (Message.direction == "in") & (is_image | is_pdf)).exists())


def open_case_of_order(order_number: str) -> CaseFacts | None:
    """The newest open case of an order."""
    query = Case.select().where((Case.order_number == order_number) & Case.state.not_in(_CLOSED_STATES))
    row = query.order_by(Case.id.desc()).first()
    return _case(row) if row else None


def load_case(case_id: int) -> CaseFacts | None:
    """One case, or None."""
    row = Case.get_or_none(Case.id == case_id)
    return _case(row) if row else None


def newest_case(ticket_id: int) -> tuple[CaseFacts, str] | None:
    """The newest case of a ticket, and the last reason that staff gave."""
    row = Case.select().where(Case.ticket == ticket_id).order_by(Case.id.desc()).first()
    return (_case(row), row.staff_reason) if row else None


def _case(row: Case) -> CaseFacts:
    order = orders.get(row.order_number)
    if order is None:
        raise BadItem(f"the order {row.order_number} of case {row.id} is gone; import it again")
    items = CaseItem.select().where(CaseItem.case == row.id).order_by(CaseItem.id)
    refund = Refund.get_or_none(Refund.case == row.id)
    return CaseFacts(
        case_id=row.id,
        ticket_id=row.ticket_id,
        kind=CaseKind(row.kind),
        state=CaseState(row.state),
        order=order,
        answers=json.loads(row.answers),
        items=tuple(Item(model=item.model, quantity=item.quantity) for item in items),
        refund=_refund(refund) if refund else None,
        refunded_before=refunded(row.order_number),
    )


def _refund(row: Refund) -> RefundFacts:
    return RefundFacts(
        refund_id=row.id,
        amount=row.amount,
        currency=row.currency,
        due_on=row.due_on,
        settled=row.state == "settled",
        overdue_told=row.overdue_told,
    )


def refunded(order_number: str) -> Decimal:
    """Sum of all refunds booked for an order, in its currency."""
    rows = Refund.select(Refund.amount).where(Refund.order_number == order_number)
    return sum((row.amount for row in rows), Decimal(0))


def answers_since(address: str, since: datetime) -> int:
    """Automatic answers written to an address since then."""
    return int(
        Outbox.select().where((Outbox.recipient == address) & (Outbox.created_at >= since) & Outbox.automatic).count()
    )


def ticket_answers_since(ticket_id: int, since: datetime) -> int:
    """Automatic answers written to the customer in a ticket since then."""
    return int(
        Outbox.select()
        .where(
            (Outbox.ticket == ticket_id)
            & (Outbox.created_at >= since)
            & Outbox.automatic
            & (Outbox.reader == "customer")
        )
        .count()
    )


def due_refunds(today: date, now: datetime) -> list[DueFacts]:
    """Refunds whose promise has run out, finance hasn't paid, and staff don't know yet (P13)."""
    rows = (
        Refund.select()
        .where((Refund.state == "booked") & (Refund.due_on < today) & ~Refund.overdue_told)
        .order_by(Refund.id)
        .limit(500)
    )
    due = []
    for row in rows:
        case = load_case(row.case_id)
        if case is not None:
            due.append(DueFacts(now=now, today=today, ticket_id=case.ticket_id, case=case, refund=_refund(row)))
    return due
