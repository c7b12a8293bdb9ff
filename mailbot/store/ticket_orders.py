"""Which orders a ticket is about; the current one also stands in the ticket itself."""

from __future__ import annotations

from datetime import datetime

from mailbot.domain.ticket_orders import TicketOrder
from mailbot.store import sql

_MOST = 50  # orders of one ticket


def of_ticket(ticket_id: int) -> tuple[TicketOrder, ...]:
    """The orders of a ticket: the current one first, then as they came."""
    query = f"""
        SELECT o.order_number, o.named_by, o.since FROM ticket_order o JOIN ticket t ON t.id = o.ticket_id
        WHERE o.ticket_id = ? ORDER BY CASE WHEN o.order_number = t.order_number THEN 0 ELSE 1 END, o.id LIMIT {_MOST}
        """
    return tuple(
        TicketOrder(number=number, named_by=named_by, since=datetime.fromisoformat(since))
        for number, named_by, since in sql.rows(query, ticket_id)
    )


def match(ticket_id: int, order_number: str, now: datetime) -> None:
    """A mail of the ticket was matched to the order; it is the current one if there was none."""
    if _count(ticket_id) < _MOST:
        _add(ticket_id, order_number, "", now)
    sql.run("UPDATE ticket SET order_number = ? WHERE id = ? AND order_number = ''", order_number, ticket_id)


def name(ticket_id: int, order_number: str, by: str, now: datetime) -> None:
    """Staff say that the ticket is about the order, which is the current one from now on."""
    said = "UPDATE ticket_order SET named_by = ?, since = ? WHERE ticket_id = ? AND order_number = ?"
    if not sql.run(said, by, now, ticket_id, order_number):
        _add(ticket_id, order_number, by, now)
    sql.run("UPDATE ticket SET order_number = ? WHERE id = ?", order_number, ticket_id)


def take_over(ticket_id: int, into: int) -> None:
    """Another ticket is about the orders of this one, too; its current order stays."""
    for order in of_ticket(ticket_id):
        if _count(into) < _MOST:
            _add(into, order.number, order.named_by, order.since)


def _add(ticket_id: int, order_number: str, named_by: str, since: datetime) -> None:
    if not _is_there(ticket_id, order_number):
        sql.insert("ticket_order", ticket_id=ticket_id, order_number=order_number, named_by=named_by, since=since)


def _is_there(ticket_id: int, order_number: str) -> bool:
    query = "SELECT 1 FROM ticket_order WHERE ticket_id = ? AND order_number = ?"
    return sql.first(query, ticket_id, order_number) is not None


def _count(ticket_id: int) -> int:
    return int(sql.rows("SELECT COUNT(*) FROM ticket_order WHERE ticket_id = ?", ticket_id)[0][0])
