"""Sequences of bookings, exports and settlements in the database: no order is paid back twice, in any currency (G6)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.domain.cases import CaseKind
from mailbot.domain.forms import Item
from mailbot.domain.instructions import finance_sheet
from mailbot.domain.money import in_units, minor_unit
from mailbot.domain.orders import Order
from mailbot.domain.refunds import RefundRefused, RefundTerms, refund_sum
from mailbot.domain.terms import OutboundShipping
from mailbot.errors import SafeguardTripped
from mailbot.store import desk, instructions, orders, sql, tickets
from mailbot.store.database import Database, transaction
from tests.domain.examples import KATE, STAFF, line, order, parts

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
DUE = date(2026, 3, 31)
ZONE = ZoneInfo("Asia/Shanghai")
NUMBERS = count(1)


@st.composite
def bought(draw: st.DrawFn) -> Order:
    """An order of up to three lines with discount and delivery, in a currency of 0, 2 or 3 decimals."""
    currency = draw(st.sampled_from(("JPY", "CNY", "KWD")))
    unit = minor_unit(currency)
    lines = [
        line(f"TP-{model}", draw(st.integers(1, 3)), str(draw(st.integers(1, 99_999)) * unit))
        for model in "ABC"[: draw(st.integers(1, 3))]
    ]
    goods = sum((each.total for each in lines), Decimal(0))
    discount = draw(st.integers(0, in_units(goods, currency) - 1)) * unit
    return order(
        *lines,
        number=f"TP2026{next(NUMBERS):06}",
        currency=currency,
        discount=discount,
        shipping_cost=draw(st.integers(0, 5_000)) * unit,
    )


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, int, int, int]]:
    """What happens, to which piece or refund, how many, and the percentage of restocking."""
    step = st.tuples(
        st.sampled_from(("return", "return", "raw", "export", "settle", "settle again")),
        st.integers(0, 2),
        st.integers(1, 3),
        st.sampled_from((0, 0, 15)),
    )
    return draw(st.lists(step, min_size=1, max_size=14))


def new_case(of: Order, items: tuple[Item, ...]) -> int:
    ticket_id = desk.open_ticket(
        now=NOW, subject="Return", language="en", customer_name="Kate", customer_email=KATE, wish="", linked_to=None
    )
    case_id = desk.open_case(ticket_id, CaseKind.RETURN, of, NOW.date(), NOW)
    desk.fill_form(case_id, {}, items)
    desk.count_pieces(case_id, items, ())
    return case_id


def booked(of: Order, case_id: int, wanted: object) -> bool:
    """Book a sum as a decision would; False where the last guard refuses it, with nothing left behind."""
    try:
        with transaction():
            desk.book_refund(
                case_id,
                order_number=of.number,
                parts=wanted,  # type: ignore[arg-type]
                deduction_reason="",
                paid=of.paid,
                currency=of.currency,
                payment_method=of.payment_method,
                due_on=DUE,
                due_is_provisional=False,
                decided_by=STAFF,
                now=NOW,
            )
    except SafeguardTripped:
        return False
    return True


def settle(case_id: int) -> bool:
    try:
        with transaction():
            desk.settle_refund(case_id, DUE, STAFF)
    except SafeguardTripped:
        return False
    return True


def export(exported: Counter[int]) -> None:
    with transaction():
        waiting = instructions.to_export(ZONE)
        if waiting:
            finance_sheet(waiting)
            instructions.claim([each.instruction_id for each in waiting], "digest", "", NOW)
    exported.update(each.refund_id for each in waiting)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(of=bought(), story=steps())
def test_no_sequence_pays_back_more_than_was_paid_or_tells_finance_twice(
    database: Database, of: Order, story: list[tuple[str, int, int, int]]
) -> None:
    orders.upsert([of])
    cases: list[int] = []
    settled: set[int] = set()
    exported: Counter[int] = Counter()
    for step, which, number, percent in story:
        bought_line = of.lines[which % len(of.lines)]
        items = (Item(model=bought_line.model, quantity=number),)
        case_id = cases[which % len(cases)] if cases else 0
        if step == "return":
            new = new_case(of, items)
            case = tickets.load_case(new)
            assert case is not None
            terms = RefundTerms(outbound_shipping=OutboundShipping.SHARE, restocking_percent=percent)
            wanted = refund_sum(of, items, case.refunded_before, case.returned_before, terms)
            if not isinstance(wanted, RefundRefused):
                assert booked(of, new, wanted)  # what the decision allows, the guard allows
                cases.append(new)
        elif step == "raw":  # a decision that was wrong: any piece, and everything that was paid
            new = new_case(of, items)
            left = of.paid - tickets.refunded(of.number)
            assert not booked(of, new, parts(str(left + minor_unit(of.currency))))
        elif step == "export":
            export(exported)
        elif case_id and step == "settle":
            assert settle(case_id) is (case_id not in settled)
            settled.add(case_id)
        elif case_id and case_id in settled:
            assert not settle(case_id)

        rows = sql.rows(
            """
            SELECT r.id, r.amount, r.state, i.amount, i.currency, i.state FROM refund r
            LEFT JOIN refund_instruction i ON i.refund_id = r.id WHERE r.order_number = ?
            """,
            of.number,
        )
        assert len(rows) == len(cases)
        assert sum((Decimal(row[1]) for row in rows), Decimal(0)) <= of.paid
        for refund_id, amount, state, told, currency, how_far in rows:
            assert (told, currency) == (amount, of.currency)
            assert Decimal(amount) > 0
            assert in_units(Decimal(amount), of.currency) > 0  # whole minor units, or this raises
            assert (how_far == "settled") is (state == "settled")
            if how_far != "settled":
                assert (how_far == "exported") is (exported[refund_id] == 1)
    assert not exported or max(exported.values()) == 1
