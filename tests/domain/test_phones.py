"""Telephone numbers: found in text, and equal however they are written."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.phones import find_phones, phone_key


@pytest.mark.parametrize(
    ("text", "country", "digits", "of"),
    [
        ("+86 138 0000 0001", "", "8613800000001", "CN"), ("13800000001", "", "8613800000001", "CN"),
        ("138-0000-0001", "CN", "8613800000001", "CN"), ("0086 13800000001", "DE", "8613800000001", "CN"),
        ("86 13800000001", "", "8613800000001", "CN"), ("１３８ ００００ ０００１", "", "8613800000001", "CN"),
        ("010-12345678", "CN", "861012345678", "CN"), ("+44 20 7946 0018", "", "442079460018", "GB"),
        ("020 7946 0018", "GB", "442079460018", "GB"), ("(020) 7946 0018", "GB", "442079460018", "GB"),
        ("+49 (0)30 231250", "", "4930231250", "DE"), ("030/231250", "DE", "4930231250", "DE"),
        ("+1 (555) 010-0199", "", "15550100199", ""), ("555-010-0199", "US", "15550100199", "US"),
        ("(555) 010-0199", "US", "15550100199", "US"), ("01 99 00 00 12", "FR", "33199000012", "FR"),
        ("+81-3-0000-0001", "", "81300000001", "JP"), ("03–0000–0001", "JP", "81300000001", "JP"),
        ("912 345 678", "ES", "34912345678", "ES"), ("020 7946 0018", "", "02079460018", ""),
    ],
)  # fmt: skip
def test_a_number_in_text(text: str, country: str, digits: str, of: str) -> None:
    for around in ("{}", "call {}, please", "电话：{}。", "tel. {}\n"):
        (found,) = find_phones(around.format(text), country)
        assert (found.digits, found.country) == (digits, of), around
    assert phone_key(text, country or of or "US" * ("+1" in text)) == digits


@pytest.mark.parametrize("country", ["", "CN", "US", "DE"])
@pytest.mark.parametrize(
    "text",
    ["TP2026030117", "2026-03-01", "01.03.2026", "10.0.0.1", "199.00", "1,299.00", "12345678901234567890", "20 pieces",
     "SN K17-001", "2026 0301 17", "http://tp.example/0123456789", "", "+", "+0 123 456 789"],
)  # fmt: skip
def test_what_is_no_number(text: str, country: str) -> None:
    assert find_phones(text, country) == ()


@pytest.mark.parametrize("key", ["", "-", "n/a", "unknown", "12"])
def test_a_placeholder_has_no_key(key: str) -> None:
    assert phone_key(key, "CN") == ""


@given(st.text() | st.text("0123456789+-() /."), st.sampled_from(["", "CN", "US", "DE", "xx"]))
def test_any_text_is_read(text: str, country: str) -> None:
    for found in find_phones(text, country):
        assert 7 <= len(found.digits) <= 15
        assert found.digits.isdigit()
    assert len(phone_key(text, country)) <= 15


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["{}", "+86 {}", "0086{}", "86-{}"]))
def test_a_chinese_mobile_number_is_one_number_in_all_forms(number: str, form: str) -> None:
    (found,) = find_phones(form.format(number), "CN")
    assert found.digits == "86" + number == phone_key(form.format(number), "CN")


@pytest.mark.parametrize("piece", ["1 ", "+", "(1)", "12-", "00", "1" * 30, "\u0301\u0316"])
def test_a_hostile_text_takes_no_longer_than_its_length(piece: str) -> None:
    started = time.monotonic()
    find_phones(piece * 40_000, "DE")
    assert time.monotonic() - started < 20  # seconds; a fraction of one here, minutes if it were quadratic


def test_a_number_that_is_too_long_for_its_country_stays_as_it_is() -> None:
    assert phone_key("000000000000000", "US") == "000000000000000"
