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

from mailbot.domain.catalogue import Product
from mailbot.domain.forms import Item
from mailbot.domain.orders import Order, OrderLine
from mailbot.domain.periods import Period, Start, add_months, last_day, moved_to_working_day
from mailbot.domain.refunds import PLAIN, RefundRefused, RefundSum, RefundTerms, refund_sum
from mailbot.domain.remarks import Day, Remark
from mailbot.domain.terms import (
    Claim,
    Condition,
    OutboundShipping,
    Term,
    TermBook,
    condition_rank,
)
from mailbot.domain.verdicts import CONDITION_WORDS, Outcome, Reason, TermVerdict, comparison, merits
from mailbot.domain.workdays import Calendars, weekends_only


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What a customer asks for, for pieces of one line."""

    model: str
    quantity: int  # at least 1
    claim: Claim
    condition: Condition | None = None  # as the customer states it; None: to be seen when it is here


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything that the answer depends on."""

    order: Order
    products: Mapping[str, Product]  # of the catalogue, by model
    terms: TermBook
    asked_on: date  # the day of the request where the customer lives: domain.periods.customer_day
    refunded_before: Decimal = Decimal(0)  # sum of all refunds booked for the order
    returned_before: tuple[Item, ...] = ()  # pieces that went back before, or are asked for in other open cases
    calendars: Calendars = weekends_only  # asked only where a term's last day moves to a working day


@dataclass(frozen=True, kw_only=True)
class LineVerdict:
    """The proposal for one line."""

    ask: Ask
    outcome: Outcome
    best: TermVerdict | None  # of the terms in force the best one for the customer; None where there is none
    beside: tuple[TermVerdict, ...]  # the others
    better_because: tuple[str, ...]  # Remarks: what makes it the better one; () where nothing stands beside it
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
        return _refused(ask, Remark("order {number} has no {model}", number=order.number, model=ask.model))
    ask = replace(ask, model=line.model)
    if not 1 <= ask.quantity <= line.quantity - taken.get(line.model, 0):
        return _refused(ask, _too_many(ask, line, taken.get(line.model, 0)))
    product = situation.products.get(line.model)
    terms = situation.terms.in_force(
        ask.claim, bought=order.purchased_on, country=order.country, model=line.model, product=product
    )
    if not terms:
        text = Remark(
            "no terms for {claim} were in force on the day of purchase, {day}",
            claim=_CLAIMS[ask.claim],
            day=Day(order.purchased_on),
        )
        return _without_terms(ask, Outcome.UNCLEAR, Reason(text=text))
    verdicts = [_judge_term(situation, ask, line, product, term) for term in terms]
    # The first of equals: the shop's own promise.
    best = max(verdicts, key=lambda verdict: tuple(merit.rank for merit in merits(verdict)))
    beside = tuple(verdict for verdict in verdicts if verdict is not best)
    return LineVerdict(
        ask=ask,
        outcome=best.outcome,
        best=best,
        beside=beside,
        better_because=tuple(words for other in beside for words in comparison(best, other)),
        reasons=best.reasons if best.outcome is not Outcome.NOT_ELIGIBLE else _all_reasons(verdicts),
        refund=None,
    )


def _too_many(ask: Ask, line: OrderLine, before: int) -> str:
    model, bought, asked = line.model, str(line.quantity), str(ask.quantity)
    if not before:
        return Remark("{bought} × {model} were bought; asked for: {asked}", model=model, bought=bought, asked=asked)
    return Remark(
        "{bought} × {model} were bought, of which {gone} went back or are asked for already; asked for: {asked}",
        model=model,
        bought=bought,
        gone=str(before),
        asked=asked,
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
        sentence = Remark("{term}: {what}", term=term.name, what=text)
        return Reason(text=sentence, policy=term.policy or term.law, where=term.where)

    if term.is_open:
        return _no_period(term, Outcome.UNCLEAR, says(Remark("it has no fixed time: a person has to judge")))
    period = term.period
    if period is None and product is not None:
        period = Period(months=product.warranty_months)
    if not term.granted or (period is not None and period == Period()):
        if product is not None and product.is_consumable:
            return _no_period(
                term, Outcome.NOT_ELIGIBLE, says(Remark("consumables are not covered: {model}", model=line.model))
            )
        return _no_period(
            term, Outcome.NOT_ELIGIBLE, says(Remark("there is no such right for {model}", model=line.model))
        )
    if period is None:
        unknown = Remark("the catalogue doesn't say how long {model} is covered", model=line.model)
        return _no_period(term, Outcome.UNCLEAR, says(unknown))
    end = _end(situation, term, period)
    reasons = [says(_about_time(situation, term, period, end))]
    outcome = Outcome.ELIGIBLE
    goodwill = None
    if situation.asked_on > end.day:
        outcome = Outcome.UNCLEAR if end.is_least else Outcome.NOT_ELIGIBLE
        agreeable = end.day + timedelta(days=min(term.goodwill_days, (date.max - end.day).days))
        if outcome is Outcome.NOT_ELIGIBLE and end.day < agreeable and situation.asked_on <= agreeable:
            goodwill = agreeable
            reasons.append(says(Remark("goodwill is possible until {day}", day=Day(agreeable))))
    if ask.claim is not Claim.WARRANTY and term.condition is not Condition.USED:
        if ask.condition is not None and condition_rank(ask.condition) > condition_rank(term.condition):
            outcome = Outcome.NOT_ELIGIBLE
        reasons.append(says(_about_condition(ask.condition, term.condition)))
    return TermVerdict(
        term=term,
        outcome=outcome,
        until=end.day,
        until_is_least=end.is_least,
        goodwill_until=goodwill,
        reasons=tuple(reasons),
    )


def _about_condition(stated: Condition | None, least: Condition) -> str:
    must = CONDITION_WORDS[least]
    if stated is None:
        return Remark("the condition must be {must}: to be seen when it is here", must=must)
    known = CONDITION_WORDS[stated]
    if condition_rank(stated) > condition_rank(least):
        return Remark("by the customer's words the condition is {stated}, it must be {must}", stated=known, must=must)
    return Remark("by the customer's words the condition is {stated}: to be seen when it is here", stated=known)


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
    if term.moves_to_working_day:
        later = moved_to_working_day(day, situation.calendars(order.country, day.year))
    return _End(day=later, is_least=delivered is None, moved=later != day)


def _about_time(situation: Situation, term: Term, period: Period, end: _End) -> str:
    order = situation.order
    bought = Day(order.purchased_on)
    if term.start is Start.PURCHASE:
        begin = Remark("from the purchase on {day}", day=bought)
    elif order.delivered_on is not None:
        begin = Remark("from the delivery on {day}", day=Day(order.delivered_on))
    else:
        begin = Remark("from the delivery, whose day isn't known (bought on {day})", day=bought)
    last = Day(end.day)
    until = Remark("at least until {day}", day=last) if end.is_least else Remark("until {day}", day=last)
    if end.moved:
        until = Remark("{until}, moved to a working day", until=until)
    if situation.asked_on <= end.day:
        judged = Remark("in time")
    else:
        judged = Remark("find out when it was delivered") if end.is_least else Remark("too late")
    return Remark(
        "{period} {begin}, {until}; asked on {asked}: {judged}",
        period=period.in_words,
        begin=begin,
        until=until,
        asked=Day(situation.asked_on),
        judged=judged,
    )


_CLAIMS = {
    Claim.RETURN: Remark("a return"),
    Claim.EXCHANGE: Remark("an exchange"),
    Claim.WARRANTY: Remark("a warranty case"),
}
