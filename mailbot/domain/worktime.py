"""When people at the desk work: on working days, between two times of day. The clock writes to nobody outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from mailbot.domain.workdays import WorkCalendar, first_working_day


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Times of day; the default is the whole day."""

    opens: time = time.min
    closes: time | None = None  # not included; None: midnight


@dataclass(frozen=True, kw_only=True)
class WorkTime:
    """Working days and hours in the desk's time zone."""

    calendar: WorkCalendar
    hours: Hours
    zone: tzinfo

    def day_of(self, moment: datetime) -> date:
        """The day at the desk."""
        return moment.astimezone(self.zone).date()

    def is_open(self, moment: datetime) -> bool:
        """Whether people work at an aware `moment`."""
        local = moment.astimezone(self.zone)
        closes = self.hours.closes
        in_time = self.hours.opens <= local.time() and (closes is None or local.time() < closes)
        return in_time and self.calendar.is_working_day(local.date())

    def next_opening(self, after: datetime, not_before: date) -> datetime:
        """The first opening after an aware moment, on `not_before` or a later day.

        Raises ConfigError where the calendar hardly has a working day.
        """
        day = first_working_day(self.calendar, max(not_before, self.day_of(after)))
        opening = self._opening(day)
        if opening <= after:
            opening = self._opening(first_working_day(self.calendar, day + timedelta(days=1)))
        return opening

    def _opening(self, day: date) -> datetime:
        return datetime.combine(day, self.hours.opens, tzinfo=self.zone)
