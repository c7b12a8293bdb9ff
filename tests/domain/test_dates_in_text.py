"""Dates as people of several countries write them."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.dates_in_text import find_dates

TODAY = date(2026, 11, 24)
MARCH_1 = date(2026, 3, 1)
DAYS = st.dates(TODAY - timedelta(days=3600), TODAY + timedelta(days=3600))


@pytest.mark.parametrize(
    "text",
    [
        "2026年3月1日", "2026 年 3 月 1 日", "２０２６年３月１日", "2026年3月1號", "2026년 3월 1일", "1 March 2026",
        "March 1st, 2026", "Mar 1, 2026", "the 1st of March 2026", "01-Mar-2026", "1. März 2026", "1.März 2026",
        "1er mars 2026", "1 de marzo de 2026", "1º de março de 2026", "1 marzo 2026", "1 maart 2026", "2026/3/1",
        "2026-03-01", "2026-03-01T10:30:00", "2026.3.1", "01.03.2026", "1.3.26", "3月1日", "3月1号", "1. März",
    ],
)  # fmt: skip
def test_the_first_of_march(text: str) -> None:
    for around in ("{}", "am {}.", "我在{}买的", "({})", "Bought {}, order TP2026030117"):
        (found,) = find_dates(around.format(text), TODAY)
        assert (found.day, found.other) == (MARCH_1, None), around


@pytest.mark.parametrize(
    ("country", "day", "other"),
    [
        ("US", date(2026, 3, 1), None),
        ("GB", date(2026, 1, 3), None),
        ("FR", date(2026, 1, 3), None),
        ("", date(2026, 1, 3), date(2026, 3, 1)),
        ("CA", date(2026, 1, 3), date(2026, 3, 1)),
        ("CN", date(2026, 1, 3), date(2026, 3, 1)),
    ],
)
@pytest.mark.parametrize("text", ["03/01/2026", "3/1/26", "3-1-2026"])
def test_the_senders_country_says_what_comes_first(text: str, country: str, day: date, other: date | None) -> None:
    (found,) = find_dates(text, TODAY, country)
    assert (found.day, found.other) == (day, other)


@pytest.mark.parametrize("country", ["", "US", "GB"])
def test_a_month_that_cannot_be_is_a_day(country: str) -> None:
    (found,) = find_dates("12/25/2025 ", TODAY, country)
    assert (found.day, found.other) == (date(2025, 12, 25), None)
    (found,) = find_dates("25/12/2025", TODAY, country)
    assert (found.day, found.other) == (date(2025, 12, 25), None)
    (found,) = find_dates("05/05/2026", TODAY, country)
    assert (found.day, found.other) == (date(2026, 5, 5), None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20 December", date(2026, 12, 20)),
        ("3月1日", MARCH_1),
        ("25 November", date(2026, 11, 25)),
        ("29 Feb.", date(2024, 2, 29)),
    ],
)
def test_a_missing_year_is_that_of_the_last_such_day_or_of_one_that_is_near(text: str, day: date) -> None:
    (found,) = find_dates(text, TODAY)
    assert (found.day, found.has_year) == (day, False)


@pytest.mark.parametrize(
    "text",
    [
        "10.1.12.25", "1.2.3.2026", "31.02.2026", "2026-13-01", "13/13/2026", "1999-01-01", "2099年1月1日", "20260301",
        "TP2026030117", "you may 2 times", "in march 3 of us", "30月1日", "12月", "+49 30 23125", "199.00", "0.0.2026",
    ],
)  # fmt: skip
def test_what_is_no_date_or_none_about_a_purchase(text: str) -> None:
    assert find_dates(text, TODAY) == ()


def test_several_dates_come_in_their_sequence_and_once() -> None:
    text = "bought 1 March 2026, came 04.03.2026, broke 2026年5月6日 and on 1 March 2026"
    assert [found.day for found in find_dates(text, TODAY)] == [MARCH_1, date(2026, 3, 4), date(2026, 5, 6)]


@given(DAYS, st.sampled_from(["en_US", "en_GB", "de", "fr", "es", "it", "pt", "nl", "zh_CN", "zh_TW", "ja", "ko"]))
def test_a_long_date_in_any_of_these_languages_is_read_back(day: date, locale: str) -> None:
    text = format_date(day, "long", locale)
    (found,) = find_dates(f"x {text} x", TODAY)
    assert (found.day, found.other) == (day, None), text


@given(DAYS, st.sampled_from(["en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "pt_BR", "zh_CN", "ja_JP"]))
def test_a_short_date_is_read_back_in_its_own_country(day: date, locale: str) -> None:
    text = format_date(day, "short", locale)
    (found,) = find_dates(text, TODAY, locale[-2:])
    assert day in (found.day, found.other), text
    assert (found.other is None) or locale[-2:] in ("CN", "JP")


@given(st.text() | st.text("0123456789/-. 年月日MarchJun,"), st.dates(), st.sampled_from(["", "US", "DE", "xx"]))
def test_any_text_is_read_and_only_near_dates_are_found(text: str, today: date, country: str) -> None:
    for found in find_dates(text, today, country):
        assert abs((found.day - today).days) <= 3653


@pytest.mark.parametrize("piece", ["1/", "1 ", "2026-", "1 March ", "\u0301\u0316", "3月", "Mar ", "1.1.2026 "])
def test_a_hostile_text_takes_no_longer_than_its_length(piece: str) -> None:
    started = time.monotonic()
    find_dates(piece * 40_000, TODAY)
    assert time.monotonic() - started < 20  # seconds; a fraction of one here, minutes if it were quadratic
