"""A mail that names several orders: the facts about each of them, gathered as if the mail named only that one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailbot.domain.facts import CaseFacts, Facts
from mailbot.domain.match import Ambiguous, Exact, OrderMatch
from mailbot.domain.match_basis import Reading
from mailbot.domain.rules import RuleBook
from mailbot.domain.several import share_wishes
from mailbot.domain.standing import Role, Standing, Verdict
from mailbot.domain.wishes import STATUS, Wish, only_wish
from mailbot.purchases import Purchases
from mailbot.store import tickets


def facts_of_each(facts: Facts, purchases: Purchases, book: RuleBook) -> tuple[Facts, ...]:
    """The facts about each order that the mail names; () where it names one, or doesn't tell what is wanted of each."""
    match = facts.order
    if not isinstance(match, Ambiguous) or not match.named:
        return ()
    orders = [order for order in match.orders if order.number in match.named]
    subject = "" if facts.references.ticket_tags else facts.mail.subject
    shares = share_wishes(subject, facts.mail.reply_text, match.named, orders, book.wishes)
    reading = Reading(references=facts.references, said=facts.said, text=facts.mail.reply_text)
    each = []
    for share in shares:
        exact = Exact(order=share.order, evidence=match.evidence, candidates=match.candidates)
        wanted = {wish.name for wish in share.wishes}
        one = replace(
            facts,
            order=exact,
            wishes=share.wishes,
            is_one_of_several=True,
            form={},  # whose lines these would be, nobody knows
            open_case_elsewhere=open_case_of(exact, facts.role, facts.sender),
            refund=tickets.refund_of_order(share.order.number),
            warranty=purchases.warranty(exact, reading, wanted, book, facts.now),
            may_go_back=purchases.may_go_back(exact, wanted, book, facts.now),
        )
        each.append(one)
    return tuple(each)


def open_case_meant(
    match: OrderMatch, role: Role, sender: str, standing: Standing, wishes: Sequence[Wish]
) -> CaseFacts | None:
    """As `open_case_of`; a proven sender who only asks how it goes on, and names no order, means their only one."""
    proven = role is Role.CUSTOMER and standing.verdict is Verdict.VERIFIED
    if isinstance(match, Exact) or match.conflicts or not proven or only_wish(wishes) != STATUS:
        return open_case_of(match, role, sender)
    cases = tickets.open_cases_of(sender, 2)
    return cases[0] if len(cases) == 1 else None


def open_case_of(match: OrderMatch, role: Role, sender: str) -> CaseFacts | None:
    """The newest open case of the matched order, as far as this sender may write into its ticket."""
    case = tickets.open_case_of_order(match.order.number) if isinstance(match, Exact) else None
    if case is None or role is not Role.CUSTOMER:
        return case
    # An owner and the one who may speak for the order don't read each other's mail.
    theirs = tickets.load(case.ticket_id)
    return case if theirs is not None and theirs.customer_email == sender else None
