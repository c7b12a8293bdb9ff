"""The words for mails that name several orders: each is worked on by itself, or staff get both."""

from __future__ import annotations

from mailbot.domain.effects import Effect, Reader, Write
from mailbot.domain.facts import Facts
from mailbot.domain.match import Ambiguous, Exact
from mailbot.domain.remarks import Remark
from mailbot.domain.rules import RuleBook
from mailbot.domain.vocabulary.actions import notify_staff
from mailbot.domain.vocabulary.words import MAIL_WORDS, TABLE_FOR_EACH


@MAIL_WORDS.condition("several orders are named")
def _several(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The customer's own words name several orders of theirs, and nothing in the mail speaks against one of them."""
    return isinstance(facts.order, Ambiguous) and bool(facts.order.named)


@MAIL_WORDS.condition("it is told what is wanted of each order")
def _shared_out(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Each wish stands in one sentence or clause with the order that it is about, and each order has one."""
    return bool(facts.each_order)


@MAIL_WORDS.action("for each order", TABLE_FOR_EACH)
def _for_each(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Go through a table once for each order that the mail names, with what is wanted of that one. Staff get at most
    one notice; the ticket is closed only where every order's rule closes it."""
    return ()


@MAIL_WORDS.action("leave it to staff")
def _leave(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """The customer is told once that a person will read the mail, and staff of each order that is left to them."""
    told = Write(template="acknowledgement", to=Reader.CUSTOMER, automatic=True)
    headline = "customer_reply" if facts.ticket is not None else "new_mail"
    left: tuple[str, ...] = ()
    if isinstance(facts.order, Exact):
        wishes = ", ".join(wish.name for wish in facts.wishes)
        number = facts.order.order.number
        left = (Remark("order {number}: {wishes}; this is left to you", number=number, wishes=wishes),)
    return (told, *notify_staff(facts, book, headline, left))
