"""What an explanation says of receipts, and of a mail that names several orders."""

from __future__ import annotations

from collections.abc import Iterator

from mailbot.domain.facts import Facts
from mailbot.domain.match import Ambiguous, Exact
from mailbot.domain.receipt import ReceiptCheck
from mailbot.domain.standing import Verdict


def receipt_lines(check: ReceiptCheck) -> Iterator[tuple[str, str, str]]:
    """Label, value and source: each attached file that says something of an order, held against the one in question."""
    for receipt in check.receipts:
        yield "file", receipt.filename, f"held against order {check.order_number}"
        for fact in receipt.facts:
            yield fact.aspect.value, f"{fact.verdict.value}{f': “{fact.written}”' if fact.written else ''}", ""
        for remark in receipt.remarks:
            yield "note", remark, ""


def several_told(facts: Facts) -> str:
    """What becomes of a mail that names several orders."""
    told = "; ".join(
        f"{', '.join(wish.name for wish in one.wishes)} for order {one.order.order.number}"
        for one in facts.each_order
        if isinstance(one.order, Exact)
    )
    if told and facts.standing.verdict is Verdict.VERIFIED:
        return f"Several orders are named, and it is told what is wanted of each: {told}. Each is worked on by itself."
    named = ", ".join(order.number for order in facts.order.orders) if isinstance(facts.order, Ambiguous) else ""
    why = "the sender is not proven" if told else "it is not told what is wanted of each"
    return f"Several orders are named ({named}), but {why}. A person has to read it."
