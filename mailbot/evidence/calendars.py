"""Working-day calendars of a country, from the data of the `holidays` library (policy P13)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from mailbot.domain.workdays import NO_CALENDAR, WorkCalendar
from mailbot.errors import ConfigError

CALENDARS_VERSION = version("holidays")  # a newer one knows the days off of more years

_SATURDAY = 5


def work_calendar(country: str, years: Iterable[int]) -> WorkCalendar:
    """The calendar of a country (ISO 3166-1 alpha-2, e.g. "CN") for the given years; national holidays only.

    A year is published when its dates are certain. Where the government moves days to and from weekends each
    year (China's State Council 放假安排, also Hungary, Taiwan …) that needs the year's own moves in the
    library; elsewhere the law fixes the days, and a year with a date that the library calls estimated (lunar
    holidays that are announced) is not published. Raises ConfigError for a country the library doesn't know.
    """
    wanted = sorted(set(years))
    calendar = _national(country, wanted)
    days_off, make_up_days = set(), set()
    for year in wanted:
        day = date(year, 1, 1)
        while day.year == year:
            working = calendar.is_working_day(day)
            # WorkCalendar knows Saturday and Sunday as the weekend: a Friday-Saturday weekend is told in its terms.
            if working and day.weekday() >= _SATURDAY:
                make_up_days.add(day)
            elif not working and (day.weekday() < _SATURDAY or day in calendar):
                days_off.add(day)
            if day == date.max:
                break
            day += timedelta(days=1)
    return WorkCalendar(
        days_off=frozenset(days_off),
        make_up_days=frozenset(make_up_days),
        published_years=frozenset(year for year in wanted if _is_published(calendar, year)),
    )


@lru_cache(maxsize=300)
def calendar_there(country: str, year: int) -> WorkCalendar:
    """The calendar of a country for a year and the next (`domain.workdays.Calendars`); weekends alone for a country
    that the library doesn't know. National holidays only: those of a region don't count.
    """
    try:
        return work_calendar(country, (year, min(year + 1, date.max.year)))
    except ConfigError:
        return NO_CALENDAR


def _national(country: str, years: list[int]) -> Any:
    """The library's calendar. Imported here: loading it (with every country, it can't do less) takes 0.1 s."""
    import holidays

    code = country.strip().upper()
    if any(not 1 <= year <= date.max.year for year in years):
        raise ConfigError(f"Years of a calendar must be 1 to {date.max.year}: {years}.")
    # Two letters: the library also has stock exchanges, by longer names.
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise ConfigError(f"country {country!r}: expected its two-letter code, such as CN")
    try:
        # expand=False keeps the years to those asked for.
        return holidays.country_holidays(code, years=years, expand=False)
    except NotImplementedError as error:
        raise ConfigError(
            f"there is no public-holiday calendar for country {country!r}; expected one such as CN, DE or US"
        ) from error


def _is_published(calendar: Any, year: int) -> bool:
    """Whether all the days of that year are known for certain."""
    if not calendar.start_year <= year <= calendar.end_year:
        return False
    moves = {moved for moved, entries in getattr(calendar, "special_public_holidays", {}).items() if _has_move(entries)}
    if moves:
        return year in moves
    estimated = calendar.tr(getattr(calendar, "estimated_label", "")).replace("%s", "").strip(" ()（）")
    if not estimated:
        return True
    return not any(estimated in name for day, name in calendar.items() if day.year == year)


def _has_move(entries: tuple[Any, ...]) -> bool:
    """Whether the library's entries of a year move a day: (to month, to day, from month, from day[, from year]).

    An entry of three, (month, day, name), is a single extra holiday; one entry may stand without its tuple.
    """
    if entries and not isinstance(entries[0], tuple):
        entries = (entries,)
    return any(len(entry) > 3 for entry in entries)
