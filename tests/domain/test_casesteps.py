"""Steps of cases with pieces, money and second persons; nobody is paid twice and no case gets stuck (G6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.cases import CLAIMING, Actor, CaseEvent, CaseKind, CaseState, NotPossible
from mailbot.domain.casesteps import DeskCase, Ledger, Moved, Step, StepRefused, take
from mailbot.domain.forms import Item
from mailbot.domain.money import from_units
from mailbot.domain.pieces import LinePieces, Pieces, PiecesRefused, ask_for, mark_damaged, receive, sound_items
from mailbot.domain.refunds import RefundSum, RefundTerms
from mailbot.domain.terms import OutboundShipping
from tests.domain.examples import line, order

D, K, S, E = Decimal, CaseKind, CaseState, CaseEvent
BOUGHT = order(line("TP-A", 3, "100.00"), line("TP-B", 1, "40.00"))
LI, WU = "lina@staff.tp.example", "wu@staff.tp.example"


def items(**quantities: int) -> tuple[Item, ...]:
    return tuple(Item(model=f"TP-{model}", quantity=quantity) for model, quantity in quantities.items())


def case(kind: K = K.RETURN, state: S = S.REQUESTED, *asked: Item, received: bool = False) -> DeskCase:
    pieces: Pieces | PiecesRefused = ask_for(BOUGHT, asked) if asked else ()
    assert not isinstance(pieces, PiecesRefused)
    if received:
        pieces = receive(pieces)
        assert not isinstance(pieces, PiecesRefused)
    return DeskCase(kind=kind, state=state, pieces=pieces)


def walk(case: DeskCase, ledger: Ledger, *steps: Step) -> DeskCase:
    for step in steps:
        moved = take(case, step, ledger)
        assert isinstance(moved, Moved), moved
        case = moved.case
    return case


def staff(event: E, *named: Item, address: str = LI) -> Step:
    return Step(event=event, by=Actor.STAFF, address=address, items=named)


def refused(case: DeskCase, step: Step, ledger: Ledger) -> str:
    found = take(case, step, ledger)
    assert isinstance(found, StepRefused), found
    return found.reason


def with_other_cases(ledger: Ledger, others: Iterable[DeskCase]) -> Ledger:
    """The ledger for one case of an order, counting what all its other cases refunded and claim."""
    refunded, paid_for, claimed = ledger.refunded_before, list(ledger.refunded_items), list(ledger.claimed_items)
    for other in others:
        if other.refund is not None:
            refunded += other.refund.amount
            paid_for += sound_items(other.pieces)
        elif other.state in CLAIMING:
            claimed += [Item(model=line.model, quantity=max(line.asked, line.received)) for line in other.pieces]
    return replace(ledger, refunded_before=refunded, refunded_items=tuple(paid_for), claimed_items=tuple(claimed))


LEDGER = Ledger(order=BOUGHT)


def test_a_partial_return_is_paid_for_what_came_and_is_sound() -> None:
    done = walk(
        case(),
        LEDGER,
        staff(E.APPROVE, *items(A=3)),
        Step(event=E.SHIPPED, by=Actor.CUSTOMER),
        staff(E.RECEIVE, *items(A=2)),
        staff(E.INSPECT_PASS, *items(A=1)),
    )
    assert done.pieces == (LinePieces(model="TP-A", bought=3, gone=0, asked=3, received=2, damaged=1),)
    assert done.state is S.REFUND_DUE
    assert done.refund is not None
    assert done.refund.amount == D("100.00")
    assert walk(done, LEDGER, staff(E.REFUND_PAID), Step(event=E.CLOSE, by=Actor.CLOCK)).state is S.CLOSED


@pytest.mark.parametrize(
    ("start", "step", "reason"),
    [
        (case(), staff(E.APPROVE), "it isn't known what goes back"),
        (case(), staff(E.APPROVE, *items(A=4)), "3 × TP-A were bought: 4 can't be"),
        (case(), staff(E.APPROVE, *items(C=1)), "has no TP-C"),
        (
            case(K.RETURN, S.APPROVED, *items(A=1)),
            staff(E.RECEIVE, *items(B=1)),
            "TP-B was not asked for",
        ),
        (
            case(K.RETURN, S.APPROVED, *items(A=1)),
            staff(E.RECEIVE, *items(A=0)),
            "nothing arrived",
        ),
        (case(K.RETURN, S.APPROVED, *items(A=1)), staff(E.RECEIVE, *items(A=4)), "4 can't be"),
        (
            case(K.RETURN, S.RECEIVED, *items(A=1), received=True),
            staff(E.INSPECT_PASS, *items(A=2)),
            "1 × TP-A arrived, 2 of them can't be damaged",
        ),
        (
            case(K.EXCHANGE, S.RECEIVED, *items(A=1), received=True),
            staff(E.INSPECT_PASS, *items(A=1)),
            "no piece passed the inspection",
        ),
        (
            case(K.RETURN, S.SUBMITTED, *items(A=1)),
            Step(event=E.APPROVE, by=Actor.RULES),
            "no limit is set up to which the rules may approve",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(start: DeskCase, step: Step, reason: str) -> None:
    assert reason in refused(start, step, LEDGER)


def test_pieces_that_other_cases_refunded_or_claim_are_gone() -> None:
    paid = walk(case(), LEDGER, staff(E.APPROVE, *items(A=1)), staff(E.RECEIVE), staff(E.INSPECT_PASS))
    claims = walk(case(K.EXCHANGE), LEDGER, staff(E.APPROVE, *items(A=1)))
    ledger = with_other_cases(LEDGER, [paid, claims, case(K.RETURN, S.SUBMITTED, *items(A=3))])
    assert (ledger.refunded_before, ledger.refunded_items, ledger.claimed_items) == (100, items(A=1), items(A=1))
    assert "2 went back before" in refused(case(), staff(E.APPROVE, *items(A=2)), ledger)
    assert walk(case(), ledger, staff(E.APPROVE, *items(A=1))).state is S.APPROVED


@pytest.mark.parametrize(
    ("limit", "price", "to"),
    [("100.00", 1, S.APPROVED), ("99.99", 1, None), (None, 1, None), ("199.99", 2, None)],
)
def test_the_rules_approve_up_to_the_limit_that_is_set(limit: str | None, price: int, to: S | None) -> None:
    ledger = replace(LEDGER, automatic_up_to=D(limit) if limit else None)
    found = take(
        case(K.RETURN, S.SUBMITTED, *items(A=price)),
        Step(event=E.APPROVE, by=Actor.RULES),
        ledger,
    )
    assert (found.case.state if isinstance(found, Moved) else None) == to


def test_above_the_limit_a_second_person_must_agree() -> None:
    ledger = replace(LEDGER, second_person_above=D("100.00"))
    small = walk(case(K.RETURN, S.RECEIVED, *items(A=1), received=True), ledger, staff(E.INSPECT_PASS))
    assert small.state is S.REFUND_DUE
    large = walk(case(K.RETURN, S.RECEIVED, *items(A=2), received=True), ledger, staff(E.INSPECT_PASS))
    assert (large.state, large.refund, large.refund_wanted_by) == (S.INSPECTED_OK, None, LI)
    assert f"somebody else than {LI} must agree" in refused(large, staff(E.CONFIRM), ledger)
    done = walk(large, ledger, staff(E.CONFIRM, address=WU))
    assert done.refund is not None
    assert (done.state, done.refund.amount, done.refund_wanted_by) == (S.REFUND_DUE, D("200.00"), LI)
    again = walk(large, ledger, staff(E.INSPECT_FAIL))
    assert again.refund_wanted_by == ""


def test_nobody_confirms_what_nobody_decided() -> None:
    fault = walk(case(K.WARRANTY, S.RECEIVED, *items(A=1), received=True), LEDGER, staff(E.INSPECT_PASS))
    assert "nobody has decided for a refund yet" in refused(fault, staff(E.CONFIRM, address=WU), LEDGER)


@pytest.mark.parametrize(
    ("kind", "events", "to"),
    [
        (K.EXCHANGE, (E.INSPECT_PASS, E.REPLACED, E.CLOSE), S.CLOSED),
        (
            K.EXCHANGE,
            (E.INSPECT_PASS, E.REFUND_INSTEAD, E.REFUND_PAID),
            S.REFUNDED,
        ),
        (
            K.WARRANTY,
            (E.INSPECT_PASS, E.REPAIR, E.REPAIRED, E.CLOSE),
            S.CLOSED,
        ),
        (
            K.WARRANTY,
            (E.INSPECT_PASS, E.REPAIR, E.REPLACE, E.REPLACED),
            S.REPLACED,
        ),
        (K.WARRANTY, (E.INSPECT_PASS, E.REPAIR, E.REFUND_INSTEAD), S.REFUND_DUE),
        (K.WARRANTY, (E.INSPECT_FAIL, E.SEND_BACK), S.CLOSED),
        (K.RETURN, (E.INSPECT_FAIL, E.INSPECT_PASS, E.REFUND_PAID), S.REFUNDED),
        (K.RETURN, (E.SEND_BACK,), S.CLOSED),
    ],
)
def test_the_paths_after_the_goods_arrived(kind: K, events: tuple[E, ...], to: S) -> None:
    start = case(kind, S.RECEIVED, *items(A=1), received=True)
    assert walk(start, LEDGER, *map(staff, events)).state is to


def test_the_letter_is_named_after_the_kind() -> None:
    moved = take(case(K.EXCHANGE), staff(E.APPROVE, *items(A=1)), LEDGER)
    assert isinstance(moved, Moved)
    assert moved.letter == "exchange_approved"


def test_an_expired_case_has_a_way_back() -> None:
    gone = walk(case(K.RETURN, S.APPROVED, *items(A=1)), LEDGER, Step(event=E.EXPIRE, by=Actor.CLOCK))
    assert walk(gone, LEDGER, staff(E.RECEIVE)).state is S.RECEIVED
    assert walk(gone, LEDGER, staff(E.REOPEN), staff(E.APPROVE)).state is S.APPROVED
    assert walk(gone, LEDGER, Step(event=E.FORM_COMPLETE, by=Actor.CUSTOMER)).state is S.SUBMITTED


QUANTITIES = st.dictionaries(st.sampled_from("ABC"), st.integers(-1, 5), max_size=3).map(lambda found: items(**found))


@given(asked=QUANTITIES, gone=QUANTITIES, arrived=QUANTITIES, damaged=QUANTITIES)
@settings(max_examples=300, deadline=None)
def test_numbers_of_pieces_stay_within_what_was_bought(
    asked: tuple[Item, ...], gone: tuple[Item, ...], arrived: tuple[Item, ...], damaged: tuple[Item, ...]
) -> None:
    before = tuple(item for item in gone if item.quantity > 0)
    found = ask_for(BOUGHT, asked, before)
    for change in (lambda pieces: receive(pieces, arrived), lambda pieces: mark_damaged(pieces, damaged)):
        if isinstance(found, PiecesRefused):
            assert found.reason
            return
        for each in found:
            assert 1 <= each.asked <= each.left <= each.bought
            assert 0 <= each.damaged <= each.received <= each.left
            assert each.sound >= 0
        assert all(0 < item.quantity <= 3 for item in sound_items(found))
        found = change(found)


MODELS = ("TP-A", "TP-B")


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD"]))
    rows = draw(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 9999)), min_size=1, max_size=2))
    units = sum(n * u for n, u in rows)
    limits = st.none() | st.integers(0, 20_000).map(lambda u: from_units(u, currency))
    return Ledger(
        order=order(
            *(line(m, n, str(from_units(u, currency))) for m, (n, u) in zip(MODELS, rows, strict=False)),
            currency=currency,
            discount=from_units(draw(st.integers(0, units)), currency),
            shipping_cost=from_units(draw(st.integers(0, 999)), currency),
        ),
        terms=RefundTerms(
            outbound_shipping=draw(st.sampled_from(OutboundShipping)), restocking_percent=draw(st.integers(0, 30))
        ),
        automatic_up_to=draw(limits),
        second_person_above=draw(limits),
    )


NAMED = st.lists(st.builds(Item, model=st.sampled_from(MODELS), quantity=st.integers(0, 3)), max_size=2).map(tuple)
STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.builds(
            Step,
            event=st.sampled_from(list(E)),
            by=st.sampled_from(Actor),
            address=st.sampled_from([LI, WU]),
            items=NAMED,
        ),
    ),
    max_size=60,
)
# Of all events most are refused; these lead somewhere often enough for money to move.
LIKELY = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.builds(
            Step,
            event=st.sampled_from(
                [
                    E.APPROVE, E.APPROVE, E.RECEIVE, E.RECEIVE, E.INSPECT_PASS, E.INSPECT_PASS,
                    E.CONFIRM, E.REFUND_INSTEAD, E.REPAIR, E.REPLACE, E.DECLINE, E.WITHDRAW,
                    E.REOPEN, E.REFUND_PAID, E.INSPECT_FAIL,
                ]
            ),
            by=st.just(Actor.STAFF),
            address=st.sampled_from([LI, WU]),
            items=NAMED,
        ),
    ),
    max_size=60,
)  # fmt: skip


def play(ledger: Ledger, steps: list[tuple[int, Step]]) -> Iterator[list[DeskCase]]:
    """A return, an exchange and a warranty case of one order, after each step that is taken."""
    desk = [DeskCase(kind=kind, state=S.REQUESTED, pieces=()) for kind in K]
    for index, step in steps:
        others = [each for at, each in enumerate(desk) if at != index]
        moved = take(desk[index], step, with_other_cases(ledger, others))
        if isinstance(moved, Moved):
            desk[index] = moved.case
            yield list(desk)
        else:
            assert isinstance(moved, NotPossible) or moved.reason


@given(ledger=ledgers(), steps=STEPS | LIKELY)
@settings(max_examples=300, deadline=None)
def test_no_sequence_of_events_refunds_more_than_was_paid_or_a_piece_twice(
    ledger: Ledger, steps: list[tuple[int, Step]]
) -> None:
    booked: dict[int, RefundSum] = {}
    for desk in play(ledger, steps):
        refunds = {index: each.refund for index, each in enumerate(desk) if each.refund is not None}
        assert all(refunds.get(index) == refund for index, refund in booked.items())  # a booked refund stays as it is
        booked = refunds
        assert sum((refund.amount for refund in refunds.values()), D(0)) <= ledger.order.paid
        pieces: Counter[str] = Counter()
        for each in desk:
            if each.refund is not None:
                pieces.update({line.model: line.sound for line in each.pieces})
        assert all(pieces[each.model] <= each.quantity for each in ledger.order.lines)


@given(ledger=ledgers(), steps=LIKELY)
@settings(max_examples=100, deadline=None)
def test_from_wherever_a_case_gets_a_single_person_can_bring_it_to_an_end(
    ledger: Ledger, steps: list[tuple[int, Step]]
) -> None:
    desk = [DeskCase(kind=kind, state=S.REQUESTED, pieces=()) for kind in K]
    for after in play(ledger, steps):
        desk = after
    for index, each in enumerate(desk):
        others = [other for at, other in enumerate(desk) if at != index]
        assert _ends(each, with_other_cases(ledger, others)), each


def _ends(case: DeskCase, ledger: Ledger) -> bool:
    seen: set[tuple[S, str]] = set()
    todo = [case]
    while todo:
        now = todo.pop()
        if now.state is S.CLOSED:
            return True
        if (now.state, now.refund_wanted_by) in seen:
            continue
        seen.add((now.state, now.refund_wanted_by))
        moves = (take(now, Step(event=event, by=Actor.STAFF, address=LI), ledger) for event in E)
        todo += [moved.case for moved in moves if isinstance(moved, Moved)]
    return False


def test_the_likely_steps_do_lead_to_refunds() -> None:
    """The property above would be empty if money never moved."""
    steps = [
        (index, staff(event, *named))
        for index, named in ((0, items(A=2)), (1, items(A=1)), (2, items(B=1)))
        for event in (E.APPROVE, E.RECEIVE, E.INSPECT_PASS, E.REFUND_INSTEAD)
        for named in [named if event is E.APPROVE else ()]
    ]
    *_, desk = play(LEDGER, steps)
    assert [each.state for each in desk] == [S.REFUND_DUE] * 3
    assert sum(each.refund.amount for each in desk if each.refund) == BOUGHT.paid
