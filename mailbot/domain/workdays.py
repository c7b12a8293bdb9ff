"""Counting working days (工作日), so that a refund is promised for a day that really is one (policy P13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from mailbot.errors import ConfigError

MAX_DAYS = 366  # nobody is promised anything further away; also bounds the loop
_MAX_CALENDAR_DAYS = 10 * MAX_DAYS  # a calendar with fewer working days than one in ten is a mistake
_SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """Which days are worked where the shop is; Monday to Friday, except where the calendar says otherwise."""

    days_off: frozenset[date]  # public holidays and other days off; those on a weekend may be listed too
    make_up_days: frozenset[date]  # weekend days that are worked (调休上班); they win over days_off
    published_years: frozenset[int]  # years for which the authorities' dates are known, not estimated

    def is_working_day(self, day: date) -> bool:
        """Whether people work on `day`."""
        if day in self.make_up_days:
            return True
        return day.weekday() < _SATURDAY and day not in self.days_off


NO_CALENDAR = WorkCalendar(days_off=frozenset(), make_up_days=frozenset(), published_years=frozenset())

# Country (ISO 3166-1 alpha-2) and year -> what is worked there in that year and the next. Calendars are large tables
# that few decisions need: they are looked up, not carried along.
Calendars = Callable[[str, int], WorkCalendar]


def weekends_only(country: str, year: int) -> WorkCalendar:
    """For where no holidays are known."""
    return NO_CALENDAR


@dataclass(frozen=True, kw_only=True)
class WorkdayResult:
    """The day reached by counting working days."""

    day: date  # a working day
    provisional: bool  # True: a year that was counted through isn't published yet, so the day may still move


def add_working_days(calendar: WorkCalendar, start: date, days: int) -> WorkdayResult:
    """The working day that is `days` working days after `start`, which is not counted itself.

    In years that aren't published only weekends and the holidays known so far are left out, and the result
    is provisional. Raises ConfigError when `days` isn't 1 to 366, or when the calendar hardly has a working day.
    """
    if not 1 <= days <= MAX_DAYS:
        raise ConfigError(f"A number of working days must be 1 to {MAX_DAYS}, not {days}.")
    left = days
    for offset in range(1, _MAX_CALENDAR_DAYS + 1):
        day = start + timedelta(days=offset)
        if calendar.is_working_day(day):
            left -= 1
        if left == 0:
            years = range((start + timedelta(days=1)).year, day.year + 1)
            return WorkdayResult(day=day, provisional=any(year not in calendar.published_years for year in years))
    raise ConfigError(f"The calendar has fewer than {days} working days in the ten years after {start}.")


def first_working_day(calendar: WorkCalendar, day: date) -> date:
    """`day` where it is worked, else the next that is. Raises ConfigError where the calendar hardly has one."""
    return day if calendar.is_working_day(day) else add_working_days(calendar, day, 1).day


def working_days_before(calendar: WorkCalendar, day: date, days: int) -> date:
    """The working day that is `days` working days before `day`, which is not counted itself.

    Raises ConfigError when `days` isn't 1 to 366, or when the calendar hardly has a working day.
    """
    if not 1 <= days <= MAX_DAYS:
        raise ConfigError(f"A number of working days must be 1 to {MAX_DAYS}, not {days}.")
    left, earlier = days, day
    for _ in range(_MAX_CALENDAR_DAYS):
        earlier -= timedelta(days=1)
        left -= calendar.is_working_day(earlier)
        if left == 0:
            return earlier
    raise ConfigError(f"The calendar has fewer than {days} working days in the ten years before {day}.")
