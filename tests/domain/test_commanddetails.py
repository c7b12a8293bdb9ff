"""What stands behind a command: pieces, a deduction, numbers of parcels; what isn't plain is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.commanddetails import Details, Unreadable, read_details
from mailbot.domain.commands import read_staff_words
from mailbot.domain.forms import Item, exact_items, write_items
from tests.domain.examples import line, order

BOUGHT = order(line("TP-K17", 3), line("TP-K17-B", 1), line("TP-F9", 2))
KETTLE, FILTER = Item(model="TP-K17", quantity=2), Item(model="TP-F9", quantity=1)


def read(text: str) -> Details | Unreadable:
    (command,) = read_staff_words(text).commands
    return read_details(command, BOUGHT)


@pytest.mark.parametrize(
    ("text", "details"),
    [
        ("#received", Details()),
        ("#received TP-K17 x2", Details(items=(KETTLE,))),
        ("#received TP-K17 × 2, TP-F9", Details(items=(KETTLE, FILTER))),
        ("#received 2 pcs TP-K17 and TP-F9.", Details(items=(KETTLE, FILTER))),
        ("#收到 TP-K17 2件、TP-F9", Details(items=(KETTLE, FILTER))),
        ("#approve TP-K17-B", Details(items=(Item(model="TP-K17-B", quantity=1),))),
        ("#approve R-100002 TP-F9", Details(items=(FILTER,))),
        ("#inspect pass", Details()),
        ("#inspect pass damaged TP-K17 x2", Details(items=(KETTLE,))),
        ("#验货 通过 损坏 TP-F9：划痕", Details(items=(FILTER,), reason="划痕")),
        (
            "#inspect pass damaged TP-F9: torn, deduct 5 the box",
            Details(items=(FILTER,), reason="torn", deduction=Decimal(5), deduction_reason="the box"),
        ),
        (
            "#inspect pass deduct 12.50 the lid is missing",
            Details(deduction=Decimal("12.50"), deduction_reason="the lid is missing"),
        ),
        (
            "#inspect pass damaged TP-F9, deduct 5 GBP box torn",
            Details(items=(FILTER,), deduction=Decimal(5), deduction_reason="box torn"),
        ),
        ("#验货 通过 扣 20 缺少配件", Details(deduction=Decimal(20), deduction_reason="缺少配件")),
        ("#shipped RM123456789GB", Details(tracking="RM123456789GB")),
        ("#replaced TP2026110900", Details(reference="TP2026110900")),
        ("#replaced TP2026110900 SF1234567890", Details(reference="TP2026110900", tracking="SF1234567890")),
        ("#wanted TP-K20 white", Details(wanted="TP-K20 white")),
        ("#wanted R-100002 TP-K20", Details(wanted="TP-K20")),
        ("#换成 TP-K20", Details(wanted="TP-K20")),
        ("#refundby 2026-04-03", Details(refund_by=date(2026, 4, 3))),
        ("#延至2026-04-03", Details(refund_by=date(2026, 4, 3))),
        ("#延至R-100002 2026-04-03", Details(refund_by=date(2026, 4, 3))),
        ("#repaired", Details()),
        ("#repaired SF1234567890", Details(tracking="SF1234567890")),
        ("#sendback", Details()),
    ],
)
def test_what_is_understood(text: str, details: Details) -> None:
    assert read(text) == details


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#received nothing so far", "#received TP-K17 × 3, TP-K17-B × 1, TP-F9 × 2"),
        ("#received not all", "words for the customer go on a line of their own"),
        ("#received TP-K17 but it is wet", "words for the customer"),
        ("#received TP-K17 x1, TP-K17 x1", "words for the customer"),
        ("#received TP-X1", "words for the customer"),
        ("#inspect pass damaged", "#inspect pass damaged"),
        ("#inspect pass damaged lid", "#inspect pass damaged"),
        ("#inspect pass, looks fine", "#inspect pass damaged"),
        ("#inspect pass deduct 10", "say what it is for"),
        ("#inspect pass deduct 10 EUR lid", "10 EUR can't be deducted from an order in GBP"),
        ("#inspect pass deduct 10.001 lid", "10.001 GBP can't be deducted"),
        ("#inspect pass deduct 0 lid", "0 GBP can't be deducted"),
        ("#wanted", "expected #wanted <model>"),
        ("#wanted " + "x" * 81, "words for the customer go on a line of their own"),
        ("#refundby", "as 2026-03-31"),
        ("#refundby next week", "as 2026-03-31"),
        ("#refundby 2026-02-30", "as 2026-03-31"),
        ("#refundby 2026-04-03, sorry", "as 2026-03-31"),
        ("#shipped", "expected #shipped <tracking number>"),
        ("#shipped yesterday", "expected #shipped <tracking number>"),
        ("#replaced", "expected #replaced <order number> <tracking number>"),
        ("#replaced TP2026110900 SF1234567890 thanks", "expected #replaced"),
        ("#repaired it today", "expected #repaired <tracking number>"),
    ],
)
def test_what_is_refused(text: str, expected: str) -> None:
    found = read(text)
    assert isinstance(found, Unreadable)
    assert found.reason.startswith(text)
    assert expected in found.reason


@given(
    st.lists(st.tuples(st.sampled_from(["TP-K17", "TP-K17-B", "TP-F9"]), st.integers(1, 99)), unique_by=lambda p: p[0])
)
@settings(max_examples=100, deadline=None)
def test_what_the_desk_writes_it_reads_back(items: list[tuple[str, int]]) -> None:
    named = tuple(Item(model=model, quantity=quantity) for model, quantity in items)
    assert exact_items(write_items(named), BOUGHT) == named


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_words_are_read_without_an_error(words: str) -> None:
    assert all(1 <= item.quantity <= 9999 for item in exact_items(words, BOUGHT))


@pytest.mark.parametrize(
    "text", ["#inspect pass damaged TP-K17" + " " * 100_000 + "x", "#received " + "TP-K17, " * 30_000]
)
def test_an_argument_that_is_no_argument_is_refused_whatever_its_length(text: str) -> None:
    assert isinstance(read(text), Unreadable)
