"""What a form asks for, found in words of the customer's own: nobody has to use our lines (P9)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from mailbot.domain.conditions import UNCLEAR
from mailbot.domain.forms import Answers, mentioned_items, write_items
from mailbot.domain.orders import Order
from mailbot.domain.partly import pieces_told
from mailbot.domain.thanks import says_nothing
from mailbot.domain.wishes import WishTable

_SENTENCE = re.compile(r"[^.!?。！？;；\n]+[.!?。！？;；]*")
# Letters, digits and hyphens, as models are written.
_MODEL = re.compile(r"(?<![A-Za-z0-9-])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?![A-Za-z0-9-])", re.ASCII)
# What stands before the new one: "for a", "gegen eine neue", "contre un", "por un", 换成.
_INSTEAD = re.compile(
    r"(?:(?<!\w)(?:for|into|to|gegen|in|contre|par|por)(?:\s+(?:the|an?|eine?[nrms]?|den|das|die|un[ea]?|el|la|le|l['’]))?"
    r"(?:\s+(?:new|neue?[nrs]?|nouvel(?:le)?|nouveau|nuev[oa]))?\s*"
    r"|[换換改][成为為]?(?:一?[个個台件只隻])?\s*|[更]?[换換][为為]\s*)$",
    re.IGNORECASE,
)
# Words of who wants one thing for another.
_SWAP = re.compile(
    r"exchang|swap|instead|replac|chang|prefer|would like|i'd like|\bwant|trade|upgrade|[换換]|交換|替|代わり|希望|想要"
    r"|欲しい|ほしい|tausch|statt|m[öo]chte|h[äa]tte gern|[eé]chang|place|remplac|voudrais|souhait|cambi|lugar|en vez"
    r"|quier|quisier|prefier",
    re.IGNORECASE,
)
_NOT_THIS = re.compile(
    r"(?:\b(?:not|no|nicht|keine?[nrms]?|pas|sin|nor)\b|n['’]t\b|[不别別没沒])[^,，、.。]{0,12}$", re.IGNORECASE
)
_SENTENCE_START = re.compile(r"[!?。！？;；\n]|\.(?=\s|$)")
_LONGEST = 400  # characters of an answer
_MOST_READ = 5_000  # characters of a mail that are looked at


def answers_in_own_words(
    text: str, missing: Collection[str], order: Order, conditions: WishTable, models: Collection[str] = ()
) -> Answers:
    """The fields of `missing` that the text answers without naming them: the pieces, by model or counted ("two of the
    four"); what is wanted instead, by a model of the shop (`models`); the condition, by the sentences that speak of it
    (rules/conditions.yaml)."""
    text = text[:_MOST_READ]
    answers: dict[str, str] = {}
    wanted = wanted_instead(text, order, models) if "wanted" in missing else ""
    if wanted:
        answers["wanted"] = wanted
    if "items" in missing:
        named = [item for item in mentioned_items(text, order) if item.model != wanted]
        if items := named or pieces_told(text, order):
            answers["items"] = write_items(items)
    if "condition" in missing:
        told = [each.strip() for each in _SENTENCE.findall(text) if _speaks_of_condition(each, conditions)]
        if told:
            answers["condition"] = " ".join(told)[:_LONGEST]
    return answers


def wanted_instead(text: str, order: Order, models: Collection[str]) -> str:
    """The one model of the shop that an exchange is to bring, "TP-K18"; "" where none is named, or several.

    It is a model that the order doesn't have; of two that it has, the one behind a word such as "for".
    """
    bought = {line.model for line in order.lines}
    named = list(_models_named(text, models))
    new = {model for at, model in named if model not in bought and _is_asked_for(text, at)}
    if not new and len({model for _, model in named}) > 1:
        new = {model for at, model in named if _INSTEAD.search(text[:at])}
    return new.pop() if len(new) == 1 else ""


def _is_asked_for(text: str, at: int) -> bool:
    """Whether the sentence up to a model asks for it, and doesn't say "not this one"."""
    before = _SENTENCE_START.split(text[max(0, at - _LONGEST) : at])[-1]
    after = _SENTENCE_START.split(text[at : at + _LONGEST])[0]
    return _SWAP.search(before + after) is not None and _NOT_THIS.search(before) is None


def _models_named(text: str, models: Collection[str]) -> Iterator[tuple[int, str]]:
    """Where models of the shop stand in the text."""
    for found in _MODEL.finditer(text):
        model = found[0].upper()
        if model in models:
            yield found.start(), model


def _speaks_of_condition(text: str, conditions: WishTable) -> bool:
    """Doubts alone ("almost") stand in sentences about anything."""
    return any(name != UNCLEAR for name, _ in conditions.stated(text))


def fault_told(text: str, names: Iterable[str] = ()) -> str:
    """A mail that tells of a fault, as an answer of the form, without greeting and sign-off; `names`: the sender's."""
    lines = [line for line in text[:_MOST_READ].splitlines() if line.strip()]
    while len(lines) > 1 and says_nothing(lines[0], names):
        del lines[0]
    while len(lines) > 1 and says_nothing(lines[-1], names):
        del lines[-1]
    return " ".join(" ".join(lines).split())[:_LONGEST]
