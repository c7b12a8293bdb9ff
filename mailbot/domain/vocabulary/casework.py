"""The actions of rules that open and move cases; each docstring explains its word to the shop owner."""

from __future__ import annotations

from dataclasses import replace

from mailbot.domain.cases import Actor, CaseEvent, CaseKind, CaseState
from mailbot.domain.effects import Effect, FillForm, OpenCase, Reader, ReopenTicket, UseCase, Write
from mailbot.domain.facts import CaseFacts, Facts
from mailbot.domain.match import Exact
from mailbot.domain.moves import Mover, Refusal, asks_staff, by_itself, move_case
from mailbot.domain.proposals import approved_because, not_by_itself, with_verdicts
from mailbot.domain.remarks import Remark
from mailbot.domain.rules import RuleBook
from mailbot.domain.sayings import Saying
from mailbot.domain.standing import Role, Verdict
from mailbot.domain.vocabulary.actions import notify_staff
from mailbot.domain.vocabulary.asked import (
    form_case,
    form_so_far,
    merge_problems,
    new_case,
    order_refused,
    sent_parcel,
    staff_moves,
    start_refused,
    still_missing,
    without_form_of_another,
)
from mailbot.domain.vocabulary.telling import oversize_remark
from mailbot.domain.vocabulary.words import MAIL_WORDS
from mailbot.domain.waiting import last_day

_AS_STAFF_SAY = "as staff say"


@MAIL_WORDS.action("open a case", (*(kind.value for kind in CaseKind), _AS_STAFF_SAY))
def _open_case(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """A case for the matched order; its form goes to the customer, filled in with what is known. Where the mail says
    all that the form asks for, staff are asked to decide instead."""
    if not isinstance(facts.order, Exact):
        return ()
    start = facts.words.start if facts.words is not None else None
    if argument == _AS_STAFF_SAY and start is None:
        return ()
    kind = start.kind if argument == _AS_STAFF_SAY and start is not None else CaseKind(argument)
    facts = without_form_of_another(facts)
    case = new_case(facts, kind, book)
    reopened = (ReopenTicket(),) if facts.ticket is not None and not facts.ticket.is_open else ()
    opened = OpenCase(
        kind=kind,
        order_number=case.order.number,
        opened_on=facts.customer_day,
        waits_until=last_day(CaseState.REQUESTED, facts.today, book.returns.waiting, facts.calendar),
    )
    filled = FillForm(answers=case.answers, items=case.items)
    # What nobody vouches for opens a case, and no more: the form goes to the address on the order.
    if still_missing(case, facts, book) or facts.standing.verdict is not Verdict.VERIFIED:
        form = Write(template=f"{kind.value}_form", to=Reader.CUSTOMER, automatic=True, with_order=True)
        return (*reopened, opened, filled, form)
    return (*reopened, opened, filled, *_handed_in(case, facts, book))


@MAIL_WORDS.action("the customer hands in the form")
def _hand_in(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Take over the form's lines and move the case: complete goes to staff, gaps are asked for."""
    return hand_in(facts, book)


def hand_in(facts: Facts, book: RuleBook) -> tuple[Effect, ...]:
    """What this mail tells of the form goes into the case of its ticket that waits for it."""
    case = form_case(facts)
    if case is None:
        return ()
    answers, items = form_so_far(case, facts, book)
    filled = FillForm(answers=answers, items=items)
    return (
        UseCase(case_id=case.case_id),
        filled,
        *_handed_in(replace(case, answers=answers, items=items), facts, book),
    )


def _handed_in(case: CaseFacts, facts: Facts, book: RuleBook) -> tuple[Effect, ...]:
    """The case with its form as it is after this mail: gaps are asked for, else the rules or staff decide."""
    event = CaseEvent.FORM_INCOMPLETE if still_missing(case, facts, book) else CaseEvent.FORM_COMPLETE
    by_staff = facts.role is Role.STAFF  # who open a case for what the customer told before
    customer = facts.ticket.customer_email if by_staff and facts.ticket is not None else facts.sender
    mover = Mover(actor=Actor.CUSTOMER, address=customer, today=facts.today)
    moved = move_case(case, by_itself(event), mover, book.returns, facts.calendar)
    if isinstance(moved, Refusal):
        # What is asked for can't be, more pieces than were bought: staff tell the customer.
        return notify_staff(facts, book, "customer_reply", remarks=moved.reasons)
    if not asks_staff(case, event, Actor.CUSTOMER):
        return moved
    if by_staff or not book.returns.automatic_up_to or facts.standing.verdict is not Verdict.VERIFIED:
        return (*moved, *notify_staff(facts, book, "decision_wanted"))
    # The rules judge the request as it is complete today, not as it was begun.
    asked_on = max(case.opened_on, facts.customer_day) if case.opened_on is not None else None
    judged = with_verdicts(replace(case, state=CaseState.SUBMITTED, opened_on=asked_on), book)
    rules = Mover(actor=Actor.RULES, address="", today=facts.today)
    approved = move_case(judged, by_itself(CaseEvent.APPROVE), rules, book.returns, facts.calendar)
    if isinstance(approved, Refusal):
        why = [Remark("not approved by itself: {why}", why=reason) for reason in _reasons(judged, approved)]
        return (*moved, *notify_staff(facts, book, "decision_wanted", remarks=why))
    # One mail, the one that says more.
    submitted = tuple(effect for effect in moved if not isinstance(effect, Write))
    allowed = Remark("approved by itself: {why}", why=approved_because(judged, book.returns))
    return (*submitted, *approved, *notify_staff(facts, book, "approved_by_rule", remarks=(allowed,)))


def _reasons(case: CaseFacts, refusal: Refusal) -> tuple[str, ...]:
    """Why the rules don't approve: what speaks against it whatever it costs, else the limit."""
    why = not_by_itself(case)
    return (why,) if why else refusal.reasons


@MAIL_WORDS.condition("a parcel for a case is named")
def _names_parcel(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The customer gives the number of one parcel, while a case of the ticket waits for one."""
    return sent_parcel(facts) is not None


@MAIL_WORDS.action("note the parcel")
def _note_parcel(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """The customer's parcel is on its way: its number is kept with the case."""
    sent = sent_parcel(facts)
    if sent is None:
        return ()
    case, number = sent
    mover = Mover(actor=Actor.CUSTOMER, address=facts.sender, today=facts.today)
    shipped = replace(by_itself(CaseEvent.SHIPPED), argument=number)
    moved = move_case(case, shipped, mover, book.returns, facts.calendar)
    return () if isinstance(moved, Refusal) else (UseCase(case_id=case.case_id), *moved)


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
    elif facts.words is not None and facts.words.start is not None:
        refused = order_refused(facts) or start_refused(facts)
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
