"""Carrying out a decision, inside the caller's transaction: state first, then the letters that tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailbot.apply.letters import LetterWriter
from mailbot.apply.occasion import Occasion
from mailbot.domain.effects import (
    AskAbout,
    AskOwner,
    BookRefund,
    ClearAddress,
    CloseTicket,
    CountPieces,
    Effect,
    ExportRefunds,
    FileApart,
    FileMail,
    FillForm,
    FlagAddress,
    GrantOrder,
    KeepFrom,
    KeepInCopy,
    LearnMessageId,
    MarkTold,
    MergeTicket,
    MoveCase,
    NameOrder,
    NoteParcel,
    OpenCase,
    OpenTicket,
    PromiseRefund,
    Reader,
    RecordIncident,
    RememberCorrection,
    ReopenTicket,
    SettleRefund,
    TieOrder,
    UseCase,
    UseTicket,
    Write,
)
from mailbot.domain.orders import Order
from mailbot.domain.standing import Verdict
from mailbot.errors import SafeguardTripped
from mailbot.store import (
    addresses,
    complaints,
    confirmations,
    corrections,
    desk,
    due,
    instructions,
    orders,
    ticket_orders,
    tickets,
)
from mailbot.store.blobs import Blobs

__all__ = ["Applied", "Applier", "Occasion"]


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What a decision came to."""

    ticket_id: int | None
    letters: int  # mails put into the outbox


class Applier:
    """Writes what was decided. Its caller holds the transaction and commits it."""

    def __init__(self, letters: LetterWriter) -> None:
        self._letters = letters

    def for_show(self, blobs: Blobs) -> Applier:
        """One that reads and keeps files in `blobs` instead: for a rehearsal, whose caller rolls back."""
        return Applier(self._letters.for_show(blobs))

    def apply(self, effects: Sequence[Effect], occasion: Occasion) -> Applied:
        """Carry out the effects in order, the letters last.

        Raises SafeguardTripped where the rows are no longer as the decision saw them; the caller rolls back.
        """
        work = _Work(occasion)
        for effect in effects:
            work.carry_out(effect)
        written = self._letters.write(work.letters, work.ticket_id, occasion) if work.letters else 0
        if work.ticket_id is not None:
            desk.touch_ticket(work.ticket_id, occasion.now)
        return Applied(ticket_id=work.ticket_id, letters=written)


class _Work:
    """The ticket and the case that effects speak of."""

    def __init__(self, occasion: Occasion) -> None:
        self.ticket_id: int | None = None
        self.letters: list[tuple[Write, int | None]] = []  # each with the case in hand where it stands
        self._case_id: int | None = None
        self._export_id = 0
        self._occasion = occasion

    def ticket(self, what: str) -> int:
        if self.ticket_id is None:
            raise SafeguardTripped(f"{what} needs a ticket; the rule must open one or add to one before")
        return self.ticket_id

    def carry_out(self, effect: Effect) -> None:
        now = self._occasion.now
        match effect:
            case OpenTicket():
                self._open_ticket(effect, now)
            case UseTicket():
                self._use_ticket(effect.ticket_id)
            case FileMail():
                self._file_mail(self.ticket("a mail"))
            case FileApart():
                self._file_mail(None, effect.reason)
            case AskAbout():
                desk.ask_about(self.ticket("a question"), effect.order_numbers)
            case TieOrder():
                ticket_orders.match(self.ticket("an order"), effect.order_number, now)
            case NameOrder():
                ticket_orders.name(self.ticket("an order"), effect.order_number, effect.by, now)
            case RememberCorrection():
                corrections.remember(effect.email, effect.correction)
            case ReopenTicket():
                desk.open_again(self.ticket("reopening"))
            case AskOwner():
                asked_for = self._occasion.sender
                confirmations.ask(self.ticket("a question"), effect.order_number, asked_for, now, effect.expires_at)
            case GrantOrder():
                confirmations.grant(effect.confirmation_id, now)
            case CloseTicket():
                desk.close_ticket(self.ticket("closing"), now)
            case MergeTicket():
                desk.merge_ticket(self.ticket("a merge"), effect.into, now)
            case KeepInCopy():
                desk.keep_in_copy(self.ticket("people in copy"), effect.addresses)
            case KeepFrom():
                complaints.keep_from(self.ticket("a complaint"), effect.addresses)
            case LearnMessageId():
                if self._occasion.mail is not None and self._occasion.mail.message_id is not None:
                    desk.learn_message_id(effect.ticket_id, self._occasion.mail.message_id)
            case UseCase():
                self._use_case(effect.case_id)
            case OpenCase():
                self._open_case(effect, now)
            case FillForm():
                desk.fill_form(self._case("a form"), effect.answers, effect.items)
            case MoveCase():
                self._move_case(effect, now)
            case CountPieces():
                desk.count_pieces(self._case("a count of pieces"), effect.received, effect.damaged)
            case NoteParcel():
                desk.note_parcel(
                    self._case("a parcel"),
                    tracking=effect.tracking,
                    sent_tracking=effect.sent_tracking,
                    sent_reference=effect.sent_reference,
                )
            case BookRefund():
                self._book_refund(effect, now)
            case PromiseRefund():
                desk.promise_refund(self._case("a day for a refund"), effect.due_on)
            case SettleRefund():
                desk.settle_refund(self._case("a settlement"), effect.paid_on, effect.by_address, effect.source)
            case ExportRefunds():
                self._export_id = instructions.claim(effect.instruction_ids, effect.digest, effect.sent_to, now)
            case MarkTold():
                self._mark_told(effect)
            case RecordIncident():
                desk.record_incident(effect.kind, self.ticket_id, effect.detail, now)
            case FlagAddress():
                addresses.put(effect.state)
            case ClearAddress():
                addresses.clear(effect.address)
            case Write() if effect.to is Reader.FINANCE:
                self.letters.append((replace(effect, export_id=self._export_id), None))
            case Write():
                self.letters.append((effect, self._case_id))  # written last: the state that it tells of stands then

    def _case(self, what: str) -> int:
        if self._case_id is None:
            raise SafeguardTripped(f"{what} needs a case, and none was opened or spoken of before")
        return self._case_id

    def _open_ticket(self, effect: OpenTicket, now: datetime) -> None:
        mail = self._occasion.mail
        if mail is None:
            raise SafeguardTripped("a ticket can only be opened for a mail")
        self.ticket_id = desk.open_ticket(
            now=now,
            subject=self._occasion.bare_subject,
            language=effect.language,
            customer_name=mail.sender.name if mail.sender else "",
            customer_email=self._occasion.sender,
            wish=effect.wish,
            linked_to=effect.linked_to,
        )

    def _use_ticket(self, ticket_id: int) -> None:
        self.ticket_id = ticket_id
        self._case_id = None

    def _use_case(self, case_id: int) -> None:
        case = tickets.load_case(case_id)
        if case is None or case.ticket_id != self.ticket("a case"):
            raise SafeguardTripped(f"case {case_id} isn't one of the ticket; nothing was changed")
        self._case_id = case_id

    def _file_mail(self, ticket_id: int | None, reason: str = "") -> None:
        occasion = self._occasion
        if occasion.mail is None or occasion.inbox_id is None:
            raise SafeguardTripped("there is no mail in hand to file")
        desk.file_mail(
            ticket_id=ticket_id,
            inbox_id=occasion.inbox_id,
            mail=occasion.mail,
            sender=occasion.sender,
            verdict=occasion.standing,
            at=occasion.received_at,
            reason=reason,
            marked=occasion.marked,
            proofs=occasion.proofs,
        )
        if ticket_id is not None:
            due.ticket_changed(ticket_id, occasion.now)
        if ticket_id is not None and occasion.standing != Verdict.FAILED.value:
            # Mostly known; otherwise a relay renamed our mail, or the conversation began elsewhere.
            for message_id in occasion.mail.in_reply_to[:1]:
                desk.learn_message_id(ticket_id, message_id)

    def _open_case(self, effect: OpenCase, now: datetime) -> None:
        order = self._order(effect.order_number)
        self._case_id = desk.open_case(
            self.ticket("a case"), effect.kind, order, effect.opened_on, now, effect.waits_until
        )

    def _order(self, number: str) -> Order:
        order = orders.get(number)
        if order is None:
            raise SafeguardTripped(f"order {number} is gone; nothing was changed")
        return order

    def _move_case(self, effect: MoveCase, now: datetime) -> None:
        desk.move_case(
            self._case("a move"),
            event=effect.event,
            expected=effect.expected,
            to=effect.to,
            actor=effect.by,
            actor_address=effect.by_address,
            reason=effect.reason,
            refund_wanted_by=effect.refund_wanted_by,
            deduction=effect.deduction,
            deduction_reason=effect.deduction_reason,
            inbox_id=self._occasion.inbox_id,
            now=now,
            waits_until=effect.waits_until,
        )

    def _mark_told(self, effect: MarkTold) -> None:
        case_id = self._case("a step of the clock")
        due.mark(case_id, effect.step, effect.begun_at, effect.on, effect.rule)
        if effect.waits_until is not None:
            due.name_day(case_id, effect.waits_until)

    def _book_refund(self, effect: BookRefund, now: datetime) -> None:
        case_id = self._case("a refund")
        case = tickets.load_case(case_id)
        if case is None:
            raise SafeguardTripped("the case is gone; nothing was booked")
        desk.book_refund(
            case_id,
            order_number=effect.order_number,
            parts=effect.parts,
            deduction_reason=effect.deduction_reason,
            paid=case.order.paid,
            currency=effect.currency,
            payment_method=effect.payment_method,
            due_on=effect.due_on,
            due_is_provisional=effect.due_is_provisional,
            decided_by=effect.decided_by,
            now=now,
        )
