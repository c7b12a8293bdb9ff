"""What a match rests on: what the mail says, what the store knows, and both in lines for staff."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from mailbot.domain.corrections import Correction
from mailbot.domain.numbers import ticket_number
from mailbot.domain.orders import Order
from mailbot.domain.own_codes import Kind, OwnCode
from mailbot.domain.references import Finding, Place, References
from mailbot.domain.remarks import Remark
from mailbot.domain.standing import Standing
from mailbot.domain.text_facts import TextFacts


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the store holds around a mail."""

    quoted: Mapping[str, Order]  # of the quoted order numbers, those that exist
    by_code: tuple[Order, ...] = ()  # orders, anybody's, with a serial or tracking number that the mail has
    own: tuple[Order, ...] = ()  # orders of the sender's address, newest first
    granted: Set[str] = frozenset()  # orders whose owners let the sender speak for them, which a proven sender may
    asked: tuple[str, ...] = ()  # orders of the sender's that our last question in the ticket named
    corrections: tuple[Correction, ...] = ()  # what staff said of the sender's mails, newest first


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the mail says, as far as it can lead to an order."""

    references: References
    said: TextFacts
    codes: tuple[OwnCode, ...] = ()  # the sender's own numbers in it, however written
    text: str = ""  # the new words


def fresh_numbers(references: References) -> list[Finding]:
    """The order numbers that don't stand in quoted text only."""
    return [finding for finding in references.order_numbers if finding.place is not Place.QUOTED_TEXT]


def evidence_lines(
    reading: Reading, known: Known, entitled: Mapping[str, Order], sender: str, standing: Standing
) -> tuple[str, ...]:
    """For staff and for `explain`: what each number in the mail leads to."""
    lines = []
    for finding in reading.references.order_numbers:
        there = {"number": finding.value, "place": str(finding.place)}
        order = known.quoted.get(finding.value)
        if order is None:
            lines.append(Remark("order number {number} in {place}: no such order", **there))
        elif order.number in entitled and order.buyer_email != sender:
            lines.append(Remark("order number {number} in {place}: its owner lets the sender speak for it", **there))
        elif order.number in entitled:
            lines.append(Remark("order number {number} in {place}: the buyer's own address", **there))
        elif order.buyer_email == sender:
            lines.append(
                Remark(
                    "order number {number} in {place}: the sender's authentication failed ({why})",
                    why=standing.evidence,
                    **there,
                )
            )
        else:
            lines.append(Remark("order number {number} in {place}: the order belongs to another address", **there))
    quoted = {finding.value for finding in reading.references.order_numbers}
    for code in reading.codes if entitled else ():
        if code.kind is not Kind.MODEL and code.order_number not in quoted:
            there = {
                "kind": str(code.kind),
                "code": code.written,
                "place": str(code.place),
                "number": code.order_number,
            }
            if code.has_slip:
                lines.append(Remark("{kind} {code} in {place}: one slip from {number} of the sender's", **there))
            else:
                lines.append(Remark("{kind} {code} in {place}: leads to {number} of the sender's", **there))
    for order in known.by_code:
        if order.buyer_email != sender and order.number not in quoted:
            lines.append(
                Remark(
                    "a serial or tracking number leads to {number}, which belongs to another address",
                    number=order.number,
                )
            )
    for correction in known.corrections[:1]:
        lines.append(
            Remark(
                "{member} said of this sender: {ticket} was about {number}",
                member=correction.by,
                ticket=ticket_number(correction.ticket_id),
                number=correction.order_number,
            )
        )
    return tuple(lines)
