"""Somebody else quotes an order number: its owner is asked, at the order's own address, and nobody else (G5, P17)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

_YES = """
yes|yes please|yes i agree|i agree|agree|agreed|ok|okay|i confirm|confirm|confirmed|yes i confirm|sure
是|是的|同意|我同意|确认|我确认|可以|好的|對|對的|確認|我確認|是的同意
对|对的|對|没错|沒錯|是这一笔|是這一筆|就是这一笔|就是這一筆
yes that is the one|yes that s the one|that s the one|yes that is right|yes that s right|that is right|correct
yes it is|that s right
はい そうです|はいそうです|そうです|はい 間違いありません|はい お願いします
ja genau|genau|ja das stimmt|das stimmt|ja bitte|ja das ist sie|ja richtig|richtig
oui c est bien celle ci|oui c est celle ci|oui c est ça|c est bien celle ci|c est ça|oui exactement|oui merci
sí es ese|sí ese es|sí es este|sí ese|sí exacto|exacto|sí por favor|correcto
はい|同意します|確認しました|ja|oui|sí|si|sim|да|네|예
"""
_MOST_LINES = 6
_LONGEST_CLOSING = 40  # signs of a closing line or a name
_BUT = re.compile(
    r"\b(?:not?|don|doesn|isn|never|but|only|wrong|other|nicht|kein\w*|aber|nein|pas|non|mais|pero|ni)\b"
    r"|不|没|沒|别|別|但|错|錯|另|ない|ません|いえ|でも"
)
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
    """True for a plain yes with nothing after it but a closing and a name; anything else is for a person to read."""
    lines = [line for line in text.splitlines() if any(map(str.isalnum, line))]
    if not lines or len(lines) > _MOST_LINES or any(sign in text for sign in "?？¿"):
        return False
    first, *rest = (" ".join(re.sub(r"[^\w\s]", " ", line.casefold()).split()) for line in lines)
    return first in _YES_WORDS and not any(len(line) > _LONGEST_CLOSING or _BUT.search(line) for line in rest)


def masked_address(email: str) -> str:
    """Enough of an address to recognise somebody by, for the owner of the order: "m…y@elsewhere.example"."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…{local[-1:] if len(local) > 2 else ''}@{domain}"
