"""What in a mail speaks for which order of the sender's, and how strongly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from mailbot.domain.catalogue import ModelFinding
from mailbot.domain.codes import code_key
from mailbot.domain.orders import Order
from mailbot.domain.own_codes import Kind, OwnCode
from mailbot.domain.phones import phone_key
from mailbot.domain.references import Place, References
from mailbot.domain.remarks import Remark
from mailbot.domain.text_facts import TextFacts


class Strength(StrEnum):
    """What kind of thing leads to an order, strongest first."""

    NUMBER = "number"
    CODE = "code"  # serial or tracking number
    SLIP = "slip"  # a number with one wrong sign
    MODEL = "model"
    DATE = "date"  # of the purchase or the delivery
    AMOUNT = "amount"  # of the order, a line or a piece
    PHONE = "phone"

    @property
    def names(self) -> bool:
        """True for what can mean one order only."""
        return self in (Strength.NUMBER, Strength.CODE)


# The points rank candidates for people to read; which outcome they make, `domain.match` says in words.
_POINTS = {
    Strength.NUMBER: 100,
    Strength.CODE: 80,
    Strength.SLIP: 40,
    Strength.MODEL: 20,
    Strength.DATE: 15,
    Strength.AMOUNT: 15,
    Strength.PHONE: 10,
}
_KINDS = {Kind.ORDER: Strength.NUMBER, Kind.SERIAL: Strength.CODE, Kind.TRACKING: Strength.CODE}


@dataclass(frozen=True, kw_only=True)
class Clue:
    """One thing in a mail that leads to one order."""

    strength: Strength
    order_number: str
    place: Place
    what: str  # "serial number SNK17001"

    @property
    def points(self) -> int:
        """What the clue is worth; half in quoted text, which may be somebody else's words."""
        points = _POINTS[self.strength]
        return points // 2 if self.place is Place.QUOTED_TEXT else points


def clues_of(
    references: References, codes: Sequence[OwnCode], said: TextFacts, orders: Mapping[str, Order]
) -> tuple[Clue, ...]:
    """The clues to `orders` (by number), each thing and order once."""
    return tuple(
        dict.fromkeys(
            (
                *_numbers(references, orders),
                *_said_codes(said, orders),
                *_own_codes(references, codes, said, orders),
                *_descriptions(said, orders),
            )
        )
    )


def models_named(said: TextFacts, codes: Sequence[OwnCode]) -> frozenset[str]:
    """Models that the sender's own words or enclosures name, upper case; not those of quoted text."""
    named = {model.upper() for found in said.models for model in found.value.models}
    named |= {code.written.upper() for code in codes if code.kind is Kind.MODEL and code.place is not Place.QUOTED_TEXT}
    return frozenset(named)


def models_printed(
    said: TextFacts, codes: Sequence[OwnCode], places: Set[Place] = frozenset(Place) - {Place.QUOTED_TEXT}
) -> frozenset[str]:
    """Those of `models_named` that are named by what is printed on them, not by what people call them."""
    found = [each for each in said.models if each.place in places and _is_printed(each.value)]
    return frozenset(
        {model.upper() for each in found for model in each.value.models}
        | {code.written.upper() for code in codes if code.kind is Kind.MODEL and code.place in places}
    )


def _is_printed(model: ModelFinding) -> bool:
    return any(code_key(model.written) == code_key(name) for name in model.models)


def describing(clues: Sequence[Clue], strength: Strength) -> Set[str]:
    """The orders that clues of one strength lead to, quoted text left out."""
    return {clue.order_number for clue in clues if clue.strength is strength and clue.place is not Place.QUOTED_TEXT}


def _numbers(references: References, orders: Mapping[str, Order]) -> Iterator[Clue]:
    for finding in references.order_numbers:
        if finding.value in orders:
            yield _clue(Strength.NUMBER, finding.value, finding.place, _named(Kind.ORDER, finding.value))


def _said_codes(said: TextFacts, orders: Mapping[str, Order]) -> Iterator[Clue]:
    """Serial and tracking numbers of the settings' forms."""
    for order in orders.values():
        serials = {code_key(serial) for line in order.lines for serial in line.serials}
        for serial in said.serials:
            if serial.value in serials:
                yield _clue(Strength.CODE, order.number, serial.place, _named(Kind.SERIAL, serial.value))
        for number in said.tracking_numbers:
            if number.value == code_key(order.tracking_number):
                yield _clue(Strength.CODE, order.number, number.place, _named(Kind.TRACKING, number.value))


def _own_codes(
    references: References, codes: Sequence[OwnCode], said: TextFacts, orders: Mapping[str, Order]
) -> Iterator[Clue]:
    """What was found by comparing, where nothing was found by its form."""
    numbers = {finding.value for finding in references.order_numbers}
    known = {found.value for found in (*said.serials, *said.tracking_numbers)}
    known |= {code_key(model) for found in said.models for model in found.value.models}
    for code in codes:
        if code.order_number not in orders or code_key(code.written) in known:
            continue
        if code.kind is Kind.ORDER and code.order_number in numbers:
            continue
        if code.kind is Kind.MODEL:
            yield _clue(Strength.MODEL, code.order_number, code.place, _named(Kind.MODEL, code.written))
        else:
            strength = Strength.SLIP if code.has_slip else _KINDS[code.kind]
            yield _clue(strength, code.order_number, code.place, _named(code.kind, code.written))


def _descriptions(said: TextFacts, orders: Mapping[str, Order]) -> Iterator[Clue]:
    for order in orders.values():
        models = {line.model.upper() for line in order.lines}
        for model in said.models:
            if models & {name.upper() for name in model.value.models}:
                yield _clue(Strength.MODEL, order.number, model.place, f"model {model.value.written}")
        for day in said.dates:
            if {day.value.day, day.value.other} & {order.purchased_on, order.delivered_on} - {None}:
                yield _clue(Strength.DATE, order.number, day.place, f"date {day.value.written}")
        amounts = {order.paid, *(line.total for line in order.lines), *(line.unit_price for line in order.lines)}
        for amount in said.amounts:
            same_currency = amount.value.currency == order.currency or not amount.value.is_clear
            if same_currency and amount.value.value in amounts:
                yield _clue(Strength.AMOUNT, order.number, amount.place, f"amount {amount.value.written}")
        key = phone_key(order.phone, order.country)
        for phone in said.phones:
            if key and phone.value.digits == key:
                yield _clue(Strength.PHONE, order.number, phone.place, "telephone number")


def _named(kind: Kind, code: str) -> Remark:
    return Remark("{kind} {code}", kind=str(kind), code=code)


def _clue(strength: Strength, number: str, place: Place, what: str) -> Clue:
    return Clue(strength=strength, order_number=number, place=place, what=what)
