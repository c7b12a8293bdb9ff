"""Terms of days and months, exact to the last day, which counts whole; and which day it is for a customer."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from mailbot.domain.remarks import Remark
from mailbot.domain.workdays import WorkCalendar

MAX_DAYS = 3660
MAX_MONTHS = 600
_LONGEST_BREAK = 60  # days without a working day; a calendar with a longer one is a mistake


class Start(StrEnum):
    """The day with which a term begins; it isn't counted itself."""

    PURCHASE = "purchase"
    DELIVERY = "delivery"


@dataclass(frozen=True, kw_only=True)
class Period:
    """A length of time: months, then days."""

    months: int = 0  # calendar months
    days: int = 0

    @property
    def in_words(self) -> str:
        """For staff: "24 months", "30 days"."""
        months = Remark("{count} months", count=str(self.months))
        days = Remark("{count} days", count=str(self.days))
        if self.months and self.days:
            return Remark("{months} and {days}", months=months, days=days)
        return months if self.months else days


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it has no such day.

    31 January and a month is 28 or 29 February; 29 February and twelve months is 28 February. Dates end with the
    year 9999.
    """
    index = day.year * 12 + day.month - 1 + months
    if index >= (date.max.year + 1) * 12:
        return date.max
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day(start: date, period: Period) -> date:
    """The last day of a term, which is still in it: thirty days from 1 March end with 31 March."""
    day = add_months(start, period.months)
    return day + timedelta(days=min(period.days, (date.max - day).days))


def moved_to_working_day(day: date, calendar: WorkCalendar) -> date:
    """The day, or the next working day where it is none (Regulation (EEC, Euratom) 1182/71, article 3(4))."""
    for offset in range(min(_LONGEST_BREAK, (date.max - day).days) + 1):
        later = day + timedelta(days=offset)
        if calendar.is_working_day(later):
            return later
    return day


def customer_day(now: datetime, zones: Iterable[tzinfo], otherwise: tzinfo) -> date:
    """Which day it is for the customer at the moment `now` (aware).

    Of several zones the one counts where the day ends last, so that a term never ends early for anybody; `otherwise`
    where none is known.
    """
    return min((now.astimezone(zone).date() for zone in zones), default=now.astimezone(otherwise).date())
