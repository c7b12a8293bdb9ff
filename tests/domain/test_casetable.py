"""The table of cases, held against a second writing of the policy: what isn't here must be refused (P3–P13)."""

from __future__ import annotations

from itertools import product

import pytest

from mailbot.domain import cases
from mailbot.domain.casetable import (
    TABLE,
    Effect,
    Event,
    Guard,
    Kind,
    State,
    Who,
    possible_events,
    refusal,
    rows_for,
)

# state: who event>to …; c customer, s staff, r rules, t the clock. Two ways out are parted by a stroke.
EVERY = """
requested: c form_incomplete>needs_info, c form_complete>submitted, t expire>expired, s approve>approved,
  s decline>declined, s withdraw>withdrawn
needs_info: c form_incomplete>needs_info, c form_complete>submitted, t expire>expired, s approve>approved,
  s decline>declined, s withdraw>withdrawn
submitted: s approve>approved, r approve>approved, s decline>declined, s withdraw>withdrawn
approved: t expire>expired, s shipped>in_transit, c shipped>in_transit, s received>received, s withdraw>withdrawn
in_transit: t expire>expired, s received>received, s withdraw>withdrawn
expired: c form_incomplete>needs_info, c form_complete>submitted, s reopen>requested, s approve>approved,
  s received>received, s close>closed, t close>closed
withdrawn: s reopen>requested, s close>closed, t close>closed
declined: s approve>approved, s close>closed, t close>closed
received: s inspect_fail>inspected_failed, s send_back>closed
inspected_ok: s inspect_fail>inspected_failed, s send_back>closed, s confirm>refund_due
inspected_failed: s decline>declined, s send_back>closed
refund_due: s refunded>refunded
refunded: s close>closed, t close>closed
"""
SPECIAL = {
    Kind.RETURN: """
received: s inspect_pass>refund_due|inspected_ok
inspected_failed: s inspect_pass>refund_due|inspected_ok
""",
    Kind.EXCHANGE: """
received: s inspect_pass>exchange_due
inspected_failed: s inspect_pass>exchange_due
inspected_ok: s replace>exchange_due, s refund_instead>refund_due|inspected_ok
exchange_due: s replaced>replaced, s refund_instead>refund_due|inspected_ok
replaced: s close>closed, t close>closed
""",
    Kind.WARRANTY: """
received: s inspect_pass>inspected_ok
inspected_failed: s inspect_pass>inspected_ok
inspected_ok: s repair>repair, s replace>exchange_due, s refund_instead>refund_due|inspected_ok
repair: s repaired>repaired, s replace>exchange_due, s refund_instead>refund_due|inspected_ok
exchange_due: s replaced>replaced, s refund_instead>refund_due|inspected_ok
repaired: s close>closed, t close>closed
replaced: s close>closed, t close>closed
""",
}
WHO = {"c": Who.CUSTOMER, "s": Who.STAFF, "r": Who.RULES, "t": Who.CLOCK}


def _read(text: str) -> dict[tuple[State, Who, Event], list[State]]:
    found = {}
    for line in text.replace("\n  ", " ").strip().splitlines():
        state, _, moves = line.partition(": ")
        for move in moves.split(", "):
            who, _, rest = move.strip().partition(" ")
            event, _, to = rest.partition(">")
            found[State(state), WHO[who], Event(event)] = [State(each) for each in to.split("|")]
    return found


POLICY = {kind: {**_read(EVERY), **_read(text)} for kind, text in SPECIAL.items()}


@pytest.mark.parametrize(("kind", "state"), list(product(Kind, State)))
def test_everything_is_allowed_or_refused_as_the_policy_says(kind: Kind, state: State) -> None:
    for who, event in product(Who, Event):
        expected = POLICY[kind].get((state, who, event), [])
        assert [row.to for row in rows_for(kind, state, event, who)] == expected, (who, event)
        assert (event in possible_events(kind, state, who)) == bool(expected)
        if not expected:
            sentence = refusal(kind, state, event, who)
            assert sentence.startswith(f"{event.value.replace('_', ' ')} is not possible while the {kind.value} is ")
            mine = [e.value.replace("_", " ") for e in possible_events(kind, state, who)]
            assert not mine or sentence.endswith(f"possible now: {', '.join(mine)}")


def test_the_sentence_says_what_is_possible_and_who_can() -> None:
    assert refusal(Kind.WARRANTY, State.REPAIR, Event.RECEIVE, Who.STAFF) == (
        "received is not possible while the warranty is repair; possible now: replace, repaired, refund instead"
    )
    assert refusal(Kind.RETURN, State.REFUND_DUE, Event.CLOSE, Who.CLOCK) == (
        "close is not possible while the return is refund due; possible now, for others: refunded (staff)"
    )
    assert refusal(Kind.RETURN, State.CLOSED, Event.APPROVE, Who.STAFF) == (
        "approve is not possible while the return is closed; nothing more can happen to it"
    )


@pytest.mark.parametrize("row", cases.TRANSITIONS, ids=lambda row: f"{row.state}-{row.event}")
def test_what_a_return_may_do_today_it_may_do_here_with_the_same_outcome(row: cases.Transition) -> None:
    found = list(rows_for(Kind(row.kind.value), State(row.state.value), Event(row.event.value), Who(row.by.value)))
    assert found
    assert found[0].to.value == row.to.value
    # A letter whose words fit every kind is called by the case: case_declined.
    assert found[0].letter.format(kind=row.kind.value) == (row.letter or "").replace("case_", f"{row.kind.value}_")
    assert {effect.value for effect in row.then} <= {effect.value for effect in found[0].then}


def test_money_moves_only_by_decisions_of_staff_behind_a_guard() -> None:
    for row in TABLE:
        if Effect.BOOK_REFUND in row.then or row.to is State.REFUND_DUE:
            assert row.by == (Who.STAFF,)
            assert row.to is State.REFUND_DUE
            assert Guard.REFUND_POSSIBLE in row.guards
            assert {Guard.ONE_PERSON_IS_ENOUGH, Guard.ANOTHER_PERSON} & set(row.guards)
            assert Effect.BOOK_REFUND in row.then
        if row.to is State.APPROVED:
            assert Who.CUSTOMER not in row.by
            assert Guard.PIECES_KNOWN in row.guards


@pytest.mark.parametrize("kind", Kind)
def test_every_state_is_reached_and_left_for_the_end(kind: Kind) -> None:
    edges = {(state, to) for (state, _, _), tos in POLICY[kind].items() for to in tos}
    reached = {State.REQUESTED}
    while more := {to for state, to in edges if state in reached} - reached:
        reached |= more
    unreached = {
        Kind.RETURN: {State.EXCHANGE_DUE, State.REPAIR, State.REPLACED, State.REPAIRED},
        Kind.EXCHANGE: {State.REPAIR, State.REPAIRED},
        Kind.WARRANTY: set(),
    }
    assert set(State) - reached == unreached[kind]
    ending = {State.CLOSED}
    while more := {state for state, to in edges if to in ending} - ending:
        ending |= more
    assert reached <= ending
    assert not [state for state, _ in edges if state is State.CLOSED]
