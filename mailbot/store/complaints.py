"""Complaints about somebody at the desk: tickets that are kept from members, and who wrote where."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mailbot.store import sql

_MOST_TICKETS = 10  # of one customer in which is looked who answered


def keep_from(ticket_id: int, addresses: Iterable[str]) -> None:
    """Members (lower case) who get no notice of the ticket from now on."""
    there = kept_from(ticket_id)
    for address in dict.fromkeys(addresses):
        if address not in there:
            sql.insert("kept_from", ticket_id=ticket_id, email=address)


def kept_from(ticket_id: int) -> frozenset[str]:
    """Members (lower case) who get no notice of the ticket."""
    query = "SELECT email FROM kept_from WHERE ticket_id = ?"
    return frozenset(email for (email,) in sql.rows(query, ticket_id))


def wrote_in(ticket_ids: Iterable[int], addresses: Collection[str]) -> frozenset[str]:
    """Those of the addresses (lower case) that a mail in one of the tickets came from."""
    tickets, senders = list(ticket_ids)[:_MOST_TICKETS], list(addresses)
    if not tickets or not senders:
        return frozenset()
    query = f"""
        SELECT DISTINCT sender FROM message
        WHERE ticket_id IN {sql.marks(tickets)} AND direction = 'in' AND sender IN {sql.marks(senders)}
        """
    return frozenset(sender for (sender,) in sql.rows(query, *tickets, *senders))


def tickets_of(customer_email: str) -> list[int]:
    """The newest tickets of a customer."""
    query = f"SELECT id FROM ticket WHERE customer_email = ? ORDER BY id DESC LIMIT {_MOST_TICKETS}"
    return [ticket_id for (ticket_id,) in sql.rows(query, customer_email)]


def open_ticket_beside(ticket_id: int, customer_email: str) -> int | None:
    """The newest open ticket that a complaint of the customer about `ticket_id` opened."""
    query = """
        SELECT t.id FROM ticket t JOIN kept_from k ON k.ticket_id = t.id
        WHERE t.customer_email = ? AND t.linked_to = ? AND t.state = 'open' ORDER BY t.id DESC LIMIT 1
        """
    found = sql.first(query, customer_email, ticket_id)
    return int(found[0]) if found else None
