"""Which order a mail is about, with the evidence. Nobody but the buyer's own address gets a match (G5, P17).

A number that the sender wrote names an order; a serial or tracking number does so too. A number with a slip in it, or a
description (model, date, amount), only suggests one. Where two things point at two orders, nothing is acted on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from mailbot.domain.clues import Clue, Strength, clues_of, describing, models_named, models_printed
from mailbot.domain.codes import is_one_slip
from mailbot.domain.confirmation import agrees
from mailbot.domain.denial import denies, is_denied, written_as
from mailbot.domain.match_basis import Known, Reading, evidence_lines, fresh_numbers
from mailbot.domain.numbers import ticket_number
from mailbot.domain.orders import Order
from mailbot.domain.references import ENCLOSED, OWN_WORDS, Finding, Place
from mailbot.domain.remarks import Remark
from mailbot.domain.standing import Standing, Verdict

_MOST_CANDIDATES = 20


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An order of the sender's and what speaks for it."""

    order: Order
    points: int
    because: tuple[str, ...]  # "serial number SNK17001 in the new text (80)"


@dataclass(frozen=True, kw_only=True)
class _Match:
    """What all outcomes have."""

    evidence: tuple[str, ...]
    conflicts: tuple[str, ...] = ()  # what contradicts what
    candidates: tuple[Candidate, ...] = ()  # most points first


@dataclass(frozen=True, kw_only=True)
class Exact(_Match):
    """One order, named by its buyer; what the desk does by itself may rest on it."""

    order: Order


@dataclass(frozen=True, kw_only=True)
class Probable(_Match):
    """One order of this buyer's is meant by all appearances; the customer or staff have to say so."""

    order: Order


@dataclass(frozen=True, kw_only=True)
class Ambiguous(_Match):
    """Several orders of this buyer can be meant; nothing may be acted on before the customer says which."""

    orders: tuple[Order, ...]
    # Where the sender's own words name them all and nothing speaks against it: order number -> the ways in which it, or
    # a serial or tracking number of it, stands there.
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NoMatch(_Match):
    """No order that this sender may be answered about."""

    numbers_quoted: bool  # a number was given; whether it exists is not for the sender to learn


OrderMatch = Exact | Probable | Ambiguous | NoMatch


def orders_in_question(match: OrderMatch) -> tuple[Order, ...]:
    """The orders that the sender may be asked about; () where there is nothing to ask."""
    match match:
        case Probable(order=order):
            return (order,)
        case Ambiguous(orders=orders):
            return orders
        case _:
            return ()


def match_order(
    reading: Reading, known: Known, *, sender: str, standing: Standing, today: date, recent: timedelta
) -> OrderMatch:
    """Match what the mail says against the orders that this sender may speak for.

    `sender` is the From address in lower case. Without any number only orders not older than `recent` are thought of.
    """
    # The newest of their orders are known anyway; an older one is where its number, or one of its codes, is written.
    seen = (*known.own, *known.quoted.values(), *known.by_code)
    entitled = {} if standing.verdict is Verdict.FAILED else {o.number: o for o in seen if o.buyer_email == sender}
    if standing.verdict is Verdict.VERIFIED:
        entitled |= {number: order for number, order in known.quoted.items() if number in known.granted}
    evidence = evidence_lines(reading, known, entitled, sender, standing)
    if not entitled:
        return NoMatch(evidence=evidence, numbers_quoted=bool(fresh_numbers(reading.references)))
    clues = clues_of(reading.references, reading.codes, reading.said, entitled)
    return _Matcher(
        reading=reading,
        known=known,
        entitled=entitled,
        clues=clues,
        evidence=evidence,
        recent=[o for o in known.own if o.number in entitled and today - o.purchased_on <= recent],
    ).outcome()


def foreign_order(reading: Reading, known: Known, match: OrderMatch, standing: Standing) -> Order | None:
    """The one order of somebody else that a proven sender quotes: its owner may be asked (G5)."""
    if not isinstance(match, NoMatch) or standing.verdict is not Verdict.VERIFIED:
        return None
    fresh = [finding.value for finding in fresh_numbers(reading.references)]
    return known.quoted.get(fresh[0]) if len(fresh) == 1 else None


@dataclass(frozen=True, kw_only=True)
class _Matcher:
    """One mail against one sender's orders."""

    reading: Reading
    known: Known
    entitled: Mapping[str, Order]
    clues: tuple[Clue, ...]
    evidence: tuple[str, ...]
    recent: Sequence[Order]

    def outcome(self) -> OrderMatch:
        written, enclosed = self._named(OWN_WORDS), self._named(ENCLOSED)
        if written or enclosed:
            return self._by_names(written, enclosed)
        slips = self._orders(clue for clue in self.clues if clue.strength is Strength.SLIP)
        if len(slips) == 1:
            return self._probable(slips[0])
        if slips:
            return self._ambiguous(slips)
        strange = self._strange((*OWN_WORDS, *ENCLOSED))
        if strange:
            return self._corrected(strange)
        # The list in our own question comes back with every answer to it.
        quoted = [order for order in self._named({Place.QUOTED_TEXT}) if order.number not in self.known.asked]
        if quoted:
            return self._by_quote(quoted)
        return self._by_description()

    def _by_names(self, written: list[Order], enclosed: list[Order]) -> OrderMatch:
        """Numbers in the sender's own words count before those in what they enclosed, but must not contradict them."""
        orders = written or enclosed
        others = [order for order in enclosed if order not in orders]
        if len(orders) > 1:
            ambiguous = self._ambiguous([*orders, *others])
            return replace(ambiguous, named=self._ways(orders)) if self._all_meant(orders, others) else ambiguous
        order = orders[0]
        if others:
            return self._ambiguous([order, *others], self._contradiction(order, others[0]))
        if elsewhere := self._model_elsewhere(order):
            conflict = Remark(
                "{number} is named, but the model named is in {other}", number=order.number, other=elsewhere[0].number
            )
            return self._ambiguous([order, *elsewhere], conflict)
        # What a receipt says of another purchase, or the words of an order that isn't theirs, is for a person.
        foreign = self._strange(ENCLOSED if written else (*OWN_WORDS, *ENCLOSED), beside=order)
        if foreign:
            conflict = Remark(
                "{number} is named, but {other} stands in {place}",
                number=order.number,
                other=foreign[0].value,
                place=str(foreign[0].place),
            )
            return self._probable(order, conflict)
        receipt = models_printed(self.reading.said, self.reading.codes, places=ENCLOSED)
        if receipt and not _with_models([order], receipt):
            conflict = Remark(
                "{number} is named, but what is attached names {models}",
                number=order.number,
                models=", ".join(sorted(receipt)),
            )
            return self._probable(order, conflict)
        if self._is_denied(order) or not (written or self._is_sure(order)):
            return self._probable(order)
        return self._exact(order)

    def _all_meant(self, orders: Sequence[Order], others: Sequence[Order]) -> bool:
        """Several orders in the sender's own words, and nothing in the mail that speaks against one of them."""
        printed = models_printed(self.reading.said, self.reading.codes)
        return (
            not others
            and bool(self._named(OWN_WORDS))
            and not any(self._is_denied(order) for order in orders)
            and not self._strange((*OWN_WORDS, *ENCLOSED))
            and not (printed and not _with_models(orders, printed))
        )

    def _ways(self, orders: Sequence[Order]) -> Mapping[str, tuple[str, ...]]:
        return {order.number: tuple(dict.fromkeys(written_as(order, self.clues))) for order in orders}

    def _is_denied(self, order: Order) -> bool:
        """ "Not TP…", "TP… arrived fine": the number stands there to say what isn't meant."""
        return any(is_denied(self.reading.text, code) for code in written_as(order, self.clues))

    def _by_quote(self, quoted: list[Order]) -> OrderMatch:
        if len(quoted) > 1:
            return self._ambiguous(quoted)
        if elsewhere := self._model_elsewhere(quoted[0]):
            conflict = Remark(
                "{number} is quoted, but the model named is in {other}",
                number=quoted[0].number,
                other=elsewhere[0].number,
            )
            return self._ambiguous([quoted[0], *elsewhere], conflict)
        printed = models_printed(self.reading.said, self.reading.codes)
        if self._is_denied(quoted[0]) or (printed and not _with_models(quoted, printed)):
            return self._probable(quoted[0])
        return self._exact(quoted[0])

    def _corrected(self, strange: Sequence[Finding]) -> OrderMatch:
        """Numbers that are none of the sender's: staff may have said before which order is meant by them."""
        numbers = {finding.value for finding in strange}
        for correction in self.known.corrections:
            if numbers & set(correction.written) and correction.order_number in self.entitled:
                said = Remark(
                    "staff said in {ticket} that {number} is meant",
                    ticket=ticket_number(correction.ticket_id),
                    number=correction.order_number,
                )
                return self._exact(self.entitled[correction.order_number], said)
        return NoMatch(evidence=self.evidence, numbers_quoted=True, candidates=self._candidates())

    def _by_description(self) -> OrderMatch:
        """No number at all: what was asked about, else what the sender bought lately, by model, date and amount."""
        asked = [self.entitled[number] for number in self.known.asked if number in self.entitled]
        pool = asked or list(self.recent)
        models = models_named(self.reading.said, self.reading.codes)
        fitting = _with_models(pool, models) or ([] if asked else _with_models(self.entitled.values(), models))
        printed = models_printed(self.reading.said, self.reading.codes)
        if printed and not fitting:
            conflict = (Remark("the sender bought no {models}", models=", ".join(sorted(printed))),) if pool else ()
            return NoMatch(
                evidence=self.evidence, numbers_quoted=False, conflicts=conflict, candidates=self._candidates()
            )
        pool = fitting or pool
        for chosen in (describing(self.clues, Strength.DATE), describing(self.clues, Strength.AMOUNT)):
            pool = [order for order in pool if order.number in chosen] or pool
        told = agrees(self.reading.text) or (not denies(self.reading.text) and (len(asked) > 1 or bool(fitting)))
        if len(pool) == 1 and asked and told:
            return self._exact(pool[0], Remark("the answer to our question means {number}", number=pool[0].number))
        if len(pool) == 1:
            return self._probable(pool[0])
        if pool:
            return self._ambiguous(pool)
        return NoMatch(evidence=self.evidence, numbers_quoted=False)

    def _named(self, places: Set[Place]) -> list[Order]:
        return self._orders(clue for clue in self.clues if clue.strength.names and clue.place in places)

    def _orders(self, clues: Iterable[Clue]) -> list[Order]:
        return [self.entitled[number] for number in dict.fromkeys(clue.order_number for clue in clues)]

    def _strange(self, places: Collection[Place], beside: Order | None = None) -> list[Finding]:
        """Order numbers in these places that are none of the sender's, and no slip in the one of `beside`."""
        return [
            finding
            for finding in self.reading.references.order_numbers
            if finding.place in places
            and finding.value not in self.entitled
            and not (beside is not None and is_one_slip(finding.value, beside.number))
        ]

    def _model_elsewhere(self, order: Order) -> list[Order]:
        """Other orders of the sender's that the models named in the mail are from, when none of them is in `order`."""
        models = models_named(self.reading.said, self.reading.codes)
        if not models or models & {line.model.upper() for line in order.lines}:
            return []
        return [
            other
            for other in self.entitled.values()
            if other.number != order.number and models & {line.model.upper() for line in other.lines}
        ]

    def _is_sure(self, order: Order) -> bool:
        """A number that was only recognised in a picture needs something else to go with it."""
        clues = [clue for clue in self.clues if clue.order_number == order.number]
        return any(clue.strength.names and clue.place is not Place.WRITING for clue in clues) or any(
            not clue.strength.names and clue.strength is not Strength.SLIP for clue in clues
        )

    def _contradiction(self, order: Order, other: Order) -> Remark:
        clue = next(clue for clue in self.clues if clue.order_number == other.number and clue.strength.names)
        return Remark(
            "the mail names {number}, but {what} in {place} leads to {other}",
            number=order.number,
            what=clue.what,
            place=str(clue.place),
            other=other.number,
        )

    def _candidates(self) -> tuple[Candidate, ...]:
        by_order: dict[str, list[Clue]] = {}
        for clue in self.clues:
            by_order.setdefault(clue.order_number, []).append(clue)
        found = [
            Candidate(
                order=self.entitled[number],
                points=sum(clue.points for clue in clues),
                because=tuple(f"{clue.what} in {clue.place} ({clue.points})" for clue in clues),
            )
            for number, clues in by_order.items()
        ]
        return tuple(sorted(found, key=lambda candidate: -candidate.points)[:_MOST_CANDIDATES])

    def _exact(self, order: Order, why: str = "") -> Exact:
        return Exact(order=order, evidence=self._with(why), candidates=self._candidates())

    def _probable(self, order: Order, conflict: str = "") -> Probable:
        return Probable(
            order=order,
            evidence=self._with("" if conflict else _why_probable(order, self.clues)),
            conflicts=(conflict,) if conflict else (),
            candidates=self._candidates(),
        )

    def _ambiguous(self, orders: Sequence[Order], conflict: str = "") -> Ambiguous:
        return Ambiguous(
            orders=tuple(orders[:_MOST_CANDIDATES]),
            evidence=self.evidence,
            conflicts=(conflict,) if conflict else (),
            candidates=self._candidates(),
        )

    def _with(self, why: str) -> tuple[str, ...]:
        return (*self.evidence, why) if why else self.evidence


def _with_models(orders: Iterable[Order], models: Set[str]) -> list[Order]:
    return [order for order in orders if models & {line.model.upper() for line in order.lines}]


def _why_probable(order: Order, clues: Sequence[Clue]) -> str:
    if any(clue.order_number == order.number for clue in clues):
        return ""
    return Remark("{number} is the only order that the sender made lately", number=order.number)
