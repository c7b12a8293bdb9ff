"""Numbers of other shops' orders."""

from __future__ import annotations

import time

import pytest

from mailbot.domain.other_shops import numbers_of_others
from mailbot.domain.own_codes import Kind, find_own_codes
from mailbot.domain.references import Place
from tests.domain.examples import order as an_order

OTHERS = (
    "my Amazon order 302-1234567-8901234",
    "my Amazon.de order number: 302-1234567-8901234",
    "the order at Amazon, no. 302-1234567-8901234",
    "order 302-1234567-8901234 from Amazon",
    "eBay order no. 12-34567-89012",
    "It is my order number 2026030117 at another shop",
    "亚马逊订单号是 302-1234567-8901234",
    "我的京东订单：2026030117",
    "淘宝订单编号2026030117",
    "蝦皮訂單編號 2026030117",
    "Amazonの注文番号は 302-1234567-8901234 です",
    "楽天の注文 2026030117",
    "meine Amazon-Bestellung 302-1234567-8901234",
    "Bestellung bei Amazon Nr. 302-1234567-8901234",
    "ma commande Amazon n° 302-1234567-8901234",
    "ma commande 302-1234567-8901234 chez Fnac",
    "mi pedido de Amazon 302-1234567-8901234",
    "mi pedido 302-1234567-8901234 en Amazon",
)
OURS = (
    "my order 2026030117",
    "I saw it on Amazon, but bought it from you: order 2026030117",
    "订单号 2026030117，天猫上也有卖",
    "在京东看到的。订单号 2026030117",
    "Bestellnummer 2026030117. Bei Amazon war es teurer.",
    "commande 2026030117, pas chez Amazon",
    "Amazon\norder 2026030117",
    "my order 2026030117 on target for Friday?",
)


@pytest.mark.parametrize("text", OTHERS)
def test_the_number_of_another_shop_is_found(text: str) -> None:
    assert len(list(numbers_of_others(text))) == 1


@pytest.mark.parametrize("text", OURS)
def test_a_number_of_ours_is_none(text: str) -> None:
    assert list(numbers_of_others(text)) == []


@pytest.mark.parametrize("said", ["my Amazon order 2026030117", "my Amazon order 2026030118", "淘宝订单编号2026030117"])
def test_it_neither_names_nor_suggests_an_order_of_ours(said: str) -> None:
    order = an_order(number="TP2026030117")
    assert [code for code in find_own_codes([(Place.NEW_TEXT, said)], [order]) if code.kind is Kind.ORDER] == []


def test_a_number_with_our_letters_is_ours_whatever_it_is_called() -> None:
    order = an_order(number="TP2026030117")
    (code,) = find_own_codes([(Place.NEW_TEXT, "Amazon order TP2026030117")], [order])
    assert (code.kind, code.has_slip) == (Kind.ORDER, False)


def test_a_whole_number_of_digits_that_was_imported_is_ours() -> None:
    order = an_order(number="302-1234567-8901234")
    (code,) = find_own_codes([(Place.NEW_TEXT, "my Amazon order 302-1234567-8901234")], [order])
    assert (code.kind, code.has_slip) == (Kind.ORDER, False)


@pytest.mark.parametrize(
    "text", ["amazon order " * 20_000, "amazon order 123456 " * 10_000, "the my " * 40_000 + "1234567"]
)
def test_long_texts_take_no_time(text: str) -> None:
    began = time.perf_counter()
    list(numbers_of_others(text[:200_000]))
    assert time.perf_counter() - began < 20  # seconds; a fraction of one here, minutes if it were quadratic
