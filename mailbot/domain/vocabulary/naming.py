"""The words for numbers that are named: ours by customers, those of orders by staff (`#order TP…`, `#return TP…`)."""

from __future__ import annotations

from mailbot.domain.corrections import Correction
from mailbot.domain.effects import Effect, NameOrder, Reader, RememberCorrection, Write
from mailbot.domain.facts import Facts
from mailbot.domain.match import Exact
from mailbot.domain.rules import RuleBook
from mailbot.domain.sayings import Saying, Says
from mailbot.domain.vocabulary.asked import order_refused, pieces_left, start_refused
from mailbot.domain.vocabulary.words import MAIL_WORDS


@MAIL_WORDS.condition("staff name an order")
def _names_order(facts: Facts, book: RuleBook, argument: str) -> bool:
    """A line "#order" with an order number: what the ticket is about, whatever was matched."""
    return facts.words is not None and facts.words.name_order is not None


@MAIL_WORDS.condition("the order named is known")
def _order_known(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The order that staff name is among the imported ones, whoever bought it."""
    return facts.named_order is not None and order_refused(facts) is None


@MAIL_WORDS.condition("the case can be opened")
def _start_possible(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The order that staff open a case for is the customer's, and pieces of it are left that no other case is about."""
    return order_refused(facts) is None and start_refused(facts) is None


@MAIL_WORDS.condition("nothing of the order is left")
def _nothing_left(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Every piece of the matched order was refunded, or is what an open case is about."""
    return isinstance(facts.order, Exact) and not pieces_left(facts)


@MAIL_WORDS.condition("the ticket has a case of the order")
def _has_case_of_order(facts: Facts, book: RuleBook, argument: str) -> bool:
    """A case of any state stands in the ticket for the matched order."""
    if facts.ticket is None or not isinstance(facts.order, Exact):
        return False
    return any(case.order.number == facts.order.order.number for case in facts.ticket.cases)


@MAIL_WORDS.action("name the order")
def _name(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """The order that staff name is the ticket's current one; "#order" is remembered for the customer's next mails."""
    effects: list[Effect] = []
    named = facts.named_order
    if named is not None and named.exists:
        effects.append(NameOrder(order_number=named.number, by=facts.staff_name))
        if facts.ticket is not None and facts.ticket.customer_email:
            correction = Correction(
                order_number=named.number,
                written=named.written,
                by=facts.staff_name,
                ticket_id=facts.ticket.ticket_id,
                said_at=facts.now,
            )
            effects.append(RememberCorrection(email=facts.ticket.customer_email, correction=correction))
    starts = facts.words is not None and facts.words.start is not None
    if starts and isinstance(facts.order, Exact):
        returned = NameOrder(order_number=facts.order.order.number, by=facts.staff_name)
        effects.extend([returned] if returned not in effects else [])
    return tuple(effects)


@MAIL_WORDS.action("tell the member of the order")
def _tell_of_order(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Whoever named an order reads whose it is: the customer gets nothing of an order of somebody else (G5)."""
    named = facts.named_order
    if named is None:
        return ()
    key = Says.ORDER_NOTED if named.is_customers else Says.OTHERS_ORDER_NOTED
    return (
        Write(
            template="staff_order_noted",
            to=Reader.ACTING_STAFF,
            automatic=True,
            headline="order_noted",
            sayings=(Saying(key=key, numbers=(named.number,)),),
            with_order=True,
        ),
    )
