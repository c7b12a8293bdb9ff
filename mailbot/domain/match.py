"""Which order a mail is about, with the evidence. Nobody but the buyer's own address gets an exact match (G5, P17)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from mailbot.domain.orders import Order
from mailbot.domain.references import Place, References
from mailbot.domain.remarks import Remark
from mailbot.domain.standing import Standing, Verdict


@dataclass(frozen=True, kw_only=True)
class Exact:
    """One order, quoted by its buyer."""

    order: Order
    evidence: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Ambiguous:
    """Several orders of this buyer are quoted; nothing may be acted on before the customer says which."""

    orders: tuple[Order, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NoMatch:
    """No order that this sender may be answered about."""

    evidence: tuple[str, ...]
    numbers_quoted: bool  # a number was given; whether it exists is not for the sender to learn


OrderMatch = Exact | Ambiguous | NoMatch


def match_order(
    references: References,
    orders: Mapping[str, Order],
    *,
    sender: str,
    standing: Standing,
    granted: Set[str] = frozenset(),
) -> OrderMatch:
    """Match the quoted numbers against `orders` (those of the numbers that exist, by number).

    Numbers in new text, subject and attachment names count before those in quoted text, which may be
    somebody else's words. `sender` is the From address in lower case; `granted` are numbers of orders whose owners
    let the sender speak for them, which a proven sender may.
    """
    fresh = [f for f in references.order_numbers if f.place is not Place.QUOTED_TEXT]
    quoted = [f for f in references.order_numbers if f.place is Place.QUOTED_TEXT]
    evidence: list[str] = []
    for findings in (fresh, quoted):
        own: list[Order] = []
        for finding in findings:
            order = orders.get(finding.value)
            there = {"number": finding.value, "place": str(finding.place)}
            if order is None:
                evidence.append(Remark("order number {number} in {place}: no such order", **there))
            elif order.number in granted and standing.verdict is Verdict.VERIFIED:
                evidence.append(
                    Remark("order number {number} in {place}: its owner lets the sender speak for it", **there)
                )
                own.append(order)
            elif order.buyer_email != sender:
                evidence.append(
                    Remark("order number {number} in {place}: the order belongs to another address", **there)
                )
            elif standing.verdict is Verdict.FAILED:
                evidence.append(
                    Remark(
                        "order number {number} in {place}: the sender's authentication failed ({why})",
                        why=standing.evidence,
                        **there,
                    )
                )
            else:
                evidence.append(Remark("order number {number} in {place}: the buyer's own address", **there))
                own.append(order)
        if len(own) == 1:
            return Exact(order=own[0], evidence=tuple(evidence))
        if own:
            return Ambiguous(orders=tuple(own), evidence=tuple(evidence))
    return NoMatch(evidence=tuple(evidence), numbers_quoted=bool(fresh))


def foreign_order(
    references: References, orders: Mapping[str, Order], match: OrderMatch, standing: Standing
) -> Order | None:
    """The one order of somebody else that a proven sender quotes: its owner may be asked (G5)."""
    if not isinstance(match, NoMatch) or standing.verdict is not Verdict.VERIFIED:
        return None
    fresh = [f.value for f in references.order_numbers if f.place is not Place.QUOTED_TEXT]
    return orders.get(fresh[0]) if len(fresh) == 1 else None
