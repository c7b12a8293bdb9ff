"""Orders as the desk knows them: what was bought, by whom, and what was paid for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """One position of an order: the lines of one order have different models."""

    model: str  # product model as printed on the product, e.g. "TP-K17"
    name: str  # what the shop calls it; "" when the export has none
    serials: tuple[str, ...]  # serial numbers shipped under this line
    quantity: int  # pieces, at least 1
    unit_price: Decimal  # what one piece cost, in the order's currency

    @property
    def total(self) -> Decimal:
        """Price of the line in the order's currency."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, kw_only=True)
class Order:
    """One purchase, as imported (policy P3, P15)."""

    number: str  # unique, upper case, e.g. "TP2026030117"
    buyer_name: str
    buyer_email: str  # lower case; the only address that may be shown order data (G5, P17)
    phone: str  # "" when unknown
    country: str  # ISO 3166-1 alpha-2, e.g. "CN"
    language: str  # BCP 47, e.g. "zh-Hans", "en"
    lines: tuple[OrderLine, ...]  # at least one
    currency: str  # ISO 4217, e.g. "CNY"
    payment_method: str  # as the shop names it; the refund goes back the same way (P13)
    purchased_on: date  # the warranty and the return window start here (P1, P7)
    delivered_on: date | None
    shipping_status: str  # as the shop names it, e.g. "delivered"
    tracking_number: str  # "" when unknown
    discount: Decimal = Decimal(0)  # off the price of all lines together, at most that price
    shipping_cost: Decimal = Decimal(0)  # what the customer paid for the delivery

    @property
    def goods(self) -> Decimal:
        """Price of all lines before the discount, in the order's currency."""
        return sum((line.total for line in self.lines), Decimal(0))

    @property
    def paid(self) -> Decimal:
        """What the customer paid in all, in the order's currency: no refund may exceed it (G6)."""
        return self.goods - self.discount + self.shipping_cost
