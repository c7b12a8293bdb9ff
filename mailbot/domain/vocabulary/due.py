"""The words for what time brings up."""

from __future__ import annotations

from dataclasses import replace

from mailbot.domain.cases import Actor, CaseEvent
from mailbot.domain.effects import CloseTicket, Effect, MarkTold, Reader, UseCase, UseTicket, Write
from mailbot.domain.facts import DueFacts
from mailbot.domain.moves import Mover, Refusal, by_itself, move_case
from mailbot.domain.remarks import Remark
from mailbot.domain.rules import RuleBook
from mailbot.domain.vocabulary.words import DUE_WORDS
from mailbot.domain.waiting import Step, Wait, last_day_after_reminder, milestones

_PROMISED = (Wait.REFUND.value, Wait.REPLACEMENT.value)
# What staff are told, and which step of the clock that is.
_TOLD = {
    "decision_waits": Step.TELL_STAFF,
    "arrival_waits": Step.TELL_STAFF,
    "parcel_lost": Step.TELL_LOST,
    "inspection_waits": Step.TELL_STAFF,
    "outcome_waits": Step.TELL_STAFF,
    "replacement_waits": Step.TELL_STAFF,
    "repair_waits": Step.TELL_STAFF,
    "refund_promise_near": Step.WARN_STAFF,
    "replacement_promise_near": Step.WARN_STAFF,
    "refund_overdue": Step.TELL_BROKEN,
    "replacement_overdue": Step.TELL_BROKEN,
}


def _is_due(facts: DueFacts, book: RuleBook, step: Step) -> bool:
    """The step's day has come, and it was not done since the wait began."""
    coming = milestones(facts.waiting, book.returns.waiting, facts.work.calendar)
    return any(each.step is step and each.on <= facts.today for each in coming)


def _waits_for(facts: DueFacts, argument: str) -> bool:
    return facts.waiting.wait is not None and facts.waiting.wait.value == argument


@DUE_WORDS.condition("it is time to remind the customer of", ("form", "parcel"))
def _time_to_remind(facts: DueFacts, book: RuleBook, argument: str) -> bool:
    """The days until a reminder are over since the case began to wait for it, or since the customer wrote last; they
    were not reminded yet, and can be written to."""
    return _waits_for(facts, argument) and _is_due(facts, book, Step.REMIND)


@DUE_WORDS.condition("it is time to give up waiting for", ("form", "parcel", "arrival"))
def _time_to_give_up(facts: DueFacts, book: RuleBook, argument: str) -> bool:
    """Its last day is over, the one that the customer was told and the one after a late reminder too."""
    return _waits_for(facts, argument) and _is_due(facts, book, Step.EXPIRE)


@DUE_WORDS.condition(
    "it is time to tell staff of", ("arrival", "decision", "inspection", "outcome", "replacement", "repair")
)
def _time_to_tell(facts: DueFacts, book: RuleBook, argument: str) -> bool:
    """The days that it may take are over, and staff were not told yet."""
    return _waits_for(facts, argument) and _is_due(facts, book, Step.TELL_STAFF)


@DUE_WORDS.condition("a promise is near its end", _PROMISED)
def _promise_near(facts: DueFacts, book: RuleBook, argument: str) -> bool:
    """The day to warn staff has come, it was not kept yet, and they were not warned."""
    return _waits_for(facts, argument) and _is_due(facts, book, Step.WARN_STAFF)


@DUE_WORDS.condition("a promise is broken", _PROMISED)
def _promise_broken(facts: DueFacts, book: RuleBook, argument: str) -> bool:
    """The last working day that was named to the customer is over, and the money was not paid or the replacement not
    sent (P13)."""
    promise = facts.waiting.promise
    return _waits_for(facts, argument) and promise is not None and promise.ends_on(facts.work.calendar) < facts.today


@DUE_WORDS.condition("staff were not told yet")
def _staff_not_told(facts: DueFacts, book: RuleBook, argument: str) -> bool:
    """Staff don't know of the broken promise."""
    return Step.TELL_BROKEN not in facts.waiting.told


@DUE_WORDS.condition("the customer was not told yet")
def _customer_not_told(facts: DueFacts, book: RuleBook, argument: str) -> bool:
    """The customer doesn't know of the broken promise, and can be written to."""
    return facts.waiting.reachable and Step.APOLOGISE not in facts.waiting.told


@DUE_WORDS.action("remind the customer")
def _remind(facts: DueFacts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """A letter says what is still waited for, and until when; once."""
    if not _is_due(facts, book, Step.REMIND):
        return ()
    until = last_day_after_reminder(facts.waiting, facts.today, book.returns.waiting, facts.work.calendar)
    letter = Write(template="case_reminder", to=Reader.CUSTOMER, automatic=True, with_order=True)
    return (*_about(facts), replace(_mark(facts, Step.REMIND), waits_until=until), letter)


@DUE_WORDS.action("let the case expire")
def _expire(facts: DueFacts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """The case is closed for now and the customer is told; their late answer, or #reopen, takes it up again."""
    if not _is_due(facts, book, Step.EXPIRE):
        return ()
    mover = Mover(actor=Actor.CLOCK, address="", today=facts.today)
    moved = move_case(facts.case, by_itself(CaseEvent.EXPIRE), mover, book.returns, facts.work.calendar)
    if isinstance(moved, Refusal):
        return ()
    closes = facts.ticket_is_open and not facts.others_open
    kept = [
        effect
        for effect in moved
        if (closes or not isinstance(effect, CloseTicket))
        and (facts.waiting.reachable or not isinstance(effect, Write))
    ]
    return (*_about(facts), _mark(facts, Step.EXPIRE), *kept)


@DUE_WORDS.action("tell staff that", tuple(_TOLD))
def _tell_staff(facts: DueFacts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """A notice to every member of the desk, once, with what they can do about it."""
    step = _TOLD[argument]
    if step is Step.TELL_LOST:
        due = step not in facts.waiting.told and _is_due(facts, book, Step.EXPIRE)
    else:
        due = _is_due(facts, book, step)
    if not due:
        return ()
    if argument == "refund_overdue":
        notice = Write(
            template="staff_refund_overdue", to=Reader.STAFF, automatic=False, headline=argument, with_order=True
        )
    else:
        notice = Write(
            template="staff_task",
            to=Reader.STAFF,
            automatic=False,
            headline=argument,
            remarks=(_since(facts),),
            with_order=True,
        )
    return (*_about(facts), _mark(facts, step), notice)


@DUE_WORDS.action("tell the customer that it is late")
def _apologise(facts: DueFacts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """A letter that owns up to the broken promise, once; it names no new day."""
    if not _is_due(facts, book, Step.APOLOGISE):
        return ()
    if facts.waiting.wait is Wait.REFUND:
        late = Write(template="refund_late", to=Reader.CUSTOMER, automatic=True, with_order=True)
    else:
        late = Write(template="exchange_late", to=Reader.CUSTOMER, automatic=True, with_order=True)
    return (*_about(facts), _mark(facts, Step.APOLOGISE), late)


def _about(facts: DueFacts) -> tuple[Effect, ...]:
    return (UseTicket(ticket_id=facts.waiting.ticket_id), UseCase(case_id=facts.waiting.case_id))


def _mark(facts: DueFacts, step: Step) -> MarkTold:
    return MarkTold(step=step, begun_at=facts.waiting.begun_at, on=facts.today)


def _since(facts: DueFacts) -> str:
    promise = facts.waiting.promise
    if promise is not None:
        return Remark("promised to the customer by {day}", day=promise.day.isoformat())
    return Remark("waiting since {day}", day=facts.waiting.begun_on.isoformat())
