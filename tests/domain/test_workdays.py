"""Counting working days, by hand-made calendars, by property, and with the real calendar of China."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.workdays import MAX_DAYS, WorkCalendar, WorkdayResult, add_working_days
from mailbot.errors import ConfigError
from mailbot.evidence.calendars import work_calendar

PLAIN = WorkCalendar(days_off=frozenset(), make_up_days=frozenset(), published_years=frozenset({2026}))
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
CALENDARS = st.builds(
    WorkCalendar,
    days_off=st.frozensets(DAYS, max_size=60),
    make_up_days=st.frozensets(DAYS.filter(lambda day: day.weekday() >= 5), max_size=30),
    published_years=st.frozensets(st.integers(2024, 2028)),
)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 3, 2), 1, date(2026, 3, 3)),  # Monday: counting starts the day after
        (date(2026, 3, 6), 1, date(2026, 3, 9)),  # Friday
        (date(2026, 3, 7), 1, date(2026, 3, 9)),  # Saturday
        (date(2026, 3, 2), 5, date(2026, 3, 9)),
        (date(2026, 3, 2), 7, date(2026, 3, 11)),
    ],
)
def test_weekends_do_not_count(start: date, days: int, expected: date) -> None:
    assert add_working_days(PLAIN, start, days) == WorkdayResult(day=expected, provisional=False)


def test_a_make_up_day_wins_over_a_day_off() -> None:
    sunday = date(2026, 3, 8)
    calendar = WorkCalendar(
        days_off=frozenset({sunday, date(2026, 3, 9)}),
        make_up_days=frozenset({sunday}),
        published_years=frozenset({2026}),
    )
    assert calendar.is_working_day(sunday)
    assert add_working_days(calendar, date(2026, 3, 6), 2).day == date(2026, 3, 10)


def test_a_year_not_published_makes_the_result_provisional_only_when_it_is_counted_through() -> None:
    assert not add_working_days(PLAIN, date(2026, 12, 30), 1).provisional
    assert add_working_days(PLAIN, date(2026, 12, 30), 2).provisional
    assert not add_working_days(PLAIN, date(2025, 12, 31), 2).provisional  # the start itself isn't counted
    assert add_working_days(PLAIN, date(2025, 12, 30), 2).provisional


@pytest.mark.parametrize("days", [-1, 0, MAX_DAYS + 1])
def test_the_number_of_days_is_bounded(days: int) -> None:
    with pytest.raises(ConfigError, match="1 to 366"):
        add_working_days(PLAIN, date(2026, 3, 2), days)


def test_a_calendar_without_working_days_ends_in_an_error() -> None:
    every_day = frozenset(date(2026, 1, 1) + timedelta(days=offset) for offset in range(4000))
    calendar = WorkCalendar(days_off=every_day, make_up_days=frozenset(), published_years=frozenset())
    with pytest.raises(ConfigError, match="fewer than 1 working days"):
        add_working_days(calendar, date(2026, 1, 1), 1)


@given(calendar=CALENDARS, start=DAYS, days=st.integers(1, MAX_DAYS))
@settings(max_examples=60, deadline=None)
def test_exactly_that_many_working_days_lie_after_the_start_and_up_to_the_result(
    calendar: WorkCalendar, start: date, days: int
) -> None:
    result = add_working_days(calendar, start, days)
    assert calendar.is_working_day(result.day)
    between = (start + timedelta(days=offset) for offset in range(1, (result.day - start).days + 1))
    assert sum(map(calendar.is_working_day, between)) == days


@given(calendar=CALENDARS, start=DAYS, days=st.integers(1, MAX_DAYS - 1))
@settings(max_examples=60, deadline=None)
def test_one_day_more_is_never_sooner(calendar: WorkCalendar, start: date, days: int) -> None:
    sooner, later = add_working_days(calendar, start, days), add_working_days(calendar, start, days + 1)
    assert sooner.day < later.day
    assert later.provisional or not sooner.provisional
    assert add_working_days(calendar, start + timedelta(days=1), days).day >= sooner.day


# From the notices of the General Office of the State Council on the holidays of 2025 and 2026.
MAKE_UP_DAYS = {
    2025: ("01-26", "02-08", "04-27", "09-28", "10-11"),
    2026: ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
}
WEEKDAYS_OFF = {
    2025: ("01-01", "01-28", "02-03", "02-04", "04-04", "05-01", "05-05", "06-02", "10-01", "10-06", "10-07", "10-08"),
    2026: ("01-01", "01-02", "02-16", "02-17", "02-20", "02-23", "04-06", "05-01", "05-05", "06-19", "09-25", "10-07"),
}


@pytest.mark.parametrize("year", [2025, 2026])
def test_china_works_on_its_make_up_days_and_rests_on_its_holidays(year: int) -> None:
    calendar = work_calendar("CN", [year])
    assert {f"{day:%m-%d}" for day in calendar.make_up_days} == set(MAKE_UP_DAYS[year])
    assert not [day for day in WEEKDAYS_OFF[year] if calendar.is_working_day(date.fromisoformat(f"{year}-{day}"))]
    assert calendar.published_years == {year}


def test_a_refund_promised_before_the_national_holiday_of_2026() -> None:
    # 28, 29, 30 September, then 8, 9, 10 (a Saturday that is worked) and 12 October.
    result = add_working_days(work_calendar("cn", [2026]), date(2026, 9, 27), 7)
    assert result == WorkdayResult(day=date(2026, 10, 12), provisional=False)


def test_china_is_published_only_for_years_with_the_state_councils_own_dates() -> None:
    calendar = work_calendar("CN", [1999, 2000, 2024, 2060])
    assert calendar.published_years == {2024}
    assert not calendar.is_working_day(date(2060, 10, 1))  # what the law fixes is known all the same
    assert not [day for day in calendar.make_up_days if day.year == 2060]


def test_where_the_law_fixes_the_days_every_year_is_published_but_not_estimated_ones() -> None:
    assert work_calendar("DE", [2026, 2040]).published_years == {2026, 2040}
    assert work_calendar("AE", [2040]).published_years == frozenset()


def test_a_friday_saturday_weekend_is_told_in_terms_of_saturday_and_sunday() -> None:
    calendar = work_calendar("SA", [2026])
    assert calendar.is_working_day(date(2026, 11, 15))  # Sunday
    assert not calendar.is_working_day(date(2026, 11, 13))  # Friday


@pytest.mark.parametrize("country", ["XX", "", "China", "XNYS", "C1"])
def test_an_unknown_country_is_a_mistake_in_the_settings(country: str) -> None:
    with pytest.raises(ConfigError, match="ountry"):
        work_calendar(country, [2026])
