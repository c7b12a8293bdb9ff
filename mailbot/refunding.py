"""The refunds' way to finance and back: exports go out once, settlements go through the same decide and apply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from mailbot.apply import Applier, Occasion
from mailbot.domain.cases import Actor, CaseEvent
from mailbot.domain.commands import Command
from mailbot.domain.effects import Effect, ExportRefunds, Reader, SettleRefund, UseTicket, Write
from mailbot.domain.instructions import finance_sheet
from mailbot.domain.moves import Mover, Refusal, move_cases
from mailbot.domain.numbers import case_number, export_number, refund_number
from mailbot.domain.rules import RuleBook
from mailbot.domain.settlements import Payment, why_not
from mailbot.domain.workdays import NO_CALENDAR
from mailbot.errors import ConfigError, SafeguardTripped
from mailbot.settings import Settings
from mailbot.store import instructions, orders, tickets, views
from mailbot.store.blobs import Blobs
from mailbot.store.database import transaction
from mailbot.store.instructions import ExportRow
from mailbot.store.order_rows import RejectedRow, RejectsFile
from mailbot.store.settlement_files import PaymentRow, read_payments

_SHOWN = 20  # rejected or skipped rows, to be shown at once


@dataclass(frozen=True, kw_only=True)
class Export:
    """An export with its file."""

    row: ExportRow
    sheet: bytes  # CSV


@dataclass(frozen=True, kw_only=True)
class SettleResult:
    """What became of finance's file."""

    settled: int
    unpaid: int  # rows without a day of payment
    skipped: tuple[str, ...]  # of the first rows that were settled before
    before: int  # how many such rows
    rejected: int  # rows, all of them in the rejects file
    reasons: tuple[str, ...]  # of the first rejected rows; they quote the file


@dataclass(kw_only=True)
class RefundOffice:
    """Tells finance what to pay, and notes what it paid."""

    settings: Settings
    book: RuleBook
    applier: Applier
    blobs: Blobs
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.timezone)

    def _occasion(self) -> Occasion:
        now = self.clock()
        return Occasion(now=now, today=now.astimezone(self._zone).date(), received_at=now)

    def export(self, *, mail: bool) -> Export | None:
        """Claim all open instructions for a new export, with the mail to finance where it is wanted; None for none.

        The file's bytes are kept with it, so that they can be written again. Raises ConfigError where the mail
        can't be sent to anybody.
        """
        to = self._finance() if mail else ""
        with transaction():
            waiting = instructions.to_export(self._zone)
            if not waiting:
                return None
            # The bytes first: an export that is recorded has its file.
            digest = self.blobs.put(finance_sheet(waiting))
            exported = ExportRefunds(
                instruction_ids=tuple(each.instruction_id for each in waiting), digest=digest, sent_to=to
            )
            letter = Write(template="staff_refund_export", to=Reader.FINANCE, automatic=False)
            self.applier.apply((exported, letter) if mail else (exported,), self._occasion())
            (newest,) = instructions.exports(1)
        return Export(row=newest, sheet=self.blobs.get(digest))

    def again(self, export_id: int) -> Export | None:
        """An earlier export, byte for byte; None where there is none."""
        row = instructions.export(export_id)
        return Export(row=row, sheet=self.blobs.get(row.digest)) if row is not None else None

    def _finance(self) -> str:
        address = self.settings.refunds.export_to
        if not address:
            raise ConfigError("refunds.export_to is not set: there is nobody to mail the export to")
        if orders.page(1, buyer_email=address):
            raise ConfigError(f"refunds.export_to: {address} is a customer's address; expected one of the house")
        return address

    def payer(self, named: str) -> str:
        """Who answers for settlements from a file: the member of staff `named`, else finance. Lower case.

        Raises ConfigError where that is nobody who may settle a refund.
        """
        address = (named or self.settings.refunds.export_to).lower()
        if not address:
            raise ConfigError(
                "nobody answers for these settlements: name a member of staff, --by lina@tp.example, "
                "or set refunds.export_to"
            )
        if self.settings.is_staff(address) is None and address != self.settings.refunds.export_to.lower():
            raise ConfigError(f"--by {named}: expected an address of staff.members, or refunds.export_to")
        return address

    def settle(
        self, path: Path, rejects: Path, *, by: str, on_bytes: Callable[[int], None] | None = None
    ) -> SettleResult:
        """Book the payments of finance's file, each in a transaction of its own; the same file again changes nothing.

        `by` is what `payer` returned. Rows that can't be booked go to `rejects` with the reason. Raises ConfigError
        for a file that can't be read at all; what was booked before stays.
        """
        settled = unpaid = before = 0
        reasons: list[str] = []
        skipped: list[str] = []
        seen: dict[int, int] = {}  # refund id -> row that was booked, or found booked
        with RejectsFile(rejects, "refund_number") as refused:
            for row in read_payments(path, on_bytes=on_bytes):
                if isinstance(row, PaymentRow) and row.payment is None:
                    unpaid += 1
                    continue
                outcome = row.reason if isinstance(row, RejectedRow) else self._book(row, path.name, seen, by)
                if isinstance(outcome, date):
                    before += 1
                    if len(skipped) < _SHOWN:
                        skipped.append(f"row {row.row}: {_number(row)} was settled before, on {outcome}")
                elif outcome:
                    reason = outcome if isinstance(row, RejectedRow) else f"row {row.row}: {outcome}"
                    refused.add(RejectedRow(row=row.row, raw=row.raw, order_number=_number(row), reason=reason))
                    if len(reasons) < _SHOWN:
                        reasons.append(reason)
                else:
                    settled += 1
        return SettleResult(
            settled=settled,
            unpaid=unpaid,
            skipped=tuple(skipped),
            before=before,
            rejected=refused.count,
            reasons=tuple(reasons),
        )

    def _book(self, row: PaymentRow, file: str, seen: dict[int, int], by: str) -> str | date:
        """Book one payment; "" when it is booked, the reason when it isn't, a day when it was settled on it before."""
        payment = row.payment
        if payment is None:
            raise ValueError("a row without a payment books nothing")
        if payment.refund_id in seen:
            return f"{refund_number(payment.refund_id)} stands in row {seen[payment.refund_id]} already; paid twice?"
        occasion = self._occasion()
        try:
            with transaction():
                owed = instructions.owed(payment.refund_id, self._zone)
                if reason := why_not(payment, owed, occasion.today):
                    return reason
                if owed is not None and owed.settled_on is not None:
                    seen[payment.refund_id] = row.row
                    return owed.settled_on
                mover = Mover(actor=Actor.STAFF, address=by, today=occasion.today)
                effects = self._settlement(payment, mover)
                if isinstance(effects, Refusal):
                    return "; ".join(effects.reasons)
                source = f"{file}, row {row.row}"
                told = (replace(e, source=source) if isinstance(e, SettleRefund) else e for e in effects)
                self.applier.apply(tuple(told), occasion)
        except SafeguardTripped as error:
            return str(error)
        seen[payment.refund_id] = row.row
        return ""

    def _settlement(self, payment: Payment, mover: Mover) -> tuple[Effect, ...] | Refusal:
        """What a `#refunded` for the refund's case would bring about."""
        refund = views.refund(payment.refund_id)
        case = tickets.load_case(refund.case_id) if refund is not None else None
        if case is None:
            return Refusal(reasons=(f"the case of {refund_number(payment.refund_id)} is gone",))
        command = Command(
            event=CaseEvent.REFUND_PAID,
            case_number=case_number(case.case_id),
            argument=payment.paid_on.isoformat(),
            line="",
        )
        moved = move_cases(tickets.cases(case.ticket_id), (command,), mover, self.book.returns, NO_CALENDAR)
        return moved if isinstance(moved, Refusal) else (UseTicket(ticket_id=case.ticket_id), *moved)


def _number(row: PaymentRow | RejectedRow) -> str:
    return row.number if isinstance(row, PaymentRow) else row.order_number


def file_name(export: Export) -> str:
    """What the file of an export is called, where nobody says otherwise."""
    return f"{export_number(export.row.export_id)}.csv"
