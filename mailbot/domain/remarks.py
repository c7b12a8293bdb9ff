"""Sentences for staff that the code finds: English where operators read them, the letter's language where staff do.

`Remark("order {number}: no such order", number="TP…")` is that English sentence; the templates hold its other languages
under the pattern (templates/<language>/_remarks.md.j2), as gettext would. A test finds what has no words there.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def said(remark: str, words: Mapping[str, str]) -> str:
    """The remark by `words`, pattern -> sentence; in English where these don't have it."""
    if not isinstance(remark, Remark):
        return words.get(remark, remark)
    pattern = words.get(remark.pattern, remark.pattern)
    try:
        return pattern.format_map({name: said(value, words) for name, value in remark.values.items()})
    except (LookupError, ValueError, AttributeError):  # a slip in the words must not hold the notice back
        return str(remark)
