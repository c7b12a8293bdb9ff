"""The actions that rules about a mail may use; each docstring explains its word to the shop owner."""

from __future__ import annotations

from mailbot.domain.cases import Actor, CaseEvent, CaseKind
from mailbot.domain.commands import Command
from mailbot.domain.effects import (
    AskAbout,
    AskOwner,
    CloseTicket,
    Effect,
    FileApart,
    FileMail,
    FillForm,
    FlagAddress,
    GrantOrder,
    KeepInCopy,
    LearnMessageId,
    MergeTicket,
    OpenCase,
    OpenTicket,
    Reader,
    RecordIncident,
    ReopenTicket,
    TieOrder,
    UseCase,
    UseTicket,
    Write,
)
from mailbot.domain.facts import Facts
from mailbot.domain.forms import read_items
from mailbot.domain.match import Exact, orders_in_question
from mailbot.domain.message import Origin
from mailbot.domain.moves import Mover, Refusal, asks_staff, move_case
from mailbot.domain.remarks import Remark
from mailbot.domain.rules import RuleBook
from mailbot.domain.sayings import Saying
from mailbot.domain.standing import Role
from mailbot.domain.vocabulary.asked import (
    form_case,
    form_so_far,
    merge_problems,
    new_answers,
    order_refused,
    pieces_left,
    return_refused,
    staff_moves,
    still_missing,
)
from mailbot.domain.vocabulary.notices import notify, oversize_remark
from mailbot.domain.vocabulary.words import MAIL_WORDS, TABLE, TEMPLATE


@MAIL_WORDS.action("continue with", TABLE)
def _continue(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Go on with another table."""
    return ()


@MAIL_WORDS.action("open a ticket")
def _open_ticket(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """A new ticket with the mail in it, tied to the order when the match is exact."""
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


@MAIL_WORDS.action("open a case", tuple(kind.value for kind in CaseKind))
def _open_case(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """A case for the matched order, its form filled in with what the mail already says."""
    if not isinstance(facts.order, Exact):
        return ()
    order = facts.order.order
    answers = {"order_number": order.number, **new_answers(facts)}
    items = read_items(answers.get("items", ""), order)
    left = pieces_left(facts)
    if not items and sum(item.quantity for item in left) == 1:  # it can only be that
        items = left
    reopened = (ReopenTicket(),) if facts.ticket is not None and not facts.ticket.is_open else ()
    opened = OpenCase(kind=CaseKind(argument), order_number=order.number)
    return (*reopened, opened, FillForm(answers=answers, items=items))


@MAIL_WORDS.action("reply with", TEMPLATE)
def _reply(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """An automatic answer to the ticket's customer, without order data unless the match is exact (G5)."""
    # What an order's owner answers goes to somebody else: that letter speaks of no order of theirs.
    with_order = isinstance(facts.order, Exact) and facts.confirmation is None
    warranty = facts.warranty if with_order else ()
    return (Write(template=argument, to=Reader.CUSTOMER, automatic=True, with_order=with_order, warranty=warranty),)


@MAIL_WORDS.action("ask which order it is")
def _ask_which(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """A letter that lists the customer's orders in question, to choose from (G5)."""
    numbers = tuple(order.number for order in orders_in_question(facts.order))
    letter = Write(template="which_order", to=Reader.CUSTOMER, automatic=True, choices=numbers)
    return (AskAbout(order_numbers=numbers), letter)


@MAIL_WORDS.action("the customer hands in the form")
def _hand_in(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Take over the form's lines and move the case: complete goes to staff, gaps are asked for."""
    case = form_case(facts)
    if case is None:
        return ()
    missing = still_missing(case, facts, book)
    event = CaseEvent.FORM_INCOMPLETE if missing else CaseEvent.FORM_COMPLETE
    mover = Mover(actor=Actor.CUSTOMER, address=facts.sender, today=facts.today)
    moved = move_case(case, Command(event=event, argument="", line=""), mover, book.returns, facts.calendar)
    if isinstance(moved, Refusal):
        return ()
    answers, items = form_so_far(case, facts)
    asked = notify(facts, book, "decision_wanted") if asks_staff(case, event, Actor.CUSTOMER) else ()
    return (UseCase(case_id=case.case_id), FillForm(answers=answers, items=items), *moved, *asked)


@MAIL_WORDS.action("carry out the commands")
def _carry_out(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Move the case as staff decided."""
    moved = staff_moves(facts, book)
    return () if isinstance(moved, Refusal) else moved


@MAIL_WORDS.action("refuse the command")
def _refuse(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Tell the staff member why nothing happened, and what is possible."""
    moved = staff_moves(facts, book)
    reasons = list(facts.words.problems) if facts.words else []
    sayings: tuple[Saying, ...] = ()
    if facts.oversize is not None:
        reasons.append(
            Remark("{why}; please send your words again without the files", why=oversize_remark(facts.oversize))
        )
    if facts.mail.encrypted:
        reasons.append(Remark("the mail is encrypted and can't be read here: send it without encryption"))
    if not facts.thread.staff_token:
        reasons.append(Remark("the mail is no reply to one of the desk's notices to you: reply to such a notice"))
    elif not facts.staff_may_command:
        reasons.append(Remark("the mail's sender could not be proven: {why}", why=facts.standing.evidence))
    elif facts.ticket is not None and not facts.ticket.customer_email:
        reasons.append(Remark("the ticket's first mail had no usable From, so there is no address to write to"))
    elif facts.words is not None and facts.words.start_return is not None:
        refused = order_refused(facts) or return_refused(facts)
        sayings = (refused,) if refused is not None else ()
    elif facts.words is not None and facts.words.merge_into is not None:
        reasons.extend(merge_problems(facts))
    elif (unknown := order_refused(facts)) is not None:
        sayings = (unknown,)
    elif not reasons and isinstance(moved, Refusal):
        reasons.extend(moved.reasons)
        sayings = moved.sayings
    return (
        Write(
            template="staff_command_refused",
            to=Reader.ACTING_STAFF,
            automatic=True,
            headline="command_refused",
            remarks=tuple(reasons),
            sayings=sayings,
            with_order=facts.role is Role.STAFF and facts.staff_may_command and facts.thread.staff_token,
        ),
    )


@MAIL_WORDS.action("send the words to the customer")
def _relay(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """The staff member's words go out as the desk's mail, from the support address."""
    text = facts.words.text if facts.words else ""
    if not text or (facts.words and facts.words.internal):
        return ()
    return (Write(template="staff_reply", to=Reader.CUSTOMER, automatic=False, message=text, agent=facts.staff_name),)


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
    return (TieOrder(order_number=facts.order.order.number),) if isinstance(facts.order, Exact) else ()


def _keep_in_copy(facts: Facts) -> tuple[Effect, ...]:
    return (KeepInCopy(addresses=facts.in_copy),) if facts.in_copy else ()
