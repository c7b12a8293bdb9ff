"""What is paid back: never more than was paid, never twice (G6, P12, P13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mailbot.domain.forms import Item
from mailbot.domain.money import pieces_value, rounded_down, spread
from mailbot.domain.orders import Order
from mailbot.domain.remarks import Remark
from mailbot.domain.terms import OutboundShipping


@dataclass(frozen=True, kw_only=True)
class RefundRefused:
    """Why no refund can be booked; `reason` is for staff."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class RefundTerms:
    """What besides the goods makes up a refund."""

    outbound_shipping: OutboundShipping = OutboundShipping.KEPT
    restocking_percent: int = 0  # 0 to 100, of the goods
    deduction: Decimal = Decimal(0)  # taken off by staff, for damage or a missing part


@dataclass(frozen=True, kw_only=True)
class RefundSum:
    """A refund with its parts, in the order's currency: goods + shipping - restocking - deduction = amount."""

    goods: Decimal  # what the returned pieces cost after their share of the discount
    shipping: Decimal  # of the delivery that the customer paid for
    restocking: Decimal
    deduction: Decimal
    amount: Decimal  # above 0, at most what was paid minus what was refunded


PLAIN = RefundTerms()


def refund_amount(
    order: Order, items: Sequence[Item], refunded_before: Decimal, returned_before: Sequence[Item] = ()
) -> Decimal | RefundRefused:
    """What the returned items cost the customer, in the order's currency; see `refund_sum`."""
    found = refund_sum(order, items, refunded_before, returned_before)
    return found if isinstance(found, RefundRefused) else found.amount


def refund_sum(
    order: Order,
    items: Sequence[Item],
    refunded_before: Decimal,
    returned_before: Sequence[Item] = (),
    terms: RefundTerms = PLAIN,
) -> RefundSum | RefundRefused:
    """What is paid back for the returned items.

    `refunded_before` is the sum of all refunds ever booked for the order, `returned_before` the pieces that were
    refunded under other cases: no piece is paid back twice. The order's discount is spread over its lines by their
    price, and over the pieces of a line, to the last minor unit: all pieces, in however many returns, give exactly
    what they cost.
    """
    returned = _counted(items)
    already = _counted(returned_before)
    refused = _too_many(order, returned, already)
    if refused:
        return refused
    goods = goods_value(order, returned, already)
    restocking = rounded_down(goods * terms.restocking_percent / 100, order.currency)
    if terms.deduction < 0 or terms.deduction != rounded_down(terms.deduction, order.currency):
        return RefundRefused(
            reason=Remark("{amount} {currency} can't be deducted", amount=str(terms.deduction), currency=order.currency)
        )
    net = goods - restocking - terms.deduction
    left = order.paid - refunded_before
    if net > left:
        return RefundRefused(
            reason=Remark(
                "{amount} {currency} would exceed what is left of the payment: {left} {currency}",
                amount=str(net),
                left=str(left),
                currency=order.currency,
            )
        )
    # A delivery that was paid back under other terms before isn't paid back again.
    shipping = min(_shipping(order, returned, already, terms.outbound_shipping), left - net)
    if net < 0 or net + shipping <= 0:
        if goods == 0:
            return RefundRefused(reason=Remark("the items returned cost nothing"))
        return RefundRefused(reason=Remark("nothing is left of the price after deductions"))
    return RefundSum(
        goods=goods, shipping=shipping, restocking=restocking, deduction=terms.deduction, amount=net + shipping
    )


def goods_value(order: Order, returned: Mapping[str, int], already: Mapping[str, int]) -> Decimal:
    """What pieces of the order cost after discount, by model; `already` were counted before them."""
    discounts = spread(order.discount, [line.total for line in order.lines], order.currency)
    return sum(
        (
            pieces_value(
                line.total - discount,
                line.quantity,
                already.get(line.model, 0),
                returned.get(line.model, 0),
                order.currency,
            )
            for line, discount in zip(order.lines, discounts, strict=True)
        ),
        Decimal(0),
    )


def _counted(items: Sequence[Item]) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for item in items:
        pieces[item.model] += item.quantity
    return pieces


def _too_many(order: Order, returned: Mapping[str, int], already: Mapping[str, int]) -> RefundRefused | None:
    lines = {line.model: line for line in order.lines}
    for model, quantity in returned.items():
        line = lines.get(model)
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
        if quantity + already.get(model, 0) > line.quantity:
            before = already.get(model, 0)
            return RefundRefused(
                reason=Remark(
                    "{count} × {model} of order {number} is refunded already",
                    count=str(before),
                    model=model,
                    number=order.number,
                )
            )
    return None


def _shipping(
    order: Order, returned: Mapping[str, int], already: Mapping[str, int], terms: OutboundShipping
) -> Decimal:
    """The part of the paid delivery that goes back with these pieces."""
    if terms is OutboundShipping.WHOLE_ORDER:
        back = (returned.get(line.model, 0) + already.get(line.model, 0) for line in order.lines)
        whole = all(count >= line.quantity for count, line in zip(back, order.lines, strict=True))
        return order.shipping_cost if whole else Decimal(0)
    if terms is OutboundShipping.SHARE:
        before = goods_value(order, already, {})
        after = before + goods_value(order, returned, already)
        everything = order.goods - order.discount
        # From the beginning both times, so that the parts of several returns add up to the whole.
        with_these = spread(order.shipping_cost, [after, everything - after], order.currency)[0]
        without = spread(order.shipping_cost, [before, everything - before], order.currency)[0]
        return with_these - without
    return Decimal(0)
