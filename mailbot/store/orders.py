"""Orders in the database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal

from mailbot.domain.orders import Order, OrderLine
from mailbot.store import sql
from mailbot.store.models import OrderLineRow, OrderRow


def upsert(orders: Sequence[Order]) -> None:
    """Insert or replace orders, in one transaction; an order number appears once in `orders`."""
    if not orders:
        return
    numbers = [order.number for order in orders]
    with OrderRow._meta.database.atomic("IMMEDIATE"):
        OrderRow.insert_many([_row(order) for order in orders]).on_conflict(
            conflict_target=[OrderRow.number],
            preserve=[f for f in OrderRow._meta.sorted_fields if f is not OrderRow.number],
        ).execute()
        OrderLineRow.delete().where(OrderLineRow.order.in_(numbers)).execute()
        lines = [line for order in orders for line in _line_rows(order)]
        for start in range(0, len(lines), 500):
            OrderLineRow.insert_many(lines[start : start + 500]).execute()


def _row(order: Order) -> dict[str, object]:
    return {
        "number": order.number,
        "buyer_name": order.buyer_name,
        "buyer_email": order.buyer_email,
        "phone": order.phone,
        "country": order.country,
        "language": order.language,
        "currency": order.currency,
        "payment_method": order.payment_method,
        "purchased_on": order.purchased_on,
        "delivered_on": order.delivered_on,
        "shipping_status": order.shipping_status,
        "tracking_number": order.tracking_number,
    }


def _line_rows(order: Order) -> list[dict[str, object]]:
    return [
        {
            "order": order.number,
            "position": position,
            "model": line.model,
            "name": line.name,
            "serials": " ".join(line.serials),
            "quantity": line.quantity,
            "unit_price": line.unit_price,
        }
        for position, line in enumerate(order.lines, start=1)
    ]


def by_numbers(numbers: Iterable[str]) -> dict[str, Order]:
    """The orders among `numbers` that exist, by number."""
    wanted = list(numbers)[:100]
    if not wanted:
        return {}
    return {order.number: order for order in _load(list(OrderRow.select().where(OrderRow.number.in_(wanted))))}


def get(number: str) -> Order | None:
    """One order, or None."""
    return by_numbers([number]).get(number)


def page(limit: int, offset: int = 0, buyer_email: str = "") -> list[Order]:
    """Orders, newest purchase first."""
    query = OrderRow.select().order_by(OrderRow.purchased_on.desc(), OrderRow.number)
    if buyer_email:
        query = query.where(OrderRow.buyer_email == buyer_email.lower())
    return _load(list(query.limit(limit).offset(offset)))


def count() -> int:
    """How many orders there are."""
    return int(OrderRow.select().count())


def _load(rows: list[OrderRow]) -> list[Order]:
    return [
        Order(
            number=row.number,
            buyer_name=row.buyer_name,
            buyer_email=row.buyer_email,
            phone=row.phone,
            country=row.country,
            language=row.language,
            lines=_lines(row.number),
            currency=row.currency,
            payment_method=row.payment_method,
            purchased_on=row.purchased_on,
            delivered_on=row.delivered_on,
            shipping_status=row.shipping_status,
            tracking_number=row.tracking_number,
        )
        for row in rows
    ]


def _lines(number: str) -> tuple[OrderLine, ...]:
    query = """
        SELECT model, name, serials, quantity, unit_price FROM order_line WHERE order_number = ? ORDER BY position
        """
    return tuple(
        OrderLine(model=model, name=name, serials=tuple(serials.split()), quantity=quantity, unit_price=Decimal(price))
        for model, name, serials, quantity, price in sql.rows(query, number)
    )


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
        **values,
    )
