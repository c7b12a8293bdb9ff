"""Pieces of a case, line by line: asked for, received, damaged; never more than were bought and not yet returned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbot.domain.forms import Item
from mailbot.domain.orders import Order
from mailbot.domain.remarks import Remark


@dataclass(frozen=True, kw_only=True)
class LinePieces:
    """The pieces of one model in one case."""

    model: str
    bought: int
    gone: int  # of them returned before, or asked for in other open cases
    asked: int  # 1 to `left`
    received: int = 0  # at most `left`: more than asked for may be in the parcel
    damaged: int = 0  # of those received: not paid for, not exchanged, sent back

    @property
    def left(self) -> int:
        """How many the case can be about."""
        return self.bought - self.gone

    @property
    def sound(self) -> int:
        """How many came back as they should."""
        return self.received - self.damaged


Pieces = tuple[LinePieces, ...]


@dataclass(frozen=True, kw_only=True)
class PiecesRefused:
    """Numbers that can't be; `reason` is for staff."""

    reason: str


def items_left(order: Order, gone: Sequence[Item]) -> tuple[Item, ...]:
    """What of an order neither went back nor is asked for, in the sequence of its lines."""
    left: Counter[str] = Counter()
    for line in order.lines:
        left[line.model] += line.quantity
    left.subtract(counted(gone))
    return tuple(Item(model=model, quantity=quantity) for model, quantity in left.items() if quantity > 0)


def ask_for(order: Order, items: Sequence[Item], gone: Sequence[Item] = ()) -> Pieces | PiecesRefused:
    """The pieces of a new case. `gone` are those that went back before or are asked for in other open cases."""
    wanted, before = counted(items), counted(gone)
    lines = {line.model: line for line in order.lines}
    found = []
    for model, asked in wanted.items():
        line = lines.get(model)
        if line is None:
            return PiecesRefused(reason=Remark("order {number} has no {model}", number=order.number, model=model))
        pieces = LinePieces(model=model, bought=line.quantity, gone=before[model], asked=asked)
        if not 1 <= asked <= pieces.left:
            return PiecesRefused(reason=_only(pieces, asked))
        found.append(pieces)
    if not found:
        return PiecesRefused(reason=Remark("it isn't clear which pieces are meant: name model and number"))
    return tuple(found)


def receive(pieces: Pieces, items: Sequence[Item] = ()) -> Pieces | PiecesRefused:
    """The pieces as they arrived; all that were asked for where `items` is empty. It replaces an earlier count."""
    if not items:
        return tuple(replace(line, received=line.asked, damaged=0) for line in pieces)
    arrived = counted(items)
    refused = _unknown(pieces, arrived)
    if refused:
        return refused
    for line in pieces:
        if not 0 <= arrived[line.model] <= line.left:
            return PiecesRefused(reason=_only(line, arrived[line.model]))
    if not any(arrived.values()):
        return PiecesRefused(reason=Remark("nothing arrived"))
    return tuple(replace(line, received=arrived[line.model], damaged=0) for line in pieces)


def mark_damaged(pieces: Pieces, items: Sequence[Item]) -> Pieces | PiecesRefused:
    """The pieces with those that failed the inspection; the others are sound."""
    damaged = counted(items)
    refused = _unknown(pieces, damaged)
    if refused:
        return refused
    for line in pieces:
        if not 0 <= damaged[line.model] <= line.received:
            return PiecesRefused(
                reason=Remark(
                    "{received} × {model} arrived, {damaged} of them can't be damaged",
                    received=str(line.received),
                    model=line.model,
                    damaged=str(damaged[line.model]),
                )
            )
    return tuple(replace(line, damaged=damaged[line.model]) for line in pieces)


def sound_items(pieces: Pieces) -> tuple[Item, ...]:
    """What is paid back or exchanged."""
    return tuple(Item(model=line.model, quantity=line.sound) for line in pieces if line.sound)


def counted(items: Sequence[Item]) -> Counter[str]:
    """Pieces by model."""
    pieces: Counter[str] = Counter()
    for item in items:
        pieces[item.model] += item.quantity
    return pieces


def _unknown(pieces: Pieces, items: Counter[str]) -> PiecesRefused | None:
    known = {line.model for line in pieces}
    for model in items:
        if model not in known:
            return PiecesRefused(
                reason=Remark(
                    "{model} was not asked for; what was: {models}", model=model, models=", ".join(sorted(known))
                )
            )
    return None


def _only(pieces: LinePieces, number: int) -> str:
    if not pieces.gone:
        return Remark(
            "{bought} × {model} were bought: {number} can't be",
            bought=str(pieces.bought),
            model=pieces.model,
            number=str(number),
        )
    return Remark(
        "{bought} × {model} were bought, {gone} went back before or are asked for elsewhere: {number} can't be",
        bought=str(pieces.bought),
        model=pieces.model,
        gone=str(pieces.gone),
        number=str(number),
    )
