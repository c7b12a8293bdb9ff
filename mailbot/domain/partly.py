"""How many pieces go back, told without a model: "two of the four filters", "only one of them", 其中两个, "beide"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailbot.domain.forms import Item
from mailbot.domain.halfwidth import plain_text
from mailbot.domain.orders import Order, OrderLine

_NUMBERS = {
    **{str(number): number for number in range(1, 21)},
    **dict.fromkeys(("one", "ein", "eins", "eine", "einen", "einer", "eines", "un", "une", "uno", "una", "一"), 1),
    **dict.fromkeys(("two", "zwei", "deux", "dos", "两", "兩", "二"), 2),
    **dict.fromkeys(("three", "drei", "trois", "tres", "三"), 3),
    **dict.fromkeys(("four", "vier", "quatre", "cuatro", "四"), 4),
    **dict.fromkeys(("five", "fünf", "cinq", "cinco", "五"), 5),
}
_LATIN = "|".join(sorted((word for word in _NUMBERS if word.isascii() or word == "fünf"), key=len, reverse=True))
_HAN = r"[一两兩二三四五]|\d{1,2}"
_COUNTER = r"[个個只隻台件支把条條片枚つ本]"
# "two of the four filters": the part, the whole where it is told, the thing where it is named.
_OF = re.compile(
    rf"\b({_LATIN})\s+(?:of\s+(?:the|these|those|them|my)|de[rn]|von\s+den|davon|des|d['’]entre|de\s+l[oa]s)\b"
    rf"(?:\s+({_LATIN})\b)?(?:\s+(beiden)\b)?(?:\s+([^\W\d_]+))?",
    re.IGNORECASE,
)
_HAN_OF = re.compile(rf"(?:其中(?:的)?|里的|裡的|のうち)\s*({_HAN})\s*{_COUNTER}\s*(?:的)?([\u4e00-\u9fff]{{0,4}})")
_BOTH = re.compile(
    rf"\b(?:both|beide[nrs]?|(?:les|tou(?:te)?s\s+les)\s+deux|ambos|ambas)\b(?:\s+(?:the\s+|of\s+them\s*)?([^\W\d_]+))?"
    rf"|[两兩]{_COUNTER}都|[两兩]{_COUNTER}一起|両方",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:the\s+other(?:\s+one)?|(?:der|die|das|den)\s+andere[nr]?|l['’]autre|(?:el|la)\s+otr[oa])\b(?:\s+([^\W\d_]+))?"
    rf"|另(?:外)?(?:一)?{_COUNTER}([\u4e00-\u9fff]{{0,4}})|もう(?:一つ|1つ|片方)",
    re.IGNORECASE,
)
_BOUGHT_FOR_BOTH = 2
_CLAUSE = 60  # characters before and behind a count that are looked at
# What stands behind a count and names no thing.
_NO_THING = frozenset((
    "please", "back", "and", "bitte", "und", "zurück", "retour", "pieces", "items", "ones", "articles", "stück",
    "artikel",
))  # fmt: skip
# Counted in many a mail, and nothing that goes back.
_NOT_BOUGHT = frozenset((
    "reason", "reasons", "day", "days", "week", "weeks", "month", "months", "time", "times", "year", "years",
    "from", "in", "to", "question", "questions", "problem", "problems", "mail", "mails", "email", "emails",
    "order", "orders", "gründe", "tage", "fragen", "probleme", "bestellungen", "jours", "raisons", "commandes",
    "días", "razones", "pedidos", "people", "us",
))  # fmt: skip
# Who says what stays, or doesn't go back, is asked by the form.
_DENIED = re.compile(
    r"\b(?:not|never|none|neither|keep\w*|kept|without|kein\w*|nicht|behalt\w*|behält|pas|aucun\w*|gard\w*|ningun\w*"
    r"|quedo|quedar\w*|conserv\w*|another shop)\b|n['’]t\b|\bno\b|[不别別没沒留]|ません|ない",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?。！？;；\n]")


def pieces_told(text: str, order: Order) -> tuple[Item, ...]:
    """The pieces that `text` counts, where exactly one line of the order can be meant and all that is said agrees; ()
    otherwise. One piece stays out of several: an order of single pieces needs no such words."""
    plain = plain_text(text)
    counts = list(_counts(plain, order))
    told = {line for _, line in counts}
    if len(told) != 1 or any(_is_denied(plain, match) for match, _ in counts):
        return ()
    ((model, quantity),) = told
    return (Item(model=model, quantity=quantity),) if model else ()


def _counts(plain: str, order: Order) -> Iterator[tuple[re.Match[str], tuple[str, int]]]:
    """Where something is counted, with the model and the quantity that it means."""
    of_both: set[int] = set()  # where "beiden" stands that belongs to "einen der beiden"
    for match in _OF.finditer(plain):
        if match[3]:
            of_both.add(match.start(3))
        # "FİVE" matches whatever the case, and is no number of the table.
        whole = _NUMBERS.get(match[2].lower(), -1) if match[2] else _BOUGHT_FOR_BOTH if match[3] else 0
        yield match, _of_line(order, _NUMBERS.get(match[1].lower(), 0), match[4], whole)
    for match in _HAN_OF.finditer(plain):
        yield match, _of_line(order, _NUMBERS.get(match[1], 0), match[2], 0)
    for match in _BOTH.finditer(plain):
        if match.start() not in of_both:
            yield match, _of_line(order, _BOUGHT_FOR_BOTH, match[1], _BOUGHT_FOR_BOTH, named=True)
    for match in _OTHER.finditer(plain):
        yield match, _of_line(order, 1, match[1] or match[2], _BOUGHT_FOR_BOTH, named=match[1] is not None)


def _is_denied(plain: str, match: re.Match[str]) -> bool:
    """Whether the count stands in a clause that denies something; a clause is at most so long."""
    start, end = max(0, match.start() - _CLAUSE), match.end() + _CLAUSE
    before = _SENTENCE_END.split(plain[start : match.start()])[-1]
    after = _SENTENCE_END.split(plain[match.end() : end])[0]
    return _DENIED.search(f"{before} {after}") is not None


def _of_line(order: Order, quantity: int, thing: str | None, whole: int, *, named: bool = False) -> tuple[str, int]:
    """Model and quantity; "" for the model where none or several lines can be meant. `named`: a thing that stands there
    must be called as the line is, else it may be a word in any language."""
    lines = [line for line in order.lines if line.quantity >= max(2, quantity) and whole in (0, line.quantity)]
    thing = None if thing is not None and thing.casefold() in _NO_THING else thing
    if len(order.lines) > 1 or (thing is not None and (named or thing.casefold() in _NOT_BOUGHT)):
        lines = [line for line in lines if thing and _is_called(line, thing)]
    return (lines[0].model, quantity) if len(lines) == 1 and quantity else ("", quantity)


def _is_called(line: OrderLine, thing: str) -> bool:
    """A word of the line's name; a plural counts as its singular."""
    name, word = line.name.casefold(), thing.casefold()
    if not word.isascii():
        return any(word[: length + 1] in name for length in range(1, len(word)))
    return word in name.split() or (len(word) > 3 and word.removesuffix("s") in name.split())
