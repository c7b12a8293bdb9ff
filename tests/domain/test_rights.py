"""What letters may tell of the shop's window and of the law beside it (P7)."""

from __future__ import annotations

from datetime import date

import pytest

from mailbot.domain.letters import WithdrawalView
from mailbot.domain.rights import window_days, withdrawal
from mailbot.domain.terms import Claim
from tests.domain.examples import book, order


@pytest.mark.parametrize(
    ("country", "right"),
    [
        ("DE", WithdrawalView(days=14, from_delivery=True, may_be_tried=True)),
        ("CN", WithdrawalView(days=7, from_delivery=True, may_be_tried=False)),
        ("TW", WithdrawalView(days=7, from_delivery=True, may_be_tried=True)),
        ("US", None),
        ("JP", None),
        ("", None),
    ],
)
def test_the_law_is_named_where_the_rules_have_it_for_the_country(country: str, right: WithdrawalView | None) -> None:
    assert withdrawal(order(country=country), book()) == right


@pytest.mark.parametrize(
    ("claim", "asked_on", "days"),
    [
        (Claim.RETURN, date(2026, 3, 31), 30),  # the last day counts whole
        (Claim.RETURN, date(2026, 4, 1), 0),
        (Claim.EXCHANGE, date(2026, 3, 10), 30),
        (Claim.EXCHANGE, date(2026, 4, 10), 0),
        (Claim.WARRANTY, date(2026, 3, 10), 0),
        (Claim.RETURN, None, 0),
    ],
)
def test_the_window_is_named_only_where_the_request_lies_in_it(claim: Claim, asked_on: date | None, days: int) -> None:
    bought = order(country="DE", purchased_on=date(2026, 3, 1))
    assert window_days(claim, asked_on, bought, book()) == days
