"""What the desk tells staff, without its words: those stand in templates/<language>/_sayings.md.j2."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Says(StrEnum):
    """What is to be said."""

    SEVERAL_CASES = "several_cases"  # `text`: the command; `numbers`: the cases that it could mean
    NO_SUCH_CASE = "no_such_case"  # `numbers`: the number that was written
    NO_ORDER = "no_order"  # `numbers`: the order number that was written, none where the ticket has no order
    OTHERS_ORDER = "others_order"  # `numbers`: an order that isn't the customer's, for which no case is opened
    OTHERS_ORDER_NOTED = "others_order_noted"  # `numbers`: the order; the ticket is about it all the same
    ORDER_NOTED = "order_noted"  # `numbers`: the order, which is the customer's own
    NOTHING_LEFT = "nothing_left"  # `numbers`: the order, then the cases under which its pieces go back
    PIECES_UNKNOWN = "pieces_unknown"  # `numbers`: the order, then the open cases that don't say what goes back


@dataclass(frozen=True, kw_only=True)
class Saying:
    """One thing to tell staff."""

    key: Says
    numbers: tuple[str, ...] = ()  # of orders and cases, as `Says` explains
    text: str = ""  # a command as it was written
