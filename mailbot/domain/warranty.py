"""Whether an order is still under warranty, for an answer from the data alone (P1, P2, P6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from mailbot.domain.catalogue import Product
from mailbot.domain.eligibility import Ask, LineVerdict, Situation, judge
from mailbot.domain.orders import Order, OrderLine
from mailbot.domain.terms import Basis, Claim, TermBook
from mailbot.domain.verdicts import Outcome, TermVerdict
from mailbot.domain.workdays import Calendars, weekends_only


@dataclass(frozen=True, kw_only=True)
class WarrantyLine:
    """What the limited warranty says of one line of an order."""

    model: str
    name: str  # what the shop calls it; "" when the export has none
    until: date | None  # the last day, which is still covered; None for what has no warranty
    is_covered: bool  # today
    is_clear: bool = True  # False: the data don't tell all, or the law may give more; a person answers for this line
    has_legal_rights: bool = False  # the law of the customer's country gives a right beside, which holds or may hold


def warranty_of(
    order: Order,
    terms: TermBook,
    products: Mapping[str, Product],
    today: date,
    named: Collection[str] = (),
    calendars: Calendars = weekends_only,
) -> tuple[WarrantyLine, ...]:
    """Each line of the order, or those of the models `named` where some are in it.

    `today` is the day where the customer lives. Nobody is told that a line isn't covered where the law beside the
    warranty covers it, or may do so: such a line isn't clear.
    """
    models = {model.upper() for model in named}
    lines = [line for line in order.lines if line.model.upper() in models] or order.lines
    asks = [Ask(model=line.model, quantity=line.quantity, claim=Claim.WARRANTY) for line in lines]
    situation = Situation(order=order, products=products, terms=terms, asked_on=today, calendars=calendars)
    verdicts = judge(situation, asks)
    return tuple(_told(line, verdict) for line, verdict in zip(lines, verdicts, strict=True))


def _told(line: OrderLine, verdict: LineVerdict) -> WarrantyLine:
    judged = (*((verdict.best,) if verdict.best else ()), *verdict.beside)
    own = next((term for term in judged if term.term.basis is Basis.OWN), None)
    by_law = any(_may_hold(term) for term in judged)
    if own is None or own.outcome is Outcome.UNCLEAR or own.until_is_least:
        return WarrantyLine(model=line.model, name=line.name, until=None, is_covered=False, is_clear=False)
    covered = own.outcome is Outcome.ELIGIBLE
    if by_law and not covered:
        return WarrantyLine(model=line.model, name=line.name, until=None, is_covered=False, is_clear=False)
    return WarrantyLine(model=line.model, name=line.name, until=own.until, is_covered=covered, has_legal_rights=by_law)


def _may_hold(term: TermVerdict) -> bool:
    return term.term.basis is Basis.LAW and term.outcome is not Outcome.NOT_ELIGIBLE
