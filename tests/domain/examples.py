"""Small values for the tests of the domain: an order, a mail, and the facts around it, each with sound defaults."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from mailbot.domain.cases import CaseKind, CaseState
from mailbot.domain.facts import AnswerBudget, CaseFacts, Facts, RefundFacts, TicketFacts
from mailbot.domain.forms import Item
from mailbot.domain.match import Exact, NoMatch
from mailbot.domain.message import Address, Attachment, IncomingMail, Origin
from mailbot.domain.orders import Order, OrderLine
from mailbot.domain.proof import ProofFile
from mailbot.domain.references import Finding, Place, References
from mailbot.domain.refunds import RefundSum
from mailbot.domain.rules import RuleBook
from mailbot.domain.standing import Role, Standing, Verdict
from mailbot.domain.text_facts import TextFacts
from mailbot.domain.threads import ThreadMatch
from mailbot.domain.wishes import Wish
from mailbot.domain.workdays import WorkCalendar
from mailbot.settings.rulefiles import load_rules

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)  # a Friday
KATE = "kate@mail.example"
STAFF = "lina@staff.tp.example"
CALENDAR = WorkCalendar(days_off=frozenset(), make_up_days=frozenset(), published_years=frozenset({2026}))
RECEIPT = Attachment(
    filename="receipt.jpg", content_type="image/jpeg", size=1000, sha256="a" * 64, inline=False, content_id=None
)
RETURN_WISH = Wish(name="return", score=4, because=("return +4",))


def line(model: str = "TP-K17", quantity: int = 1, price: str = "199.00") -> OrderLine:
    return OrderLine(model=model, name="", serials=(), quantity=quantity, unit_price=Decimal(price))


def order(*lines: OrderLine, **changes: object) -> Order:
    values: dict[str, object] = {
        "number": "TP2026030117",
        "buyer_name": "Kate Murray",
        "buyer_email": KATE,
        "phone": "",
        "country": "GB",
        "language": "en",
        "lines": lines or (line(),),
        "currency": "GBP",
        "payment_method": "Visa card",
        "purchased_on": date(2026, 3, 1),
        "delivered_on": None,
        "shipping_status": "delivered",
        "tracking_number": "",
    }
    return Order(**{**values, **changes})  # type: ignore[arg-type]


def mail(text: str = "Hello", *, quoted: str = "", **changes: object) -> IncomingMail:
    """A mail of a person; `quoted` stands below the new words."""
    values: dict[str, object] = {
        "digest": "d" * 64,
        "message_id": "<1@mail.example>",
        "date": NOW,
        "sender": Address(name="Kate Murray", email=KATE),
        "reply_to": (),
        "to": (Address(name="", email="support@tp.example"),),
        "cc": (),
        "delivered_to": (),
        "subject": "Hello",
        "text": f"{text}\n{quoted}" if quoted else text,
        "reply_text": text,
        "language": "en",
        "origin": Origin.HUMAN,
        "failed_recipients": (),
        "in_reply_to": (),
        "references": (),
        "quoted_message_ids": (),
        "authentication_results": (),
        "attachments": (),
        "warnings": (),
    }
    return IncomingMail(**{**values, **changes})  # type: ignore[arg-type]


def references(*numbers: tuple[str, Place]) -> References:
    found = tuple(Finding(value=number, place=place) for number, place in numbers)
    return References(order_numbers=found, ticket_tags=(), quoted_tags=(), tokens=(), message_ids=())


ARRIVED = (
    CaseState.RECEIVED,
    CaseState.INSPECTED_OK,
    CaseState.INSPECTED_FAILED,
    CaseState.REFUND_DUE,
    CaseState.EXCHANGE_DUE,
    CaseState.REPAIR,
)


def case(state: CaseState = CaseState.REQUESTED, **changes: object) -> CaseFacts:
    values: dict[str, object] = {
        "case_id": 1,
        "ticket_id": 1,
        "kind": CaseKind.RETURN,
        "state": state,
        "order": order(),
        "answers": {"order_number": "TP2026030117"},
        "items": (Item(model="TP-K17", quantity=1),),
        "refund": None,
        "refunded_before": Decimal(0),
        "opened_on": TODAY,
    }
    known = {**values, **changes}
    if state in ARRIVED:
        known.setdefault("received", known["items"])
    return CaseFacts(**known)  # type: ignore[arg-type]


def parts(amount: str) -> RefundSum:
    """A refund of goods alone."""
    return RefundSum(
        goods=Decimal(amount),
        shipping=Decimal(0),
        restocking=Decimal(0),
        deduction=Decimal(0),
        amount=Decimal(amount),
    )


def refund(**changes: object) -> RefundFacts:
    values: dict[str, object] = {
        "refund_id": 1,
        "parts": parts(str(changes.pop("amount", "199.00"))),
        "currency": "GBP",
        "due_on": date(2026, 3, 19),
        "settled": False,
    }
    return RefundFacts(**{**values, **changes})  # type: ignore[arg-type]


def ticket(**changes: object) -> TicketFacts:
    values: dict[str, object] = {
        "ticket_id": 1,
        "is_open": True,
        "closed_at": None,
        "updated_at": NOW - timedelta(days=1),
        "customer_name": "Kate Murray",
        "language": "en",
        "customer_email": KATE,
        "wish": "",
        "order_number": "TP2026030117",
        "asked_orders": (),
    }
    if changes.pop("has_proof", False):
        values["proofs"] = (ProofFile(file=RECEIPT),)
    one = changes.pop("case", None)
    values["cases"] = (one,) if one else ()
    return TicketFacts(**{**values, **changes})  # type: ignore[arg-type]


def standing(verdict: Verdict = Verdict.VERIFIED) -> Standing:
    return Standing(verdict=verdict, evidence=f"mx.tp.example: {verdict.value}")


def thread(**changes: object) -> ThreadMatch:
    values: dict[str, object] = {
        "ticket_id": None,
        "staff_token": False,
        "evidence": (),
        "refused": (),
        "points_at": None,
    }
    return ThreadMatch(**{**values, **changes})  # type: ignore[arg-type]


def exact(**changes: object) -> Exact:
    return Exact(
        order=order(**changes), evidence=("order number TP2026030117 in the subject: the buyer's own address",)
    )


NOT_NAMED = NoMatch(evidence=(), numbers_quoted=False)
NOT_CONFIRMED = NoMatch(evidence=("order number TP2026030117 in the subject: no such order",), numbers_quoted=True)


def facts(**changes: object) -> Facts:
    """A new mail of a customer who is who the mail says, about nothing in particular."""
    values: dict[str, object] = {
        "now": NOW,
        "today": TODAY,
        "mail": mail(),
        "sender": KATE,
        "role": Role.CUSTOMER,
        "staff_name": "",
        "standing": standing(),
        "staff_may_command": False,
        "references": references(),
        "thread": thread(),
        "ticket": None,
        "open_case_elsewhere": None,
        "order": NOT_NAMED,
        "said": TextFacts(),
        "wishes": (),
        "form": {},
        "words": None,
        "bounce": None,
        "budget": AnswerBudget(for_address=20, for_ticket=5),
        "calendar": CALENDAR,
        "known_languages": ("zh-Hans", "en"),
    }
    files = {**values, **changes}["mail"].attachments  # type: ignore[attr-defined]
    values["proofs"] = tuple(ProofFile(file=file) for file in files)
    return Facts(**{**values, **changes})  # type: ignore[arg-type]


@cache
def template_names(language: str = "en") -> frozenset[str]:
    files = (ROOT / "templates" / language).glob("[!_]*.md.j2")
    return frozenset(file.name.removesuffix(".md.j2") for file in files)


@cache
def book() -> RuleBook:
    """The rules as they are shipped."""
    return load_rules(ROOT / "rules", template_names())
