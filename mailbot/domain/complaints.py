"""Who reads a complaint about somebody at the desk: not whom it is about (P23)."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from mailbot.domain.words import fold

COMPLAINT = "complaint"  # the wish
_SHORTEST_NAME = 3  # letters of a single name that is told from other words
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody at the desk."""

    name: str
    address: str  # lower case
    also: tuple[str, ...] = ()  # other names that customers use: in another script, a nickname


@dataclass(frozen=True, kw_only=True)
class ComplaintFacts:
    """A complaint about somebody at the desk."""

    kept_from: tuple[str, ...]  # addresses of members who don't get it, lower case; () where nobody else is left
    reaches_them: bool  # whom it is about reads it: there is nobody else
    ticket_id: int | None = None  # an open ticket that an earlier complaint of this customer about the same opened


def named_in(text: str, people: Sequence[Person]) -> frozenset[str]:
    """The addresses of those whom a text names: by the whole name, or by one part of it that begins with a capital."""
    folded = fold(text)
    return frozenset(
        person.address
        for person in people
        if any(_is_named(name, text, folded) for name in (person.name, *person.also))
    )


def circle(people: Sequence[Person], *, wrote: Set[str], named: Set[str], deputy: str) -> tuple[tuple[str, ...], bool]:
    """Who of the desk doesn't get a complaint, and whether all the same somebody gets it whom it may be about.

    `wrote` are the addresses of members who wrote in its ticket, `named` of those whom it names, `deputy` is whom
    complaints go to where no other member is left (settings, staff.complaints_to; "" for nobody), all in lower case.
    """
    about = wrote | named
    members = [person.address for person in people]
    if any(address not in about for address in members) or (deputy and deputy not in about):
        return tuple(address for address in members if address in about), False
    # Nobody who has nothing to do with it: at least those who aren't named, else all.
    if named and any(address not in named for address in members):
        return tuple(address for address in members if address in named), True
    return (), True


def _is_named(name: str, text: str, folded: str) -> bool:
    whole = " ".join(fold(name).split())
    if not whole:
        return False
    if _WIDE.search(whole):
        return whole.replace(" ", "") in folded.replace(" ", "")
    parts = whole.split()
    if any(_has_words(" ".join(order), folded) for order in (parts, parts[::-1])):
        return True
    # "Long" the name, "long" the word: only as a name is written.
    return any(
        len(part) >= _SHORTEST_NAME and part[:1].isupper() and re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text)
        for part in name.split()
    )


def _has_words(words: str, folded: str) -> bool:
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return re.search(rf"(?<!\w){pattern}(?!\w)", folded) is not None
