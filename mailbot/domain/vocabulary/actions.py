"""The actions that rules about a mail may use; each docstring explains its word to the shop owner."""

from __future__ import annotations

from collections.abc import Sequence

from mailbot.domain.complaints import ComplaintFacts
from mailbot.domain.effects import (
    AskAbout,
    AskOwner,
    CloseTicket,
    Effect,
    FileApart,
    FileMail,
    FlagAddress,
    GrantOrder,
    KeepInCopy,
    LearnMessageId,
    MergeTicket,
    OpenTicket,
    Reader,
    RecordIncident,
    ReopenTicket,
    TieOrder,
    UseTicket,
    Write,
)
from mailbot.domain.facts import Facts, TicketFacts
from mailbot.domain.match import Ambiguous, Exact, Probable, orders_in_question
from mailbot.domain.message import Origin
from mailbot.domain.numbers import ticket_number
from mailbot.domain.remarks import Remark
from mailbot.domain.rules import RuleBook
from mailbot.domain.standing import Role
from mailbot.domain.vocabulary.telling import bounce_remarks, oversize_remark, receipt_remarks, wish_evidence
from mailbot.domain.vocabulary.words import MAIL_WORDS, TABLE, TEMPLATE


@MAIL_WORDS.action("continue with", TABLE)
def _continue(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Go on with another table."""
    return ()


@MAIL_WORDS.action("open a ticket")
def _open_ticket(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """A new ticket with the mail in it, tied to the order when the match is exact, and to all that the mail names."""
    wish = facts.main_wish
    opened = OpenTicket(language=facts.language, wish=wish, linked_to=facts.thread.points_at)
    return (opened, FileMail(), *_tie_order(facts), *_keep_in_copy(facts))


@MAIL_WORDS.action("add to the ticket")
def _add(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """File the mail in the ticket it belongs to."""
    return (UseTicket(ticket_id=_ticket_id(facts)), FileMail(), *_tie_order(facts), *_keep_in_copy(facts))


@MAIL_WORDS.action("add to the ticket of the open case")
def _add_elsewhere(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """File the mail where the order's open case stands."""
    case = facts.open_case_elsewhere
    if case is None:
        raise ValueError("a rule adds to an open case that isn't there; put its condition into the rule")
    return (UseTicket(ticket_id=case.ticket_id), FileMail())


@MAIL_WORDS.action("add to the ticket that asked")
def _add_to_asking(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """File what the owner of an order answers with the mail that made us ask."""
    if facts.confirmation is None:
        raise ValueError("a rule files the answer of an order's owner, and there is none; put that condition into it")
    return (UseTicket(ticket_id=facts.confirmation.ticket_id), FileMail())


@MAIL_WORDS.action("let them speak for the order")
def _grant(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Who quoted the order is answered as its owner would be, from now on."""
    asked = facts.confirmation
    if asked is None or asked.granted:
        return ()
    return (GrantOrder(confirmation_id=asked.confirmation_id), TieOrder(order_number=asked.order_number))


@MAIL_WORDS.action("ask the order's owner")
def _ask_owner(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """A question to the address on the order, once in a while; the sender can't tell whether it was asked (G5)."""
    order = facts.foreign_order
    if order is None or facts.ask_until is None:
        return ()
    asks = AskOwner(
        order_number=order.number,
        address=order.buyer_email,
        language=facts.known(order.language),
        expires_at=facts.ask_until,
    )
    return (asks, Write(template="confirm_access", to=Reader.OWNER, automatic=True, asks=asks))


@MAIL_WORDS.action("keep the bytes only")
def _keep(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Nothing more is done: what the mail says is here already."""
    return ()


@MAIL_WORDS.action("learn its Message-ID")
def _learn(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Replies that name the id which a relay gave to our mail find their ticket."""
    return (LearnMessageId(ticket_id=facts.own_ticket),) if facts.own_ticket is not None else ()


@MAIL_WORDS.action("file apart")
def _file_apart(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Keep the mail outside every ticket; `mailbot tickets unfiled` lists it."""
    if facts.blocked:
        reason = f"spam.blocklist: {facts.blocked}"
    elif facts.answered_notice is not None:
        reason = "answers a notice to staff"
    elif facts.mail.origin is not Origin.HUMAN:
        reason = facts.mail.origin.value
    else:
        reason = facts.spam or facts.role.value
    return (FileApart(reason=reason),)


@MAIL_WORDS.action("close the ticket")
def _close(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Nothing is left to do; an answer within the grace time opens it again."""
    return (CloseTicket(),)


@MAIL_WORDS.action("reopen the ticket")
def _reopen(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """The ticket is open again."""
    return (ReopenTicket(),)


@MAIL_WORDS.action("merge the ticket")
def _merge(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Close the ticket; what comes for it goes to the one that staff named."""
    return (MergeTicket(into=facts.merge_target.ticket_id),) if facts.merge_target is not None else ()


@MAIL_WORDS.action("reply with", TEMPLATE)
def _reply(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """An automatic answer to the ticket's customer, without order data unless the match is exact (G5)."""
    # What an order's owner answers goes to somebody else: that letter speaks of no order of theirs.
    with_order = isinstance(facts.order, Exact) and facts.confirmation is None
    warranty = facts.warranty if with_order else ()
    about = facts.order.order.number if isinstance(facts.order, Exact) and facts.is_one_of_several else ""
    return (
        Write(
            template=argument,
            to=Reader.CUSTOMER,
            automatic=True,
            with_order=with_order,
            warranty=warranty,
            about=about,
        ),
    )


@MAIL_WORDS.action("ask which order it is")
def _ask_which(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """A letter that lists the customer's orders in question, to choose from (G5)."""
    numbers = tuple(order.number for order in orders_in_question(facts.order))
    letter = Write(template="which_order", to=Reader.CUSTOMER, automatic=True, choices=numbers)
    return (AskAbout(order_numbers=numbers), letter)


@MAIL_WORDS.action("send the words to the customer")
def _relay(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """The staff member's words go out as the desk's mail, from the support address."""
    text = facts.words.text if facts.words else ""
    if not text or (facts.words and facts.words.internal):
        return ()
    return (Write(template="staff_reply", to=Reader.CUSTOMER, automatic=False, message=text, agent=facts.staff_name),)


_HEADLINES = (
    "new_mail",
    "customer_reply",
    "withdrawal",
    "decision_wanted",
    "order_not_confirmed",
    "too_late",
    "suspicious",
    "owner_refuses",
    "encrypted",
    "bounce",
    "too_large",
    "marked_as_spam",
    "machine_mail",
    "answer_to_notice",
    "fraud_report",
    "complaint",
    "approved_by_rule",
    "parcel_sent",
)


@MAIL_WORDS.action("notify staff", _HEADLINES)
def _notify(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """A notice to every member of the desk, with the mail, the evidence and what can be answered."""
    return notify_staff(facts, book, argument)


def notify_staff(facts: Facts, book: RuleBook, argument: str, remarks: Sequence[str] = ()) -> tuple[Effect, ...]:
    """The notice under a headline, with some more `remarks` on top."""
    remarks = [*remarks, *(() if facts.bounce else facts.thread.refused)]
    if facts.oversize is not None:
        remarks.append(oversize_remark(facts.oversize))
    if facts.spam:
        remarks.append(Remark("marked as spam: {mark}", mark=facts.spam))
    if facts.foreign_order is not None and argument == "order_not_confirmed":
        remarks.append(Remark("the order's own address was asked whether this sender may speak for the order"))
    remarks.extend(facts.documents.notes)
    remarks.extend(bounce_remarks(facts))
    if isinstance(facts.order, Ambiguous):
        numbers = ", ".join(order.number for order in facts.order.orders)
        if facts.order.named:
            remarks.append(Remark("the mail is about several orders: {orders}", orders=numbers))
        else:
            remarks.append(Remark("several orders can be meant: {orders}", orders=numbers))
    if isinstance(facts.order, Probable) and facts.order.order.number not in _settled(facts):
        remarks.append(Remark("order {number} is likely, but not sure", number=facts.order.order.number))
    remarks.extend(facts.order.conflicts)
    remarks.extend(one for one in receipt_remarks(facts) if one not in facts.order.conflicts)
    if facts.complaint is not None:
        remarks.append(_about_complaint(facts.complaint, facts.ticket))
    return (
        Write(
            template="staff_notice",
            to=Reader.STAFF,
            automatic=False,
            headline=argument,
            wish="" if facts.bounce or argument == "parcel_sent" else facts.main_wish,  # they only quote one
            remarks=tuple(remarks),
            evidence=(*facts.thread.evidence, *facts.order.evidence, *wish_evidence(facts)),
            enclose=True,
            with_order=True,
            not_to=facts.not_to,
        ),
    )


def _settled(facts: Facts) -> frozenset[str]:
    """Orders of the ticket's cases: which one it is was proven when the case was opened."""
    return frozenset(case.order.number for case in facts.ticket.cases) if facts.ticket is not None else frozenset()


@MAIL_WORDS.action("flag the address")
def _flag_address(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Note that our mail didn't reach its recipient; a hard failure stops further automatic mail to that address."""
    if facts.bounce is None or facts.bounce.flag is None:
        return ()
    return (FlagAddress(state=facts.bounce.flag),)


@MAIL_WORDS.action("record an incident", ("bounce_of_staff_notice", "forged_sender", "answer_to_notice"))
def _incident(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Show it in `mailbot health` without a mail."""
    return (RecordIncident(kind=argument, detail=""),)


def _ticket_id(facts: Facts) -> int:
    if facts.ticket is not None:
        return facts.ticket.ticket_id
    if facts.bounce is not None:
        return facts.bounce.ticket_id
    raise ValueError("a rule adds to the ticket of a mail that belongs to none; put that condition into the rule")


def _tie_order(facts: Facts) -> tuple[Effect, ...]:
    # What a machine quotes is nobody's answer, and staff name orders by a word of their own.
    if facts.mail.origin is not Origin.HUMAN or facts.role is Role.STAFF:
        return ()
    if isinstance(facts.order, Ambiguous):
        return tuple(TieOrder(order_number=number) for number in facts.order.named)
    return (TieOrder(order_number=facts.order.order.number),) if isinstance(facts.order, Exact) else ()


def _keep_in_copy(facts: Facts) -> tuple[Effect, ...]:
    return (KeepInCopy(addresses=facts.in_copy),) if facts.in_copy else ()


def _about_complaint(complaint: ComplaintFacts, ticket: TicketFacts | None) -> str:
    if complaint.reaches_them:
        return Remark(
            "nobody is left whom this complaint isn't about, so they got it too: name somebody in staff.complaints_to"
        )
    if ticket is None:
        return Remark("whom this is about doesn't get this notice: please don't forward it to them")
    return Remark(
        "it came in {ticket}; whom it is about doesn't get this notice: please don't forward it to them",
        ticket=ticket_number(ticket.ticket_id),
    )
