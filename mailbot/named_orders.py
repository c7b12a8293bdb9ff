"""The orders that staff name by `#order` and `#return`, and the case that a customer names, looked up: reads only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from mailbot.domain.cases import CaseKind
from mailbot.domain.commands import StaffWords
from mailbot.domain.facts import CaseFacts, TicketFacts
from mailbot.domain.match import Exact, NoMatch, OrderMatch
from mailbot.domain.named_matter import case_meant
from mailbot.domain.orders import Order
from mailbot.domain.standing import Standing, Verdict
from mailbot.domain.ticket_orders import NamedOrder
from mailbot.store import confirmations, desk_numbers, history, orders, tickets

_MOST_NUMBERS = 20  # order numbers of a ticket's mails that a correction keeps
_NONE = NoMatch(evidence=(), numbers_quoted=False)


@dataclass(frozen=True, kw_only=True)
class NamedOrders:
    """What staff name in one mail."""

    named: NamedOrder | None = None  # by #order
    returned: NamedOrder | None = None  # by #return: the number beside it, else that of #order, else the ticket's
    order: OrderMatch = _NONE  # of #return: exact where it is the customer's (G5)
    cases: tuple[CaseFacts, ...] = ()  # of that order, whatever their ticket


def find_named_orders(
    words: StaffWords | None, ticket: TicketFacts | None, find_order_numbers: Callable[[str], Iterable[str]]
) -> NamedOrders:
    """Look up what `words` name for `ticket`."""
    if words is None or ticket is None:
        return NamedOrders()
    named = returned = None
    match: OrderMatch = _NONE
    if words.name_order is not None:
        written = _written(ticket, find_order_numbers)
        named = _named(words.name_order, orders.get(words.name_order), ticket, written)
    if words.start is not None:
        number = words.start.order_number or words.name_order or ticket.order_number
        order = orders.get(number) if number else None
        returned = _named(number, order, ticket, ())
        if order is not None and returned.is_customers:
            match = Exact(order=order, evidence=(f"order {number}, named by staff",))
        else:
            match = NoMatch(evidence=(), numbers_quoted=bool(number))
    cases = tickets.cases_of_order(match.order.number) if isinstance(match, Exact) else ()
    return NamedOrders(named=named, returned=returned, order=match, cases=cases)


def cases_beside(order: OrderMatch, wishes: Collection[str]) -> tuple[CaseFacts, ...]:
    """The cases of a customer's matched order, where their mail may open a further one."""
    if not isinstance(order, Exact) or not any(kind.value in wishes for kind in CaseKind):
        return ()
    return tickets.cases_of_order(order.order.number)


def _named(number: str, order: Order | None, ticket: TicketFacts, written: tuple[str, ...]) -> NamedOrder:
    customer = ticket.customer_email
    is_customers = bool(customer and order) and (
        (order is not None and order.buyer_email == customer) or bool(confirmations.granted(customer, [number]))
    )
    return NamedOrder(number=number, exists=order is not None, is_customers=is_customers, written=written)


def _written(ticket: TicketFacts, find_order_numbers: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """The order numbers in the customer's own words in the ticket, newest mail first."""
    found: dict[str, None] = {}
    for text in history.texts_from(ticket.ticket_id, ticket.customer_email):
        own = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))
        found |= dict.fromkeys(number.upper() for number in find_order_numbers(own))
        if len(found) >= _MOST_NUMBERS:
            break
    return tuple(found)[:_MOST_NUMBERS]


def case_named(numbers: Sequence[str], ticket: TicketFacts | None, sender: str, standing: Standing) -> CaseFacts | None:
    """The case that a ticket's proven customer names, of an order of theirs, or one that they may speak for (G5)."""
    if not numbers or ticket is None or ticket.customer_email != sender or standing.verdict is not Verdict.VERIFIED:
        return None
    case = case_meant(ticket, [case for number in numbers if (case := desk_numbers.case_named(number)) is not None])
    if case is None:
        return None
    order = case.order
    return case if order.buyer_email == sender or confirmations.granted(sender, [order.number]) else None
