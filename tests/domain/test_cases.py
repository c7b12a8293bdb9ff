"""The table of cases, held against a second writing of the policy: what isn't here must be refused (P3–P13)."""

from __future__ import annotations

from itertools import product

import pytest

from mailbot.domain.cases import (
    TABLE,
    Actor,
    CaseEvent,
    CaseKind,
    CaseState,
    Consequence,
    Guard,
    possible_events,
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
refund_due: s refund_by>refund_due, s refunded>refunded
refunded: s close>closed, t close>closed
"""
SPECIAL = {
    CaseKind.RETURN: """
received: s inspect_pass>refund_due|inspected_ok
inspected_failed: s inspect_pass>refund_due|inspected_ok
""",
    CaseKind.EXCHANGE: """
requested: s want>requested
needs_info: s want>needs_info
submitted: s want>submitted
approved: s want>approved
in_transit: s want>in_transit
received: s inspect_pass>exchange_due, s want>received
inspected_failed: s inspect_pass>exchange_due, s want>inspected_failed
inspected_ok: s replace>exchange_due, s refund_instead>refund_due|inspected_ok
exchange_due: s want>exchange_due, s replaced>replaced, s out_of_stock>exchange_due,
  s refund_instead>refund_due|inspected_ok
replaced: s close>closed, t close>closed
""",
    CaseKind.WARRANTY: """
received: s inspect_pass>inspected_ok
inspected_failed: s inspect_pass>inspected_ok
inspected_ok: s repair>repair, s replace>exchange_due, s refund_instead>refund_due|inspected_ok
repair: s repaired>repaired, s replace>exchange_due, s refund_instead>refund_due|inspected_ok
exchange_due: s want>exchange_due, s replaced>replaced, s out_of_stock>exchange_due,
  s refund_instead>refund_due|inspected_ok
repaired: s close>closed, t close>closed
replaced: s close>closed, t close>closed
""",
}
WHO = {"c": Actor.CUSTOMER, "s": Actor.STAFF, "r": Actor.RULES, "t": Actor.CLOCK}


def _read(text: str) -> dict[tuple[CaseState, Actor, CaseEvent], list[CaseState]]:
    found = {}
    for line in text.replace("\n  ", " ").strip().splitlines():
        state, _, moves = line.partition(": ")
        for move in moves.split(", "):
            who, _, rest = move.strip().partition(" ")
            event, _, to = rest.partition(">")
            found[CaseState(state), WHO[who], CaseEvent(event)] = [CaseState(each) for each in to.split("|")]
    return found


POLICY = {kind: {**_read(EVERY), **_read(text)} for kind, text in SPECIAL.items()}


@pytest.mark.parametrize(("kind", "state"), list(product(CaseKind, CaseState)))
def test_everything_is_allowed_or_refused_as_the_policy_says(kind: CaseKind, state: CaseState) -> None:
    for who, event in product(Actor, CaseEvent):
        expected = POLICY[kind].get((state, who, event), [])
        assert [row.to for row in rows_for(kind, state, event, who)] == expected, (who, event)
        assert (event in possible_events(kind, state, who)) == bool(expected)


def test_money_moves_only_by_decisions_of_staff_behind_a_guard() -> None:
    for row in TABLE:
        if Consequence.BOOK_REFUND in row.then or (row.to is CaseState.REFUND_DUE and row.states != (row.to,)):
            assert row.by == (Actor.STAFF,)
            assert row.to is CaseState.REFUND_DUE
            assert Guard.REFUND_POSSIBLE in row.guards
            assert {Guard.ONE_PERSON_IS_ENOUGH, Guard.ANOTHER_PERSON} & set(row.guards)
            assert Consequence.BOOK_REFUND in row.then
        if row.to is CaseState.APPROVED and row.states != (row.to,):
            assert Actor.CUSTOMER not in row.by
            assert Guard.PIECES_KNOWN in row.guards


@pytest.mark.parametrize("kind", CaseKind)
def test_every_state_is_reached_and_left_for_the_end(kind: CaseKind) -> None:
    edges = {(state, to) for (state, _, _), tos in POLICY[kind].items() for to in tos}
    reached = {CaseState.REQUESTED}
    while more := {to for state, to in edges if state in reached} - reached:
        reached |= more
    unreached = {
        CaseKind.RETURN: {CaseState.EXCHANGE_DUE, CaseState.REPAIR, CaseState.REPLACED, CaseState.REPAIRED},
        CaseKind.EXCHANGE: {CaseState.REPAIR, CaseState.REPAIRED},
        CaseKind.WARRANTY: set(),
    }
    assert set(CaseState) - reached == unreached[kind]
    ending = {CaseState.CLOSED}
    while more := {state for state, to in edges if to in ending} - ending:
        ending |= more
    assert reached <= ending
    assert not [state for state, _ in edges if state is CaseState.CLOSED]
