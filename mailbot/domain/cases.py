"""What may happen to a case, as one table to be read from top to bottom (policy P7–P13).

Whatever isn't in `TRANSITIONS` is refused, with what is possible instead. Times and mails are
decided elsewhere; this file only knows states.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CaseKind(StrEnum):
    """What a case is about."""

    RETURN = "return"


class CaseState(StrEnum):
    """Where a case stands."""

    REQUESTED = "requested"  # the customer asked; the form is out
    NEEDS_INFO = "needs_info"  # the form came back with gaps
    SUBMITTED = "submitted"  # complete; staff decide (P10)
    APPROVED = "approved"  # the customer has the return address
    DECLINED = "declined"
    RECEIVED = "received"  # the goods are here, not yet inspected
    INSPECTED_FAILED = "inspected_failed"
    REFUND_DUE = "refund_due"  # inspected and booked; finance pays
    REFUNDED = "refunded"
    WITHDRAWN = "withdrawn"


class CaseEvent(StrEnum):
    """What can happen to a case."""

    FORM_INCOMPLETE = "form_incomplete"
    FORM_COMPLETE = "form_complete"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    DECLINE = "decline"
    RECEIVE = "received"
    INSPECT_PASS = "inspect_pass"
    INSPECT_FAIL = "inspect_fail"
    REFUND_PAID = "refunded"


class Actor(StrEnum):
    """Who makes a case move."""

    CUSTOMER = "customer"
    STAFF = "staff"


class Consequence(StrEnum):
    """What a transition brings about besides the new state and a letter."""

    BOOK_REFUND = "book the refund"  # once per case, never above what was paid (G6)
    SETTLE_REFUND = "settle the refund"
    CLOSE_TICKET = "close the ticket"
    ASK_STAFF = "ask staff for a decision"


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row of the table."""

    kind: CaseKind
    state: CaseState  # before
    event: CaseEvent
    by: Actor  # who may
    to: CaseState  # after
    letter: str | None = None  # template of the mail to the customer
    then: tuple[Consequence, ...] = ()


def _returns(
    state: CaseState,
    event: CaseEvent,
    by: Actor,
    to: CaseState,
    letter: str | None = None,
    *then: Consequence,
) -> Transition:
    return Transition(kind=CaseKind.RETURN, state=state, event=event, by=by, to=to, letter=letter, then=then)


_S, _E, _C, _T = CaseState, CaseEvent, Actor.CUSTOMER, Actor.STAFF
_ASK, _CLOSE = Consequence.ASK_STAFF, Consequence.CLOSE_TICKET
_BOOK, _SETTLE = Consequence.BOOK_REFUND, Consequence.SETTLE_REFUND

# fmt: off
TRANSITIONS: tuple[Transition, ...] = (
    # state                event                who  to                   letter                      then
    _returns(_S.REQUESTED,        _E.FORM_INCOMPLETE, _C, _S.NEEDS_INFO,       "case_form_missing"),
    _returns(_S.REQUESTED,        _E.FORM_COMPLETE,   _C, _S.SUBMITTED,        "return_submitted",         _ASK),
    _returns(_S.NEEDS_INFO,       _E.FORM_INCOMPLETE, _C, _S.NEEDS_INFO,       "case_form_missing"),
    _returns(_S.NEEDS_INFO,       _E.FORM_COMPLETE,   _C, _S.SUBMITTED,        "return_submitted",         _ASK),
    # Staff may decide on a form with gaps: they have the customer on the phone.
    _returns(_S.REQUESTED,        _E.APPROVE,         _T, _S.APPROVED,         "return_approved"),
    _returns(_S.NEEDS_INFO,       _E.APPROVE,         _T, _S.APPROVED,         "return_approved"),
    _returns(_S.SUBMITTED,        _E.APPROVE,         _T, _S.APPROVED,         "return_approved"),
    _returns(_S.REQUESTED,        _E.DECLINE,         _T, _S.DECLINED,         "case_declined",            _CLOSE),
    _returns(_S.NEEDS_INFO,       _E.DECLINE,         _T, _S.DECLINED,         "case_declined",            _CLOSE),
    _returns(_S.SUBMITTED,        _E.DECLINE,         _T, _S.DECLINED,         "case_declined",            _CLOSE),
    # A refusal can be wrong: staff can still approve.
    _returns(_S.DECLINED,         _E.APPROVE,         _T, _S.APPROVED,         "return_approved"),
    _returns(_S.APPROVED,         _E.RECEIVE,         _T, _S.RECEIVED,         "case_received"),
    _returns(_S.RECEIVED,         _E.INSPECT_PASS,    _T, _S.REFUND_DUE,       "refund_notice",            _BOOK),
    _returns(_S.RECEIVED,         _E.INSPECT_FAIL,    _T, _S.INSPECTED_FAILED, "return_inspection_failed"),
    # A second look, or goodwill.
    _returns(_S.INSPECTED_FAILED, _E.INSPECT_PASS,    _T, _S.REFUND_DUE,       "refund_notice",            _BOOK),
    _returns(_S.INSPECTED_FAILED, _E.DECLINE,         _T, _S.DECLINED,         "case_declined",            _CLOSE),
    _returns(_S.REFUND_DUE,       _E.REFUND_PAID,     _T, _S.REFUNDED,         "refund_settled",       _SETTLE, _CLOSE),
    # The customer keeps the goods after all; staff type it in, in step with what the customer wrote.
    _returns(_S.REQUESTED,        _E.WITHDRAW,        _T, _S.WITHDRAWN,        "case_withdrawn",           _CLOSE),
    _returns(_S.NEEDS_INFO,       _E.WITHDRAW,        _T, _S.WITHDRAWN,        "case_withdrawn",           _CLOSE),
    _returns(_S.SUBMITTED,        _E.WITHDRAW,        _T, _S.WITHDRAWN,        "case_withdrawn",           _CLOSE),
    _returns(_S.APPROVED,         _E.WITHDRAW,        _T, _S.WITHDRAWN,        "case_withdrawn",           _CLOSE),
)
# fmt: on


@dataclass(frozen=True, kw_only=True)
class NotPossible:
    """The answer when a transition isn't in the table."""

    state: CaseState  # where the case stands
    event: CaseEvent  # what was asked for
    possible: tuple[CaseEvent, ...]  # what this actor may do now, in the table's order


def find_transition(kind: CaseKind, state: CaseState, event: CaseEvent, by: Actor) -> Transition | NotPossible:
    """The row for this event, or what could be done instead."""
    for row in TRANSITIONS:
        if (row.kind, row.state, row.event, row.by) == (kind, state, event, by):
            return row
    return NotPossible(state=state, event=event, possible=possible_events(kind, state, by))


def possible_events(kind: CaseKind, state: CaseState, by: Actor) -> tuple[CaseEvent, ...]:
    """What `by` may do with a case in `state`, in the table's order."""
    return tuple(row.event for row in TRANSITIONS if (row.kind, row.state, row.by) == (kind, state, by))
