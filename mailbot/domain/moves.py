"""From "this happens to the case" to effects: the transition table applied to the facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from mailbot.domain.cases import Actor, CaseEvent, CaseState, Consequence, NotPossible, find_transition, possible_events
from mailbot.domain.commands import COMMAND_LINES, REASONED_EVENTS, Command, paid_on
from mailbot.domain.effects import (
    BookRefund,
    CloseTicket,
    Effect,
    FillForm,
    MoveCase,
    Reader,
    ReopenTicket,
    SettleRefund,
    UseCase,
    Write,
)
from mailbot.domain.facts import CaseFacts
from mailbot.domain.forms import Item, named_items, write_items
from mailbot.domain.numbers import case_number
from mailbot.domain.refunds import RefundRefused, refund_amount
from mailbot.domain.remarks import Remark
from mailbot.domain.rules import ReturnPolicy
from mailbot.domain.sayings import Saying, Says
from mailbot.domain.workdays import WorkCalendar, add_working_days


@dataclass(frozen=True, kw_only=True)
class Mover:
    """Who moves a case, and when."""

    actor: Actor
    address: str  # lower case
    today: date  # in the desk's time zone


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A move that is not carried out; the reasons are for the person who asked for it."""

    reasons: tuple[str, ...] = ()
    sayings: tuple[Saying, ...] = ()  # what the templates have words for


def move_case(
    case: CaseFacts, command: Command, mover: Mover, policy: ReturnPolicy, calendar: WorkCalendar
) -> tuple[Effect, ...] | Refusal:
    """The effects of one event on a case, or why it can't happen now."""
    row = find_transition(case.kind, case.state, command.event, mover.actor)
    if isinstance(row, NotPossible):
        return Refusal(reasons=(_explain(row),))
    effects: list[Effect] = []
    if command.event is CaseEvent.APPROVE:
        items = _items_to_approve(case, command)
        if isinstance(items, Refusal):
            return items
        if items != case.items:
            effects.append(FillForm(answers=case.answers, items=items))
    effects.append(
        MoveCase(
            event=command.event,
            expected=case.state,
            to=row.to,
            by=mover.actor,
            by_address=mover.address,
            reason=command.argument if command.event in REASONED_EVENTS else "",
        )
    )
    if case.state is CaseState.DECLINED:
        effects.append(ReopenTicket())
    if Consequence.BOOK_REFUND in row.then:
        booking = _book_refund(case, mover, policy, calendar)
        if isinstance(booking, Refusal):
            return booking
        effects.append(booking)
    if Consequence.SETTLE_REFUND in row.then:
        if paid_on(command, mover.today) > mover.today:
            return Refusal(
                reasons=(
                    Remark("{line}: that day is still to come; write it when the money is paid", line=command.line),
                )
            )
        effects.append(SettleRefund(paid_on=paid_on(command, mover.today), by_address=mover.address))
    if row.letter:
        effects.append(
            Write(
                template=row.letter,
                to=Reader.CUSTOMER,
                automatic=mover.actor is Actor.CUSTOMER,
                with_order=True,
            )
        )
    if Consequence.CLOSE_TICKET in row.then:
        effects.append(CloseTicket())
    return tuple(effects)


def _items_to_approve(case: CaseFacts, command: Command) -> tuple[Item, ...] | Refusal:
    """What goes back: what staff name in the command, else what the form says. An approval without is a dead end."""
    items = named_items(command.argument, case.order) if command.argument else case.items
    if items:
        return items
    bought = write_items([Item(model=line.model, quantity=line.quantity) for line in case.order.lines])
    return Refusal(reasons=(Remark("it isn't clear what goes back: name it, as in #approve {bought}", bought=bought),))


def move_cases(
    cases: Sequence[CaseFacts], commands: Sequence[Command], mover: Mover, policy: ReturnPolicy, calendar: WorkCalendar
) -> tuple[Effect, ...] | Refusal:
    """Several commands of one mail about the cases of one ticket: all of them in order, or none.

    A ticket is closed only when none of its cases is open any more.
    """
    effects: list[Effect] = []
    now = {case.case_id: case for case in cases}
    closing = False
    for command in commands:
        meant = case_meant(command, cases)
        if isinstance(meant, Refusal):
            return meant
        case = now[meant.case_id]
        moved = move_case(case, command, mover, policy, calendar)
        if isinstance(moved, Refusal):
            return moved
        effects.append(UseCase(case_id=case.case_id))
        effects.extend(effect for effect in moved if not isinstance(effect, CloseTicket))
        closing = closing or any(isinstance(effect, CloseTicket) for effect in moved)
        for effect in moved:
            if isinstance(effect, MoveCase):
                now[case.case_id] = replace(now[case.case_id], state=effect.to)
            elif isinstance(effect, FillForm):
                now[case.case_id] = replace(now[case.case_id], items=effect.items)
            elif isinstance(effect, BookRefund):
                now = {key: _after_booking(other, now[case.case_id], effect) for key, other in now.items()}
    if closing and not any(case.is_open for case in now.values()):
        effects.append(CloseTicket())
    return tuple(effects)


def _after_booking(other: CaseFacts, case: CaseFacts, booking: BookRefund) -> CaseFacts:
    """Another case of the same order, once the refund of `case` is booked: no piece is paid back twice (G6)."""
    if other.case_id == case.case_id or other.order.number != booking.order_number:
        return other
    return replace(
        other,
        refunded_before=other.refunded_before + booking.amount,
        returned_before=(*other.returned_before, *case.items),
    )


def case_meant(command: Command, cases: Sequence[CaseFacts]) -> CaseFacts | Refusal:
    """The case of the ticket that a command is about: the one it names, else the only open one, else the only one."""
    if command.case_number:
        named = [case for case in cases if case_number(case.case_id) == command.case_number]
        if named:
            return named[0]
        return Refusal(sayings=(Saying(key=Says.NO_SUCH_CASE, numbers=(command.case_number,), text=command.line),))
    possible = [case for case in cases if case.is_open] or list(cases)
    if len(possible) == 1:
        return possible[0]
    numbers = tuple(case_number(case.case_id) for case in reversed(possible))
    return Refusal(sayings=(Saying(key=Says.SEVERAL_CASES, numbers=numbers, text=command.line),))


def asks_staff(case: CaseFacts, event: CaseEvent, by: Actor) -> bool:
    """True where the transition's row wants a decision from staff."""
    row = find_transition(case.kind, case.state, event, by)
    return not isinstance(row, NotPossible) and Consequence.ASK_STAFF in row.then


def _book_refund(case: CaseFacts, mover: Mover, policy: ReturnPolicy, calendar: WorkCalendar) -> BookRefund | Refusal:
    if case.refund is not None:
        return Refusal(reasons=(Remark("the refund of this case is booked already"),))
    if not case.items:
        return Refusal(reasons=(Remark("it isn't known which items came back"),))
    amount = refund_amount(case.order, case.items, case.refunded_before, case.returned_before)
    if isinstance(amount, RefundRefused):
        return Refusal(reasons=(amount.reason,))
    promise = add_working_days(calendar, mover.today, policy.refund_days_max)
    return BookRefund(
        order_number=case.order.number,
        amount=amount,
        currency=case.order.currency,
        payment_method=case.order.payment_method,
        due_on=promise.day,
        due_is_provisional=promise.provisional,
        decided_by=mover.address,
    )


def _explain(answer: NotPossible) -> str:
    what = COMMAND_LINES.get(answer.event, answer.event.value)
    if not answer.possible:
        return Remark(
            "{what} is not possible: the case is {state} and nothing more can happen to it",
            what=what,
            state=_in_words(answer.state),
        )
    lines = ", ".join(COMMAND_LINES.get(event, event.value) for event in answer.possible)
    return Remark(
        "{what} is not possible while the case is {state}; possible now: {lines}",
        what=what,
        state=_in_words(answer.state),
        lines=lines,
    )


def _in_words(state: CaseState) -> str:
    return state.value.replace("_", " ")


def commands_now(case: CaseFacts | None) -> tuple[CaseEvent, ...]:
    """What staff may do with the case now."""
    return () if case is None else possible_events(case.kind, case.state, Actor.STAFF)
