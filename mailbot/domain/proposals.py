"""What the terms say about a case, for staff who decide about it (P10): proposed, never decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from mailbot.domain.cases import CaseKind
from mailbot.domain.conditions import stated_condition
from mailbot.domain.eligibility import Ask, LineVerdict, Situation, covered_until, judge
from mailbot.domain.facts import CaseFacts
from mailbot.domain.forms import Item, write_items
from mailbot.domain.letters import ProposalLine, TermLine
from mailbot.domain.refunds import RefundRefused, RefundSum
from mailbot.domain.remarks import Remark
from mailbot.domain.rules import ReturnPolicy, RuleBook
from mailbot.domain.terms import Basis, Claim, Condition, Payer
from mailbot.domain.verdicts import Outcome, TermVerdict


def with_verdicts(case: CaseFacts, book: RuleBook) -> CaseFacts:
    """The case with what the terms say about each of its items, as of the day of the request."""
    return replace(case, verdicts=verdicts_of(case, book))


def verdicts_of(case: CaseFacts, book: RuleBook) -> tuple[LineVerdict, ...]:
    """A verdict on each item; () where it isn't known what is asked for, or when it was."""
    if case.opened_on is None:
        return ()
    situation = Situation(
        order=case.order,
        products=book.products,
        terms=book.terms,
        asked_on=case.opened_on,
        refunded_before=case.refunded_before,
        returned_before=(*case.returned_before, *case.claimed_elsewhere),
        calendars=book.calendars,
    )
    claim = Claim(case.kind.value)
    condition = stated_condition(case.answers.get("condition", ""), book.conditions)
    asks = [Ask(model=item.model, quantity=item.quantity, claim=claim, condition=condition) for item in case.items]
    return judge(situation, asks)


def shop_pays_shipping(verdicts: Sequence[LineVerdict]) -> bool:
    """Whether sending the pieces in costs the customer nothing (P11); so where any of the terms says it."""
    return any(verdict.best is not None and verdict.best.term.shipping_in is Payer.SHOP for verdict in verdicts)


def replacement_covered_until(case: CaseFacts, sent_on: date) -> date | None:
    """The last day on which the shop's own warranty covers a repaired or replaced piece; None where it says none."""
    judged = (each for verdict in case.verdicts for each in (verdict.best, *verdict.beside))
    ends = [
        covered_until(each.term, each.until, sent_on)
        for each in judged
        if case.kind is CaseKind.WARRANTY
        and each is not None
        and each.term.basis is Basis.OWN
        and each.outcome is Outcome.ELIGIBLE
        and each.until is not None
    ]
    return min(ends, default=None)


def not_by_itself(case: CaseFacts) -> str:
    """Why the rules don't approve the case whatever it costs, for staff; "" where nothing speaks against it."""
    if not case.verdicts:
        return Remark("it isn't known what goes back: name model and number")
    if case.claimed_elsewhere or case.returned_before:
        # A limit for each request would be none for an order that comes back in small ones.
        return Remark("pieces of order {number} go back, or went back, in another case", number=case.order.number)
    if any(verdict.outcome is not Outcome.ELIGIBLE for verdict in case.verdicts):
        return Remark("the terms don't plainly allow it")
    if case.kind is not CaseKind.WARRANTY:
        stated = {verdict.ask.condition for verdict in case.verdicts}
        if None in stated:
            return Remark("the customer's words don't make the condition plain")
        if Condition.USED in stated:  # where the law takes used pieces back, it may be for less
            return Remark("by the customer's words the piece was used")
    return ""


def approved_because(case: CaseFacts, policy: ReturnPolicy) -> str:
    """By what the rules approved a case: the terms, and the limit that the owner set (G6)."""
    terms = dict.fromkeys(f"{v.best.term.name} ({v.best.term.where})" for v in case.verdicts if v.best is not None)
    return Remark(
        "allowed by {terms}, within {limit} {currency} (approve_at_once_up_to)",
        terms=", ".join(terms),
        limit=str(policy.automatic_up_to.get(case.order.currency, "")),
        currency=case.order.currency,
    )


def proposal(case: CaseFacts) -> tuple[ProposalLine, ...]:
    """What the verdicts say, line by line; () once a refund is booked, for then it is decided."""
    return () if case.refund is not None else tuple(_line(verdict, case.order.currency) for verdict in case.verdicts)


def _line(verdict: LineVerdict, currency: str) -> ProposalLine:
    best, refund = verdict.best, verdict.refund
    judged = () if best is None else (best, *verdict.beside)
    return ProposalLine(
        item=write_items([Item(model=verdict.ask.model, quantity=verdict.ask.quantity)]),
        outcome=verdict.outcome.value,
        term=_term(best) if best is not None else None,
        beside=tuple(map(_term, verdict.beside)),
        better_because=verdict.better_because,
        reasons=tuple(reason for each in judged for reason in each.reasons) or verdict.reasons,
        shop_pays_in=best is not None and best.term.shipping_in is Payer.SHOP,
        shop_pays_back=best is not None and best.term.shipping_back is Payer.SHOP,
        remedies=tuple(remedy.value for remedy in best.term.remedies) if best is not None else (),
        refund=refund if isinstance(refund, RefundSum) else None,
        refund_refused=refund.reason if isinstance(refund, RefundRefused) else "",
        currency=currency,
    )


def _term(verdict: TermVerdict) -> TermLine:
    return TermLine(
        name=verdict.term.name,
        law=verdict.term.law,
        outcome=verdict.outcome.value,
        until=verdict.until,
        until_is_least=verdict.until_is_least,
        goodwill_until=verdict.goodwill_until,
    )
