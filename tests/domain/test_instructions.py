"""What finance is told, and how its answer is held against it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.cases import TABLE, Consequence
from mailbot.domain.instructions import COLUMNS, Instruction, Total, finance_sheet, totals
from mailbot.domain.settlements import Owed, Payment, why_not

TODAY = date(2026, 3, 25)
TOLD = Instruction(
    instruction_id=1,
    refund_id=2,
    case_id=3,
    order_number="TP2026030117",
    amount=Decimal("199.00"),
    currency="CNY",
    payment_method="支付宝",
    due_on=date(2026, 3, 31),
    decided_on=date(2026, 3, 20),
    decided_by="lina@staff.tp.example",
)


def cells(*instructions: Instruction) -> list[list[str]]:
    return list(csv.reader(io.StringIO(finance_sheet(instructions).decode("utf-8-sig"), newline="")))


def test_a_row_says_what_finance_needs_and_no_more() -> None:
    raw = finance_sheet([TOLD])
    assert raw.startswith(b"\xef\xbb\xbfrefund_number,")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 2
    assert cells(TOLD) == [
        list(COLUMNS),
        [
            "RF-100002",
            "TP2026030117",
            "R-100003",
            "199.00",
            "CNY",
            "支付宝",
            "2026-03-31",
            "2026-03-20",
            "lina@staff.tp.example",
            "RI-100001",
            "",
        ],
    ]


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [("1280", "JPY", "1280"), ("12.5", "KWD", "12.500"), ("199", "CNY", "199.00"), ("0.001", "KWD", "0.001")],
)
def test_amounts_have_the_decimals_of_their_currency(amount: str, currency: str, written: str) -> None:
    assert cells(replace(TOLD, amount=Decimal(amount), currency=currency))[1][3] == written


@pytest.mark.parametrize("method", ["=1+1", "+1", "-1", "@x", "\t=1", "\tx", "\r=1", " =1", "＝1", '"=1', "a;=1"])
def test_no_cell_begins_like_a_formula(method: str) -> None:
    (written,) = [row[5] for row in cells(replace(TOLD, payment_method=method))[1:]]
    for piece in written.replace('"', ";").split(";"):
        assert not piece.strip() or piece.strip()[0] not in "=+-@＝＋－＠"
    assert "\t" not in written
    assert "\r" not in written


@given(st.text(max_size=60))
def test_whatever_a_cell_holds_the_table_keeps_its_shape(method: str) -> None:
    clean = method.encode("utf-8", "ignore").decode()
    rows = cells(replace(TOLD, payment_method=clean), TOLD)
    assert [len(row) for row in rows] == [len(COLUMNS)] * 3


def test_sums_are_by_currency() -> None:
    some = [Total(amount=Decimal(a), currency=c) for a, c in (("1.10", "EUR"), ("300", "JPY"), ("2.20", "EUR"))]
    assert totals(some) == (
        Total(amount=Decimal("3.30"), currency="EUR"),
        Total(amount=Decimal(300), currency="JPY"),
    )


OWED = Owed(
    refund_id=2,
    instruction_id=1,
    amount=Decimal("199.00"),
    currency="CNY",
    decided_on=date(2026, 3, 20),
    settled_on=None,
)
PAID = Payment(refund_id=2, amount=Decimal(199), currency="CNY", paid_on=TODAY)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"reference": "RI-100001"}, ""),
        ({"paid_on": date(2026, 3, 20)}, ""),
        ({"amount": Decimal("199.01")}, "amount 199.01: RF-100002 is 199.00 CNY"),
        ({"currency": "JPY"}, "currency JPY: RF-100002 is 199.00 CNY"),
        ({"reference": "RI-100002"}, "the instruction of RF-100002 is RI-100001"),
        ({"paid_on": date(2026, 3, 26)}, "still to come"),
        ({"paid_on": date(2026, 3, 19)}, "before the refund was decided"),
    ],
)
def test_a_payment_is_held_against_the_refund(changes: dict[str, object], reason: str) -> None:
    found = why_not(replace(PAID, **changes), OWED, TODAY)  # type: ignore[arg-type]
    assert (reason in found) if reason else found == ""


def test_a_payment_of_nothing_known_is_named() -> None:
    assert why_not(PAID, None, TODAY) == "there is no refund RF-100002"


def test_whatever_books_a_refund_tells_the_customer_and_whatever_settles_one_too() -> None:
    booking = [row.letter for row in TABLE if Consequence.BOOK_REFUND in row.then]
    settling = [row.letter for row in TABLE if Consequence.SETTLE_REFUND in row.then]
    assert set(booking) == {"refund_notice"}
    assert set(settling) == {"refund_settled"}
