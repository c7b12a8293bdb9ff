"""What a form asks for, found in words of the customer's own: nobody has to use our lines (P9)."""

from __future__ import annotations

import re
from collections.abc import Collection

from mailbot.domain.conditions import UNCLEAR
from mailbot.domain.forms import Answers, mentioned_items, write_items
from mailbot.domain.orders import Order
from mailbot.domain.partly import pieces_told
from mailbot.domain.wishes import WishTable

_SENTENCE = re.compile(r"[^.!?。！？;；\n]+[.!?。！？;；]*")
_LONGEST = 400  # characters of an answer
_MOST_READ = 5_000  # characters of a mail that are looked at


def answers_in_own_words(text: str, missing: Collection[str], order: Order, conditions: WishTable) -> Answers:
    """The fields of `missing` that the text answers without naming them: the pieces, by model or
    counted ("two of the four"); the condition, by the
    sentences that speak of it (rules/conditions.yaml)."""
    text = text[:_MOST_READ]
    answers: dict[str, str] = {}
    if "items" in missing and (items := mentioned_items(text, order) or pieces_told(text, order)):
        answers["items"] = write_items(items)
    if "condition" in missing:
        told = [each.strip() for each in _SENTENCE.findall(text) if _speaks_of_condition(each, conditions)]
        if told:
            answers["condition"] = " ".join(told)[:_LONGEST]
    return answers


def _speaks_of_condition(text: str, conditions: WishTable) -> bool:
    """Doubts alone ("almost") stand in sentences about anything."""
    return any(name != UNCLEAR for name, _ in conditions.stated(text))


def fault_told(text: str) -> str:
    """A mail that tells of a fault, as an answer of the form."""
    return " ".join(text.split())[:_LONGEST]
