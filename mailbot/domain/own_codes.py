"""The sender's own numbers in a text, in any way that people write them.

Only the orders of one buyer are compared, so that nobody learns of an order by trying numbers (G5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mailbot.domain.codes import code_key, is_one_slip
from mailbot.domain.orders import Order
from mailbot.domain.other_shops import numbers_of_others
from mailbot.domain.references import Place

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/#\-]{2,42}", re.ASCII)
# "TP 2026 0301 17", "order no. 2026-030117": digits with gaps, and letters before them.
_RUN = re.compile(
    r"(?<![A-Za-z0-9])(?P<letters>[A-Za-z]{1,6})?(?P<gap>[ \t#:.\-_/]{0,3})"
    r"(?P<digits>\d(?:[ \t.\-_/]?\d){6,24})(?![A-Za-z0-9])",
    re.ASCII,
)
_PIECE = re.compile(
    r"(?P<word>[A-Za-z0-9]+)|(?P<gap>[ \t.\-_/#:]{1,3}(?=[A-Za-z0-9]))|(?P<stop>[^A-Za-z0-9]+)", re.ASCII
)
_REACH = 16
_CALLED = re.compile(
    r"(?:\border|\bno\.?|\bnr\.?|n[°º]|\bnumber|nummer|bestellung|commande|pedido|订单|訂單|单号|單號|编号|編號|注文|番号|#)"
    r"[\s:：.#号號是は]*$",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_DATE = re.compile(r"\d{4}([.\-/ ])\d{1,2}\1\d{1,2}(?!\d)")  # order numbers are often made of dates
_MOST_TOKENS = 3000  # of one text
_MOST_SLIPS = 300  # tokens of one text that are compared for slips
_MOST_FOUND = 50
_SHORTEST_CODE = 6  # signs of a serial or tracking number: a postcode is none
_GAPS = {ord(sign): None for sign in " \t#:._/-"}
_SHORTEST = 8  # signs of a number that is recognised without its letters, or with a slip in it


class Kind(StrEnum):
    """What was written."""

    ORDER = "order number"
    SERIAL = "serial number"
    TRACKING = "tracking number"
    MODEL = "model"


@dataclass(frozen=True, kw_only=True)
class OwnCode:
    """A number of one of the sender's orders that stands in a mail."""

    kind: Kind
    order_number: str  # the order that it leads to
    written: str  # as it stood in the text
    place: Place
    has_slip: bool  # one sign is wrong, missing or too many


@dataclass(frozen=True, kw_only=True)
class _Codes:
    """What is looked for, by `code_key`."""

    exact: dict[str, list[tuple[Kind, str]]] = field(default_factory=dict)
    digits: dict[str, list[str]] = field(default_factory=dict)  # order numbers without their letters
    numbers: dict[str, str] = field(default_factory=dict)  # key of an order number, and the number


def find_own_codes(texts: Sequence[tuple[Place, str]], orders: Sequence[Order]) -> tuple[OwnCode, ...]:
    """Numbers and models of `orders` in the texts (`references.texts_of`), each with its strongest place; at most 50.

    Written right, but with other gaps, or without the letters of the number; order numbers with one slip too. Work
    grows with the length of the texts.
    """
    if not orders:
        return ()
    codes = _codes(orders)
    found: dict[tuple[Kind, str], OwnCode] = {}
    for place, text in texts:
        for kind, number, written in _with_gaps(text, codes):
            found.setdefault(
                (kind, number),
                OwnCode(kind=kind, order_number=number, written=written, place=place, has_slip=False),
            )
        slips = 0
        for token, is_named, is_ours in _tokens(text):
            hits = list(_exact(token, is_named, codes))
            if is_ours and not hits and slips < _MOST_SLIPS and sum(map(str.isdigit, token)) >= 4:
                slips += 1
                hits = [(Kind.ORDER, number, True) for number in _slips(token, codes)]
            for kind, number, has_slip in hits:
                one = OwnCode(kind=kind, order_number=number, written=token, place=place, has_slip=has_slip)
                before = found.get((kind, number))
                if before is None or (before.has_slip and not has_slip):
                    found[kind, number] = one
    return tuple(found.values())[:_MOST_FOUND]


def _codes(orders: Iterable[Order]) -> _Codes:
    codes = _Codes()
    for order in orders:
        key = code_key(order.number)
        codes.numbers[key] = order.number
        digits = key.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if digits.isdigit() and len(digits) >= _SHORTEST:
            codes.digits.setdefault(digits, []).append(order.number)
        named = [(Kind.ORDER, key), (Kind.TRACKING, code_key(order.tracking_number))]
        for line in order.lines:
            named.append((Kind.MODEL, code_key(line.model)))
            named.extend((Kind.SERIAL, code_key(serial)) for serial in line.serials)
        for kind, each in named:
            if len(each) >= (1 if kind in (Kind.ORDER, Kind.MODEL) else _SHORTEST_CODE):
                codes.exact.setdefault(each, []).append((kind, order.number))
    return codes


def _with_gaps(text: str, codes: _Codes) -> Iterator[tuple[Kind, str, str]]:
    """Numbers with letters in them, whatever gaps they are written with: "EE 200 300 407 CN"."""
    wanted = [key for key in codes.exact if len(key) >= _SHORTEST and not key.isdigit()]
    if not wanted:
        return
    # Gaps are taken out, everything else that is no letter or digit ends a number.
    pieces = list(_PIECE.finditer(text))
    starts, ends, squeezed = {0}, set(), []
    length = 0
    for piece in pieces:
        if piece["word"]:
            starts.add(length)
            squeezed.append(piece["word"].upper())
            length += len(piece["word"])
            ends.add(length)
        elif piece["stop"]:
            squeezed.append("\n")
            length += 1
    line = "".join(squeezed)
    for key in wanted:
        at = line.find(key)
        while at >= 0:
            if at in starts and at + len(key) in ends:
                for kind, number in codes.exact[key]:
                    yield kind, number, key
                break
            at = line.find(key, at + 1)


def _tokens(text: str) -> Iterator[tuple[str, bool | None, bool]]:
    """Words with digits, and runs of digits with gaps; for digits alone: whether they are called an order number.

    The last is False for digits that are called the number of another shop: they are no slip of one of ours.
    """
    others = {spot for start, end in numbers_of_others(text) for spot in range(start, end)}
    count = 0
    for match in _WORD.finditer(text):
        word = match.group()
        if not _DIGIT.search(word):
            continue
        yield word.rstrip("._/#-"), None, match.start() not in others
        if (count := count + 1) >= _MOST_TOKENS:
            break
    count = 0
    for match in _RUN.finditer(text):
        if _DATE.match(match["digits"]):
            continue
        is_ours = match.start("digits") not in others
        yield match.group(), None, is_ours
        is_named = _CALLED.search(text[max(0, match.start("digits") - _REACH) : match.start("digits")]) is not None
        # A telephone number has gaps too, and other shops have numbers of their own.
        if is_ours and (is_named or (match["digits"].isdigit() and not match["letters"] and not match["gap"].strip())):
            yield match["digits"], is_named, is_ours
        if (count := count + 1) >= _MOST_TOKENS:
            break


def _key(token: str) -> str:
    """`codes.code_key` for a token, which is ASCII."""
    return token.translate(_GAPS).upper()


def _exact(token: str, is_named: bool | None, codes: _Codes) -> Iterator[tuple[Kind, str, bool]]:
    """The numbers that a token is; digits that nobody calls an order number only suggest one."""
    key = _key(token)
    for kind, number in codes.exact.get(key, ()):
        yield kind, number, False
    for number in codes.digits.get(key, ()) if is_named is not None else ():
        yield Kind.ORDER, number, not is_named


def _slips(token: str, codes: _Codes) -> Iterator[str]:
    key = _key(token)
    if len(key) < _SHORTEST - 1:
        return
    for own, number in codes.numbers.items():
        if len(own) >= _SHORTEST and is_one_slip(key, own):
            yield number
    if key.isdigit():
        for own, numbers in codes.digits.items():
            if is_one_slip(key, own):
                yield from numbers
