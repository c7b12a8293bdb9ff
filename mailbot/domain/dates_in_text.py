"""Dates in text, in the writing of several countries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mailbot.domain.halfwidth import plain_text

_MOST_FOUND = 50
_MOST_DAYS = 3653  # ten years before or after today; what lies beyond isn't about a purchase

_MOST_AHEAD = 60  # days that a date without a year may be in the future: customers write of what was

_MONTHS = {
    1: "january jan januar jänner januari janvier janv enero ene gennaio janeiro",
    2: "february feb februar februari février fevrier févr fév febrero febbraio fevereiro",
    3: "march mar märz maerz mär maart mars marzo março marco",
    4: "april apr avril avr abril abr aprile",
    5: "may mai mei mayo maggio maio",
    6: "june jun juni juin junio giugno junho",
    7: "july jul juli juillet juil julio luglio julho",
    8: "august aug augustus août aout agosto ago",
    9: "september sept sep septembre septiembre settembre setembro",
    10: "october oct oktober okt octobre octubre ottobre outubro",
    11: "november nov novembre noviembre novembro",
    12: "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro",
}
_MONTH = {name: number for number, names in _MONTHS.items() for name in names.split()}
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))

_CHINESE = re.compile(r"(?<!\d)(?:(?P<y>\d{4})[ ]?[年년][ ]?)?(?P<m>\d{1,2})[ ]?[月월][ ]?(?P<d>\d{1,2})[ ]?[日号號일]")
_ISO = re.compile(r"(?<![\d./\-])(?P<y>\d{4})(?P<s>[\-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d|[./\-]\d)")
_NUMERIC = re.compile(r"(?<![\d./\-])(?P<a>\d{1,2})(?P<s>[\-/.])(?P<b>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2})(?!\d|[./\-]\d)")
# Where a word in Latin script begins and ends; \b would take a Chinese character for more of the word.
_BEGIN, _END = r"(?<![a-zà-ÿ])", r"(?![a-zà-ÿ])"
_YEAR = r"(?:[ ]?,?[ ]?(?:del?[ ])?(?P<y>\d{4})(?!\d))?"
_DAY_MONTH = re.compile(
    r"(?<![\d.,:/\-])(?P<d>\d{1,2})(?:st|nd|rd|th|er|ère|[.oa°])?[ \-]{0,2}(?:(?:of|de)[ ])?"
    rf"(?P<n>{_NAMES}){_END}\.?-?{_YEAR}",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"{_BEGIN}(?P<n>{_NAMES}){_END}\.?[ ](?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:%]|[.,/\-]\d){_YEAR}",
    re.IGNORECASE,
)
_WORDS_TOO = frozenset({"may", "march", "mar", "set", "ago"})  # without a capital and a year: "2 may differ"
# Where 03/01/2026 is 1 March's or 3 January's: month first in these, not settled in those, day first elsewhere.
_MONTH_FIRST = frozenset({"US", "PH", "FM", "MH", "PW", "PR", "GU"})
_UNSETTLED = frozenset({"", "CA", "CN", "JP", "KR", "TW", "HU", "ZA", "SG", "HK", "MO"})


@dataclass(frozen=True, kw_only=True)
class DateFound:
    """A date that stood in a text."""

    day: date
    other: date | None  # what it may mean as well, e.g. 1 March for 3 January; None where it is clear
    has_year: bool  # False: the year wasn't written; the last such day was taken, or one that is near
    written: str  # as it stood there, half-width


def find_dates(text: str, today: date, country: str = "") -> tuple[DateFound, ...]:
    """Dates within ten years of `today`, each once, in the sequence of the text; at most 50; never raises.

    `country` (ISO 3166-1, "" for unknown) is the writer's: it says whether 03/01/2026 is in January or in March. With
    dots the day comes first everywhere. Linear in the length of the text.
    """
    plain = plain_text(text)
    found: list[tuple[int, int, DateFound]] = []
    for start, end, reading in _readings(plain, today, country.upper()):
        written = plain[start:end].strip(" ,")
        found.append((start, end, DateFound(day=reading[0], other=reading[1], has_year=reading[2], written=written)))
    found.sort(key=lambda each: (each[0], -each[1]))
    kept: dict[DateFound, None] = {}
    reached = 0
    for start, end, one in found:
        if start >= reached:  # "1 March 2026" isn't "March 20" too
            kept[one] = None
            reached = end
    return tuple(kept)[:_MOST_FOUND]


def says_just(text: str, day: date) -> bool:
    """Whether a text is this day, written out in any of the ways that are understood, and nothing besides."""
    found = find_dates(text, day)
    return len(found) == 1 and found[0].day == day and found[0].written == plain_text(text).strip(" ,")


_Reading = tuple[date, date | None, bool]


def _readings(plain: str, today: date, country: str) -> Iterator[tuple[int, int, _Reading]]:
    """Where each date stands, and what it says; at most 50 for each way of writing."""
    for pattern in (_CHINESE, _ISO, _NUMERIC, _DAY_MONTH, _MONTH_DAY):
        count = 0
        for match in pattern.finditer(plain):
            reading = _numeric(match, today, country) if pattern is _NUMERIC else _named(match, today)
            if reading is not None:
                yield match.start(), match.end(), reading
                count += 1
                if count >= _MOST_FOUND:
                    break


def _named(match: re.Match[str], today: date) -> _Reading | None:
    groups = match.groupdict()
    month = _MONTH[groups["n"].lower()] if groups.get("n") else int(groups["m"])
    if not groups["y"] and groups.get("n") in _WORDS_TOO:
        return None
    if groups["y"]:
        day = _date(int(groups["y"]), month, int(groups["d"]), today)
        return (day, None, True) if day else None
    years = range(today.year + 1, today.year - 5, -1)  # five years have a 29 February
    days = (_date(year, month, int(groups["d"]), today) for year in years if 1 <= year <= 9999)
    past = (day for day in days if day is not None and (day - today).days <= _MOST_AHEAD)
    return next(((day, None, False) for day in past), None)


def _numeric(match: re.Match[str], today: date, country: str) -> _Reading | None:
    year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
    first, second = int(match["a"]), int(match["b"])
    day_first = _date(year, second, first, today)
    month_first = _date(year, first, second, today)
    if day_first is None or month_first is None or day_first == month_first:
        day = day_first or month_first
        return (day, None, True) if day else None
    if match["s"] == ".":
        return day_first, None, True
    if country in _MONTH_FIRST:
        return month_first, None, True
    return day_first, (month_first if country in _UNSETTLED else None), True


def _date(year: int, month: int, day: int, today: date) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if abs((found - today).days) <= _MOST_DAYS else None
