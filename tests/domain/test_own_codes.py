"""A sender's own numbers in a text, in any way that people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.own_codes import Kind, OwnCode, find_own_codes
from mailbot.domain.references import Place, texts_of
from tests.domain.examples import line, mail, order

NUMBER, TOO = "TP2026030117", "TP2026050999"
OWN = (
    order(line().__class__(**{**vars(line()), "serials": ("SNK17001",)}), tracking_number="EX200300400CN"),
    order(line("TP-F9"), number=TOO),
)


def found(text: str) -> list[OwnCode]:
    return list(find_own_codes([(Place.NEW_TEXT, text)], OWN))


def numbers(text: str, *, has_slip: bool) -> set[str]:
    return {one.order_number for one in found(text) if one.kind is Kind.ORDER and one.has_slip is has_slip}


@pytest.mark.parametrize(
    "text",
    [
        "TP 2026030117",
        "tp-2026-0301-17",
        "TP 2026 0301 17",
        "订单号2026030117",
        "Order no. 2026030117",
        "order:2026030117.",
        "#2026030117",
        "No.2026 030 117",
    ],
)
def test_a_number_with_gaps_or_without_its_letters_is_the_number(text: str) -> None:
    assert numbers(text, has_slip=False) == {NUMBER}
    assert numbers(text, has_slip=True) == set()


def test_full_width_signs_are_ordinary_ones() -> None:
    texts = texts_of(mail("订单ＴＰ ２０２６０３０１１７"))
    assert {one.order_number for one in find_own_codes(texts, OWN)} == {NUMBER}


@pytest.mark.parametrize(
    "text",
    [
        "TP2026030171",
        "TP202603017",
        "TP20260301117",
        "TP2026030147",
        "tp2026030171.",
        "TP2O26030117",
        "2026030171",
        "order 2026 0301 71",
        "订单TP2026030118",
    ],
)
def test_one_wrong_sign_is_a_slip(text: str) -> None:
    assert numbers(text, has_slip=True) == {NUMBER}
    assert numbers(text, has_slip=False) == set()


@pytest.mark.parametrize(
    "text",
    [
        "TP2062030171",  # two slips
        "JD2026030117",  # another shop's letters
        "XXTP2026030117",
        "12026030117999",
        "2026-03-01",
        "2026.03.01 17:00",
        "030117",
        "",
    ],
)
def test_what_is_no_number_of_the_senders(text: str) -> None:
    assert found(text) == []


def test_the_right_number_counts_before_a_slip_in_it() -> None:
    (one,) = found(f"TP2026030171, sorry, {NUMBER}")
    assert not one.has_slip


def test_serial_and_tracking_numbers_and_models() -> None:
    kinds = [(one.kind, one.order_number) for one in found("sn k17 001? SN-K17-001, EX 200300400 CN, tp-f9")]
    assert sorted(kinds) == sorted([(Kind.TRACKING, NUMBER), (Kind.SERIAL, NUMBER), (Kind.MODEL, TOO)])
    assert [(one.kind, one.order_number) for one in found("EX200300400CN")] == [(Kind.TRACKING, NUMBER)]


@pytest.mark.parametrize(
    "text", ["EX 200 300 400 CN", "ex200-300-400cn", "EX200300400 CN,", "运单EX 200300 400CN。", "#EX/200/300/400/CN"]
)
def test_letters_and_digits_may_have_gaps(text: str) -> None:
    assert [(one.kind, one.order_number, one.has_slip) for one in found(text)] == [(Kind.TRACKING, NUMBER, False)]


@pytest.mark.parametrize(
    "text", ["AEX 200 300 400 CN", "EX 200 300 400 CNX", "EX 200, 300 400 CN", "EX 200\n300 400 CN"]
)
def test_what_goes_on_before_or_after_is_another_number(text: str) -> None:
    assert found(text) == []


def test_nobody_elses_numbers_are_compared() -> None:
    assert find_own_codes([(Place.NEW_TEXT, NUMBER)], ()) == ()


def test_a_page_of_numbers_is_looked_at_in_part() -> None:
    page = " ".join(f"TP{number:010}" for number in range(20_000))
    assert len(find_own_codes([(Place.NEW_TEXT, page)], [order(number=f"TP{n:010}") for n in range(5, 55)])) == 50


@given(st.text())
def test_any_text_is_looked_at(text: str) -> None:
    find_own_codes([(Place.NEW_TEXT, text)], OWN)
