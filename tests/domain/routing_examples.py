"""One mail for every rule of rules/routing.yaml: a rule that no example reaches fails a test."""

from __future__ import annotations

from datetime import date, timedelta

from mailbot.domain.bounces import AddressState, Severity
from mailbot.domain.cases import CaseState
from mailbot.domain.commands import read_staff_words
from mailbot.domain.confirmation import ConfirmationFacts
from mailbot.domain.facts import BounceFacts, Facts, Oversize
from mailbot.domain.match import Ambiguous
from mailbot.domain.message import Origin
from mailbot.domain.standing import Role, Verdict
from mailbot.domain.ticket_orders import NamedOrder
from mailbot.domain.wishes import Wish
from tests.domain.examples import (
    KATE,
    NOT_CONFIRMED,
    NOW,
    RETURN_WISH,
    STAFF,
    case,
    exact,
    facts,
    mail,
    order,
    refund,
    standing,
    thread,
    ticket,
)

AMBIGUOUS = Ambiguous(orders=(order(), order(number="TP2026030118")), evidence=("two",))
OVERSIZE = Oversize(size=61_000_000, limit=50_000_000, place="imap:support/INBOX")
IN_TICKET = thread(ticket_id=1, evidence=("answers our mail",))

WHERE_IS_IT = Wish(name="order_status", score=3, because=("where is my order +3",))
WHERE_IS_MY_REFUND = Wish(name="refund_status", score=3, because=("where is my refund +3",))
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


# (table, rule) -> facts that end there, and the effects that must come of it, in order; letters by template and reader.
EXAMPLES: dict[tuple[str, str], tuple[Facts, list[str]]] = {
    ("incoming", "our own mail came back"): (machine(Origin.OWN, is_ours=True), ["FileApart"]),
    ("incoming", "a notice to staff is late"): (
        machine(Origin.BOUNCE, bounce=bounce(Severity.NOTICE, to_staff=True)),
        ["FileApart"],
    ),
    ("incoming", "a notice to staff bounced - another notice would bounce too"): (
        machine(Origin.BOUNCE, bounce=bounce(to_staff=True)),
        ["FileApart", "FlagAddress", "RecordIncident"],
    ),
    ("incoming", "our mail to a customer is late, or arrived"): (
        machine(Origin.BOUNCE, bounce=bounce(Severity.NOTICE)),
        ["UseTicket", "FileMail"],
    ),
    ("incoming", "a promise of money bounced"): (
        machine(Origin.BOUNCE, bounce=bounce(known=Severity.HARD, money=True)),
        ["UseTicket", "FileMail", "FlagAddress", "staff_notice > staff"],
    ),
    ("incoming", "our mail to a customer bounced once more - staff know"): (
        machine(Origin.BOUNCE, bounce=bounce(known=Severity.HARD)),
        ["UseTicket", "FileMail", "FlagAddress"],
    ),
    ("incoming", "our mail to a customer bounced"): (
        machine(Origin.BOUNCE, bounce=bounce(known=Severity.SOFT)),
        ["UseTicket", "FileMail", "FlagAddress", "staff_notice > staff"],
    ),
    ("incoming", "a machine at a staff address answers in a ticket"): (
        machine(Origin.AUTO_REPLY, is_news=True, role=Role.STAFF, ticket=ticket(), thread=IN_TICKET),
        ["UseTicket", "FileMail"],
    ),
    ("incoming", "a machine at a staff address"): (
        machine(Origin.AUTO_REPLY, is_news=True, role=Role.STAFF),
        ["FileApart"],
    ),
    ("incoming", "a machine brings news in a closed ticket"): (
        machine(Origin.AUTO_REPLY, is_news=True, ticket=ticket(is_open=False), thread=IN_TICKET),
        ["UseTicket", "FileMail", "ReopenTicket", "staff_notice > staff"],
    ),
    ("incoming", "a machine brings news in a ticket"): (
        machine(Origin.AUTO_REPLY, is_news=True, ticket=ticket(), thread=IN_TICKET, order=exact()),
        ["UseTicket", "FileMail", "staff_notice > staff"],
    ),
    ("incoming", "a sender whom the desk keeps out"): (facts(blocked="mail.example", ticket=ticket()), ["FileApart"]),
    ("incoming", "marked as spam, but it belongs to a ticket"): (
        facts(spam="X-Spam-Flag: YES", ticket=ticket(), thread=IN_TICKET),
        ["UseTicket", "FileMail", "staff_notice > staff"],
    ),
    ("incoming", "spam is kept, never answered"): (facts(spam="folder Spam", order=exact()), ["FileApart"]),
    ("incoming", "a machine with the desk's own address"): (
        machine(Origin.AUTO_REPLY, is_news=True, role=Role.DESK),
        ["FileApart"],
    ),
    ("incoming", "a machine brings news"): (
        machine(Origin.AUTO_REPLY, is_news=True),
        ["OpenTicket", "FileMail", "staff_notice > staff"],
    ),
    ("incoming", "a machine answers in a ticket"): (
        machine(Origin.AUTO_REPLY, ticket=ticket(), thread=IN_TICKET),
        ["UseTicket", "FileMail"],
    ),
    ("incoming", "other machine mail is kept, never answered"): (machine(Origin.LIST), ["FileApart"]),
    ("incoming", "the desk's own address as sender"): (facts(role=Role.DESK), ["FileApart"]),
    ("incoming", "nobody to answer to"): (
        facts(role=Role.NOBODY, sender="", mail=mail(sender=None)),
        ["OpenTicket", "FileMail", "staff_notice > staff"],
    ),
    ("staff", "forged staff address"): (
        staff("#approve", standing=standing(Verdict.FAILED), staff_may_command=False, thread=thread(), ticket=None),
        ["FileApart", "RecordIncident"],
    ),
    ("staff", "a mail of staff that is too large to read"): (
        staff("", oversize=OVERSIZE),
        ["FileApart", "staff_command_refused > acting staff"],
    ),
    ("staff", "a command, but the sender or the ticket isn't proven"): (
        staff("#approve", staff_may_command=False),
        ["FileApart", "staff_command_refused > acting staff"],
    ),
    ("staff", "words for a customer, but the sender or the ticket isn't proven"): (
        staff("Hello Kate", thread=thread(), ticket=None),
        ["FileApart", "staff_command_refused > acting staff"],
    ),
    ("staff", 'a line that begins with "#" and can\'t be read'): (
        staff("#aprove\nHello Kate"),
        ["UseTicket", "FileMail", "staff_command_refused > acting staff"],
    ),
    ("staff", "staff wrote something that can't be read"): (
        staff("Hello", mail=mail("Hello", encrypted=True)),
        ["UseTicket", "FileMail", "staff_command_refused > acting staff"],
    ),
    ("staff", "an answer to somebody without an address"): (
        staff("About 60 dB.", ticket=ticket(customer_email="")),
        ["UseTicket", "FileMail", "staff_command_refused > acting staff"],
    ),
    ("staff", "a command that the case allows"): (
        staff("#approve\nThank you for waiting."),
        ["UseTicket", "FileMail", "UseCase", "MoveCase", "return_approved > customer", "staff_reply > customer"],
    ),
    ("staff", "a command that the case doesn't allow"): (
        staff("#inspect pass"),
        ["UseTicket", "FileMail", "staff_command_refused > acting staff"],
    ),
    ("incoming", "a mail that is here already"): (facts(is_second_copy=True), []),
    ("incoming", "our own mail came back, perhaps renamed"): (
        machine(Origin.OWN, role=Role.DESK, own_ticket=1),
        ["LearnMessageId", "FileApart"],
    ),
    ("staff", "staff merge two tickets"): (
        staff("#merge T-100002", None, merge_target=ticket(ticket_id=2)),
        ["UseTicket", "FileMail", "MergeTicket"],
    ),
    ("staff", "a merge that can't be"): (
        staff("#merge T-100002", None, merge_target=ticket(ticket_id=2, customer_email="eve@elsewhere.example")),
        ["UseTicket", "FileMail", "staff_command_refused > acting staff"],
    ),
    ("customer", "thanks when all is done"): (
        facts(ticket=ticket(is_open=False), thread=IN_TICKET, only_thanks=True),
        ["UseTicket", "FileMail"],
    ),
    ("customer", "where the parcel is"): (
        facts(wishes=(WHERE_IS_IT,), order=exact(shipping_status="shipped")),
        ["OpenTicket", "FileMail", "TieOrder", "order_status > customer", "CloseTicket"],
    ),
    ("customer", "where the refund is, while the case is open"): (
        facts(
            wishes=(WHERE_IS_MY_REFUND,),
            order=exact(),
            refund=refund(due_on=NOW.date()),
            open_case_elsewhere=case(ticket_id=7),
        ),
        ["UseTicket", "FileMail", "refund_status > customer"],
    ),
    ("customer", "where the refund is"): (
        facts(wishes=(WHERE_IS_MY_REFUND,), order=exact(), refund=refund(settled=True)),
        ["OpenTicket", "FileMail", "TieOrder", "refund_status > customer", "CloseTicket"],
    ),
    ("customer", "the owner of an order agrees that somebody speaks for it"): (
        facts(mail=mail("Yes."), confirmation=CONFIRMATION),
        ["UseTicket", "FileMail", "GrantOrder", "TieOrder", "order_confirmed > customer", "staff_notice > staff"],
    ),
    ("customer", "the owner of an order answers otherwise"): (
        facts(mail=mail("Who is that?"), confirmation=CONFIRMATION),
        ["UseTicket", "FileMail", "staff_notice > staff"],
    ),
    ("customer", "somebody in copy writes in a closed ticket"): (
        facts(sender="rob@mail.example", ticket=ticket(is_open=False), thread=IN_TICKET),
        ["UseTicket", "FileMail", "ReopenTicket", "staff_notice > staff"],
    ),
    ("customer", "somebody in copy writes"): (
        facts(sender="rob@mail.example", ticket=ticket(), thread=IN_TICKET, wishes=(RETURN_WISH,), order=exact()),
        ["UseTicket", "FileMail", "TieOrder", "staff_notice > staff"],
    ),
    ("staff", "staff start a return"): (
        staff("#return TP2026030117", None, order=exact()),
        ["UseTicket", "FileMail", "NameOrder", "OpenCase", "FillForm", "return_form > customer"],
    ),
    ("staff", "a return that can't be started"): (
        staff("#return TP2026030117", None, order=NOT_CONFIRMED),
        ["UseTicket", "FileMail", "staff_command_refused > acting staff"],
    ),
    ("staff", "staff name an order that nobody knows"): (
        staff("#order TP2026999999", named_order=named("TP2026999999", exists=False)),
        ["UseTicket", "FileMail", "staff_command_refused > acting staff"],
    ),
    ("staff", "staff name the order"): (
        staff("#order TP2026030118\nIt is on its way.", named_order=named("TP2026030118")),
        [
            "UseTicket",
            "FileMail",
            "NameOrder",
            "RememberCorrection",
            "staff_order_noted > acting staff",
            "staff_reply > customer",
        ],
    ),
    ("staff", "a note for colleagues"): (staff("#note she called"), ["UseTicket", "FileMail"]),
    ("staff", "an answer to the customer"): (
        staff("About 60 dB."),
        ["UseTicket", "FileMail", "staff_reply > customer"],
    ),
    ("staff", "nothing new in it"): (staff(""), ["UseTicket", "FileMail"]),
    ("customer", "too large, in a ticket"): (
        facts(oversize=OVERSIZE, ticket=ticket(), thread=IN_TICKET),
        ["UseTicket", "FileMail", "mail_too_large > customer", "staff_notice > staff"],
    ),
    ("customer", "too large"): (
        facts(oversize=OVERSIZE),
        ["OpenTicket", "FileMail", "mail_too_large > customer", "staff_notice > staff"],
    ),
    ("customer", "the return form came back complete"): (
        form({"condition": "unused"}),
        [
            "UseTicket",
            "FileMail",
            "UseCase",
            "FillForm",
            "MoveCase",
            "return_submitted > customer",
            "staff_notice > staff",
        ],
    ),
    ("customer", "the return form came back with gaps"): (
        form({"reason": "too small"}),
        ["UseTicket", "FileMail", "UseCase", "FillForm", "MoveCase", "return_form_missing > customer"],
    ),
    ("customer", "more in a closed ticket"): (
        facts(ticket=ticket(is_open=False), thread=IN_TICKET),
        ["UseTicket", "FileMail", "ReopenTicket", "staff_notice > staff"],
    ),
    ("customer", "more in an open ticket"): (
        facts(ticket=ticket(), thread=IN_TICKET),
        ["UseTicket", "FileMail", "staff_notice > staff"],
    ),
    ("customer", "the sender is not who the mail says"): (
        facts(standing=standing(Verdict.FAILED), order=NOT_CONFIRMED, wishes=(RETURN_WISH,)),
        ["OpenTicket", "FileMail", "staff_notice > staff"],
    ),
    ("customer", "more about an order with an open case"): (
        facts(order=exact(), open_case_elsewhere=case(ticket_id=7), wishes=(RETURN_WISH,)),
        ["UseTicket", "FileMail", "staff_notice > staff"],
    ),
    ("customer", "a return is asked for later on"): (
        facts(ticket=ticket(wish="technical"), thread=IN_TICKET, order=exact(), wishes=(RETURN_WISH,)),
        ["UseTicket", "FileMail", "TieOrder", "OpenCase", "FillForm", "return_form > customer"],
    ),
    ("customer", "it can't be read here"): (
        facts(mail=mail("", encrypted=True), order=exact(), wishes=(RETURN_WISH,)),
        ["OpenTicket", "FileMail", "TieOrder", "acknowledgement > customer", "staff_notice > staff"],
    ),
    ("customer", "a fault is told of"): (
        facts(order=exact(), wishes=(RETURN_WISH, Wish(name="warranty", score=3, because=("broken +3",)))),
        ["OpenTicket", "FileMail", "TieOrder", "acknowledgement > customer", "staff_notice > staff"],
    ),
    ("return wanted", "another ticket is about it already"): (
        facts(
            ticket=ticket(wish="return", order_number=""),
            thread=IN_TICKET,
            order=exact(),
            wishes=(RETURN_WISH,),
            open_case_elsewhere=case(ticket_id=7),
        ),
        ["UseTicket", "FileMail", "TieOrder", "staff_notice > staff"],
    ),
    ("customer", "a number that this sender can't be answered about"): (
        facts(order=NOT_CONFIRMED),
        ["OpenTicket", "FileMail", "order_not_confirmed > customer", "staff_notice > staff"],
    ),
    ("customer", "everything else"): (
        facts(),
        ["OpenTicket", "FileMail", "acknowledgement > customer", "staff_notice > staff"],
    ),
    ("return wanted", "within the return window"): (
        facts(wishes=(RETURN_WISH,), order=exact()),
        ["OpenTicket", "FileMail", "TieOrder", "OpenCase", "FillForm", "return_form > customer"],
    ),
    ("return wanted", "after the return window"): (
        facts(wishes=(RETURN_WISH,), order=exact(purchased_on=date(2026, 2, 17))),
        ["OpenTicket", "FileMail", "TieOrder", "return_too_late > customer", "staff_notice > staff"],
    ),
    ("return wanted", "several orders"): (
        facts(wishes=(RETURN_WISH,), order=AMBIGUOUS),
        ["OpenTicket", "FileMail", "order_number_needed > customer", "staff_notice > staff"],
    ),
    ("return wanted", "a number that this sender can't be answered about"): (
        facts(wishes=(RETURN_WISH,), order=NOT_CONFIRMED),
        ["OpenTicket", "FileMail", "order_not_confirmed > customer", "staff_notice > staff"],
    ),
    ("return wanted", "no order number in the first mail"): (
        facts(wishes=(RETURN_WISH,)),
        ["OpenTicket", "FileMail", "order_number_needed > customer"],
    ),
    ("return wanted", "still no order number"): (
        facts(ticket=ticket(wish="return", order_number=""), thread=IN_TICKET),
        ["UseTicket", "FileMail", "staff_notice > staff"],
    ),
}

# Rules that only lead to another table: reached by the examples above on their way.
ON_THE_WAY = {
    ("incoming", "staff"),
    ("incoming", "everybody else is a customer"),
    ("customer", "the order number we asked for"),
    ("customer", "a return is asked for"),
}
