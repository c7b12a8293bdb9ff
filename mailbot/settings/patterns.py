"""Patterns of operators as functions: RE2, so that no pattern and no text makes them slow."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import re2

_MOST_FOUND = 200  # in one text


def finder(pattern: str) -> Callable[[str], list[str]]:
    """A function that finds what a pattern of the settings matches in a text."""
    compiled = re2.compile(pattern)

    def find(text: str) -> list[str]:
        # Halves of characters, as broken mails have them, are no UTF-8.
        whole = text.encode("utf-8", "replace").decode("utf-8")
        return [match.group(0) for match in islice(compiled.finditer(whole), _MOST_FOUND)]

    return find


def number_fits(pattern: str) -> Callable[[str], bool]:
    """A function that says whether a mail that quotes an order number, in upper case, is understood to name it."""
    find = finder(pattern)
    return lambda number: any(found.upper() == number for found in find(number))
