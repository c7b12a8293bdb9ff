"""Last days, 29 February, short months, and which day it is where the customer lives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.periods import Period, add_months, customer_day, last_day, moved_to_working_day
from mailbot.domain.workdays import NO_CALENDAR, WorkCalendar

D = date.fromisoformat


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-01-30", 1, "2026-02-28"),
        ("2026-01-28", 1, "2026-02-28"),
        ("2026-02-28", 1, "2026-03-28"),
        ("2026-03-31", 1, "2026-04-30"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 24, "2026-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2023-02-28", 12, "2024-02-28"),
        ("2026-05-15", 0, "2026-05-15"),
        ("9999-06-30", 24, "9999-12-31"),
    ],
)
def test_months_keep_the_day_or_end_with_the_month(day: str, months: int, expected: str) -> None:
    assert add_months(D(day), months) == D(expected)


@pytest.mark.parametrize(
    ("start", "period", "expected"),
    [
        ("2026-03-01", Period(days=30), "2026-03-31"),
        ("2026-02-01", Period(days=30), "2026-03-03"),
        ("2024-02-01", Period(days=30), "2024-03-02"),
        ("2026-03-01", Period(months=12), "2027-03-01"),
        ("2026-01-31", Period(months=1, days=14), "2026-03-14"),
        ("9999-12-30", Period(days=30), "9999-12-31"),
    ],
)
def test_the_last_day_is_in_the_term(start: str, period: Period, expected: str) -> None:
    assert last_day(D(start), period) == D(expected)


DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@given(day=DAYS, months=st.integers(0, 600))
@settings(max_examples=300, deadline=None)
def test_months_land_in_the_right_month_and_only_shorten_a_day(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(day=DAYS, period=st.builds(Period, months=st.integers(0, 120), days=st.integers(0, 400)))
@settings(max_examples=200, deadline=None)
def test_who_buys_a_day_later_never_loses_a_day_and_a_longer_term_never_ends_sooner(day: date, period: Period) -> None:
    end = last_day(day, period)
    assert end >= day
    assert last_day(day + timedelta(days=1), period) >= end
    assert last_day(day, Period(months=period.months, days=period.days + 1)) == end + timedelta(days=1)
    assert last_day(day, Period(months=period.months + 1, days=period.days)) > end


def zones(*names: str) -> list[ZoneInfo]:
    return [ZoneInfo(name) for name in names]


@pytest.mark.parametrize(
    ("now", "names", "expected"),
    [
        ("2026-03-31T15:59:59", ("Asia/Shanghai",), "2026-03-31"),
        ("2026-03-31T16:00:00", ("Asia/Shanghai",), "2026-04-01"),
        # Noon in New York is over in no zone of the country; at 9:59:59 UTC it is still yesterday in Honolulu.
        ("2026-04-01T09:59:59", ("America/New_York", "Pacific/Honolulu"), "2026-03-31"),
        ("2026-04-01T10:00:00", ("America/New_York", "Pacific/Honolulu"), "2026-04-01"),
        # Summer time began in Berlin on 29 March 2026.
        ("2026-03-28T22:59:59", ("Europe/Berlin",), "2026-03-28"),
        ("2026-03-29T22:00:00", ("Europe/Berlin",), "2026-03-30"),
        ("2026-03-31T23:30:00", (), "2026-03-31"),
    ],
)
def test_it_is_the_customers_day_and_of_several_the_one_that_ends_last(
    now: str, names: tuple[str, ...], expected: str
) -> None:
    assert customer_day(datetime.fromisoformat(now).replace(tzinfo=UTC), zones(*names), UTC) == D(expected)


@given(
    seconds=st.integers(946_771_200, 4_102_444_800),  # 2000 to 2100
    names=st.lists(st.sampled_from(["Pacific/Auckland", "Asia/Tokyo", "America/Sao_Paulo", "Pacific/Pago_Pago"])),
)
@settings(max_examples=100, deadline=None)
def test_no_zone_of_the_customers_is_behind_their_day(seconds: int, names: list[str]) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    day = customer_day(moment, zones(*names), UTC)
    assert all(day <= moment.astimezone(zone).date() for zone in zones(*names))


def test_a_last_day_that_is_not_worked_moves_to_the_next_that_is() -> None:
    easter = WorkCalendar(
        days_off=frozenset({D("2026-04-03"), D("2026-04-06")}), make_up_days=frozenset(), published_years=frozenset()
    )
    assert moved_to_working_day(D("2026-04-02"), easter) == D("2026-04-02")
    assert moved_to_working_day(D("2026-04-03"), easter) == D("2026-04-07")
    assert moved_to_working_day(D("2026-04-04"), NO_CALENDAR) == D("2026-04-06")
    never = WorkCalendar(
        days_off=frozenset(D("2026-01-01") + timedelta(days=day) for day in range(365)),
        make_up_days=frozenset(),
        published_years=frozenset(),
    )
    assert moved_to_working_day(D("2026-04-03"), never) == D("2026-04-03")  # no such calendar is meant
