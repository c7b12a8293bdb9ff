"""Tickets and refunds as letters, lists and pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from mailbot.domain.cases import CaseState
from mailbot.domain.instructions import InstructionState
from mailbot.domain.message import Attachment, FileFlag
from mailbot.domain.proof import ProofFile
from mailbot.domain.refunds import RefundSum
from mailbot.store import sql
from mailbot.store.models import Case, Refund, RefundInstruction, Ticket

_AT_ONCE = 500  # values in one query


@dataclass(frozen=True, kw_only=True)
class TicketRow:
    """A ticket as letters and lists show it."""

    ticket_id: int
    state: str  # open or closed
    subject: str
    language: str
    customer_name: str
    customer_email: str
    wish: str
    order_number: str
    linked_to: int | None
    merged_into: int | None
    opened_at: datetime
    updated_at: datetime


def row(ticket_id: int) -> TicketRow | None:
    """One ticket, or None."""
    found = sql.first(
        """
        SELECT id, state, subject, language, customer_name, customer_email, wish, order_number, linked_to,
               merged_into, opened_at, updated_at
        FROM ticket WHERE id = ?
        """,
        ticket_id,
    )
    if found is None:
        return None
    return TicketRow(
        ticket_id=found[0],
        state=found[1],
        subject=found[2],
        language=found[3],
        customer_name=found[4],
        customer_email=found[5],
        wish=found[6],
        order_number=found[7],
        linked_to=found[8],
        merged_into=found[9],
        opened_at=datetime.fromisoformat(found[10]),
        updated_at=datetime.fromisoformat(found[11]),
    )


def page(limit: int, state: str = "") -> list[TicketRow]:
    """Tickets, last touched first."""
    query = Ticket.select().order_by(Ticket.updated_at.desc(), Ticket.id.desc()).limit(limit)
    return [_row(found) for found in (query.where(Ticket.state == state) if state else query)]


def cases_of(ticket_ids: Sequence[int]) -> dict[int, list[int]]:
    """The cases of each ticket that has any, oldest first."""
    found: dict[int, list[int]] = {}
    for start in range(0, len(ticket_ids), _AT_ONCE):
        some = ticket_ids[start : start + _AT_ONCE]
        for case in Case.select(Case.id, Case.ticket).where(Case.ticket.in_(some)).order_by(Case.id):
            found.setdefault(case.ticket_id, []).append(case.id)
    return found


def _row(found: Ticket) -> TicketRow:
    return TicketRow(
        ticket_id=found.id,
        state=found.state,
        subject=found.subject,
        language=found.language,
        customer_name=found.customer_name,
        customer_email=found.customer_email,
        wish=found.wish,
        order_number=found.order_number,
        linked_to=found.linked_to,
        merged_into=found.merged_into,
        opened_at=found.opened_at,
        updated_at=found.updated_at,
    )


@dataclass(frozen=True, kw_only=True)
class RefundRow:
    """A refund as letters and lists show it."""

    refund_id: int
    case_id: int
    order_number: str
    amount: Decimal
    currency: str
    payment_method: str
    state: str  # booked or settled
    booked_at: datetime
    due_on: date
    due_is_provisional: bool
    due_before: date | None  # promised until staff named due_on
    decided_by: str
    settled_on: date | None
    parts: RefundSum
    deduction_reason: str
    instruction: InstructionState  # how far finance is


def refund(refund_id: int) -> RefundRow | None:
    """One refund, or None."""
    found = Refund.get_or_none(Refund.id == refund_id)
    return _refund_row(found) if found else None


def refund_of_case(case_id: int) -> RefundRow | None:
    """The refund of a case, or None."""
    found = Refund.get_or_none(Refund.case == case_id)
    return _refund_row(found) if found else None


def refund_of_order(order_number: str) -> RefundRow | None:
    """The newest refund of an order, or None."""
    found = Refund.select().where(Refund.order_number == order_number).order_by(Refund.id.desc()).first()
    return _refund_row(found) if found is not None else None


def refunds(limit: int, state: str = "") -> list[RefundRow]:
    """Refunds, newest first; `state` is of their instructions."""
    query = RefundInstruction.select(RefundInstruction, Refund).join(Refund).order_by(Refund.id.desc()).limit(limit)
    told = query.where(RefundInstruction.state == state) if state else query
    return [_refund_row(one.refund, InstructionState(one.state)) for one in told]


def _refund_row(found: Refund, told: InstructionState | None = None) -> RefundRow:
    """`told` is looked up where it isn't known."""
    told = told or InstructionState(RefundInstruction.get(RefundInstruction.refund == found.id).state)
    return RefundRow(
        refund_id=found.id,
        case_id=found.case_id,
        order_number=found.order_number,
        amount=found.amount,
        currency=found.currency,
        payment_method=found.payment_method,
        state=found.state,
        booked_at=found.booked_at,
        due_on=found.due_on,
        due_is_provisional=found.due_is_provisional,
        due_before=found.due_before,
        decided_by=found.decided_by,
        settled_on=found.settled_on,
        parts=parts_of(found),
        deduction_reason=found.deduction_reason,
        instruction=told,
    )


def parts_of(found: Refund) -> RefundSum:
    """Of what a refund is made up."""
    return RefundSum(
        goods=found.goods,
        shipping=found.shipping,
        restocking=found.restocking,
        deduction=found.deduction,
        amount=found.amount,
    )


def state_before(case_id: int) -> CaseState | None:
    """The state from which a case came into the one that it is in; None where it never moved."""
    found = sql.first("SELECT from_state FROM case_event WHERE case_id = ? ORDER BY id DESC LIMIT 1", case_id)
    return CaseState(found[0]) if found else None


def in_copy(ticket_id: int) -> list[str]:
    """Addresses that the customer keeps in copy, in the order in which they joined."""
    query = "SELECT email FROM participant WHERE ticket_id = ? AND role = 'copy' ORDER BY id"
    return [email for (email,) in sql.rows(query, ticket_id)]


def thread_of(ticket_id: int, address: str, customer: str = "") -> list[str]:
    """Message-IDs that `address` wrote or got in a ticket, oldest first: nobody else's ids leave the house.

    Somebody in copy got what the `customer` wrote as well.
    """
    query = """
        SELECT message_id FROM message
        WHERE ticket_id = ? AND (sender = ? OR recipient = ? OR (sender = ? AND direction = 'in')) AND message_id <> ''
        ORDER BY id
        """
    return [message_id for (message_id,) in sql.rows(query, ticket_id, address, address, customer or address)]


def proofs_from_customer(ticket_id: int) -> tuple[ProofFile, ...]:
    """Files that people sent into a ticket, oldest first, each content once for an order; a bounce's copy is none."""
    query = """
        SELECT a.filename, a.content_type, a.size, a.digest, a.inline, a.detected_type, a.flags, a.names_orders,
               a.about_order, a.unreadable
        FROM attachment a JOIN message m ON m.id = a.message_id
        WHERE m.ticket_id = ? AND m.direction = 'in' AND m.origin = 'human' ORDER BY a.id
        """
    found = {}
    for filename, content_type, size, digest, inline, detected_type, flags, names, about, unreadable in sql.rows(
        query, ticket_id
    ):
        file = Attachment(
            filename=filename,
            content_type=content_type,
            size=size,
            sha256=digest,
            inline=bool(inline),
            content_id=None,
            detected_type=detected_type,
            flags=tuple(FileFlag(flag) for flag in flags.split()),
        )
        found[digest, about] = ProofFile(
            file=file, names=tuple(names.split()), about=about, is_unreadable=bool(unreadable)
        )
    return tuple(found.values())
