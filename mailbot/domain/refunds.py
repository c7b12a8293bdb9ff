"""What is paid back: never more than was paid, never twice (G6, P12, P13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mailbot.domain.forms import Item
from mailbot.domain.orders import Order
from mailbot.domain.remarks import Remark


@dataclass(frozen=True, kw_only=True)
class RefundRefused:
    """Why no refund can be booked; `reason` is for staff."""

    reason: str


def refund_amount(
    order: Order, items: Sequence[Item], refunded_before: Decimal, returned_before: Sequence[Item] = ()
) -> Decimal | RefundRefused:
    """What the returned items cost, in the order's currency.

    `refunded_before` is the sum of all refunds ever booked for the order, `returned_before` the pieces that were
    refunded under other cases: no piece is paid back twice.
    """
    prices = {line.model: line for line in order.lines}
    returned: Counter[str] = Counter()
    for item in items:
        returned[item.model] += item.quantity
    already: Counter[str] = Counter()
    for item in returned_before:
        already[item.model] += item.quantity
    amount = Decimal(0)
    for model, quantity in returned.items():
        line = prices.get(model)
        if line is None:
            return RefundRefused(reason=Remark("order {number} has no {model}", number=order.number, model=model))
        if quantity > line.quantity:
            return RefundRefused(
                reason=Remark(
                    "order {number} has {bought} × {model}, not {quantity}",
                    number=order.number,
                    bought=str(line.quantity),
                    model=model,
                    quantity=str(quantity),
                )
            )
        if quantity + already[model] > line.quantity:
            return RefundRefused(
                reason=Remark(
                    "{count} × {model} of order {number} is refunded already",
                    count=str(already[model]),
                    model=model,
                    number=order.number,
                )
            )
        amount += line.unit_price * quantity
    if amount <= 0:
        return RefundRefused(reason=Remark("the items returned cost nothing"))
    left = order.paid - refunded_before
    if amount > left:
        return RefundRefused(
            reason=Remark(
                "{amount} {currency} would exceed what is left of the payment: {left} {currency}",
                amount=str(amount),
                left=str(left),
                currency=order.currency,
            )
        )
    return amount
