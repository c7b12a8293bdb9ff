"""Situations that the rules of routing are tried with: machines, bounces, staff and their commands."""

from __future__ import annotations

from datetime import date, timedelta

from mailbot.domain.bounces import AddressState, Severity
from mailbot.domain.cases import CaseState
from mailbot.domain.commands import read_staff_words
from mailbot.domain.complaints import ComplaintFacts
from mailbot.domain.confirmation import ConfirmationFacts
from mailbot.domain.facts import BounceFacts, Facts, Oversize
from mailbot.domain.match import Ambiguous, Probable
from mailbot.domain.message import Origin
from mailbot.domain.standing import Role
from mailbot.domain.ticket_orders import NamedOrder
from mailbot.domain.warranty import WarrantyLine
from mailbot.domain.wishes import Wish
from tests.domain.examples import (
    KATE,
    NOW,
    STAFF,
    case,
    exact,
    facts,
    mail,
    order,
    thread,
    ticket,
)

AMBIGUOUS = Ambiguous(orders=(order(), order(number="TP2026030118")), evidence=("two",))
PROBABLE = Probable(order=order(), evidence=("one",))
OVERSIZE = Oversize(size=61_000_000, limit=50_000_000, place="imap:support/INBOX")
IN_TICKET = thread(ticket_id=1, evidence=("answers our mail",))

WHERE_IS_IT = Wish(name="order_status", score=3, because=("where is my order +3",))
WHERE_IS_MY_REFUND = Wish(name="refund_status", score=3, because=("where is my refund +3",))
ABOUT_RETURNS = Wish(name="return_question", score=7, because=("how long + return +7",))
ANGRY = Wish(name="complaint", score=6, because=("complain +6",))
ABOUT_LI_NA = ComplaintFacts(kept_from=(STAFF,), reaches_them=False)
HOW_IT_GOES_ON = Wish(name="case_status", score=5, because=("r + any news +5",))
FRAUD_REPORT = Wish(name="fraud_report", score=7, because=("phishing +7",))
UNDER_WARRANTY = Wish(name="warranty_question", score=3, because=("under warranty +3",))
WARRANTY = (WarrantyLine(model="TP-K17", name="Kettle", until=date(2028, 3, 1), is_covered=True),)
ENDED_WARRANTY = (WarrantyLine(model="TP-K17", name="Kettle", until=date(2026, 3, 1), is_covered=False),)
BROKEN = Wish(name="warranty", score=3, because=("broken +3",))
WARRANTY_IN_PART = (
    *WARRANTY,
    WarrantyLine(model="TP-F9", name="Filter", until=None, is_covered=False, is_clear=False),
)
CONFIRMATION = ConfirmationFacts(
    confirmation_id=1,
    ticket_id=7,
    order_number="TP2026030117",
    asked_for="rob@mail.example",
    expires_at=NOW + timedelta(days=1),
    granted=False,
)


def machine(origin: Origin, *, is_news: bool = False, **changes: object) -> Facts:
    return facts(mail=mail(origin=origin, no_reply_reason="a machine", is_news=is_news), **changes)


def bounce(severity: Severity = Severity.HARD, *, known: Severity | None = None, **changes: object) -> BounceFacts:
    values: dict[str, object] = {
        "ticket_id": 1,
        "to_staff": False,
        "severity": severity,
        "known": flagged(known) if known else None,
        "flag": None if severity is Severity.NOTICE else flagged(severity),
    }
    return BounceFacts(**{**values, **changes})  # type: ignore[arg-type]


def flagged(severity: Severity, address: str = KATE) -> AddressState:
    return AddressState(
        address=address, severity=severity, status="5.1.1", reason="no such user", since=NOW, count=1, seen_at=NOW
    )


def staff(text: str, state: CaseState | None = CaseState.SUBMITTED, **changes: object) -> Facts:
    """A proven staff member answers a notice of a ticket whose case is in `state`."""
    values: dict[str, object] = {
        "mail": mail(text),
        "sender": STAFF,
        "role": Role.STAFF,
        "staff_name": "Li Na",
        "staff_may_command": True,
        "thread": thread(ticket_id=1, staff_token=True, evidence=("signed reply address",)),
        "ticket": ticket(case=case(state) if state else None),
        "words": read_staff_words(text),
    }
    return facts(**{**values, **changes})


def named(number: str, *, exists: bool = True, is_customers: bool = True) -> NamedOrder:
    """The order of a line "#order"."""
    return NamedOrder(number=number, exists=exists, is_customers=is_customers, written=("TP2026030117",))


def form(answers: dict[str, str], *, has_proof: bool = True) -> Facts:
    known = ticket(case=case(CaseState.REQUESTED), has_proof=has_proof)
    return facts(form=answers, ticket=known, thread=IN_TICKET)


def joining(answers: dict[str, str], **changes: object) -> Facts:
    """A new mail about an order whose open case, in another ticket, waits for these answers."""
    waiting = case(CaseState.REQUESTED)
    known = ticket(ticket_id=waiting.ticket_id, case=waiting, has_proof=True)
    return facts(form=answers, order=exact(), open_case_elsewhere=waiting, ticket_of_open_case=known, **changes)


# (table, rule) -> facts that end there, and the effects that must come of it, in order; letters by template and reader.
