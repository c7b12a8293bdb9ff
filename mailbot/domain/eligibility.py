"""What a customer is entitled to, line by line, with its reasons (P1, P2, P6–P8): proposed to staff, who decide (P10).

An order is judged by the terms that were in force on its day of purchase. Where the law of the customer's country gives
a right beside the shop's own promise, both are judged, and the one better for the customer is named with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from mailbot.domain.catalogue import Product
from mailbot.domain.forms import Item
from mailbot.domain.orders import Order, OrderLine
from mailbot.domain.periods import Period, Start, add_months, last_day, moved_to_working_day
from mailbot.domain.refunds import PLAIN, RefundRefused, RefundSum, RefundTerms, refund_sum
from mailbot.domain.terms import Basis, Claim, Condition, OutboundShipping, Payer, Term, TermBook, condition_rank
from mailbot.domain.workdays import WorkCalendar


class Outcome(StrEnum):
    """What the terms say, from best to worst for the customer."""

    ELIGIBLE = "eligible"
    UNCLEAR = "unclear"  # something has to be found out first; the reasons say what
    NOT_ELIGIBLE = "not_eligible"


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What a customer asks for, for pieces of one line."""

    model: str
    quantity: int  # at least 1
    claim: Claim
    condition: Condition | None = None  # None while it isn't known


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything that the answer depends on."""

    order: Order
    products: Mapping[str, Product]  # of the catalogue, by model
    terms: TermBook
    asked_on: date  # the day of the request where the customer lives: domain.periods.customer_day
    refunded_before: Decimal = Decimal(0)  # sum of all refunds booked for the order
    returned_before: tuple[Item, ...] = ()  # pieces that went back before, or are asked for in other open cases
    calendar: WorkCalendar | None = None  # of the customer's country, where it is known


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One step of the answer, for staff."""

    text: str
    policy: str = ""  # "P7", or the law
    where: str = ""  # of the term, "returns.yaml:12"


@dataclass(frozen=True, kw_only=True)
class TermVerdict:
    """What one term says about one line."""

    term: Term
    outcome: Outcome
    until: date | None  # the last day, which is still in the term; None where there is none or it isn't known
    until_is_least: bool  # it may be later: the day of delivery isn't known, and can't be before the purchase
    goodwill_until: date | None  # too late, but up to this day staff may agree all the same; else None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class LineVerdict:
    """The proposal for one line."""

    ask: Ask
    outcome: Outcome
    best: TermVerdict | None  # of the terms in force the best one for the customer; None where there is none
    beside: tuple[TermVerdict, ...]  # the others
    better_because: tuple[str, ...]  # what makes it the better one; () where nothing stands beside it
    reasons: tuple[Reason, ...]  # of the outcome
    refund: RefundSum | RefundRefused | None  # for a return that isn't refused: what passing inspection would bring


def judge(situation: Situation, asks: Sequence[Ask]) -> tuple[LineVerdict, ...]:
    """The proposal for each line, in the sequence asked. Pieces that are asked for twice count once."""
    taken: Counter[str] = Counter()
    for item in situation.returned_before:
        taken[item.model] += item.quantity
    refunded = situation.refunded_before
    returned = situation.returned_before
    verdicts = []
    for ask in asks:
        verdict = _judge_line(situation, ask, taken)
        if verdict.outcome is not Outcome.NOT_ELIGIBLE:
            taken[verdict.ask.model] += ask.quantity
            if ask.claim is Claim.RETURN and verdict.best is not None:
                item = Item(model=verdict.ask.model, quantity=ask.quantity)
                refund = refund_sum(situation.order, [item], refunded, returned, refund_terms(verdict.best.term))
                verdict = replace(verdict, refund=refund)
                returned = (*returned, item)
                refunded += refund.amount if isinstance(refund, RefundSum) else 0
        verdicts.append(verdict)
    return tuple(verdicts)


def refund_terms(term: Term, deduction: Decimal = Decimal(0)) -> RefundTerms:
    """What a term says about the sum of a refund."""
    return RefundTerms(
        outbound_shipping=term.outbound_shipping, restocking_percent=term.restocking_percent, deduction=deduction
    )


def best_terms(verdicts: Sequence[LineVerdict]) -> RefundTerms:
    """What the refund of several lines is made up of: where their terms differ, what is better for the customer."""
    terms = [refund_terms(verdict.best.term) for verdict in verdicts if verdict.best is not None]
    if not terms:
        return PLAIN
    return RefundTerms(
        outbound_shipping=max((each.outbound_shipping for each in terms), key=tuple(OutboundShipping).index),
        restocking_percent=min(each.restocking_percent for each in terms),
    )


def covered_until(term: Term, until: date, replaced_on: date) -> date:
    """The last day on which a replaced or repaired piece is covered: the rest of the term, at least so many months."""
    return max(until, add_months(replaced_on, term.replacement_months))


def _judge_line(situation: Situation, ask: Ask, taken: Mapping[str, int]) -> LineVerdict:
    order = situation.order
    line = next((each for each in order.lines if each.model.casefold() == ask.model.casefold()), None)
    if line is None:
        return _refused(ask, f"order {order.number} has no {ask.model}")
    ask = replace(ask, model=line.model)
    if not 1 <= ask.quantity <= line.quantity - taken.get(line.model, 0):
        before = taken.get(line.model, 0)
        gone = f", of which {before} went back or are asked for already" if before else ""
        return _refused(
            ask, f"order {order.number} has {line.quantity} × {line.model}{gone}; asked for: {ask.quantity}"
        )
    product = situation.products.get(line.model)
    terms = situation.terms.in_force(
        ask.claim, bought=order.purchased_on, country=order.country, model=line.model, product=product
    )
    if not terms:
        text = f"no terms for {ask.claim.value} were in force on the day of purchase, {order.purchased_on}"
        return _without_terms(ask, Outcome.UNCLEAR, Reason(text=text))
    verdicts = [_judge_term(situation, ask, line, product, term) for term in terms]
    # The first of equals: the shop's own promise.
    best = max(verdicts, key=lambda verdict: tuple(merit.rank for merit in _merits(verdict)))
    beside = tuple(verdict for verdict in verdicts if verdict is not best)
    return LineVerdict(
        ask=ask,
        outcome=best.outcome,
        best=best,
        beside=beside,
        better_because=tuple(words for other in beside for words in _comparison(best, other)),
        reasons=best.reasons if best.outcome is not Outcome.NOT_ELIGIBLE else _all_reasons(verdicts),
        refund=None,
    )


def _refused(ask: Ask, text: str) -> LineVerdict:
    return _without_terms(ask, Outcome.NOT_ELIGIBLE, Reason(text=text))


def _without_terms(ask: Ask, outcome: Outcome, reason: Reason) -> LineVerdict:
    return LineVerdict(
        ask=ask, outcome=outcome, best=None, beside=(), better_because=(), reasons=(reason,), refund=None
    )


def _all_reasons(verdicts: Sequence[TermVerdict]) -> tuple[Reason, ...]:
    return tuple(reason for verdict in verdicts for reason in verdict.reasons)


def _judge_term(situation: Situation, ask: Ask, line: OrderLine, product: Product | None, term: Term) -> TermVerdict:
    def says(text: str) -> Reason:
        return Reason(text=f"{term.name}: {text}", policy=term.policy or term.law, where=term.where)

    period = term.period
    if period is None and product is not None:
        period = Period(months=product.warranty_months)
    if not term.granted or (period is not None and period == Period()):
        what = "consumables are not covered" if product is not None and product.is_consumable else "there is none"
        return _no_period(term, Outcome.NOT_ELIGIBLE, says(f"{what} for {line.model}"))
    if period is None:
        return _no_period(term, Outcome.UNCLEAR, says(f"the catalogue doesn't say how long {line.model} is covered"))
    end = _end(situation, term, period)
    reasons = [says(_about_time(situation, term, period, end))]
    outcome = Outcome.ELIGIBLE
    goodwill = None
    if situation.asked_on > end.day:
        outcome = Outcome.UNCLEAR if end.is_least else Outcome.NOT_ELIGIBLE
        agreeable = end.day + timedelta(days=min(term.goodwill_days, (date.max - end.day).days))
        if outcome is Outcome.NOT_ELIGIBLE and end.day < agreeable and situation.asked_on <= agreeable:
            goodwill = agreeable
            reasons.append(says(f"goodwill is possible until {agreeable}"))
    if ask.claim is not Claim.WARRANTY and term.condition is not Condition.USED:
        if ask.condition is None:
            reasons.append(says(f"the condition must be {_in_words(term.condition)}: to be seen when it is here"))
        elif condition_rank(ask.condition) > condition_rank(term.condition):
            outcome = Outcome.NOT_ELIGIBLE
            reasons.append(says(f"the condition is {_in_words(ask.condition)}, it must be {_in_words(term.condition)}"))
    return TermVerdict(
        term=term,
        outcome=outcome,
        until=end.day,
        until_is_least=end.is_least,
        goodwill_until=goodwill,
        reasons=tuple(reasons),
    )


def _no_period(term: Term, outcome: Outcome, reason: Reason) -> TermVerdict:
    return TermVerdict(
        term=term, outcome=outcome, until=None, until_is_least=False, goodwill_until=None, reasons=(reason,)
    )


@dataclass(frozen=True, kw_only=True)
class _End:
    """When a term ends."""

    day: date  # the last day
    is_least: bool  # reckoned from the purchase, because the delivery isn't known
    moved: bool  # to a working day


def _end(situation: Situation, term: Term, period: Period) -> _End:
    order = situation.order
    delivered = order.delivered_on if term.start is Start.DELIVERY else order.purchased_on
    day = last_day(delivered or order.purchased_on, period)
    later = day
    if term.moves_to_working_day and situation.calendar is not None:
        later = moved_to_working_day(day, situation.calendar)
    return _End(day=later, is_least=delivered is None, moved=later != day)


def _about_time(situation: Situation, term: Term, period: Period, end: _End) -> str:
    order = situation.order
    if term.start is Start.PURCHASE:
        begin = f"from the purchase on {order.purchased_on}"
    elif order.delivered_on is not None:
        begin = f"from the delivery on {order.delivered_on}"
    else:
        begin = f"from the delivery, whose day isn't known (bought on {order.purchased_on})"
    least = "at least " if end.is_least else ""
    moved = ", moved to a working day" if end.moved else ""
    late = situation.asked_on > end.day
    judged = "too late" if late and not end.is_least else "find out when it was delivered" if late else "in time"
    return f"{period} {begin}, {least}until {end.day}{moved}; asked on {situation.asked_on}: {judged}"


@dataclass(frozen=True, kw_only=True)
class _Merit:
    """What is good about a term for a customer, comparable with the same merit of another."""

    rank: int  # higher is better
    words: str


def _merits(verdict: TermVerdict) -> tuple[_Merit, ...]:
    """What counts for the customer, the weightiest first."""
    term = verdict.term
    outcomes = tuple(Outcome)
    shipping = (OutboundShipping.KEPT, OutboundShipping.WHOLE_ORDER, OutboundShipping.SHARE)
    until = verdict.until
    return (
        _Merit(rank=-outcomes.index(verdict.outcome), words=f"by it the answer is {_in_words(verdict.outcome)}"),
        _Merit(rank=shipping.index(term.outbound_shipping), words="it gives the cost of delivery back"),
        _Merit(rank=-term.restocking_percent, words=f"its restocking fee is {term.restocking_percent} %"),
        _Merit(rank=int(term.shipping_in is Payer.SHOP), words="the shop pays for sending the piece in"),
        _Merit(rank=int(term.shipping_back is Payer.SHOP), words="the shop pays for sending it back"),
        _Merit(rank=len(term.remedies), words=f"it gives {' or '.join(term.remedies)}"),
        _Merit(rank=condition_rank(term.condition), words=f"it takes pieces that are {_in_words(term.condition)}"),
        _Merit(
            rank=until.toordinal() if until else 0,
            words=f"it runs {'at least ' if verdict.until_is_least else ''}until {until}",
        ),
    )


def _comparison(best: TermVerdict, other: TermVerdict) -> tuple[str, ...]:
    """In words that name both terms: what speaks for the best one, and what for the other."""
    pairs = tuple(zip(_merits(best), _merits(other), strict=True))
    better = [mine.words for mine, its in pairs if mine.rank > its.rank]
    worse = [its.words for mine, its in pairs if mine.rank < its.rank]
    said = []
    if better:
        said.append(f"{_named(best.term)} is better for the customer than {other.term.name}: {'; '.join(better)}")
    if worse:
        said.append(f"{_named(other.term)} is better in this: {'; '.join(worse)}")
    return tuple(said)


def _named(term: Term) -> str:
    return f"{term.name} ({term.law})" if term.basis is Basis.LAW and term.law else term.name


def _in_words(value: StrEnum) -> str:
    return value.value.replace("_", " ")
