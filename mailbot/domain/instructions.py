"""What finance is told to pay: one instruction for each refund, exported once, settled once (P12, P13)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from mailbot.domain.money import minor_unit
from mailbot.domain.numbers import case_number, instruction_number, refund_number
from mailbot.domain.spreadsheets import no_formula


class InstructionState(StrEnum):
    """How far finance is."""

    OPEN = "open"  # in no export yet
    EXPORTED = "exported"  # finance has it
    SETTLED = "settled"  # finance paid


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """What finance needs to pay a refund, and nothing else of the customer (P17)."""

    instruction_id: int
    refund_id: int
    case_id: int
    order_number: str
    amount: Decimal
    currency: str  # ISO 4217
    payment_method: str  # the original one (P13)
    due_on: date  # last day of the promise
    decided_on: date  # in the desk's time zone
    decided_by: str  # address of the staff member


@dataclass(frozen=True, kw_only=True)
class Total:
    """A sum in one currency."""

    amount: Decimal
    currency: str  # ISO 4217


# The columns of an export; finance may fill in the last one and send the file back.
COLUMNS = (
    "refund_number",
    "order_number",
    "case_number",
    "amount",
    "currency",
    "payment_method",
    "due_on",
    "decided_on",
    "decided_by",
    "reference",
    "paid_on",
)


def finance_sheet(instructions: Sequence[Instruction]) -> bytes:
    """The export as a CSV: RFC 4180, UTF-8 with a byte order mark, by which spreadsheet programs know it.

    Amounts have the decimals of their currency (ISO 4217); no cell is run as a formula.
    """
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in _row(each)] for each in instructions)
    return sheet.getvalue().encode("utf-8-sig")


def _row(each: Instruction) -> tuple[str, ...]:
    return (
        refund_number(each.refund_id),
        each.order_number,
        case_number(each.case_id),
        str(each.amount.quantize(minor_unit(each.currency))),
        each.currency,
        each.payment_method,
        each.due_on.isoformat(),
        each.decided_on.isoformat(),
        each.decided_by,
        instruction_number(each.instruction_id),
        "",
    )


def _cell(text: str) -> str:
    return no_formula(" ".join(text.split()))


def totals(amounts: Sequence[Total]) -> tuple[Total, ...]:
    """The sum of each currency, by its code."""
    sums: dict[str, Decimal] = {}
    for each in amounts:
        sums[each.currency] = sums.get(each.currency, Decimal(0)) + each.amount
    return tuple(Total(amount=sums[currency], currency=currency) for currency in sorted(sums))
