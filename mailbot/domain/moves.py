"""From "this happens to the case" to effects: one step of the table, with what it brings about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from mailbot.domain.cases import (
    CLAIMING,
    Actor,
    CaseEvent,
    Consequence,
    NotPossible,
    possible_events,
    rows_for,
)
from mailbot.domain.casesteps import DeskCase, Ledger, Moved, Step, StepRefused, take
from mailbot.domain.commanddetails import Details, Unreadable, read_details
from mailbot.domain.commands import Command, paid_on
from mailbot.domain.effects import (
    BookRefund,
    CloseTicket,
    CountPieces,
    Effect,
    FillForm,
    MoveCase,
    NoteParcel,
    PromiseRefund,
    Reader,
    ReopenTicket,
    SettleRefund,
    UseCase,
    Write,
)
from mailbot.domain.eligibility import best_terms
from mailbot.domain.facts import CaseFacts
from mailbot.domain.forms import Item
from mailbot.domain.numbers import case_number
from mailbot.domain.pieces import LinePieces, Pieces, counted, sound_items
from mailbot.domain.proposals import not_by_itself
from mailbot.domain.remarks import Remark
from mailbot.domain.rules import ReturnPolicy
from mailbot.domain.sayings import Saying, Says
from mailbot.domain.stepwords import cant, cant_be_paid_then, cant_be_promised, explain, open_refund, reason_of
from mailbot.domain.waiting import last_day
from mailbot.domain.workdays import WorkCalendar, add_working_days


@dataclass(frozen=True, kw_only=True)
class Mover:
    """Who moves a case, and when."""

    actor: Actor
    address: str  # lower case; "" where it is no person
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
    if not any(rows_for(case.kind, case.state, command.event, mover.actor)):
        possible = possible_events(case.kind, case.state, mover.actor)
        return Refusal(
            reasons=(explain(NotPossible(kind=case.kind, state=case.state, event=command.event, possible=possible)),)
        )
    details = read_details(command, case.order)
    if isinstance(details, Unreadable):
        return Refusal(reasons=(details.reason,))
    if command.event is CaseEvent.CONFIRM:  # to what was decided, and nothing else
        details = replace(details, deduction=case.deduction, deduction_reason=case.deduction_reason)
    step = Step(event=command.event, by=mover.actor, address=mover.address, items=details.items)
    taken = take(desk_case(case), step, ledger_of(case, policy, details.deduction))
    if isinstance(taken, NotPossible):
        return Refusal(reasons=(explain(taken),))
    if isinstance(taken, StepRefused):
        return Refusal(reasons=(cant(case, command, taken.reason),))
    if Consequence.SETTLE_REFUND in taken.row.then and (why := cant_be_paid_then(case, command, mover.today)):
        return Refusal(reasons=(why,))
    if details.refund_by and (why := cant_be_promised(case, command, details.refund_by, mover.today)):
        return Refusal(reasons=(why,))
    return tuple(_effects(case, command, mover, policy, calendar, details, taken))


def by_itself(event: CaseEvent) -> Command:
    """An event that nobody wrote a line for."""
    return Command(event=event, argument="", line="")


def _effects(
    case: CaseFacts,
    command: Command,
    mover: Mover,
    policy: ReturnPolicy,
    calendar: WorkCalendar,
    details: Details,
    taken: Moved,
) -> Iterable[Effect]:
    """What a step that is taken brings about, in order."""
    after, then = taken.case, taken.row.then
    asked = tuple(Item(model=line.model, quantity=line.asked) for line in after.pieces)
    if asked != case.items or details.wanted:
        wanted = {"wanted": details.wanted} if details.wanted else {}
        yield FillForm(answers={**case.answers, **wanted}, items=asked)
    counts = CountPieces(
        received=tuple(Item(model=line.model, quantity=line.received) for line in after.pieces if line.received),
        damaged=tuple(Item(model=line.model, quantity=line.damaged) for line in after.pieces if line.damaged),
    )
    if (counts.received, counts.damaged) != (case.received, case.damaged):
        yield counts
    if details.tracking or details.reference:
        theirs = command.event is CaseEvent.SHIPPED
        yield NoteParcel(
            tracking=details.tracking if theirs else "",
            sent_tracking="" if theirs else details.tracking,
            sent_reference=details.reference,
        )
    yield MoveCase(
        event=command.event,
        expected=case.state,
        to=taken.row.to,
        by=mover.actor,
        by_address=mover.address,
        reason=reason_of(case, command, mover.actor, policy, details),
        refund_wanted_by=after.refund_wanted_by,
        # What was promised stands, whichever model it is.
        waits_until=case.waits_until
        if command.event is CaseEvent.WANT
        else last_day(taken.row.to, mover.today, policy.waiting, calendar),
        deduction=details.deduction if after.refund_wanted_by else Decimal(0),
        deduction_reason=details.deduction_reason if after.refund_wanted_by else "",
    )
    if Consequence.OPEN_TICKET in then:
        yield ReopenTicket()
    if Consequence.BOOK_REFUND in then and after.refund is not None:
        promise = add_working_days(calendar, mover.today, policy.refund_days_max)
        yield BookRefund(
            order_number=case.order.number,
            parts=after.refund,
            deduction_reason=details.deduction_reason,
            currency=case.order.currency,
            payment_method=case.order.payment_method,
            due_on=promise.day,
            due_is_provisional=promise.provisional,
            decided_by=mover.address,
        )
    if details.refund_by is not None:
        yield PromiseRefund(due_on=details.refund_by)
    if Consequence.SETTLE_REFUND in then:
        yield SettleRefund(paid_on=paid_on(command, mover.today), by_address=mover.address)
    for consequence, headline in TASKS.items():
        if consequence in then:
            yield Write(
                template="staff_task",
                to=Reader.STAFF,
                automatic=False,
                headline=headline,
                remarks=open_refund(case, mover.address, details, taken),
                with_order=True,
            )
    if taken.letter:
        automatic = mover.actor is not Actor.STAFF
        yield Write(template=taken.letter, to=Reader.CUSTOMER, automatic=automatic, with_order=True)
    if Consequence.CLOSE_TICKET in then:
        yield CloseTicket()


# What staff are asked to do next, besides deciding about a form, which comes with the mail that brought it.
TASKS = {
    Consequence.ASK_ANOTHER: "second_person_wanted",
    Consequence.ORDER_REPLACEMENT: "replacement_wanted",
}


def desk_case(case: CaseFacts) -> DeskCase:
    """The case as the table's steps see it."""
    return DeskCase(
        kind=case.kind,
        state=case.state,
        pieces=_pieces(case),
        refund_wanted_by=case.refund_wanted_by,
        refund=case.refund.parts if case.refund is not None else None,
    )


def _pieces(case: CaseFacts) -> Pieces:
    bought = Counter({line.model: line.quantity for line in case.order.lines})
    gone = counted((*case.returned_before, *case.claimed_elsewhere))
    received, damaged = counted(case.received), counted(case.damaged)
    return tuple(
        LinePieces(
            model=item.model,
            bought=bought[item.model],
            gone=gone[item.model],
            asked=item.quantity,
            received=received[item.model],
            damaged=damaged[item.model],
        )
        for item in case.items
    )


def ledger_of(case: CaseFacts, policy: ReturnPolicy, deduction: Decimal = Decimal(0)) -> Ledger:
    """What else is known about the case's order, and the limits for decisions about it.

    Rules approve by themselves only what `not_by_itself` has nothing against.
    """
    currency = case.order.currency
    return Ledger(
        order=case.order,
        refunded_before=case.refunded_before,
        refunded_items=case.returned_before,
        claimed_items=case.claimed_elsewhere,
        terms=replace(best_terms(case.verdicts), deduction=deduction),
        automatic_up_to=None if not_by_itself(case) else policy.automatic_up_to.get(currency),
        second_person_above=policy.second_person_above.get(currency),
    )


def move_cases(
    cases: Sequence[CaseFacts], commands: Sequence[Command], mover: Mover, policy: ReturnPolicy, calendar: WorkCalendar
) -> tuple[Effect, ...] | Refusal:
    """Several commands of one mail about the cases of one ticket: all of them in order, or none.

    A ticket is closed only when none of its cases is open any more.
    """
    if _decides_in_two_ways(cases, commands):
        return Refusal(reasons=(Remark("the mail decides about one case in two ways: send the one that you mean"),))
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
        now = _after(now, case, moved)
    if closing and not any(case.is_open for case in now.values()):
        effects.append(CloseTicket())
    return tuple(effects)


# Of each of these a mail can take only one for a case.
_EITHER = (
    frozenset({CaseEvent.APPROVE, CaseEvent.DECLINE, CaseEvent.WITHDRAW}),
    frozenset({CaseEvent.INSPECT_PASS, CaseEvent.INSPECT_FAIL}),
    frozenset({CaseEvent.REPAIR, CaseEvent.REPLACE, CaseEvent.REFUND_INSTEAD, CaseEvent.SEND_BACK}),
)


def _decides_in_two_ways(cases: Sequence[CaseFacts], commands: Sequence[Command]) -> bool:
    events: dict[int, set[CaseEvent]] = {}
    for command in commands:
        meant = case_meant(command, cases)
        if isinstance(meant, CaseFacts):
            events.setdefault(meant.case_id, set()).add(command.event)
    return any(len(of_case & either) > 1 for of_case in events.values() for either in _EITHER)


def _after(now: Mapping[int, CaseFacts], case: CaseFacts, moved: Sequence[Effect]) -> dict[int, CaseFacts]:
    """The cases of a ticket once a step of one of them is taken: no piece goes back twice, none is paid twice (G6)."""
    after, booked = case, None
    for effect in moved:
        match effect:
            case MoveCase():
                after = replace(
                    after,
                    state=effect.to,
                    refund_wanted_by=effect.refund_wanted_by,
                    deduction=effect.deduction,
                    deduction_reason=effect.deduction_reason,
                )
            case FillForm():
                after = replace(after, items=effect.items)
            case CountPieces():
                after = replace(after, received=effect.received, damaged=effect.damaged)
            case BookRefund():
                booked = effect
    return {key: after if key == case.case_id else _beside(other, case, after, booked) for key, other in now.items()}


def _beside(other: CaseFacts, before: CaseFacts, after: CaseFacts, booked: BookRefund | None) -> CaseFacts:
    """Another case of the ticket, once `before` became `after`."""
    if other.order.number != after.order.number:
        return other
    claimed = counted(other.claimed_elsewhere)
    claimed.subtract(counted(claims(before)))
    claimed.update(counted(claims(after)))
    left = tuple(Item(model=model, quantity=number) for model, number in claimed.items() if number > 0)
    if booked is None:
        return replace(other, claimed_elsewhere=left)
    return replace(
        other,
        claimed_elsewhere=left,
        refunded_before=other.refunded_before + booked.amount,
        returned_before=(*other.returned_before, *sound_items(desk_case(after).pieces)),
    )


def claims(case: CaseFacts) -> tuple[Item, ...]:
    """The pieces that no other case can be about."""
    if case.state not in CLAIMING:
        return ()
    received = counted(case.received)
    return tuple(replace(item, quantity=max(item.quantity, received[item.model])) for item in case.items)


def paid_for(case: CaseFacts) -> tuple[Item, ...]:
    """The pieces that the case's refund is for; () without one."""
    return sound_items(desk_case(case).pieces) if case.refund is not None else ()


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
    """True where a row for the event wants a decision from staff."""
    return any(Consequence.ASK_STAFF in row.then for row in rows_for(case.kind, case.state, event, by))


def commands_now(case: CaseFacts | None) -> tuple[CaseEvent, ...]:
    """What staff may do with the case now."""
    return () if case is None else possible_events(case.kind, case.state, Actor.STAFF)
