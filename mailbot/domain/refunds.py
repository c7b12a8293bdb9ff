"""What is paid back: never more than was paid, never twice (G6, P12, P13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mailbot.domain.forms import Item
from mailbot.domain.orders import Order


@dataclass(frozen=True, kw_only=True)
class RefundRefused:
    """Why no refund can be booked; `reason` is for staff."""

    reason: str


def refund_amount(order: Order, items: Sequence[Item], refunded_before: Decimal) -> Decimal | RefundRefused:
    """What the returned items cost, in the order's currency.

    `refunded_before` is the sum of all refunds ever booked for the order.
    """
    prices = {line.model: line for line in order.lines}
    amount = Decimal(0)
    for item in items:
        line = prices.get(item.model)
        if line is None:
            return RefundRefused(reason=f"order {order.number} has no {item.model}")
        if item.quantity > line.quantity:
            return RefundRefused(reason=f"order {order.number} has {line.quantity} × {item.model}, not {item.quantity}")
        amount += line.unit_price * item.quantity
    if amount <= 0:
        return RefundRefused(reason="the items returned cost nothing")
    left = order.paid - refunded_before
    if amount > left:
        return RefundRefused(
            reason=f"{amount} {order.currency} would exceed what is left of the payment: {left} {order.currency}"
        )
    return amount
