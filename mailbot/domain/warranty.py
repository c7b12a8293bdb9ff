"""Whether an order is still under warranty, for an answer from the data alone (P1, P2, P6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mailbot.domain.catalogue import Product
from mailbot.domain.eligibility import Ask, Situation, judge
from mailbot.domain.orders import Order
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


def warranty_of(
    order: Order,
    terms: TermBook,
    products: Mapping[str, Product],
    today: date,
    calendars: Calendars = weekends_only,
) -> tuple[WarrantyLine, ...]:
    """Each line of the order; () where the data don't tell all, or the law gives more than the warranty.

    `today` is the day where the customer lives. What the law gives beside the warranty is for a person to explain.
    """
    asks = [Ask(model=line.model, quantity=line.quantity, claim=Claim.WARRANTY) for line in order.lines]
    situation = Situation(order=order, products=products, terms=terms, asked_on=today, calendars=calendars)
    verdicts = judge(situation, asks)
    lines = []
    for line, verdict in zip(order.lines, verdicts, strict=True):
        judged = (*((verdict.best,) if verdict.best else ()), *verdict.beside)
        own = next((term for term in judged if term.term.basis is Basis.OWN), None)
        if own is None or own.outcome is Outcome.UNCLEAR or own.until_is_least or _law_gives_more(own, judged):
            return ()
        covered = own.outcome is Outcome.ELIGIBLE
        lines.append(WarrantyLine(model=line.model, name=line.name, until=own.until, is_covered=covered))
    return tuple(lines)


def _law_gives_more(own: TermVerdict, judged: tuple[TermVerdict, ...]) -> bool:
    """A right that holds, or may hold, where the warranty has ended or never was."""
    if own.outcome is Outcome.ELIGIBLE:
        return False
    return any(each.term.basis is Basis.LAW and each.outcome is not Outcome.NOT_ELIGIBLE for each in judged)
