"""An example for each rule that decides about a customer's mail: its facts, and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from mailbot.domain.cases import CaseState
from mailbot.domain.facts import Facts
from mailbot.domain.standing import Verdict
from tests.domain.examples import NOT_CONFIRMED, NOW, RETURN_WISH, case, exact, facts, mail, refund, standing, ticket
from tests.domain.routing_situations import (
    ABOUT_LI_NA,
    ABOUT_RETURNS,
    AMBIGUOUS,
    ANGRY,
    BROKEN,
    CONFIRMATION,
    ENDED_WARRANTY,
    FRAUD_REPORT,
    HOW_IT_GOES_ON,
    IN_TICKET,
    OVERSIZE,
    PROBABLE,
    UNDER_WARRANTY,
    WARRANTY,
    WARRANTY_IN_PART,
    WHERE_IS_IT,
    WHERE_IS_MY_REFUND,
    form,
    joining,
)

JOINED = ("UseTicket", "FileMail", "UseCase", "FillForm", "MoveCase")

CUSTOMER_EXAMPLES: dict[tuple[str, str], tuple[Facts, list[str]]] = {
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
    ("customer", "a complaint about a colleague"): (
        facts(ticket=ticket(), thread=IN_TICKET, wishes=(ANGRY,), complaint=ABOUT_LI_NA),
        ["OpenTicket", "KeepFrom", "FileMail", "acknowledgement > customer", "staff_notice > staff"],
    ),
    ("customer", "a complaint about a colleague, once more"): (
        facts(ticket=ticket(), thread=IN_TICKET, wishes=(ANGRY,), complaint=replace(ABOUT_LI_NA, ticket_id=7)),
        ["UseTicket", "KeepFrom", "FileMail", "staff_notice > staff"],
    ),
    ("customer", "a fraud is reported"): (
        facts(wishes=(RETURN_WISH, FRAUD_REPORT)),
        ["OpenTicket", "FileMail", "fraud_report > customer", "staff_notice > staff"],
    ),
    ("customer", "a fraud is reported, in a ticket"): (
        facts(ticket=ticket(), thread=IN_TICKET, wishes=(FRAUD_REPORT,)),
        ["UseTicket", "FileMail", "fraud_report > customer", "staff_notice > staff"],
    ),
    ("customer", "a fraud is reported, in a closed ticket"): (
        facts(ticket=ticket(is_open=False), thread=IN_TICKET, wishes=(FRAUD_REPORT,)),
        ["UseTicket", "FileMail", "ReopenTicket", "fraud_report > customer", "staff_notice > staff"],
    ),
    ("customer", "somebody in copy writes in a closed ticket"): (
        facts(sender="rob@mail.example", ticket=ticket(is_open=False), thread=IN_TICKET),
        ["UseTicket", "FileMail", "ReopenTicket", "staff_notice > staff"],
    ),
    ("customer", "somebody in copy writes"): (
        facts(sender="rob@mail.example", ticket=ticket(), thread=IN_TICKET, wishes=(RETURN_WISH,), order=exact()),
        ["UseTicket", "FileMail", "TieOrder", "staff_notice > staff"],
    ),
    ("customer", "too large, in a ticket"): (
        facts(oversize=OVERSIZE, ticket=ticket(), thread=IN_TICKET),
        ["UseTicket", "FileMail", "mail_too_large > customer", "staff_notice > staff"],
    ),
    ("customer", "too large, in a closed ticket"): (
        facts(oversize=OVERSIZE, ticket=ticket(is_open=False), thread=IN_TICKET),
        ["UseTicket", "FileMail", "ReopenTicket", "mail_too_large > customer", "staff_notice > staff"],
    ),
    ("customer", "too large, from somebody in copy"): (
        facts(sender="rob@mail.example", oversize=OVERSIZE, ticket=ticket(), thread=IN_TICKET),
        ["UseTicket", "FileMail", "staff_notice > staff"],
    ),
    ("customer", "too large, from somebody in copy, in a closed ticket"): (
        facts(sender="rob@mail.example", oversize=OVERSIZE, ticket=ticket(is_open=False), thread=IN_TICKET),
        ["UseTicket", "FileMail", "ReopenTicket", "staff_notice > staff"],
    ),
    ("customer", "too large"): (
        facts(oversize=OVERSIZE),
        ["OpenTicket", "FileMail", "mail_too_large > customer", "staff_notice > staff"],
    ),
    ("customer", "how a case goes on - the customer's turn"): (
        facts(ticket=ticket(case=case(CaseState.APPROVED)), thread=IN_TICKET, wishes=(HOW_IT_GOES_ON,)),
        ["UseTicket", "FileMail", "UseCase", "case_status > customer"],
    ),
    ("customer", "how a case goes on - our turn"): (
        facts(ticket=ticket(case=case(CaseState.SUBMITTED)), thread=IN_TICKET, wishes=(HOW_IT_GOES_ON,)),
        ["UseTicket", "FileMail", "UseCase", "case_status > customer", "staff_notice > staff"],
    ),
    ("customer", "how the open case of the order goes on - the customer's turn"): (
        facts(order=exact(), open_case_elsewhere=case(ticket_id=7), wishes=(HOW_IT_GOES_ON,)),
        ["UseTicket", "FileMail", "UseCase", "case_status > customer"],
    ),
    ("customer", "how the open case of the order goes on - our turn"): (
        facts(order=exact(), open_case_elsewhere=case(CaseState.RECEIVED, ticket_id=7), wishes=(HOW_IT_GOES_ON,)),
        ["UseTicket", "FileMail", "UseCase", "case_status > customer", "staff_notice > staff"],
    ),
    ("customer", "how a case goes on - where its refund is"): (
        facts(
            ticket=ticket(case=case(CaseState.REFUND_DUE)),
            thread=IN_TICKET,
            order=exact(),
            wishes=(HOW_IT_GOES_ON,),
            case_named=case(CaseState.REFUND_DUE),
            refund=refund(due_on=NOW.date()),
        ),
        ["UseTicket", "FileMail", "TieOrder", "UseCase", "refund_status > customer"],
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
        ["UseTicket", "FileMail", "UseCase", "FillForm", "MoveCase", "case_form_missing > customer"],
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
        facts(
            standing=standing(Verdict.UNVERIFIED),
            order=exact(),
            open_case_elsewhere=case(ticket_id=7),
            wishes=(RETURN_WISH,),
        ),
        ["UseTicket", "FileMail", "staff_notice > staff"],
    ),
    ("customer", "more about an order with an open case, from its proven buyer"): (
        facts(order=exact(), open_case_elsewhere=case(ticket_id=7)),
        ["UseTicket", "FileMail", "UseCase", "case_open > customer", "staff_notice > staff"],
    ),
    ("customer", "a new mail wants to withdraw from an order with an open case"): (
        facts(order=exact(), open_case_elsewhere=case(ticket_id=7), wishes=(RETURN_WISH,)),
        ["UseTicket", "FileMail", "UseCase", "case_open > customer", "staff_notice > staff"],
    ),
    ("customer", "a new mail fills in part of the form of the open case"): (
        joining({"reason": "too small"}),
        [*JOINED, "case_form_missing > customer", "staff_notice > staff"],
    ),
    ("customer", "a new mail fills in part of the form of the open case, and wants to withdraw"): (
        joining({"reason": "too small"}, wishes=(RETURN_WISH,)),
        [*JOINED, "case_form_missing > customer", "staff_notice > staff"],
    ),
    ("customer", "a new mail completes the form of the open case"): (
        joining({"condition": "unused"}),
        [*JOINED, "return_submitted > customer", "staff_notice > staff"],
    ),
    ("customer", "a new mail completes the form of the open case, and wants to withdraw"): (
        joining({"condition": "unused"}, wishes=(RETURN_WISH,)),
        [*JOINED, "return_submitted > customer", "staff_notice > staff", "staff_notice > staff"],
    ),
    ("customer", "a return is asked for later on"): (
        facts(ticket=ticket(wish="technical"), thread=IN_TICKET, order=exact(), wishes=(RETURN_WISH,)),
        ["UseTicket", "FileMail", "TieOrder", "OpenCase", "FillForm", "return_form > customer"],
    ),
    ("customer", "it can't be read here"): (
        facts(mail=mail("", encrypted=True), order=exact(), wishes=(RETURN_WISH,)),
        ["OpenTicket", "FileMail", "TieOrder", "acknowledgement > customer", "staff_notice > staff"],
    ),
    ("customer", "a question about the terms of returns"): (
        facts(wishes=(ABOUT_RETURNS,), order=PROBABLE),
        ["OpenTicket", "FileMail", "acknowledgement > customer", "staff_notice > staff"],
    ),
    ("customer", "a fault is told of, and something else is wanted"): (
        facts(order=exact(), wishes=(RETURN_WISH, BROKEN)),
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
    ("customer", "whether it is still under warranty"): (
        facts(wishes=(UNDER_WARRANTY,), order=exact(), warranty=WARRANTY),
        ["OpenTicket", "FileMail", "TieOrder", "warranty_status > customer", "CloseTicket"],
    ),
    ("customer", "something is broken, and its warranty has ended"): (
        facts(wishes=(BROKEN, UNDER_WARRANTY), order=exact(), warranty=ENDED_WARRANTY),
        ["OpenTicket", "FileMail", "TieOrder", "warranty_ended > customer", "staff_notice > staff"],
    ),
    ("customer", "whether some of it is still under warranty, the rest for a person"): (
        facts(wishes=(UNDER_WARRANTY,), order=exact(), warranty=WARRANTY_IN_PART),
        ["OpenTicket", "FileMail", "TieOrder", "warranty_status > customer", "staff_notice > staff"],
    ),
    ("customer", "the order we asked for - whether some of it is still under warranty"): (
        facts(
            ticket=ticket(wish="warranty_question", order_number="", asked_orders=("TP2026030117",)),
            thread=IN_TICKET,
            order=exact(),
            warranty=WARRANTY_IN_PART,
        ),
        ["UseTicket", "FileMail", "TieOrder", "warranty_status > customer", "staff_notice > staff"],
    ),
    ("customer", "whose warranty isn't clear"): (
        facts(wishes=(UNDER_WARRANTY,), order=PROBABLE),
        ["OpenTicket", "FileMail", "AskAbout", "which_order > customer"],
    ),
    ("customer", "the order we asked for - whether it is still under warranty"): (
        facts(
            ticket=ticket(wish="warranty_question", order_number="", asked_orders=("TP2026030117",)),
            thread=IN_TICKET,
            order=exact(),
            warranty=WARRANTY,
        ),
        ["UseTicket", "FileMail", "TieOrder", "warranty_status > customer", "CloseTicket"],
    ),
    ("customer", "whose parcel isn't clear"): (
        facts(wishes=(WHERE_IS_IT,), order=PROBABLE),
        ["OpenTicket", "FileMail", "AskAbout", "which_order > customer"],
    ),
    ("customer", "whose refund isn't clear"): (
        facts(wishes=(WHERE_IS_MY_REFUND,), order=AMBIGUOUS, refund_in_question=True),
        ["OpenTicket", "FileMail", "AskAbout", "which_order > customer"],
    ),
    ("customer", "the order we asked for - where the parcel is"): (
        facts(
            ticket=ticket(wish="order_status", order_number="", asked_orders=("TP2026030117",)),
            thread=IN_TICKET,
            order=exact(shipping_status="shipped", delivered_on=None),
        ),
        ["UseTicket", "FileMail", "TieOrder", "order_status > customer", "CloseTicket"],
    ),
    ("customer", "the order we asked for - where the refund is"): (
        facts(
            ticket=ticket(wish="refund_status", order_number="", asked_orders=("TP2026030117",)),
            thread=IN_TICKET,
            order=exact(),
            refund=refund(due_on=NOW.date()),
        ),
        ["UseTicket", "FileMail", "TieOrder", "refund_status > customer", "CloseTicket"],
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
    ("return wanted", "after the return window, but a right may be left - staff decide"): (
        facts(wishes=(RETURN_WISH,), order=exact(purchased_on=date(2026, 2, 17)), may_go_back=True),
        ["OpenTicket", "FileMail", "TieOrder", "acknowledgement > customer", "staff_notice > staff"],
    ),
    ("return wanted", "the mail contradicts itself"): (
        facts(wishes=(RETURN_WISH,), order=replace(AMBIGUOUS, conflicts=("two things",))),
        ["OpenTicket", "FileMail", "AskAbout", "which_order > customer", "staff_notice > staff"],
    ),
    ("return wanted", "a likely order, or several"): (
        facts(wishes=(RETURN_WISH,), order=AMBIGUOUS),
        ["OpenTicket", "FileMail", "AskAbout", "which_order > customer"],
    ),
    ("return wanted", "asked which order, and still not clear"): (
        facts(ticket=ticket(wish="return", order_number="", asked_orders=("TP2026030117",)), thread=IN_TICKET),
        ["UseTicket", "FileMail", "staff_notice > staff"],
    ),
    ("return wanted", "a number that this sender can't be answered about"): (
        facts(wishes=(RETURN_WISH,), order=NOT_CONFIRMED),
        ["OpenTicket", "FileMail", "order_not_confirmed > customer", "staff_notice > staff"],
    ),
    ("return wanted", "no order number in the first mail"): (
        facts(wishes=(RETURN_WISH,), mail=mail("I hereby withdraw from the contract.")),
        ["OpenTicket", "FileMail", "staff_notice > staff", "order_number_needed > customer"],
    ),
    ("return wanted", "still no order number"): (
        facts(ticket=ticket(wish="return", order_number=""), thread=IN_TICKET),
        ["UseTicket", "FileMail", "staff_notice > staff"],
    ),
}
