"""What a letter may tell of a customer's rights to send a purchase back: the shop's window, and the law beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mailbot.domain.letters import WithdrawalView
from mailbot.domain.orders import Order
from mailbot.domain.periods import Start, last_day
from mailbot.domain.rules import RuleBook
from mailbot.domain.terms import Basis, Claim, Condition, Term, condition_rank


def withdrawal(order: Order, book: RuleBook) -> WithdrawalView | None:
    """The return that the law of the customer's country gives beside the shop's own, by rules/returns.yaml.

    What holds for every piece of the order is named: the shortest time, the strictest condition. None where a piece has
    no such right, or one that isn't counted in days: then nothing can be said in one sentence.
    """
    rights = list(_terms(Basis.LAW, Claim.RETURN, order, book))
    named = [right for right in rights if right is not None and right.granted and _days(right)]
    if not named or len(named) < len(rights):
        return None
    shortest = min(named, key=_days)
    return WithdrawalView(
        days=_days(shortest),
        from_delivery=shortest.start is Start.DELIVERY,
        may_be_tried=all(condition_rank(each.condition) >= condition_rank(Condition.TRIED) for each in named),
    )


def window_days(claim: Claim, asked_on: date | None, order: Order, book: RuleBook) -> int:
    """Days of the shop's own window (P7), if the request plainly lies in it for every piece; else 0."""
    terms = list(_terms(Basis.OWN, claim, order, book))
    days = [_days(term) for term in terms if term is not None and asked_on is not None and _runs(term, order, asked_on)]
    return min(days) if days and len(days) == len(terms) else 0


def _runs(term: Term, order: Order, asked_on: date) -> bool:
    if not term.granted or term.period is None or not _days(term) or term.start is not Start.PURCHASE:
        return False
    return asked_on <= last_day(order.purchased_on, term.period)


def _days(term: Term) -> int:
    """How many days a term runs; 0 where it isn't counted in days."""
    period = term.period
    return period.days if period is not None and not period.months and not term.is_open else 0


def _terms(basis: Basis, claim: Claim, order: Order, book: RuleBook) -> Iterator[Term | None]:
    """For each line of the order the first term that holds."""
    for line in order.lines:
        in_force = book.terms.in_force(
            claim,
            bought=order.purchased_on,
            country=order.country,
            model=line.model,
            product=book.products.get(line.model),
        )
        yield next((term for term in in_force if term.basis is basis), None)
