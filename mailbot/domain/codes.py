"""Numbers that are printed on things: one form for all ways of writing them, and slips of a finger in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_NOT_PART = re.compile(r"[\W_]+")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/#\-]{3,42}", re.ASCII)
_MAX_WORDS = 500  # looked at for slips in one text
_MAX_KNOWN = 50  # numbers that a slip may have been meant for


def code_key(text: str) -> str:
    """The form in which serial and tracking numbers are compared: letters and digits, upper case, half-width."""
    return _NOT_PART.sub("", unicodedata.normalize("NFKC", text[:200]).upper())


def is_one_slip(written: str, meant: str) -> bool:
    """True when one sign was exchanged, left out or added, or two neighbours changed places; equal is no slip.

    Linear in the length of the texts.
    """
    if written == meant or abs(len(written) - len(meant)) > 1:
        return False
    at = 0
    while at < min(len(written), len(meant)) and written[at] == meant[at]:
        at += 1
    if len(written) < len(meant):
        return written[at:] == meant[at + 1 :]
    if len(written) > len(meant):
        return written[at + 1 :] == meant[at:]
    if written[at + 1 :] == meant[at + 1 :]:
        return True
    swapped = written[at + 1 : at + 2] + written[at : at + 1]
    return swapped == meant[at : at + 2] and written[at + 2 :] == meant[at + 2 :]


@dataclass(frozen=True, kw_only=True)
class Slip:
    """A word of a text that misses a known number by one slip."""

    written: str  # upper case, as it stood in the text
    meant: str  # the known number


def find_slips(text: str, known: Iterable[str]) -> tuple[Slip, ...]:
    """Words of the text that are one slip away from one of the `known` numbers (the sender's own, newest first).

    At most the first 500 words with a digit and 50 known numbers are compared; a word that is itself known is
    no slip.
    """
    numbers = tuple(dict.fromkeys(number.upper() for number in known))[:_MAX_KNOWN]
    words: dict[str, None] = {}
    for match in _WORD.finditer(text):
        word = match.group().rstrip("._/#-").upper()
        if sum(char.isdigit() for char in word) >= 4:
            words[word] = None
            if len(words) >= _MAX_WORDS:
                break
    exact = set(numbers)
    return tuple(
        Slip(written=word, meant=number)
        for word in words
        if word not in exact
        for number in numbers
        if is_one_slip(word, number)
    )
