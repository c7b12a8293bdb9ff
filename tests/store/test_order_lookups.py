"""Finding orders: by whatever a mail may say, and by an index each time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from mailbot.domain.orders import Order
from mailbot.domain.phones import find_phones
from mailbot.store import orders
from mailbot.store.database import Database
from tests.store.order_exports import ORDER

LIN, OTHER = ORDER.buyer_email, "other@mail.example"


def order(number: str, *, days: int = 0, serials: tuple[str, ...] = (), **changes: str) -> Order:
    (line,) = ORDER.lines
    return replace(
        ORDER,
        number=number,
        lines=(replace(line, serials=serials),),
        purchased_on=ORDER.purchased_on + timedelta(days=days),
        **changes,  # type: ignore[arg-type]
    )


def numbers(found: list[Order]) -> list[str]:
    return [each.number for each in found]


@pytest.fixture
def some_orders(database: Database) -> None:
    orders.upsert(
        [
            order("TP2026030117", serials=("SN K17-001", "SNK17002"), tracking_number="EX 1234-5678 CN"),
            order("TP2026030118", days=1, serials=("SNK17003",), tracking_number="EX12345679CN"),
            order("TP2026030119", buyer_email=OTHER, phone="138 0000 0001", tracking_number="", serials=()),
        ]
    )


@pytest.mark.usefixtures("database")
def test_an_order_comes_back_as_it_went_in_with_discount_and_delivery() -> None:
    bought = replace(ORDER, discount=Decimal("19.90"), shipping_cost=Decimal("8.00"))
    orders.upsert([bought])
    assert orders.get(ORDER.number) == bought == orders.thawed(orders.frozen(bought))


@pytest.mark.usefixtures("some_orders")
def test_a_buyers_orders_come_newest_first_and_only_so_many() -> None:
    assert numbers(orders.of_buyer(LIN.upper())) == ["TP2026030118", "TP2026030117"]
    assert numbers(orders.of_buyer(LIN, limit=1)) == ["TP2026030118"]
    assert orders.of_buyer("") == []
    assert orders.of_buyer("nobody@mail.example") == []


@pytest.mark.usefixtures("some_orders")
def test_a_serial_number_is_found_however_it_is_written() -> None:
    for serial in ("SNK17001", "sn-k17-001", "ＳＮＫ１７００１", "SN K17 001"):
        assert numbers(orders.by_serials([serial])) == ["TP2026030117"], serial
    assert numbers(orders.by_serials(["SNK17002", "SNK17003", "SNK17004"])) == ["TP2026030118", "TP2026030117"]
    assert orders.by_serials(["", "-", "SNK17"]) == []


@pytest.mark.usefixtures("some_orders")
def test_a_tracking_number_is_found_however_it_is_written() -> None:
    assert numbers(orders.by_tracking_numbers(["ex12345678cn"])) == ["TP2026030117"]
    assert orders.by_tracking_numbers(["", "EX1"]) == []


@pytest.mark.usefixtures("some_orders")
def test_a_telephone_number_is_found_with_and_without_the_country_code() -> None:
    for text in ("+86 138 0000 0001", "0086-13800000001", "13800000001", "电话：１３８００００ ０００１"):
        assert numbers(orders.by_phones(find_phones(text, "CN"))) == ["TP2026030119"], text
    assert numbers(orders.by_phones(find_phones("010-0000 0001", "CN"))) == ["TP2026030118", "TP2026030117"]
    assert numbers(orders.by_phones(find_phones("+86 (0)10 0000 0001"))) == ["TP2026030118", "TP2026030117"]
    assert orders.by_phones(find_phones("no number")) == []


@pytest.mark.usefixtures("some_orders")
def test_an_import_replaces_what_an_order_is_found_by() -> None:
    changed = order("TP2026030117", serials=("NEW1",), tracking_number="NEW2", phone="+49 30 231250")
    orders.upsert([changed])
    orders.upsert([changed])
    assert orders.get("TP2026030117") == changed
    assert orders.by_serials(["SNK17001"]) == []
    assert orders.by_tracking_numbers(["EX12345678CN"]) == []
    assert numbers(orders.by_serials(["NEW1"])) == ["TP2026030117"]
    assert numbers(orders.by_tracking_numbers(["NEW2"])) == ["TP2026030117"]
    assert numbers(orders.by_phones(find_phones("030 231250", "DE"))) == ["TP2026030117"]


def test_what_a_whole_shop_shares_leads_to_the_newest_fifty(database: Database) -> None:
    orders.upsert(
        [order(f"TP{count:010}", days=count, serials=("NONE",), tracking_number="N/A") for count in range(120)]
    )
    newest = [f"TP{count:010}" for count in range(119, 69, -1)]
    assert numbers(orders.of_buyer(LIN)) == newest
    assert numbers(orders.by_tracking_numbers(["n/a"])) == newest
    assert numbers(orders.by_phones(find_phones("+86 10 0000 0001"))) == newest
    assert len(orders.by_serials(["NONE"])) == 50


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that the engine runs inside, with their values."""
    seen: list[str] = []
    connection: sqlite3.Connection = database.connection()
    connection.set_trace_callback(seen.append)
    try:
        yield seen
    finally:
        connection.set_trace_callback(None)


def plan(database: Database, statement: str) -> list[str]:
    return [row[3] for row in database.execute_sql(f"EXPLAIN QUERY PLAN {statement}").fetchall()]


def grows_with_the_table(step: str) -> bool:
    """Reading a table or an index from end to end, or sorting what was found."""
    return step.startswith("SCAN ") or "TEMP B-TREE" in step


LOOKUPS: dict[str, Callable[[], object]] = {
    "number": lambda: orders.by_numbers(["TP2026030117", "TP2026030118"]),
    "buyer": lambda: orders.of_buyer(LIN),
    "serial": lambda: orders.by_serials(["SNK17001", "SNK17002"]),
    "tracking number": lambda: orders.by_tracking_numbers(["EX1", "EX2"]),
    "phone": lambda: orders.by_phones(find_phones("+86 10 0000 0001, 13800000001")),
    "list": lambda: orders.page(50),
    "import": lambda: orders.upsert([ORDER]),
}


@pytest.mark.usefixtures("some_orders")
@pytest.mark.parametrize("name", LOOKUPS)
def test_no_lookup_reads_a_whole_table(database: Database, name: str) -> None:
    with statements(database) as seen:
        LOOKUPS[name]()
    asked = [one for one in seen if one.lstrip().startswith(("SELECT", "DELETE", "UPDATE", "INSERT"))]
    assert asked
    for statement in asked:
        steps = plan(database, statement)
        if name == "list":  # its newest come from one end of an index
            assert not any("TEMP B-TREE" in step for step in steps), (statement, steps)
        elif not statement.lstrip().startswith("INSERT"):
            assert not any(grows_with_the_table(step) for step in steps), (statement, steps)


def test_the_guard_sees_a_scan_and_a_sort(database: Database) -> None:
    assert any(map(grows_with_the_table, plan(database, "SELECT * FROM orders WHERE buyer_name = 'x'")))
    by_name = "SELECT * FROM orders WHERE buyer_email = 'x' ORDER BY buyer_name"
    assert any(map(grows_with_the_table, plan(database, by_name)))
