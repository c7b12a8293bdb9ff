"""What stands behind a command: read exactly, or refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mailbot.domain.cases import CaseEvent
from mailbot.domain.commanddetails import Details, Unreadable, read_details
from mailbot.domain.commands import Command
from tests.domain.examples import line, order


def inspected(argument: str) -> Details | Unreadable:
    command = Command(event=CaseEvent.INSPECT_PASS, argument=argument, line=f"#inspect pass {argument}")
    return read_details(command, order(line()))


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        ("deduct 9.00 the lid is missing", "the lid is missing"),
        ("deduct 9.00 lid", "lid"),
        ("deduct 9.00 GBP the lid is missing", "the lid is missing"),
        ("deduct 9.00gbp: lid", "lid"),
        ("扣除 9.00 缺少盖子", "缺少盖子"),
    ],
)
def test_a_reason_may_begin_with_three_letters(argument: str, reason: str) -> None:
    found = inspected(argument)
    assert isinstance(found, Details)
    assert (found.deduction, found.deduction_reason) == (Decimal("9.00"), reason)


@pytest.mark.parametrize(
    ("argument", "why"),
    [("deduct 9.00 EUR lid", "9.00 EUR can't be deducted"), ("deduct 9.00 XXX lid", "9.00 XXX can't be deducted"),
     ("deduct 9.00 eur lid", "9.00 EUR can't be deducted"), ("deduct 9.00 GBP", "say what it is for")],
)  # fmt: skip
def test_another_currency_or_no_reason_is_refused(argument: str, why: str) -> None:
    found = inspected(argument)
    assert isinstance(found, Unreadable)
    assert why in found.reason
