"""Requests to the owners of orders, and what they granted (G5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mailbot.domain.confirmation import ConfirmationFacts
from mailbot.store import sql


def ask(ticket_id: int, order_number: str, asked_for: str, now: datetime, expires_at: datetime) -> None:
    """Note that the owner of the order is asked about `asked_for`."""
    sql.insert(
        "confirmation",
        ticket_id=ticket_id,
        order_number=order_number,
        asked_for=asked_for,
        asked_at=now,
        expires_at=expires_at,
        granted_at=None,
    )


def asked_since(order_number: str, asked_for: str, since: datetime) -> int:
    """Requests since then that concern the order or the person."""
    query = "SELECT COUNT(*) FROM confirmation WHERE (order_number = ? OR asked_for = ?) AND asked_at >= ?"
    return int(sql.rows(query, order_number, asked_for, since)[0][0])


def of_ticket(ticket_id: int) -> ConfirmationFacts | None:
    """The newest request that came out of a ticket, or None."""
    query = """
        SELECT id, ticket_id, order_number, asked_for, expires_at, granted_at FROM confirmation
        WHERE ticket_id = ? ORDER BY id DESC LIMIT 1
        """
    found = sql.first(query, ticket_id)
    if found is None:
        return None
    return ConfirmationFacts(
        confirmation_id=found[0],
        ticket_id=found[1],
        order_number=found[2],
        asked_for=found[3],
        expires_at=datetime.fromisoformat(found[4]),
        granted=found[5] is not None,
    )


def grant(confirmation_id: int, now: datetime) -> None:
    """The owner agreed."""
    sql.run("UPDATE confirmation SET granted_at = ? WHERE id = ?", now, confirmation_id)


def granted(address: str, order_numbers: Iterable[str]) -> frozenset[str]:
    """Those of the orders whose owners let this address speak for them."""
    wanted = list(order_numbers)[:100]
    if not wanted or not address:
        return frozenset()
    query = f"""
        SELECT order_number FROM confirmation
        WHERE asked_for = ? AND granted_at IS NOT NULL AND order_number IN {sql.marks(wanted)}
        """
    return frozenset(number for (number,) in sql.rows(query, address, *wanted))
