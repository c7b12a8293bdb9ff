"""What is said of a step of a case: why it isn't taken, why it was, and what a second person agrees to."""

from __future__ import annotations

from datetime import date, timedelta

from mailbot.domain.cases import Actor, CaseEvent, NotPossible, in_words
from mailbot.domain.casesteps import Moved
from mailbot.domain.commanddetails import Details
from mailbot.domain.commands import COMMAND_LINES, REASONED_EVENTS, Command, paid_on
from mailbot.domain.facts import CaseFacts
from mailbot.domain.forms import write_items
from mailbot.domain.pieces import items_left
from mailbot.domain.proposals import approved_because
from mailbot.domain.remarks import Remark
from mailbot.domain.rules import ReturnPolicy


def explain(answer: NotPossible) -> str:
    """What is possible instead of an event that the table doesn't have."""
    what = COMMAND_LINES.get(answer.event, in_words(answer.event))
    if not answer.possible:
        return Remark(
            "{what} is not possible: the case is {state} and nothing more can happen to it",
            what=what,
            state=in_words(answer.state),
        )
    lines = ", ".join(COMMAND_LINES.get(event, in_words(event)) for event in answer.possible)
    return Remark(
        "{what} is not possible while the case is {state}; possible now: {lines}",
        what=what,
        state=in_words(answer.state),
        lines=lines,
    )


def cant(case: CaseFacts, command: Command, reason: str) -> str:
    """Why a guard doesn't let a step be taken, and for an approval what to write."""
    if command.event is CaseEvent.APPROVE and not case.items and not command.argument:
        left = items_left(case.order, (*case.returned_before, *case.claimed_elsewhere))
        if left:
            return Remark("it isn't clear what goes back: name it, as in #approve {bought}", bought=write_items(left))
    return Remark("{line}: {why}", line=command.line, why=reason) if command.line else reason


def cant_be_paid_then(case: CaseFacts, command: Command, today: date) -> str:
    """Why a refund can't have been paid on the day that staff name; "" where it can."""
    day = paid_on(command, today)
    if day > today:
        return Remark("{line}: that day is still to come; write it when the money is paid", line=command.line)
    booked = case.refund.booked_at if case.refund is not None else None
    # Days of two time zones are at most one apart.
    if booked is not None and day < booked.date() - timedelta(days=1):
        return Remark("{line}: the refund was decided later than that", line=command.line)
    return ""


def cant_be_promised(case: CaseFacts, command: Command, day: date, today: date) -> str:
    """Why the customer can't be told that day for the refund; "" where they can."""
    if day < today:
        return Remark("{line}: that day is over", line=command.line)
    if case.refund is not None and day == case.refund.due_on:
        return Remark("{line}: that is the day that the customer was told", line=command.line)
    return ""


def open_refund(case: CaseFacts, address: str, details: Details, taken: Moved) -> tuple[str, ...]:
    """What a second person agrees to, () where nobody is asked."""
    if taken.wanted is None:
        return ()
    currency = case.order.currency
    decided = Remark(
        "{address} decided for a refund of {amount} {currency}",
        address=address,
        amount=str(taken.wanted.amount),
        currency=currency,
    )
    if not details.deduction:
        return (decided,)
    deducted = Remark(
        "{amount} {currency} are deducted: {reason}",
        amount=str(details.deduction),
        currency=currency,
        reason=details.deduction_reason,
    )
    return (decided, deducted)


def reason_of(case: CaseFacts, command: Command, actor: Actor, policy: ReturnPolicy, details: Details) -> str:
    """Why it happened: by which terms the rules approved, for the record; else what the customer can be told of a
    decision, of pieces that failed, or of a deduction."""
    if actor is Actor.RULES:
        return approved_because(case, policy)
    if command.event in REASONED_EVENTS:
        return command.argument
    if command.event is not CaseEvent.INSPECT_PASS:
        return ""
    return details.reason if details.items else details.deduction_reason
