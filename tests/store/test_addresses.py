"""What is known of addresses that our mail didn't reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailbot.domain.bounces import AddressState, Severity
from mailbot.store import addresses

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
HARD = AddressState(
    address="kate@mail.example",
    severity=Severity.HARD,
    status="5.1.1",
    reason="550 no such user",
    since=NOW,
    count=2,
    seen_at=NOW + timedelta(hours=1),
)
SOFT = replace(HARD, address="lin@qq.example", severity=Severity.SOFT, status="4.2.2", seen_at=NOW)


def test_what_is_put_is_what_is_there_whatever_the_case_of_the_question() -> None:
    assert addresses.get(HARD.address) is None
    addresses.put(HARD)
    assert addresses.get("Kate@Mail.example") == HARD
    worse = replace(HARD, count=3)
    addresses.put(worse)
    assert addresses.page(10) == [worse]


def test_only_hard_addresses_hold_mail_back() -> None:
    addresses.put(HARD)
    addresses.put(SOFT)
    assert addresses.hard_among(["KATE@mail.example", SOFT.address, "other@x.example"]) == {HARD.address: HARD}
    assert addresses.hard_among([]) == {}


def test_lists_and_counts() -> None:
    addresses.put(SOFT)
    addresses.put(HARD)
    assert addresses.page(10) == [HARD, SOFT]  # the newest bounce first
    assert addresses.page(1) == [HARD]
    assert addresses.page(10, "soft") == [SOFT]
    assert addresses.counts() == {"hard": 1, "soft": 1}


def test_a_cleared_address_is_forgotten() -> None:
    addresses.put(HARD)
    assert addresses.clear("KATE@mail.example")
    assert not addresses.clear(HARD.address)
    assert addresses.get(HARD.address) is None
