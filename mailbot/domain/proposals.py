"""What the terms say about a case, for staff who decide about it (P10): proposed, never decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from mailbot.domain.cases import CaseKind
from mailbot.domain.catalogue import Product
from mailbot.domain.eligibility import Ask, LineVerdict, Situation, covered_until, judge
from mailbot.domain.facts import CaseFacts
from mailbot.domain.terms import Claim, Payer, TermBook


def with_verdicts(case: CaseFacts, terms: TermBook, products: Mapping[str, Product]) -> CaseFacts:
    """The case with what the terms say about each of its items, as of the day of the request."""
    return replace(case, verdicts=verdicts_of(case, terms, products))


def verdicts_of(case: CaseFacts, terms: TermBook, products: Mapping[str, Product]) -> tuple[LineVerdict, ...]:
    """A verdict on each item; () where it isn't known what is asked for, or when it was."""
    if case.opened_on is None:
        return ()
    situation = Situation(
        order=case.order,
        products=products,
        terms=terms,
        asked_on=case.opened_on,
        refunded_before=case.refunded_before,
        returned_before=(*case.returned_before, *case.claimed_elsewhere),
    )
    claim = Claim(case.kind.value)
    return judge(situation, [Ask(model=item.model, quantity=item.quantity, claim=claim) for item in case.items])


def shop_pays_shipping(verdicts: Sequence[LineVerdict]) -> bool:
    """Whether sending the pieces in costs the customer nothing (P11); so where any of the terms says it."""
    return any(verdict.best is not None and verdict.best.term.shipping_in is Payer.SHOP for verdict in verdicts)


def replacement_covered_until(case: CaseFacts, sent_on: date) -> date | None:
    """The last day on which a repaired or replaced piece is covered; None where the terms don't say."""
    ends = [
        covered_until(verdict.best.term, verdict.best.until, sent_on)
        for verdict in case.verdicts
        if case.kind is CaseKind.WARRANTY and verdict.best is not None and verdict.best.until is not None
    ]
    return min(ends, default=None)
