"""Instructions to finance and the exports in which they went out; written beside the refunds, never without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from mailbot.domain.instructions import Instruction, InstructionState, Total, totals
from mailbot.domain.settlements import Owed
from mailbot.errors import SafeguardTripped
from mailbot.store import sql
from mailbot.store.models import RefundExport, RefundInstruction


@dataclass(frozen=True, kw_only=True)
class ExportRow:
    """An export as lists and letters show it."""

    export_id: int
    exported_at: datetime
    digest: str  # the blob that holds the file's bytes
    sent_to: str  # address of finance, "" where it was not mailed
    instructions: int
    open: int  # of these, how many finance hasn't paid yet
    totals: tuple[Total, ...]
    first_due_on: date  # the earliest day by which a customer expects the money


def give(
    refund_id: int, *, order_number: str, amount: Decimal, currency: str, payment_method: str, due_on: date
) -> None:
    """The instruction for a refund that is being booked. A second one is refused by a unique key."""
    RefundInstruction.create(
        refund=refund_id,
        order_number=order_number,
        amount=amount,
        currency=currency,
        payment_method=payment_method,
        due_on=due_on,
        state=InstructionState.OPEN.value,
    )


def settle(refund_id: int, source: str) -> None:
    """Finance paid; an instruction that was in no export yet won't be in one. `source`: the file that told so."""
    settled = (
        RefundInstruction.update(state=InstructionState.SETTLED.value, settled_from=source)
        .where((RefundInstruction.refund == refund_id) & (RefundInstruction.state != InstructionState.SETTLED.value))
        .execute()
    )
    if settled != 1:
        raise SafeguardTripped(f"the instruction of refund {refund_id} is settled or missing; nothing was changed")


def promise(refund_id: int, due_on: date) -> None:
    """The customer expects the money by another day; an instruction that went out stays as finance has it."""
    RefundInstruction.update(due_on=due_on).where(
        (RefundInstruction.refund == refund_id) & (RefundInstruction.state == InstructionState.OPEN.value)
    ).execute()


def to_export(zone: ZoneInfo) -> list[Instruction]:
    """What is in no export yet, oldest first; days in the desk's time zone."""
    query = """
        SELECT i.id, i.refund_id, r.case_id, i.order_number, i.amount, i.currency, i.payment_method, i.due_on,
               r.booked_at, r.decided_by
        FROM refund_instruction i JOIN refund r ON r.id = i.refund_id WHERE i.state = 'open' ORDER BY i.id
        """
    return [
        Instruction(
            instruction_id=instruction_id,
            refund_id=refund_id,
            case_id=case_id,
            order_number=order_number,
            amount=Decimal(amount),
            currency=currency,
            payment_method=payment_method,
            due_on=_day(due_on),
            decided_on=datetime.fromisoformat(booked_at).astimezone(zone).date(),
            decided_by=decided_by,
        )
        for (
            instruction_id,
            refund_id,
            case_id,
            order_number,
            amount,
            currency,
            payment_method,
            due_on,
            booked_at,
            decided_by,
        ) in sql.rows(query)
    ]


def claim(instruction_ids: Sequence[int], digest: str, sent_to: str, now: datetime) -> int:
    """Put instructions into a new export, whose file's bytes are the blob `digest`; returns the export's id.

    Raises SafeguardTripped when one of them is in an export already, or paid.
    """
    export = RefundExport.create(exported_at=now, digest=digest, sent_to=sent_to)
    for instruction_id in instruction_ids:
        claimed = (
            RefundInstruction.update(state=InstructionState.EXPORTED.value, export=export.id)
            .where((RefundInstruction.id == instruction_id) & (RefundInstruction.state == InstructionState.OPEN.value))
            .execute()
        )
        if claimed != 1:
            raise SafeguardTripped(f"instruction {instruction_id} is no longer open; nothing was exported, run again")
    return int(export.id)


def export(export_id: int) -> ExportRow | None:
    """One export, or None."""
    row = RefundExport.get_or_none(RefundExport.id == export_id)
    return _export(row) if row else None


def exports(limit: int) -> list[ExportRow]:
    """Exports, newest first."""
    return [_export(row) for row in RefundExport.select().order_by(RefundExport.id.desc()).limit(limit)]


def _export(row: RefundExport) -> ExportRow:
    query = "SELECT amount, currency, due_on, state FROM refund_instruction WHERE export_id = ? ORDER BY id"
    told = sql.rows(query, row.id)
    return ExportRow(
        export_id=row.id,
        exported_at=row.exported_at,
        digest=row.digest,
        sent_to=row.sent_to,
        instructions=len(told),
        open=sum(state != InstructionState.SETTLED.value for _, _, _, state in told),
        totals=totals([Total(amount=Decimal(amount), currency=currency) for amount, currency, _, _ in told]),
        first_due_on=min(_day(due_on) for _, _, due_on, _ in told),
    )


def owed(refund_id: int, zone: ZoneInfo) -> Owed | None:
    """A refund to hold a payment against, or None."""
    query = """
        SELECT i.id, i.amount, i.currency, r.booked_at, r.settled_on
        FROM refund_instruction i JOIN refund r ON r.id = i.refund_id WHERE r.id = ?
        """
    found = sql.first(query, refund_id)
    if found is None:
        return None
    instruction_id, amount, currency, booked_at, settled_on = found
    return Owed(
        refund_id=refund_id,
        instruction_id=instruction_id,
        amount=Decimal(amount),
        currency=currency,
        decided_on=datetime.fromisoformat(booked_at).astimezone(zone).date(),
        settled_on=_day(settled_on) if settled_on else None,
    )


def _day(value: object) -> date:
    # SQLite gives the text, PostgreSQL the day.
    return date.fromisoformat(str(value))
