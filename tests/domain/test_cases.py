"""The transition table, held against a second writing of the policy: what isn't here must be refused."""

from __future__ import annotations

from itertools import product

import pytest

from mailbot.domain.cases import (
    TRANSITIONS,
    Actor,
    CaseEvent,
    CaseKind,
    CaseState,
    Consequence,
    NotPossible,
    Transition,
    find_transition,
    possible_events,
)
from mailbot.domain.commands import COMMAND_LINES
from tests.domain.examples import case

CUSTOMER_MAY = {
    "requested": {"form_incomplete": "needs_info", "form_complete": "submitted"},
    "needs_info": {"form_incomplete": "needs_info", "form_complete": "submitted"},
}
STAFF_MAY = {
    "requested": {"approve": "approved", "decline": "declined", "withdraw": "withdrawn"},
    "needs_info": {"approve": "approved", "decline": "declined", "withdraw": "withdrawn"},
    "submitted": {"approve": "approved", "decline": "declined", "withdraw": "withdrawn"},
    "declined": {"approve": "approved"},
    "approved": {"received": "received", "withdraw": "withdrawn"},
    "received": {"inspect_pass": "refund_due", "inspect_fail": "inspected_failed"},
    "inspected_failed": {"inspect_pass": "refund_due", "decline": "declined"},
    "refund_due": {"refunded": "refunded"},
}
MAY = {Actor.CUSTOMER: CUSTOMER_MAY, Actor.STAFF: STAFF_MAY}
FINAL = {CaseState.REFUNDED, CaseState.WITHDRAWN}
CLOSING = {CaseState.REFUNDED, CaseState.WITHDRAWN, CaseState.DECLINED}


@pytest.mark.parametrize(("state", "event", "by"), list(product(CaseState, CaseEvent, Actor)))
def test_everything_is_allowed_or_refused_as_the_policy_says(state: CaseState, event: CaseEvent, by: Actor) -> None:
    may = MAY[by].get(state.value, {})
    row = find_transition(CaseKind.RETURN, state, event, by)
    if event.value in may:
        assert isinstance(row, Transition)
        assert row.to.value == may[event.value]
    else:
        assert isinstance(row, NotPossible)
        assert (row.state, row.event) == (state, event)
        assert {e.value for e in row.possible} == set(may)
    assert {e.value for e in possible_events(CaseKind.RETURN, state, by)} == set(may)


def test_no_row_stands_twice() -> None:
    keys = [(row.kind, row.state, row.event, row.by) for row in TRANSITIONS]
    assert len(keys) == len(set(keys))


def _after(state: CaseState) -> set[CaseState]:
    """Every state that can still come after `state`."""
    found: set[CaseState] = set()
    for _ in CaseState:
        found |= {row.to for row in TRANSITIONS if row.state is state or row.state in found}
    return found


def test_every_state_can_be_reached_from_the_first() -> None:
    assert _after(CaseState.REQUESTED) | {CaseState.REQUESTED} == set(CaseState)


def test_only_final_states_cannot_be_left() -> None:
    assert {state for state in CaseState if not any(row.state is state for row in TRANSITIONS)} == FINAL


@pytest.mark.parametrize("state", sorted(set(CaseState) - FINAL))
def test_from_everywhere_an_end_can_be_reached_by_staff_alone(state: CaseState) -> None:
    reached = {state}
    for _ in CaseState:
        reached |= {row.to for row in TRANSITIONS if row.state in reached and row.by is Actor.STAFF}
    assert reached & FINAL


def test_money_moves_only_by_staff_and_only_after_the_goods_are_here() -> None:
    paying = [row for row in TRANSITIONS if {Consequence.BOOK_REFUND, Consequence.SETTLE_REFUND} & set(row.then)]
    assert paying
    for row in paying:
        assert row.by is Actor.STAFF
        assert row.state in _after(CaseState.RECEIVED) | {CaseState.RECEIVED}
    without_parcel = [row for row in TRANSITIONS if row.event is not CaseEvent.RECEIVE]
    reached = {CaseState.REQUESTED}
    for _ in CaseState:
        reached |= {row.to for row in without_parcel if row.state in reached}
    assert not any(row.state in reached for row in paying)


def test_on_no_path_is_a_refund_booked_twice_or_settled_before_it_is_booked() -> None:
    for row in TRANSITIONS:
        if Consequence.BOOK_REFUND in row.then:
            assert row.to is CaseState.REFUND_DUE
            later = [r for r in TRANSITIONS if r.state is row.to or r.state in _after(row.to)]
            assert not [r for r in later if Consequence.BOOK_REFUND in r.then]
        if Consequence.SETTLE_REFUND in row.then:
            assert row.state is CaseState.REFUND_DUE
    into_due = [row for row in TRANSITIONS if row.to is CaseState.REFUND_DUE]
    assert all(Consequence.BOOK_REFUND in row.then for row in into_due)


def test_a_ticket_closes_exactly_where_its_case_ends() -> None:
    for row in TRANSITIONS:
        assert (Consequence.CLOSE_TICKET in row.then) == (row.to in CLOSING), row
    for state in CaseState:
        assert case(state).is_open == (state not in CLOSING)


def test_the_customer_hears_of_every_move() -> None:
    assert [row for row in TRANSITIONS if not row.letter] == []


def test_every_staff_event_has_a_command() -> None:
    assert set(COMMAND_LINES) == {row.event for row in TRANSITIONS if row.by is Actor.STAFF}
