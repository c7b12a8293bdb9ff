"""Numbers that are printed on things: one form for all ways of writing them, and slips of a finger in them."""

from __future__ import annotations

import re
import unicodedata

_NOT_PART = re.compile(r"[\W_]+")


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
