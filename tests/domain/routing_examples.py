"""An example for each rule that decides about a machine's or a staff member's mail: its facts, and what follows."""

from __future__ import annotations

from mailbot.domain.bounces import Severity
from mailbot.domain.facts import AnsweredNotice, Facts
from mailbot.domain.message import Origin
from mailbot.domain.standing import Role, Verdict
from tests.domain.examples import NOT_CONFIRMED, exact, facts, mail, standing, thread, ticket
from tests.domain.routing_situations import IN_TICKET, OVERSIZE, bounce, machine, named, staff

ROUTING_EXAMPLES: dict[tuple[str, str], tuple[Facts, list[str]]] = {
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
    ("incoming", "marked as spam, but it belongs to a closed ticket"): (
        facts(spam="X-Spam-Flag: YES", ticket=ticket(is_open=False), thread=IN_TICKET),
        ["UseTicket", "FileMail", "ReopenTicket", "staff_notice > staff"],
    ),
    ("incoming", "somebody answers a notice to staff once more, in a ticket that such an answer opened"): (
        facts(answered_notice=AnsweredNotice(told=True), ticket=ticket(), thread=IN_TICKET),
        ["UseTicket", "FileMail", "RecordIncident"],
    ),
    ("incoming", "somebody answers a notice to staff once more"): (
        facts(answered_notice=AnsweredNotice(told=True)),
        ["FileApart", "RecordIncident"],
    ),
    ("incoming", "somebody answers a notice to staff"): (
        machine(Origin.AUTO_REPLY, is_news=True, answered_notice=AnsweredNotice(told=False)),
        ["OpenTicket", "FileMail", "staff_notice > staff"],
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
    ("staff", "staff open a case"): (
        staff("#return TP2026030117", None, order=exact()),
        ["UseTicket", "FileMail", "NameOrder", "OpenCase", "FillForm", "return_form > customer"],
    ),
    ("staff", "a case that can't be opened"): (
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
}

# Rules that only lead to another table: reached by the examples above on their way.
ON_THE_WAY = {
    ("incoming", "staff"),
    ("incoming", "everybody else is a customer"),
    ("customer", "the order number we asked for"),
    ("customer", "a return is asked for"),
    ("customer", "a return is asked for, and it may be a declaration of withdrawal"),
}
