"""What stands behind a command that moves a case: pieces, a deduction, numbers of parcels. Never guessed (G6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mailbot.domain.cases import CaseEvent
from mailbot.domain.commands import COMMAND_LINES, Command, as_day
from mailbot.domain.forms import Item, exact_items
from mailbot.domain.money import rounded_down
from mailbot.domain.orders import Order
from mailbot.domain.remarks import Remark

_INSPECTION = re.compile(
    r"(?:(?:damaged|damage|损坏|破损)[ \t:：]*(?P<damaged>.*?))?[\s,，;；]*"
    r"(?:(?:deduct|扣除|扣款|扣)[ \t:：]*(?P<amount>\d{1,9}(?:\.\d{1,3})?)"
    r"[ \t]*(?P<currency>(?-i:[A-Z]{3})(?![A-Za-z]))?[\s,，:：]*(?P<reason>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_PARCEL = re.compile(r"(?=\S*\d)[0-9A-Za-z][0-9A-Za-z/_-]{4,39}")
_LONGEST = 500  # characters behind a command
_LONGEST_WANTED = 80  # characters of a product's model, colour or size
_EXAMPLES = {
    CaseEvent.RECEIVE: "#received {bought}",
    CaseEvent.INSPECT_PASS: (
        "#inspect pass, #inspect pass damaged {bought}: <reason>, #inspect pass deduct 10.00 <reason>"
    ),
}


@dataclass(frozen=True, kw_only=True)
class Details:
    """A command's argument, read."""

    items: tuple[Item, ...] = ()  # what goes back, arrived or is damaged
    reason: str = ""  # why pieces failed, for the customer
    deduction: Decimal = Decimal(0)  # taken off the refund, in the order's currency
    deduction_reason: str = ""  # what the customer is told about it
    reference: str = ""  # order number of the replacement
    tracking: str = ""  # of the parcel
    wanted: str = ""  # what the customer is to get in exchange, as they are told it
    refund_by: date | None = None  # the day that the customer is told instead of the one promised


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """An argument that means nothing; the reason is for the one who wrote it."""

    reason: str


def read_details(command: Command, order: Order) -> Details | Unreadable:
    """The argument of a command about a case of `order`."""
    text = command.argument.strip()
    match command.event:
        case CaseEvent.APPROVE | CaseEvent.RECEIVE:
            return _pieces(command, text, order) if text else Details()
        case CaseEvent.INSPECT_PASS:
            return _inspection(command, text, order)
        case CaseEvent.SHIPPED | CaseEvent.REPAIRED | CaseEvent.SEND_BACK | CaseEvent.REPLACED:
            return _numbers(command, text)
        case CaseEvent.WANT:
            return _wanted(command, text)
        case CaseEvent.REFUND_BY:
            return _refund_by(command, text)
        case _:
            return Details()


def _pieces(command: Command, text: str, order: Order) -> Details | Unreadable:
    items = exact_items(text, order) if len(text) <= _LONGEST else ()
    return Details(items=items) if items else _expected(command, order)


def _wanted(command: Command, text: str) -> Details | Unreadable:
    if text and "\n" not in text and len(text) <= _LONGEST_WANTED:
        return Details(wanted=text)
    return _as_written(command)


def _refund_by(command: Command, text: str) -> Details | Unreadable:
    day = as_day(text)
    if day is not None:
        return Details(refund_by=day)
    return Unreadable(
        reason=Remark(
            "{line}: expected #refundby and the day by which the money will be there, as 2026-03-31", line=command.line
        )
    )


def _inspection(command: Command, text: str, order: Order) -> Details | Unreadable:
    match = _INSPECTION.fullmatch(" ".join(text.split())) if len(text) <= _LONGEST else None
    if match is None:
        return _expected(command, order)
    items: tuple[Item, ...] = ()
    why = ""
    if match["damaged"] is not None:
        named, _, why = match["damaged"].replace("：", ":").partition(":")
        items, why = exact_items(named, order), why.strip(" ,，;；")
        if not items:
            return _expected(command, order)
    if match["amount"] is None:
        return Details(items=items, reason=why)
    amount = Decimal(match["amount"])
    currency = match["currency"] or order.currency
    if currency != order.currency or amount != rounded_down(amount, order.currency) or amount == 0:
        return Unreadable(
            reason=Remark(
                "{line}: {amount} {currency} can't be deducted from an order in {expected}",
                line=command.line,
                amount=match["amount"],
                currency=currency,
                expected=order.currency,
            )
        )
    if not match["reason"].strip():
        return Unreadable(
            reason=Remark(
                "{line}: say what it is for, as the customer can be told: deduct 10.00 <reason>", line=command.line
            )
        )
    return Details(items=items, reason=why, deduction=amount, deduction_reason=match["reason"].strip())


def _as_written(command: Command) -> Unreadable:
    return Unreadable(
        reason=Remark(
            "{line}: expected {command}; words for the customer go on a line of their own",
            line=command.line,
            command=COMMAND_LINES[command.event],
        )
    )


def _numbers(command: Command, text: str) -> Details | Unreadable:
    """One number, of the parcel; for a replacement first that of its order."""
    words = text.split()
    most = 2 if command.event is CaseEvent.REPLACED else 1
    needed = 1 if command.event in (CaseEvent.SHIPPED, CaseEvent.REPLACED) else 0
    if not needed <= len(words) <= most or not all(_PARCEL.fullmatch(word) for word in words):
        return _as_written(command)
    if command.event is CaseEvent.REPLACED:
        return Details(reference=words[0].upper(), tracking=words[1] if len(words) > 1 else "")
    return Details(tracking=words[0] if words else "")


def _expected(command: Command, order: Order) -> Unreadable:
    bought = ", ".join(f"{line.model} × {line.quantity}" for line in order.lines)
    example = _EXAMPLES.get(command.event, f"{COMMAND_LINES[command.event]} {{bought}}").format(bought=bought)
    return Unreadable(
        reason=Remark(
            "{line}: expected {command}; words for the customer go on a line of their own",
            line=command.line,
            command=example,
        )
    )
