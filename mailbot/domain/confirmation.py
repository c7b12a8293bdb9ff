"""Somebody else quotes an order number: its owner is asked, at the order's own address, and nobody else (G5, P17)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

_YES = """
yes|yes please|yes i agree|i agree|agree|agreed|ok|okay|i confirm|confirm|confirmed|yes i confirm|sure
是|是的|同意|我同意|确认|我确认|可以|好的|對|對的|確認|我確認|是的同意
はい|同意します|確認しました|ja|oui|sí|si|sim|да|네|예
"""
_YES_WORDS = frozenset(word for line in _YES.strip().splitlines() for word in line.split("|"))


@dataclass(frozen=True, kw_only=True)
class ConfirmationFacts:
    """A request that the owner of an order now answers."""

    confirmation_id: int
    ticket_id: int  # of the person who quoted the number
    order_number: str
    asked_for: str  # that person's address, lower case
    expires_at: datetime
    granted: bool  # the owner agreed before


def agrees(text: str) -> bool:
    """True when the first line with words in it is a plain yes; anything else is for a person to read."""
    for line in text.splitlines():
        words = " ".join(re.sub(r"[^\w\s]", " ", line.casefold()).split())
        if words:
            return words in _YES_WORDS
    return False


def masked_address(email: str) -> str:
    """Enough of an address to recognise somebody by, for the owner of the order: "m…y@elsewhere.example"."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…{local[-1:] if len(local) > 2 else ''}@{domain}"
