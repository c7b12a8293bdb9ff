"""Numbers that people read and type."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.numbers import (
    case_number,
    find_tags,
    refund_number,
    row_id,
    subject_tag,
    ticket_number,
    without_tags,
)


@given(st.integers(1, 10**11))
@settings(max_examples=50, deadline=None)
def test_every_number_leads_back_to_its_row(row: int) -> None:
    for number in (ticket_number(row), case_number(row), refund_number(row)):
        assert row_id(number) == row
        assert row_id(f"  {number.lower()} ") == row
    assert find_tags(f"Re: {subject_tag(row)} hello") == (ticket_number(row),)


def test_the_first_numbers() -> None:
    assert (ticket_number(1), case_number(1), refund_number(1)) == ("T-100001", "R-100001", "RF-100001")


@pytest.mark.parametrize(
    "text",
    ["", "T-", "T-1", "T-99999", "T-100000", "Y-100001", "100001", "T-100001x", "T-1000０1", "T 100001", "T--100001"],
)
def test_what_is_no_number(text: str) -> None:
    assert row_id(text) is None


@pytest.mark.parametrize(
    ("subject", "tags"),
    [
        ("[T-100001] Return", ("T-100001",)),
        ("回复：[T-100001]退货", ("T-100001",)),
        ("Re: [ t-100001 ] x [T-100002] [T-100001]", ("T-100001", "T-100002")),
        ("T-100001", ()),
        ("[R-100001]", ()),
        ("[T-1]", ()),
        ("[T-100001", ()),
        ("", ()),
    ],
)
def test_tags_in_a_subject(subject: str, tags: tuple[str, ...]) -> None:
    assert find_tags(subject) == tags


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Return", "Return"),
        ("Re: Return", "Return"),
        ("RE: Fwd: re : Return", "Return"),
        ("Re: [T-100001] Return", "Return"),
        ("[T-100001] Re: Return", "Return"),
        ("Re: [T-100001] Re: [T-100001] Return", "Return"),
        ("回复：退货", "退货"),
        ("回复: 答复：转发：[T-100001] 退货", "退货"),
        ("AW: WG: Rückgabe", "Rückgabe"),
        ("Regarding my order", "Regarding my order"),
        ("Return: Re: kettle", "Return: Re: kettle"),
        ("[Shop] Return", "[Shop] Return"),
        ("Re:", ""),
        ("", ""),
        ("  Return   of\tgoods ", "Return of goods"),
    ],
)
def test_the_customers_own_subject(subject: str, bare: str) -> None:
    assert without_tags(subject) == bare
    assert without_tags(bare) == bare
