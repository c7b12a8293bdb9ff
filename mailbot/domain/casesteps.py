"""One step of a case: the row of the table whose guards hold, with the pieces and the money that belong to it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from mailbot.domain.cases import (
    Actor,
    CaseEvent,
    CaseKind,
    CaseState,
    Consequence,
    Guard,
    NotPossible,
    Row,
    possible_events,
    rows_for,
)
from mailbot.domain.forms import Item
from mailbot.domain.orders import Order
from mailbot.domain.pieces import Pieces, PiecesRefused, ask_for, mark_damaged, receive, sound_items
from mailbot.domain.refunds import PLAIN, RefundRefused, RefundSum, RefundTerms, refund_sum
from mailbot.domain.remarks import Remark


@dataclass(frozen=True, kw_only=True)
class DeskCase:
    """A case as it stands."""

    kind: CaseKind
    state: CaseState
    pieces: Pieces  # () while it isn't known what goes back
    refund_wanted_by: str = ""  # address of the person who decided for a refund that needs a second one
    refund: RefundSum | None = None  # booked; at most one in the life of a case


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What else is known about the order, and the limits that the owner set."""

    order: Order
    refunded_before: Decimal = Decimal(0)  # sum of all refunds booked for the order under other cases
    refunded_items: tuple[Item, ...] = ()  # the pieces of those refunds
    claimed_items: tuple[Item, ...] = ()  # asked for under other open cases, not refunded
    terms: RefundTerms = PLAIN
    automatic_up_to: Decimal | None = (
        None  # up to this price of the pieces the rules approve by themselves; None: never
    )
    second_person_above: Decimal | None = None  # above this refund a second person must agree; None: never

    @property
    def gone(self) -> tuple[Item, ...]:
        """Pieces that this case can't be about."""
        return (*self.refunded_items, *self.claimed_items)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that happens to a case."""

    event: CaseEvent
    by: Actor
    address: str = ""  # lower case, of a person
    items: tuple[Item, ...] = ()  # APPROVE: what goes back; RECEIVE: what arrived; INSPECT_PASS: what is damaged


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A step that is taken."""

    case: DeskCase  # after it
    row: Row
    wanted: RefundSum | None = None  # the refund to which a second person has to agree

    @property
    def letter(self) -> str:
        """Template of the mail to the customer, "" for none."""
        return self.row.letter_about(self.case.kind)


@dataclass(frozen=True, kw_only=True)
class StepRefused:
    """A step that is not taken; `reason` is for the one who asked for it."""

    reason: str


def take(case: DeskCase, step: Step, ledger: Ledger) -> Moved | StepRefused | NotPossible:
    """The case after a step, or why it can't be taken now and what can. Nothing is half done."""
    rows = tuple(rows_for(case.kind, case.state, step.event, step.by))
    if not rows:
        possible = possible_events(case.kind, case.state, step.by)
        return NotPossible(kind=case.kind, state=case.state, event=step.event, possible=possible)
    pieces = _pieces(case, step, ledger)
    if isinstance(pieces, PiecesRefused):
        return StepRefused(reason=pieces.reason)
    after = replace(case, pieces=pieces)
    wanted = refund_sum(ledger.order, sound_items(pieces), ledger.refunded_before, ledger.refunded_items, ledger.terms)
    reason = ""
    for row in rows:
        failed = (_CHECKS[guard](after, step, ledger, wanted) for guard in row.guards)
        reason = next((each for each in failed if each), "")
        if not reason:
            open_to = wanted if Consequence.ASK_ANOTHER in row.then and isinstance(wanted, RefundSum) else None
            return Moved(case=_moved(after, step, row, wanted), row=row, wanted=open_to)
    return StepRefused(reason=reason)


def _pieces(case: DeskCase, step: Step, ledger: Ledger) -> Pieces | PiecesRefused:
    """The pieces as the step counts them; the numbers are looked at anew whenever they matter."""
    asked = tuple(Item(model=line.model, quantity=line.asked) for line in case.pieces)
    if step.event in (CaseEvent.APPROVE, CaseEvent.RECEIVE) and (step.items or asked):
        items = step.items if step.event is CaseEvent.APPROVE and step.items else asked
        known = ask_for(ledger.order, items or step.items, ledger.gone)
        if isinstance(known, PiecesRefused) or step.event is CaseEvent.APPROVE:
            return known
        return receive(known, step.items)
    if step.event is CaseEvent.INSPECT_PASS:
        return mark_damaged(case.pieces, step.items)
    if step.event is CaseEvent.FORM_COMPLETE and step.items:
        return ask_for(ledger.order, step.items, ledger.gone)
    return case.pieces


def _moved(case: DeskCase, step: Step, row: Row, wanted: RefundSum | RefundRefused) -> DeskCase:
    refund = wanted if Consequence.BOOK_REFUND in row.then and isinstance(wanted, RefundSum) else case.refund
    # Whoever decides otherwise in between takes the wish for a refund back.
    wanted_by = case.refund_wanted_by if Consequence.BOOK_REFUND in row.then else ""
    if Consequence.ASK_ANOTHER in row.then:
        wanted_by = step.address
    return replace(case, state=row.to, refund=refund, refund_wanted_by=wanted_by)


# Each gives the reason why a guard doesn't hold, "" where it does.


def _pieces_known(case: DeskCase, step: Step, ledger: Ledger, wanted: RefundSum | RefundRefused) -> str:
    return "" if case.pieces else Remark("it isn't known what goes back: name model and number")


def _within_automatic_limit(case: DeskCase, step: Step, ledger: Ledger, wanted: RefundSum | RefundRefused) -> str:
    if ledger.automatic_up_to is None:
        return Remark("no limit is set up to which the rules may approve")
    asked = tuple(Item(model=line.model, quantity=line.asked) for line in case.pieces)
    price = refund_sum(ledger.order, asked, ledger.refunded_before, ledger.refunded_items, ledger.terms)
    if isinstance(price, RefundRefused):
        return price.reason
    if price.amount > ledger.automatic_up_to:
        return Remark(
            "{amount} {currency} is above {limit}, up to which the rules may approve",
            amount=str(price.amount),
            currency=ledger.order.currency,
            limit=str(ledger.automatic_up_to),
        )
    return ""


def _pieces_sound(case: DeskCase, step: Step, ledger: Ledger, wanted: RefundSum | RefundRefused) -> str:
    return "" if sound_items(case.pieces) else Remark("no piece passed the inspection")


def _refund_possible(case: DeskCase, step: Step, ledger: Ledger, wanted: RefundSum | RefundRefused) -> str:
    if case.refund is not None:
        return Remark("the refund of this case is booked already")
    return wanted.reason if isinstance(wanted, RefundRefused) else ""


def _one_person_is_enough(case: DeskCase, step: Step, ledger: Ledger, wanted: RefundSum | RefundRefused) -> str:
    most = ledger.second_person_above
    if most is None or (isinstance(wanted, RefundSum) and wanted.amount <= most):
        return ""
    return Remark(
        "a second person must agree to more than {amount} {currency}", amount=str(most), currency=ledger.order.currency
    )


def _another_person(case: DeskCase, step: Step, ledger: Ledger, wanted: RefundSum | RefundRefused) -> str:
    if not case.refund_wanted_by:
        return Remark("nobody has decided for a refund yet")
    if step.address in ("", case.refund_wanted_by):
        return Remark("somebody else than {address} must agree", address=case.refund_wanted_by)
    return ""


_CHECKS = {
    Guard.PIECES_KNOWN: _pieces_known,
    Guard.WITHIN_AUTOMATIC_LIMIT: _within_automatic_limit,
    Guard.PIECES_SOUND: _pieces_sound,
    Guard.REFUND_POSSIBLE: _refund_possible,
    Guard.ONE_PERSON_IS_ENOUGH: _one_person_is_enough,
    Guard.ANOTHER_PERSON: _another_person,
}
