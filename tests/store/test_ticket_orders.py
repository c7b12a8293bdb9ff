"""The orders of a ticket, and what staff said of a sender's mails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailbot.domain.corrections import Correction
from mailbot.domain.ticket_orders import TicketOrder
from mailbot.store import corrections, desk, sql, ticket_orders, tickets
from mailbot.store.database import Database
from tests.domain.examples import KATE

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
A, B, C = "TP2026030117", "TP2026030118", "TP2026030119"


def new_ticket() -> int:
    return desk.open_ticket(
        now=NOW, subject="Hello", language="en", customer_name="", customer_email=KATE, wish="", linked_to=None
    )


def correction(number: str = A, *written: str, ticket_id: int, later: int = 0) -> Correction:
    said_at = NOW + timedelta(minutes=later)
    return Correction(order_number=number, written=written, by="Li Na", ticket_id=ticket_id, said_at=said_at)


def test_the_first_matched_order_stays_the_current_one_until_staff_name_another(database: Database) -> None:
    ticket_id = new_ticket()
    ticket_orders.match(ticket_id, A, NOW)
    ticket_orders.match(ticket_id, B, NOW)
    ticket_orders.match(ticket_id, A, NOW)
    loaded = tickets.load(ticket_id)
    assert loaded is not None
    assert (loaded.order_number, loaded.order_numbers) == (A, {A, B})
    ticket_orders.name(ticket_id, C, "Li Na", NOW)
    ticket_orders.name(ticket_id, B, "Li Na", NOW)
    assert ticket_orders.of_ticket(ticket_id) == (
        TicketOrder(number=B, named_by="Li Na", since=NOW),
        TicketOrder(number=A, named_by="", since=NOW),
        TicketOrder(number=C, named_by="Li Na", since=NOW),
    )
    ticket_orders.match(ticket_id, B, NOW)
    assert ticket_orders.of_ticket(ticket_id)[0].named_by == "Li Na"  # what a person said isn't forgotten


def test_a_merged_ticket_leaves_its_orders_to_the_other_one(database: Database) -> None:
    old, new = new_ticket(), new_ticket()
    ticket_orders.match(old, A, NOW)
    ticket_orders.name(old, B, "Li Na", NOW)
    ticket_orders.match(new, C, NOW)
    desk.merge_ticket(old, new, NOW)
    assert [(order.number, order.named_by) for order in ticket_orders.of_ticket(new)] == [
        (C, ""),
        (B, "Li Na"),
        (A, ""),
    ]


def test_the_orders_of_a_ticket_are_bounded(database: Database) -> None:
    ticket_id = new_ticket()
    for count in range(60):
        ticket_orders.match(ticket_id, f"TP{count:010}", NOW)
    assert len(ticket_orders.of_ticket(ticket_id)) == 50


def test_corrections_are_of_one_sender_newest_first(database: Database) -> None:
    ticket_id = new_ticket()
    first = correction(A, B, C, ticket_id=ticket_id)
    second = correction(B, ticket_id=ticket_id, later=1)
    corrections.remember(KATE, first)
    corrections.remember(KATE, second)
    corrections.remember("rob@mail.example", correction(C, ticket_id=ticket_id))
    assert corrections.of_sender(KATE) == (second, first)
    assert corrections.of_sender("nobody@mail.example") == ()


def test_the_same_said_again_counts_from_then_on_and_reading_is_bounded(database: Database) -> None:
    ticket_id = new_ticket()
    for number in range(60):
        corrections.remember(KATE, correction(A, f"TP{number:010}", ticket_id=ticket_id))
    corrections.remember(KATE, correction(A, "TP0000000000", ticket_id=ticket_id, later=5))
    found = corrections.of_sender(KATE)
    assert len(found) == 50
    assert found[0].written == ("TP0000000000",)
    assert found[0].said_at == NOW + timedelta(minutes=5)
    assert sql.rows("SELECT COUNT(*) FROM correction") == [(60,)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT order_number FROM correction WHERE email = ? ORDER BY id DESC LIMIT 50",
        "SELECT order_number FROM ticket_order WHERE ticket_id = ?",
    ],
)
def test_looking_them_up_reads_an_index(database: Database, query: str) -> None:
    plan = " ".join(str(row[-1]) for row in sql.rows(f"EXPLAIN QUERY PLAN {query}", "x"))
    assert "USING" in plan
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan
