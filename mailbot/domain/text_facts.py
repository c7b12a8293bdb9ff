"""What texts of a mail say besides order numbers: each finding once, with the strongest place where it stood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from mailbot.domain.amounts import Amount, find_amounts
from mailbot.domain.catalogue import Catalogue, ModelFinding
from mailbot.domain.codes import code_key
from mailbot.domain.dates_in_text import DateFound, find_dates
from mailbot.domain.phones import Phone, find_phones
from mailbot.domain.references import Place

T = TypeVar("T")
FindCodes = Callable[[str], Iterable[str]]

_MOST_FOUND = 50  # of each kind
_LONGEST_DESCRIPTION = 20_000  # signs of a text that are searched for dates, amounts, telephone numbers and products
_DIGIT = re.compile(r"\d")
_DESK_NUMBER = re.compile(r"(?<![A-Za-z0-9\-])(?:T|R|RF)-\d{6,12}(?![A-Za-z0-9])", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Found(Generic[T]):
    """Something that stood in a mail."""

    value: T
    place: Place  # the first of the places that it stood in


@dataclass(frozen=True, kw_only=True)
class TextFacts:
    """What the texts of a mail say; nothing of it is proven."""

    desk_numbers: tuple[Found[str], ...] = ()  # of tickets, cases and refunds: "T-100001", "R-100001", "RF-100001"
    serials: tuple[Found[str], ...] = ()  # in the form of `codes.code_key`
    tracking_numbers: tuple[Found[str], ...] = ()  # in the form of `codes.code_key`
    phones: tuple[Found[Phone], ...] = ()  # these and what follows: not those of quoted text
    models: tuple[Found[ModelFinding], ...] = ()
    dates: tuple[Found[DateFound], ...] = ()
    amounts: tuple[Found[Amount], ...] = ()


@dataclass(frozen=True, kw_only=True)
class TextReader:
    """How the texts of one sender are read."""

    find_serials: FindCodes  # passed in, like the next, because their forms are settings
    find_tracking_numbers: FindCodes
    catalogue: Catalogue
    today: date
    country: str  # ISO 3166-1 of the sender, "" for unknown

    def read(self, texts: Iterable[tuple[Place, str]]) -> TextFacts:
        """Read the texts of a mail (`references.texts_of`); never raises, linear in their length."""
        read = list(texts)
        # Descriptions in quoted text are somebody else's, and the quotes are the most of many a mail.
        own = [(place, text) for place, text in read if place is not Place.QUOTED_TEXT]
        lines = [(place, _lines_with_digits(text)[:_LONGEST_DESCRIPTION]) for place, text in own]
        own = [(place, text[:_LONGEST_DESCRIPTION]) for place, text in own]
        return TextFacts(
            desk_numbers=collect(read, find_desk_numbers),
            serials=collect(read, lambda text: filter(None, map(code_key, self.find_serials(text)))),
            tracking_numbers=collect(read, lambda text: filter(None, map(code_key, self.find_tracking_numbers(text)))),
            phones=collect(lines, lambda text: find_phones(text, self.country)),
            models=collect(own, self.catalogue.find_models),
            dates=collect(lines, lambda text: find_dates(text, self.today, self.country)),
            amounts=collect(lines, lambda text: find_amounts(text, self.country)),
        )


def _lines_with_digits(text: str) -> str:
    """What can hold a number, with the line before it; the finders cost a microsecond for each sign."""
    lines = text.split("\n")
    return "\n".join(
        line for line, after in zip(lines, [*lines[1:], ""], strict=True) if _DIGIT.search(line) or _DIGIT.search(after)
    )


def collect(texts: Iterable[tuple[Place, str]], find: Callable[[str], Iterable[T]]) -> tuple[Found[T], ...]:
    """What `find` finds in the texts, each once, with the first place it stood in; at most 50."""
    places: dict[T, Place] = {}
    for place, text in texts:
        for value in find(text):
            if len(places) >= _MOST_FOUND:
                break
            places.setdefault(value, place)
    return tuple(Found(value=value, place=place) for value, place in places.items())


def find_desk_numbers(text: str) -> tuple[str, ...]:
    """Numbers that this desk gives to tickets, cases and refunds, in upper case."""
    return tuple(dict.fromkeys(match.group().upper() for match in _DESK_NUMBER.finditer(text)))
