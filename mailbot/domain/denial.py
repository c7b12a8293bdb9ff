"""Whether somebody writes a number or a thing to say that it isn't the one meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailbot.domain.clues import Clue
from mailbot.domain.orders import Order

_REACH = 40  # signs before and after a number in which a denial of it stands
_BEFORE = re.compile(
    r"(?:\b(?:not|isn.?t|except|other than|instead of)(?: (?:mean|meant|about|for|order|number|(?:the|my)(?: \w+)?))*"
    r"|\b(?:nicht|statt)(?: (?:die|meine|für|um|(?:die|meine) \w+))*|\b(?:pas|sauf)(?: (?:la|ma|pour)(?: \w+)?)*"
    r"|\bmy (?:earlier|other|\w+) order(?: was)?|不是|並非|并非|而不是|除了)"
    r"(?:我的|订单|訂單|号|號)*[\s:：(（#]*$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"^\s*(?:[?？]+\s*(?:no|nein|non|不)\b|,?\s*(?:last, )?(?:that one )?(?:is|was|arrived) (?:not the one|fine|ok)"
    r"|must not\b|[\s)）]*(?:ではなく|じゃなく|ではあり|じゃあり))",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\b(?:no|not|isn.?t|don.?t|none|neither|why|nein|nicht|kein\w*|warum|non|pas|pourquoi|aucune?|ninguno|por qué)\b"
    r"|不是|不对|不對|都不|为什么|為什麼|いいえ|違い|ではありません|じゃない|なぜ",
    re.IGNORECASE,
)


def denies(text: str) -> bool:
    """Whether an answer to a question says no, or asks back, anywhere."""
    return _NO.search(text) is not None


def is_denied(text: str, written: str) -> bool:
    """Whether every place in which a number is written says that it isn't the one; linear in the text."""
    found = False
    at = text.find(written)
    while at >= 0:
        end = at + len(written)
        before, after = text[max(0, at - _REACH) : at], text[end : end + _REACH]
        if not (_BEFORE.search(before) or _AFTER.search(after)):
            return False
        found = True
        at = text.find(written, end)
    return found


def written_as(order: Order, clues: Iterable[Clue]) -> Iterator[str]:
    """The ways in which an order's number may stand in a text."""
    yield order.number
    for clue in clues:
        if clue.order_number == order.number and clue.strength.names:
            yield clue.what.rpartition(" ")[2]
