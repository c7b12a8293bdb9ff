"""What finance says it paid, held against what it was told to pay (G6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mailbot.domain.numbers import instruction_number, refund_number


@dataclass(frozen=True, kw_only=True)
class Payment:
    """A row of finance's answer."""

    refund_id: int
    amount: Decimal
    currency: str  # ISO 4217
    paid_on: date
    reference: str = ""  # of the instruction, "" where finance left it out


@dataclass(frozen=True, kw_only=True)
class Owed:
    """A refund as the desk knows it."""

    refund_id: int
    instruction_id: int
    amount: Decimal
    currency: str
    decided_on: date  # in the desk's time zone
    settled_on: date | None  # None while it isn't settled


def why_not(payment: Payment, owed: Owed | None, today: date) -> str:
    """Why the payment can't be the refund's, "" where it can; for the person who mends the file.

    That the refund is settled already is no reason: such a row is only passed over.
    """
    number = refund_number(payment.refund_id)
    if owed is None:
        return f"there is no refund {number}"
    if payment.currency != owed.currency:
        return f"currency {payment.currency}: {number} is {owed.amount} {owed.currency}"
    if payment.amount != owed.amount:
        return f"amount {payment.amount}: {number} is {owed.amount} {owed.currency}"
    reference = instruction_number(owed.instruction_id)
    if payment.reference not in ("", reference):
        return f"reference {payment.reference[:40]}: the instruction of {number} is {reference}"
    if payment.paid_on > today:
        return f"paid_on {payment.paid_on} is still to come; today is {today}"
    if payment.paid_on < owed.decided_on:
        return f"paid_on {payment.paid_on} is before the refund was decided, on {owed.decided_on}"
    return ""
