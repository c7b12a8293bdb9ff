"""Sentences for staff that the code finds: English where operators read them, the letter's language where staff do.

`Remark("order {number}: no such order", number="TP…")` is that English sentence; the templates hold its other languages
under the pattern (templates/<language>/_remarks.md.j2), as gettext would. A test finds what has no words there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Self


class Remark(str):
    """An English sentence that knows its pattern, and what stands in it: words, numbers or other remarks."""

    pattern: str
    values: Mapping[str, str]

    def __new__(cls, pattern: str, /, **values: str) -> Self:
        """The pattern with the values in its places."""
        remark = super().__new__(cls, pattern.format_map(values))
        remark.pattern, remark.values = pattern, values
        return remark

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, str]]:
        """For copies of the values around it."""
        return (self.pattern,), dict(self.values)


class Day(str):
    """A day in a remark: 2026-03-31 where operators read it, in the form of the letter's language where staff do."""

    day: date

    def __new__(cls, day: date, /) -> Self:
        """The day."""
        written = super().__new__(cls, day.isoformat())
        written.day = day
        return written

    def __getnewargs__(self) -> tuple[date]:  # type: ignore[override]
        """For copies of the values around it."""
        return (self.day,)


def joined(remarks: Sequence[str]) -> str:
    """Several remarks in one, "; " between them; "" for none."""
    if len(remarks) < 2:
        return remarks[0] if remarks else ""
    return Remark("{first}; {more}", first=remarks[0], more=joined(remarks[1:]))


def said(remark: str, words: Mapping[str, str], days: Callable[[date], str] = date.isoformat) -> str:
    """The remark by `words`, pattern -> sentence; in English where these don't have it. `days` writes a day."""
    if isinstance(remark, Day):
        return days(remark.day)
    if not isinstance(remark, Remark):
        return words.get(remark, remark)
    pattern = words.get(remark.pattern, remark.pattern)
    try:
        return pattern.format_map({name: said(value, words, days) for name, value in remark.values.items()})
    except (LookupError, ValueError, AttributeError):  # a slip in the words must not hold the notice back
        return str(remark)
