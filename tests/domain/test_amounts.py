"""Amounts of money as people of several countries write them."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.amounts import find_amounts


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("¥1,299.00", "1299.00", "CNY"), ("￥199", "199.00", "CNY"), ("199元", "199.00", "CNY"),
        ("人民币1299.5元", "1299.50", "CNY"), ("199块钱", "199.00", "CNY"), ("1.2万元", "12000.00", "CNY"),
        ("RMB 199", "199.00", "CNY"), ("1.299,00 €", "1299.00", "EUR"), ("1 299,00 €", "1299.00", "EUR"),
        ("1\u202f299,00\u00a0€", "1299.00", "EUR"), ("€1,299", "1299.00", "EUR"), ("1.299 €", "1299.00", "EUR"),
        ("12,5 EUR", "12.50", "EUR"), ("0,99€", "0.99", "EUR"), ("EUR 1.234.567,89", "1234567.89", "EUR"),
        ("49.99 euros", "49.99", "EUR"), ("£49.99", "49.99", "GBP"), ("USD 49.99", "49.99", "USD"),
        ("49.99USD", "49.99", "USD"), ("US$1,299", "1299.00", "USD"), ("$12.5", "12.50", "USD"),
        ("2,980円", "2980", "JPY"), ("JPY 1,299", "1299", "JPY"), ("¥12,990 JPY", "12990", "JPY"),
        ("KWD 1.250", "1.250", "KWD"), ("KWD 1,250.500", "1250.500", "KWD"), ("1'299.50 CHF", "1299.50", "CHF"),
        ("₩25,000", "25000", "KRW"), ("HK$99", "99.00", "HKD"), ("NT$1,990", "1990.00", "TWD"),
    ],
)  # fmt: skip
def test_an_amount_in_text(text: str, value: str, currency: str) -> None:
    for around in ("{}", "我付了{}。", "paid {}, please", "({})", "Total: {}."):
        (found,) = find_amounts(around.format(text))
        assert (str(found.value), found.currency) == (value, currency), around


@pytest.mark.parametrize(
    ("text", "country", "currency", "is_clear"),
    [
        ("¥2,980", "JP", "JPY", True), ("¥2,980", "CN", "CNY", True), ("¥2,980", "", "CNY", False),
        ("¥2,980.00", "JP", "CNY", True), ("$5", "AU", "AUD", True), ("$5", "US", "USD", True),
        ("$5", "", "USD", False),
        ("5元", "TW", "TWD", True), ("49 kr", "DK", "DKK", True), ("49 kr", "", "SEK", False),
        ("¥5 RMB", "JP", "CNY", True),
    ],
)  # fmt: skip
def test_a_sign_of_several_currencies_is_read_by_country(
    text: str, country: str, currency: str, is_clear: bool
) -> None:
    (found,) = find_amounts(text, country)
    assert (found.currency, found.is_clear) == (currency, is_clear)


@pytest.mark.parametrize(
    "text",
    ["1,299", "TP2026030117", "1.2.3 €", "12,3456 EUR", "JPY 12.50", "EUROPE 5", "5 Eurostars", "€", "v1.2 USB", "kr"],
)
def test_what_is_no_amount(text: str) -> None:
    assert find_amounts(text) == ()


def test_a_number_that_may_be_thousand_or_one_is_marked() -> None:
    (found,) = find_amounts("KWD 1.250")
    assert not found.is_clear


def test_a_price_after_a_count_is_the_price() -> None:
    assert [str(found.value) for found in find_amounts("3 €5 vouchers, 2 x $7")] == ["5.00", "7.00"]


FORMS = (
    ("en_US", "USD"), ("en_GB", "GBP"), ("de_DE", "EUR"), ("fr_FR", "EUR"), ("es_ES", "EUR"), ("it_IT", "EUR"),
    ("nl_NL", "EUR"), ("zh_CN", "CNY"), ("ja_JP", "JPY"), ("ko_KR", "KRW"), ("de_CH", "CHF"), ("zh_HK", "HKD"),
    ("pt_BR", "BRL"), ("pl_PL", "PLN"), ("sv_SE", "SEK"), ("en_US", "KWD"),
)  # fmt: skip


@given(st.sampled_from(FORMS), st.integers(1, 10**9))
def test_an_amount_in_the_form_of_a_country_is_read_back(form: tuple[str, str], cents: int) -> None:
    locale, currency = form
    decimals = {"JPY": 0, "KRW": 0, "KWD": 3}.get(currency, 2)
    value = Decimal(cents).scaleb(-decimals)
    text = format_currency(value, currency, locale=locale)
    (found,) = find_amounts(f"x {text} x", locale[-2:])
    assert (found.value, found.currency) == (value, currency), text


@given(st.text() | st.text("0123456789.,' €$¥元USDkr万"), st.sampled_from(["", "US", "JP", "xx"]))
def test_any_text_is_read(text: str, country: str) -> None:
    for found in find_amounts(text, country):
        assert found.value >= 0


@pytest.mark.parametrize("piece", ["1,", "1 ", "111,111,111", "€", "US", "1€", "\u0301\u0316", "9" * 50])
def test_a_hostile_text_takes_no_longer_than_its_length(piece: str) -> None:
    started = time.monotonic()
    find_amounts(piece * 40_000)
    assert time.monotonic() - started < 20  # seconds; a fraction of one here, minutes if it were quadratic
