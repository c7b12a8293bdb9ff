"""Which refund is meant by "where is my refund?", where the mail itself doesn't say of which order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from mailbot.domain.match import Ambiguous, Exact, OrderMatch, orders_in_question
from mailbot.domain.remarks import Remark


def with_refund_meant(match: OrderMatch, refunded: Collection[str]) -> OrderMatch:
    """The match, narrowed to those of the sender's orders in question that have a refund (`refunded`: their numbers).

    For a proven sender whose only wish it is, and who wrote no order number. A single one is meant: the answer names
    the order, and nothing is done about it. Where none has a refund, or the mail contradicts itself, nothing changes.
    """
    meant = tuple(order for order in orders_in_question(match) if order.number in refunded)
    if not meant or match.conflicts:
        return match
    if len(meant) == 1:
        why = Remark("{number} is the only order in question that has a refund", number=meant[0].number)
        return Exact(order=meant[0], evidence=(*match.evidence, why), candidates=match.candidates)
    return replace(match, orders=meant) if isinstance(match, Ambiguous) else match
