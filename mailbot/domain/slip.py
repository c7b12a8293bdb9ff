"""The return slip: what stands on the paper that a customer puts into the parcel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mailbot.domain.cases import CaseKind


@dataclass(frozen=True, kw_only=True)
class SlipPiece:
    """A line of the list of what goes into the parcel."""

    model: str  # "TP-K17"
    name: str  # as the order has it, "" when unknown
    quantity: int  # of this case, at least 1


@dataclass(frozen=True, kw_only=True)
class Slip:
    """What a slip says. It travels outside the parcel in part: nothing of the customer but their name (P17, P18)."""

    kind: CaseKind
    case_number: str  # "R-100001", printable ASCII: it becomes the QR code and the bar code
    order_number: str  # "" when unknown
    issued_on: date  # in the desk's time zone
    send_by: date | None  # last day for sending, None when there is none
    customer_name: str  # "" when unknown; left out where it can't be written, or is none that we'd greet somebody by
    pieces: tuple[SlipPiece, ...]  # in the order of the form; may be empty
    brand_name: str  # "TP"
    brand_color: str  # "#rrggbb"
    return_address: tuple[str, ...]  # postal lines for the customer's country, at least one
