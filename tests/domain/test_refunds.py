"""What is paid back (G6, P12, P13)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.forms import Item
from mailbot.domain.orders import Order
from mailbot.domain.refunds import RefundRefused, refund_amount
from tests.domain.examples import line, order

TWO = order(line("TP-K17", 2, "199.00"), line("TP-F9", 3, "19.90"))
D = Decimal


def items(**quantities: int) -> tuple[Item, ...]:
    return tuple(Item(model=f"TP-{model}", quantity=quantity) for model, quantity in quantities.items())


@pytest.mark.parametrize(
    ("returned", "before", "amount"),
    [
        (items(K17=1), "0", "199.00"),
        (items(K17=2), "0", "398.00"),
        (items(F9=3), "0", "59.70"),
        (items(K17=2, F9=3), "0", "457.70"),
        (items(F9=3), "398.00", "59.70"),
        (items(F9=1), "437.80", "19.90"),  # to the last cent of what was paid
    ],
)
def test_the_price_of_what_came_back(returned: tuple[Item, ...], before: str, amount: str) -> None:
    assert refund_amount(TWO, returned, D(before)) == D(amount)


@pytest.mark.parametrize(
    ("returned", "before", "reason"),
    [
        (items(K17=3), "0", "has 2 × TP-K17, not 3"),
        (items(X1=1), "0", "has no TP-X1"),
        (items(K17=1, X1=1), "0", "has no TP-X1"),
        ((), "0", "cost nothing"),
        (items(K17=1), "258.71", "would exceed what is left of the payment: 198.99 GBP"),
        (items(K17=2, F9=3), "0.01", "would exceed"),
        (items(F9=1), "457.70", "would exceed what is left of the payment: 0.00 GBP"),
        (items(F9=1), "500", "would exceed"),
    ],
)
def test_what_is_refused_and_why(returned: tuple[Item, ...], before: str, reason: str) -> None:
    refused = refund_amount(TWO, returned, D(before))
    assert isinstance(refused, RefundRefused)
    assert reason in refused.reason


def test_what_cost_nothing_is_not_refunded() -> None:
    assert isinstance(refund_amount(order(line("TP-GIFT", 1, "0.00")), items(GIFT=1), D(0)), RefundRefused)


def test_the_same_piece_named_twice_is_not_paid_twice() -> None:
    bought = order(line("TP-K17", 1, "100.00"), line("TP-F9", 1, "100.00"))
    twice = (Item(model="TP-K17", quantity=1), Item(model="TP-K17", quantity=1))
    assert isinstance(refund_amount(bought, twice, D(0)), RefundRefused)


MODELS = ["TP-A", "TP-B", "TP-C", "TP-D"]
PRICES = st.decimals(min_value=0, max_value=5000, places=2)
ORDERS = st.lists(st.tuples(st.integers(1, 4), PRICES), min_size=1, max_size=3).map(
    lambda lines: order(*(line(m, quantity, str(price)) for m, (quantity, price) in zip(MODELS, lines, strict=False)))
)
RETURNS = st.lists(
    st.lists(st.builds(Item, model=st.sampled_from(MODELS), quantity=st.integers(1, 5)), max_size=4), max_size=8
)


@given(bought=ORDERS, returns=RETURNS)
@settings(max_examples=200, deadline=None)
def test_whatever_comes_back_in_whatever_order_never_is_more_paid_back_than_was_paid(
    bought: Order, returns: list[list[Item]]
) -> None:
    refunded = D(0)
    for returned in returns:
        amount = refund_amount(bought, returned, refunded)
        if isinstance(amount, RefundRefused):
            assert amount.reason
            continue
        assert amount > 0
        refunded += amount
        assert refunded <= bought.paid


@given(bought=ORDERS, before=st.decimals(min_value=0, max_value=30000, places=2))
@settings(max_examples=100, deadline=None)
def test_everything_back_is_paid_unless_something_was_paid_back_before(bought: Order, before: Decimal) -> None:
    everything = [Item(model=each.model, quantity=each.quantity) for each in bought.lines]
    amount = refund_amount(bought, everything, before)
    if before == 0 and bought.paid > 0:
        assert amount == bought.paid
    else:
        assert isinstance(amount, RefundRefused)
