"""An example for each rule that opens an exchange or a warranty case, or hears of the customer's parcel."""

from __future__ import annotations

from datetime import date

from mailbot.domain.cases import CaseState
from mailbot.domain.facts import Facts
from mailbot.domain.wishes import Wish
from tests.domain.examples import NOT_CONFIRMED, NOT_NAMED, RETURN_WISH, case, exact, facts, mail, refund, ticket
from tests.domain.routing_situations import AMBIGUOUS, IN_TICKET, PROBABLE

BROKEN = Wish(name="warranty", score=3, because=("broken +3",))
SWAP = Wish(name="exchange", score=3, because=("exchange +3",))
TOO_LATE = date(2026, 2, 17)
ALL_REFUNDED = (case(CaseState.REFUNDED, refund=refund(settled=True)),)
NEEDED = ["OpenTicket", "FileMail", "order_number_needed > customer"]
NOTICE = "staff_notice > staff"

CASE_EXAMPLES: dict[tuple[str, str], tuple[Facts, list[str]]] = {
    ("customer", "the customer's parcel is on its way"): (
        facts(
            mail=mail("I posted it today. Tracking number: RM 123 456 789 GB"),
            ticket=ticket(case=case(CaseState.APPROVED)),
            thread=IN_TICKET,
        ),
        ["UseTicket", "FileMail", "UseCase", "NoteParcel", "MoveCase", NOTICE],
    ),
    ("customer", "the customer answers part of the form in words of their own"): (
        facts(mail=mail("It is unused."), ticket=ticket(case=case(CaseState.NEEDS_INFO)), thread=IN_TICKET),
        ["UseTicket", "FileMail", "UseCase", "FillForm", "MoveCase", "case_form_missing > customer", NOTICE],
    ),
    ("customer", "an exchange is asked for later on"): (
        facts(ticket=ticket(), thread=IN_TICKET, order=exact(), wishes=(SWAP,)),
        ["UseTicket", "FileMail", "TieOrder", "OpenCase", "FillForm", "exchange_form > customer"],
    ),
    ("customer", "a fault is told of later on"): (
        facts(ticket=ticket(), thread=IN_TICKET, order=exact(), wishes=(BROKEN,)),
        ["UseTicket", "FileMail", "TieOrder", "OpenCase", "FillForm", "warranty_form > customer"],
    ),
    ("repair wanted", "another ticket is about it already"): (
        facts(
            ticket=ticket(wish="warranty", order_number=""),
            thread=IN_TICKET,
            order=exact(),
            open_case_elsewhere=case(ticket_id=7),
        ),
        ["UseTicket", "FileMail", "TieOrder", NOTICE],
    ),
    ("return wanted", "it was refunded, or an open case is about it"): (
        facts(wishes=(RETURN_WISH,), order=exact(), cases_of_order=ALL_REFUNDED),
        ["OpenTicket", "FileMail", "TieOrder", "acknowledgement > customer", NOTICE],
    ),
    ("repair wanted", "it was refunded, or an open case is about it"): (
        facts(wishes=(BROKEN,), order=exact(), cases_of_order=ALL_REFUNDED),
        ["OpenTicket", "FileMail", "TieOrder", "acknowledgement > customer", NOTICE],
    ),
    ("exchange wanted", "it was refunded, or an open case is about it"): (
        facts(wishes=(SWAP,), order=exact(), cases_of_order=ALL_REFUNDED),
        ["OpenTicket", "FileMail", "TieOrder", "acknowledgement > customer", NOTICE],
    ),
    ("repair wanted", "the order is known"): (
        facts(wishes=(BROKEN,), order=exact(purchased_on=TOO_LATE)),
        ["OpenTicket", "FileMail", "TieOrder", "OpenCase", "FillForm", "warranty_form > customer"],
    ),
    ("repair wanted", "asked which order, and still not clear"): (
        facts(
            ticket=ticket(wish="warranty", order_number="", asked_orders=("TP2026030117", "TP2026030118")),
            thread=IN_TICKET,
            order=AMBIGUOUS,
        ),
        ["UseTicket", "FileMail", NOTICE],
    ),
    ("repair wanted", "a likely order, or several"): (
        facts(wishes=(BROKEN,), order=PROBABLE),
        ["OpenTicket", "FileMail", "AskAbout", "which_order > customer", NOTICE],
    ),
    ("repair wanted", "a number that this sender can't be answered about"): (
        facts(wishes=(BROKEN,), order=NOT_CONFIRMED),
        ["OpenTicket", "FileMail", "order_not_confirmed > customer", NOTICE],
    ),
    ("repair wanted", "no order number in the first mail"): (
        facts(wishes=(BROKEN,), order=NOT_NAMED),
        [*NEEDED, NOTICE],
    ),
    ("repair wanted", "still no order number"): (
        facts(ticket=ticket(wish="warranty", order_number=""), thread=IN_TICKET),
        ["UseTicket", "FileMail", NOTICE],
    ),
    ("exchange wanted", "another ticket is about it already"): (
        facts(
            ticket=ticket(wish="exchange", order_number=""),
            thread=IN_TICKET,
            order=exact(),
            open_case_elsewhere=case(ticket_id=7),
        ),
        ["UseTicket", "FileMail", "TieOrder", NOTICE],
    ),
    ("exchange wanted", "within the window"): (
        facts(wishes=(SWAP,), order=exact()),
        ["OpenTicket", "FileMail", "TieOrder", "OpenCase", "FillForm", "exchange_form > customer"],
    ),
    ("exchange wanted", "after the window - staff decide"): (
        facts(wishes=(SWAP,), order=exact(purchased_on=TOO_LATE)),
        ["OpenTicket", "FileMail", "TieOrder", "acknowledgement > customer", NOTICE],
    ),
    ("exchange wanted", "asked which order, and still not clear"): (
        facts(
            ticket=ticket(wish="exchange", order_number="", asked_orders=("TP2026030117", "TP2026030118")),
            thread=IN_TICKET,
            order=AMBIGUOUS,
        ),
        ["UseTicket", "FileMail", NOTICE],
    ),
    ("exchange wanted", "a likely order, or several"): (
        facts(wishes=(SWAP,), order=PROBABLE),
        ["OpenTicket", "FileMail", "AskAbout", "which_order > customer"],
    ),
    ("exchange wanted", "a number that this sender can't be answered about"): (
        facts(wishes=(SWAP,), order=NOT_CONFIRMED),
        ["OpenTicket", "FileMail", "order_not_confirmed > customer", NOTICE],
    ),
    ("exchange wanted", "no order number in the first mail"): (facts(wishes=(SWAP,), order=NOT_NAMED), NEEDED),
    ("exchange wanted", "still no order number"): (
        facts(ticket=ticket(wish="exchange", order_number=""), thread=IN_TICKET),
        ["UseTicket", "FileMail", NOTICE],
    ),
}

# Rules that lead to one of those above, which shows them hit.
CASES_ON_THE_WAY = {
    ("customer", "a fault is told of"),
    ("customer", "an exchange is asked for"),
    ("customer", "the order number we asked for - something is broken"),
    ("customer", "the order number we asked for - something is to be exchanged"),
}
