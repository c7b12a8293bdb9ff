"""The writes that a decision is made of. Only `mailbot.apply` calls them, inside its transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from peewee import IntegrityError

from mailbot.domain.cases import REASON_ANEW, Actor, CaseEvent, CaseKind, CaseState
from mailbot.domain.forms import Answers, Item
from mailbot.domain.masking import mask_secrets
from mailbot.domain.message import Attachment, IncomingMail
from mailbot.domain.orders import Order
from mailbot.domain.pieces import counted
from mailbot.domain.proof import ProofFile
from mailbot.domain.refunds import RefundSum
from mailbot.domain.waiting import WAITS
from mailbot.errors import SafeguardTripped
from mailbot.store import instructions, orders, sql, ticket_orders, tickets
from mailbot.store.models import (
    Case,
    CaseEventRow,
    CaseItem,
    Incident,
    Refund,
    Ticket,
)

_MOST_PARTICIPANTS = 20  # of one ticket


def open_ticket(
    *,
    now: datetime,
    subject: str,
    language: str,
    customer_name: str,
    customer_email: str,
    wish: str,
    linked_to: int | None,
) -> int:
    """A new ticket whose customer takes part in it; returns its id."""
    ticket_id = sql.insert(
        "ticket",
        state="open",
        subject=mask_secrets(subject)[:500],
        language=language,
        customer_name=mask_secrets(customer_name)[:200],
        customer_email=customer_email,
        wish=wish,
        order_number="",
        asked_orders="",
        linked_to=linked_to,
        opened_at=now,
        updated_at=now,
    )
    if customer_email:
        sql.insert("participant", ticket_id=ticket_id, email=customer_email, role="customer")
    return ticket_id


def touch_ticket(ticket_id: int, now: datetime) -> None:
    """Something happened in the ticket."""
    sql.run("UPDATE ticket SET updated_at = ? WHERE id = ?", now, ticket_id)


def open_again(ticket_id: int) -> None:
    """The ticket is open."""
    Ticket.update(state="open", closed_at=None).where(Ticket.id == ticket_id).execute()


def close_ticket(ticket_id: int, now: datetime) -> None:
    """The ticket is closed."""
    Ticket.update(state="closed", closed_at=now).where(Ticket.id == ticket_id).execute()


def merge_ticket(ticket_id: int, into: int, now: datetime) -> None:
    """Close a ticket for good. Raises SafeguardTripped when one of the two was merged in the meantime."""
    there = {
        row[0] for row in sql.rows("SELECT id FROM ticket WHERE id IN (?, ?) AND merged_into IS NULL", ticket_id, into)
    }
    if ticket_id == into or there != {ticket_id, into}:
        raise SafeguardTripped("one of the two tickets was merged already; nothing was changed")
    Ticket.update(state="closed", closed_at=now, merged_into=into).where(Ticket.id == ticket_id).execute()
    ticket_orders.take_over(ticket_id, into)


def keep_in_copy(ticket_id: int, addresses: Sequence[str]) -> None:
    """Addresses that take part from now on; the most that a ticket keeps is bounded (G9)."""
    there = {row[0] for row in sql.rows("SELECT email FROM participant WHERE ticket_id = ?", ticket_id)}
    fresh = [address for address in addresses if address not in there]
    for address in fresh[: max(0, _MOST_PARTICIPANTS - len(there))]:
        sql.insert("participant", ticket_id=ticket_id, email=address, role="copy")


def learn_message_id(ticket_id: int, message_id: str) -> None:
    """A Message-ID that stands for the ticket, though no stored mail bears it."""
    known = sql.first(
        """
        SELECT 1 FROM message WHERE message_id = ? AND ticket_id = ?
        UNION ALL SELECT 1 FROM learned_id WHERE message_id = ? AND ticket_id = ?
        """,
        message_id,
        ticket_id,
        message_id,
        ticket_id,
    )
    if known is None:
        sql.insert("learned_id", ticket_id=ticket_id, message_id=message_id)


def ask_about(ticket_id: int, order_numbers: Sequence[str]) -> None:
    """The customer is asked which of these orders it is."""
    sql.run("UPDATE ticket SET asked_orders = ? WHERE id = ?", " ".join(order_numbers), ticket_id)


def file_mail(
    *,
    ticket_id: int | None,
    inbox_id: int,
    mail: IncomingMail,
    sender: str,
    verdict: str,
    at: datetime,
    reason: str = "",
    marked: bool = False,
    proofs: Sequence[ProofFile] = (),
) -> int:
    """Put an incoming mail into a ticket, or for a `reason` beside all tickets; text is masked. Returns the id.

    `marked`: a machine's or a spam filter's mark stands on it, which another copy of it may lack. `proofs`: what is
    known of its files.
    """
    message = sql.insert(
        "message",
        ticket_id=ticket_id,
        inbox_id=inbox_id,
        direction="in",
        message_id=mail.message_id or "",
        sender=sender,
        sender_name=mask_secrets(mail.sender.name)[:200] if mail.sender else "",
        recipient=", ".join(address.email for address in mail.to)[:1000],
        subject=mask_secrets(mail.subject)[:500],
        text=mask_secrets(mail.text),
        origin=mail.origin.value,
        reason=reason[:200],
        content_digest=mail.content_digest,
        verdict=verdict,
        marked=marked,
        warnings=mask_secrets("\n".join(mail.warnings)),
        at=at,
    )
    attach(message, mail.attachments, proofs)
    return message


def attach(message_id: int, attachments: Iterable[Attachment], proofs: Sequence[ProofFile] = ()) -> None:
    """Files of a message; their bytes are blobs."""
    known = {proof.file.sha256: proof for proof in proofs}
    for attachment in attachments:
        proof = known.get(attachment.sha256, ProofFile(file=attachment))
        sql.insert(
            "attachment",
            message_id=message_id,
            digest=attachment.sha256,
            filename=mask_secrets(attachment.filename),
            content_type=attachment.content_type,
            detected_type=attachment.detected_type,
            flags=" ".join(attachment.flags),
            size=attachment.size,
            inline=attachment.inline,
            names_orders=" ".join(proof.names),
            about_order=proof.about,
            unreadable=proof.is_unreadable,
        )


def open_case(
    ticket_id: int,
    kind: CaseKind,
    order: Order,
    opened_on: date,
    now: datetime,
    waits_until: date | None = None,
) -> int:
    """A new case, which keeps the order as it is now: what was paid isn't changed by a later import. Returns its id."""
    case = Case.create(
        ticket=ticket_id,
        kind=kind.value,
        state=CaseState.REQUESTED.value,
        order_number=order.number,
        terms=orders.frozen(order),
        answers="{}",
        opened_at=now,
        opened_on=opened_on,
        since=now,
        waits_until=waits_until,
        look_at=now,
    )
    return int(case.id)


def fill_form(case_id: int, answers: Answers, items: tuple[Item, ...]) -> None:
    """Replace what the case knows of its form."""
    masked = {name: mask_secrets(value) for name, value in answers.items()}
    Case.update(answers=json.dumps(masked, ensure_ascii=False)).where(Case.id == case_id).execute()
    CaseItem.delete().where(CaseItem.case == case_id).execute()
    for item in items:
        CaseItem.create(case=case_id, model=item.model, quantity=item.quantity)


def count_pieces(case_id: int, received: Sequence[Item], damaged: Sequence[Item]) -> None:
    """Note what arrived of a case's items, and what of it failed the inspection."""
    arrived, failed = counted(received), counted(damaged)
    for row in CaseItem.select().where(CaseItem.case == case_id):
        counts = {"received": arrived[row.model], "damaged": failed[row.model]}
        CaseItem.update(**counts).where(CaseItem.id == row.id).execute()


def note_parcel(case_id: int, *, tracking: str, sent_tracking: str, sent_reference: str) -> None:
    """Note the numbers of parcels; "" leaves what is known."""
    numbers = {"tracking": tracking, "sent_tracking": sent_tracking, "sent_reference": sent_reference}
    if known := {name: number for name, number in numbers.items() if number}:
        Case.update(**known).where(Case.id == case_id).execute()


def move_case(
    case_id: int,
    *,
    event: CaseEvent,
    expected: CaseState,
    to: CaseState,
    actor: Actor,
    actor_address: str,
    reason: str,
    refund_wanted_by: str,
    inbox_id: int | None,
    now: datetime,
    waits_until: date | None = None,
    deduction: Decimal = Decimal(0),
    deduction_reason: str = "",
) -> None:
    """Move a case and record who decided. Raises SafeguardTripped when it isn't where the decision saw it."""
    changes: dict[str, object] = {
        "state": to.value,
        "since": now,
        "refund_wanted_by": refund_wanted_by,
        "waits_until": waits_until,
        "look_at": now if to in WAITS else None,
        "deduction": deduction,
        "deduction_reason": mask_secrets(deduction_reason),
    }
    # Letters tell the customer of it: an older one must not stand there still, nor by which terms the rules approved.
    if event in REASON_ANEW:
        changes["staff_reason"] = ""
    if reason and actor is Actor.STAFF:
        changes["staff_reason"] = mask_secrets(reason)
    moved = Case.update(**changes).where((Case.id == case_id) & (Case.state == expected.value)).execute()
    if moved != 1:
        raise SafeguardTripped(f"case {case_id} is no longer {expected.value}; nothing was changed, run again")
    CaseEventRow.create(
        case=case_id,
        at=now,
        event=event.value,
        from_state=expected.value,
        to_state=to.value,
        actor=actor.value,
        actor_address=actor_address,
        reason=mask_secrets(reason),
        inbox=inbox_id,
    )


def book_refund(
    case_id: int,
    *,
    order_number: str,
    parts: RefundSum,
    deduction_reason: str,
    paid: Decimal,
    currency: str,
    payment_method: str,
    due_on: date,
    due_is_provisional: bool,
    decided_by: str,
    now: datetime,
) -> int:
    """Book the one refund of a case, with the instruction to finance; returns its id.

    Raises SafeguardTripped when the case has one already (unique key) or the order's refunds would exceed
    `paid` (G6). Both are checked here again, inside the writing transaction.
    """
    if tickets.refunds_too_many_pieces(case_id):
        raise SafeguardTripped(f"pieces of order {order_number} would be refunded twice; nothing was booked")
    if tickets.refunded(order_number) + parts.amount > paid:
        raise SafeguardTripped(f"the refunds of order {order_number} would exceed what was paid; nothing was booked")
    try:
        refund = Refund.create(
            case=case_id,
            order_number=order_number,
            amount=parts.amount,
            goods=parts.goods,
            shipping=parts.shipping,
            restocking=parts.restocking,
            deduction=parts.deduction,
            deduction_reason=mask_secrets(deduction_reason),
            currency=currency,
            payment_method=payment_method,
            state="booked",
            booked_at=now,
            due_on=due_on,
            due_is_provisional=due_is_provisional,
            decided_by=decided_by,
        )
    except IntegrityError:
        raise SafeguardTripped(f"the refund of case {case_id} is booked already; nothing was changed") from None
    instructions.give(
        refund.id,
        order_number=order_number,
        amount=parts.amount,
        currency=currency,
        payment_method=payment_method,
        due_on=due_on,
    )
    return int(refund.id)


def promise_refund(case_id: int, due_on: date) -> None:
    """The customer is told another day. Raises SafeguardTripped where no refund waits to be paid."""
    promised = (
        Refund.update(due_before=Refund.due_on, due_on=due_on, due_is_provisional=False)
        .where((Refund.case == case_id) & (Refund.state == "booked"))
        .execute()
    )
    if promised != 1:
        raise SafeguardTripped(f"case {case_id} has no refund to be paid; nothing was changed")
    instructions.promise(Refund.get(Refund.case == case_id).id, due_on)


def settle_refund(case_id: int, paid_on: date, by_address: str, source: str = "") -> None:
    """Finance paid, by a file's word where there is a `source`. Raises SafeguardTripped when nothing is to settle."""
    settled = (
        Refund.update(state="settled", settled_on=paid_on, settled_by=by_address)
        .where((Refund.case == case_id) & (Refund.state == "booked"))
        .execute()
    )
    if settled != 1:
        raise SafeguardTripped(f"case {case_id} has no refund that could be settled; nothing was changed")
    instructions.settle(Refund.get(Refund.case == case_id).id, source)


def record_incident(kind: str, ticket_id: int | None, detail: str, now: datetime) -> None:
    """Something for `health`."""
    Incident.create(at=now, kind=kind, ticket=ticket_id, detail=detail[:500])
