"""Order exports for the tests: a good row, the order it stands for, and files with changes to it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from mailbot.domain.orders import Order, OrderLine
from mailbot.store.order_files import COLUMNS, ORDER_COLUMNS, RejectedRow, read_orders

GOOD = {
    "order_number": "TP2026030117", "buyer_name": "林小满", "buyer_email": "lin@mail.example",
    "phone": "+86 10 0000 0001", "country": "CN", "language": "zh_CN",
    "model": "TP-K17", "product_name": "电热水壶", "serials": "SN1 SN2", "quantity": "2", "unit_price": "199.5",
    "currency": "CNY", "payment_method": "支付宝", "purchased_on": "2026-03-01", "delivered_on": "2026/3/4",
    "shipping_status": "delivered", "tracking_number": "EX1",
}  # fmt: skip
ORDER = Order(
    number="TP2026030117",
    buyer_name="林小满",
    buyer_email="lin@mail.example",
    phone="+86 10 0000 0001",
    country="CN",
    language="zh-Hans",
    lines=(
        OrderLine(model="TP-K17", name="电热水壶", serials=("SN1", "SN2"), quantity=2, unit_price=Decimal("199.50")),
    ),
    currency="CNY",
    payment_method="支付宝",
    purchased_on=date(2026, 3, 1),
    delivered_on=date(2026, 3, 4),
    shipping_status="delivered",
    tracking_number="EX1",
)


def text_of(*changes: dict[str, str], delimiter: str = ",", end: str = "\r\n") -> str:
    rows = [",".join(COLUMNS).replace(",", delimiter)]
    for change in changes:
        cells = (GOOD | change).values()
        rows.append(delimiter.join('"' + cell.replace('"', '""') + '"' if set(cell) & set(',;\t"\r\n') else cell
                                   for cell in cells))  # fmt: skip
    return end.join([*rows, ""])


def read(path: Path, content: str | bytes) -> list[Order | RejectedRow]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_orders(path))


def reasons(items: list[Order | RejectedRow]) -> list[str]:
    return [item.reason for item in items if isinstance(item, RejectedRow)]


def numbers(items: list[Order | RejectedRow]) -> list[str]:
    return [item.number for item in items if isinstance(item, Order)]


def json_order(**changes: Any) -> str:
    order: dict[str, Any] = {column: GOOD[column] for column in ORDER_COLUMNS}
    line = {
        "model": "TP-K17",
        "product_name": "电热水壶",
        "serials": ["SN1", "SN2"],
        "quantity": 2,
        "unit_price": 199.5,
    }
    order |= {"lines": [line]}
    return json.dumps(order | changes, ensure_ascii=False)
