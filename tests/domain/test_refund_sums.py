"""Discounts, delivery, restocking and deductions in a refund (G6, P12)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.forms import Item
from mailbot.domain.money import from_units
from mailbot.domain.orders import Order
from mailbot.domain.refunds import RefundRefused, RefundSum, RefundTerms, refund_amount, refund_sum
from mailbot.domain.terms import OutboundShipping
from tests.domain.examples import line, order

D = Decimal
KEPT, WHOLE, SHARE = OutboundShipping.KEPT, OutboundShipping.WHOLE_ORDER, OutboundShipping.SHARE
# 398.00 + 59.70 - 45.77 + 8.00 = 419.93
BOUGHT = order(line("TP-K17", 2, "199.00"), line("TP-F9", 3, "19.90"), discount=D("45.77"), shipping_cost=D("8.00"))


def items(**quantities: int) -> tuple[Item, ...]:
    return tuple(Item(model=f"TP-{model}", quantity=quantity) for model, quantity in quantities.items())


def summed(order: Order, back: tuple[Item, ...], before: tuple[Item, ...] = (), **terms: object) -> RefundSum:
    refunded = D(0)
    if before:
        earlier = refund_sum(order, before, D(0))
        assert isinstance(earlier, RefundSum)
        refunded = earlier.amount
    found = refund_sum(order, back, refunded, before, RefundTerms(**terms))  # type: ignore[arg-type]
    assert isinstance(found, RefundSum), found
    assert found.amount == found.goods + found.shipping - found.restocking - found.deduction
    return found


@pytest.mark.parametrize(
    ("back", "before", "goods"),
    [
        (items(K17=1), (), "179.10"),  # 398.00 less 39.80 of the discount, in two
        (items(K17=2), (), "358.20"),
        (items(F9=1), (), "17.91"),  # 59.70 less 5.97, in three
        (items(K17=2, F9=3), (), "411.93"),
        (items(F9=3), items(K17=2), "53.73"),
    ],
)
def test_a_discount_comes_off_every_piece_in_proportion(
    back: tuple[Item, ...], before: tuple[Item, ...], goods: str
) -> None:
    assert summed(BOUGHT, back, before).goods == D(goods)


def test_what_was_paid_knows_discount_and_delivery() -> None:
    assert BOUGHT.paid == D("419.93")
    assert refund_amount(BOUGHT, items(K17=1), D("240.84")) == RefundRefused(
        reason="179.10 GBP would exceed what is left of the payment: 179.09 GBP"
    )


@pytest.mark.parametrize(
    ("policy", "back", "before", "shipping"),
    [
        (KEPT, items(K17=2, F9=3), (), "0"),
        (WHOLE, items(K17=2), (), "0"),
        (WHOLE, items(K17=2, F9=3), (), "8.00"),
        (WHOLE, items(F9=3), items(K17=2), "8.00"),
        (SHARE, items(K17=1), (), "3.48"),
        (SHARE, items(K17=2, F9=3), (), "8.00"),
        (SHARE, items(F9=3), items(K17=2), "1.04"),
    ],
)
def test_the_delivery_goes_back_by_policy(
    policy: OutboundShipping, back: tuple[Item, ...], before: tuple[Item, ...], shipping: str
) -> None:
    assert summed(BOUGHT, back, before, outbound_shipping=policy).shipping == D(shipping)


def test_restocking_and_deductions_come_off_the_goods() -> None:
    found = summed(BOUGHT, items(F9=1), restocking_percent=15, deduction=D("5.00"))
    assert (found.restocking, found.amount) == (D("2.68"), D("10.23"))  # 2.6865, never rounded up
    yen = order(line("TP-K17", 1, "1999"), currency="JPY")
    assert summed(yen, items(K17=1), restocking_percent=15).amount == 1700


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"deduction": D("17.91")}, "nothing is left"),
        ({"restocking_percent": 100}, "nothing is left"),
        ({"deduction": D("-1")}, "can't be deducted"),
        ({"deduction": D("0.001")}, "can't be deducted"),
    ],
)
def test_deductions_that_make_no_sense_are_refused(terms: dict[str, object], reason: str) -> None:
    refused = refund_sum(BOUGHT, items(F9=1), D(0), (), RefundTerms(**terms))  # type: ignore[arg-type]
    assert isinstance(refused, RefundRefused)
    assert reason in refused.reason


def test_of_a_fully_discounted_order_the_delivery_is_all_that_can_go_back() -> None:
    gift = order(line("TP-K17", 1, "199.00"), discount=D("199.00"), shipping_cost=D("8.00"))
    refused = refund_sum(gift, items(K17=1), D(0))
    assert refused == RefundRefused(reason="the items returned cost nothing")
    assert summed(gift, items(K17=1), outbound_shipping=WHOLE).amount == 8
    assert isinstance(refund_sum(gift, items(K17=1), D(8), (), RefundTerms(outbound_shipping=WHOLE)), RefundRefused)


MODELS = ("TP-A", "TP-B", "TP-C")


@st.composite
def orders(draw: st.DrawFn) -> Order:
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD"]))
    rows = draw(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 500_000)), min_size=1, max_size=3))
    lines = [line(model, n, str(from_units(u, currency))) for model, (n, u) in zip(MODELS, rows, strict=False)]
    units = sum(n * u for n, u in rows)
    return order(
        *lines,
        currency=currency,
        discount=from_units(draw(st.integers(0, units)), currency),
        shipping_cost=from_units(draw(st.integers(0, 5000)), currency),
    )


TERMS = st.builds(
    RefundTerms, outbound_shipping=st.sampled_from(OutboundShipping), restocking_percent=st.integers(0, 100)
)
RETURNS = st.lists(
    st.tuples(st.lists(st.builds(Item, model=st.sampled_from(MODELS), quantity=st.integers(1, 5)), max_size=3), TERMS),
    max_size=8,
)


@given(bought=orders(), returns=RETURNS)
@settings(max_examples=200, deadline=None)
def test_whatever_comes_back_under_whatever_terms_no_more_is_paid_back_than_was_paid(
    bought: Order, returns: list[tuple[list[Item], RefundTerms]]
) -> None:
    refunded, before = D(0), []
    for back, terms in returns:
        found = refund_sum(bought, back, refunded, before, terms)
        if isinstance(found, RefundRefused):
            assert found.reason
            continue
        assert found.amount > 0
        assert found.shipping >= 0
        refunded += found.amount
        before += back
        assert refunded <= bought.paid


@given(bought=orders(), policy=st.sampled_from([WHOLE, SHARE]), data=st.data())
@settings(max_examples=200, deadline=None)
def test_all_pieces_in_any_number_of_returns_give_back_exactly_what_was_paid(
    bought: Order, policy: OutboundShipping, data: st.DataObject
) -> None:
    refunded, before = D(0), []
    for model in data.draw(st.permutations([each.model for each in bought.lines for _ in range(each.quantity)])):
        back = [Item(model=model, quantity=1)]
        found = refund_sum(bought, back, refunded, before, RefundTerms(outbound_shipping=policy))
        if isinstance(found, RefundRefused):
            assert found.reason == "the items returned cost nothing"
        else:
            refunded += found.amount
        before += back
    free = bought.goods == bought.discount  # then a share of the delivery belongs to no piece
    assert refunded == (D(0) if free and policy is SHARE else bought.paid)
