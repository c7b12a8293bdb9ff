"""Orders in the database, and the ways to find them.

Every look-up of the matching path goes through an index: a test asks the engine how it runs each of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from itertools import islice

from mailbot.domain.codes import code_key
from mailbot.domain.orders import Order, OrderLine
from mailbot.domain.phones import Phone, phone_key
from mailbot.store import sql
from mailbot.store.database import transaction
from mailbot.store.order_models import OrderRow

_COLUMNS = (
    "number", "buyer_name", "buyer_email", "phone", "country", "language", "currency", "payment_method",
    "purchased_on", "delivered_on", "shipping_status", "tracking_number", "discount", "shipping_cost", "phone_key",
    "tracking_key",
)  # fmt: skip
_LINE_COLUMNS = ("order_number", "position", "model", "name", "serials", "quantity", "unit_price")
_REPLACE = f"ON CONFLICT (number) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
_AT_ONCE = 500  # numbers in one statement
_MOST_KEYS = 100  # that one mail may ask for, of each kind
_MOST_FOUND = 50  # orders that one key may lead to


def upsert(orders: Sequence[Order]) -> None:
    """Insert or replace orders, in one transaction; an order number appears once in `orders`.

    Raises TryAgainLater when the database is locked or the disk is full.
    """
    if not orders:
        return
    numbers = [order.number for order in orders]
    with transaction():
        sql.insert_rows("orders", _COLUMNS, [_row(order) for order in orders], tail=_REPLACE)
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            for table in ("order_line", "order_serial"):
                sql.run(f"DELETE FROM {table} WHERE order_number IN {sql.marks(some)}", *some)
        sql.insert_rows("order_line", _LINE_COLUMNS, [line for order in orders for line in _line_rows(order)])
        serials = dict.fromkeys(pair for order in orders for pair in _serial_rows(order))
        sql.insert_rows("order_serial", ("order_number", "serial"), list(serials))


def _row(order: Order) -> sql.Row:
    return (
        order.number,
        order.buyer_name,
        order.buyer_email,
        order.phone,
        order.country,
        order.language,
        order.currency,
        order.payment_method,
        order.purchased_on.isoformat(),
        order.delivered_on.isoformat() if order.delivered_on else None,
        order.shipping_status,
        order.tracking_number,
        str(order.discount),
        str(order.shipping_cost),
        phone_key(order.phone, order.country),
        code_key(order.tracking_number),
    )


def _line_rows(order: Order) -> Iterator[sql.Row]:
    for position, line in enumerate(order.lines, start=1):
        serials = " ".join(line.serials)
        yield order.number, position, line.model, line.name, serials, line.quantity, str(line.unit_price)


def _serial_rows(order: Order) -> Iterator[tuple[str, str]]:
    for line in order.lines:
        for serial in line.serials:
            if key := code_key(serial):
                yield order.number, key


def by_numbers(numbers: Iterable[str]) -> dict[str, Order]:
    """The orders among `numbers` that exist, by number; at most 100 are looked up."""
    wanted = list(islice(numbers, _MOST_KEYS))
    if not wanted:
        return {}
    found = _select(f"WHERE number IN {sql.marks(wanted)}", *wanted)
    return {order.number: order for order in found}


def get(number: str) -> Order | None:
    """One order, or None."""
    return by_numbers([number]).get(number)


def of_buyer(email: str, limit: int = 50) -> list[Order]:
    """The orders of one address (in any case), newest purchase first."""
    return page(limit, buyer_email=email) if email else []


def by_serials(serials: Iterable[str]) -> list[Order]:
    """Orders with one of these serial numbers, however they are written; newest first, at most 50."""
    numbers: dict[str, None] = {}
    for key in _keys(code_key(serial) for serial in serials):
        query = f"SELECT order_number FROM order_serial WHERE serial = ? LIMIT {_MOST_FOUND}"
        numbers |= dict.fromkeys(row[0] for row in sql.rows(query, key))
    return _newest(by_numbers(numbers).values())


def by_tracking_numbers(tracking_numbers: Iterable[str]) -> list[Order]:
    """Orders sent under one of these numbers, however they are written; newest first, at most 50."""
    return _by_key("tracking_key", (code_key(number) for number in tracking_numbers))


def by_phones(phones: Iterable[Phone]) -> list[Order]:
    """Orders whose buyer has one of these telephone numbers; newest first, at most 50."""
    return _by_key("phone_key", (phone.digits for phone in phones))


def page(limit: int, offset: int = 0, buyer_email: str = "") -> list[Order]:
    """Orders, newest purchase first."""
    where, values = ("WHERE buyer_email = ?", (buyer_email.lower(),)) if buyer_email else ("", ())
    return _select(f"{where} ORDER BY purchased_on DESC, number DESC LIMIT ? OFFSET ?", *values, limit, offset)


def count() -> int:
    """How many orders there are; reads all of them."""
    return int(OrderRow.select().count())


def _by_key(column: str, keys: Iterable[str]) -> list[Order]:
    # A query for each key, not IN: a telephone number that a shop gives to all its orders must cost 50 rows, not all.
    query = f"WHERE {column} = ? ORDER BY purchased_on DESC, number DESC LIMIT {_MOST_FOUND}"
    found = {order.number: order for key in _keys(keys) for order in _select(query, key)}
    return _newest(found.values())


def _keys(keys: Iterable[str]) -> list[str]:
    return list(islice(dict.fromkeys(key for key in keys if key), _MOST_KEYS))


def _newest(found: Iterable[Order]) -> list[Order]:
    return sorted(found, key=lambda order: (order.purchased_on, order.number), reverse=True)[:_MOST_FOUND]


def _select(tail: str, *values: object) -> list[Order]:
    """Orders with their lines, in the sequence of the query."""
    found = sql.rows(f"SELECT {', '.join(_COLUMNS[:14])} FROM orders {tail}", *values)
    lines: dict[str, list[OrderLine]] = {}
    for start in range(0, len(found), _AT_ONCE):
        numbers = [row[0] for row in found[start : start + _AT_ONCE]]
        query = f"""
            SELECT order_number, model, name, serials, quantity, unit_price
            FROM order_line WHERE order_number IN {sql.marks(numbers)} ORDER BY order_number, position
            """
        for number, model, name, serials, quantity, price in sql.rows(query, *numbers):
            lines.setdefault(number, []).append(
                OrderLine(
                    model=model, name=name, serials=tuple(serials.split()), quantity=quantity, unit_price=Decimal(price)
                )
            )
    return [_order(row, tuple(lines.get(row[0], ()))) for row in found]


def _order(row: sql.Row, lines: tuple[OrderLine, ...]) -> Order:
    number, buyer_name, buyer_email, phone, country, language, currency, payment_method, *rest = row
    purchased_on, delivered_on, shipping_status, tracking_number, discount, shipping_cost = rest
    return Order(
        number=number,
        buyer_name=buyer_name,
        buyer_email=buyer_email,
        phone=phone,
        country=country,
        language=language,
        lines=lines,
        currency=currency,
        payment_method=payment_method,
        purchased_on=_date(purchased_on),
        delivered_on=_date(delivered_on) if delivered_on else None,
        shipping_status=shipping_status,
        tracking_number=tracking_number,
        discount=Decimal(discount),
        shipping_cost=Decimal(shipping_cost),
    )


def _date(value: date | str) -> date:
    """SQLite keeps a date as text, other engines as a date."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def frozen(order: Order) -> str:
    """An order as JSON, to be kept with a case."""
    return json.dumps(asdict(order), ensure_ascii=False, default=str)


def thawed(text: str) -> Order:
    """The order that `frozen` wrote."""
    values = json.loads(text)
    lines = tuple(
        OrderLine(
            model=line["model"],
            name=line["name"],
            serials=tuple(line["serials"]),
            quantity=line["quantity"],
            unit_price=Decimal(line["unit_price"]),
        )
        for line in values.pop("lines")
    )
    purchased_on, delivered_on = values.pop("purchased_on"), values.pop("delivered_on")
    return Order(
        lines=lines,
        purchased_on=date.fromisoformat(purchased_on),
        delivered_on=date.fromisoformat(delivered_on) if delivered_on else None,
        discount=Decimal(values.pop("discount", 0)),
        shipping_cost=Decimal(values.pop("shipping_cost", 0)),
        **values,
    )
