"""The last day to the day, whatever the calendar, the zone or the law says; and rights that have no last day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailbot.domain.periods import Period, customer_day
from mailbot.domain.remarks import Remark
from mailbot.domain.terms import Claim, Condition
from tests.domain.examples import line
from tests.domain.test_eligibility import (
    AMERICAN,
    BRITISH,
    CHINESE,
    GERMAN,
    NO,
    UNCLEAR,
    WARRANTY,
    YES,
    D,
    order,
    own,
    term,
    verdict,
)


def test_a_right_without_a_fixed_time_is_judged_by_a_person() -> None:
    assert verdict(BRITISH, "2028-03-01", WARRANTY).outcome is YES  # by the warranty
    found = verdict(BRITISH, "2028-03-02", WARRANTY)
    assert found.outcome is UNCLEAR
    assert found.best is not None
    assert (found.best.term.name, found.best.until) == ("UK consumer rights", None)
    assert "a person has to judge" in found.reasons[0].text


@pytest.mark.parametrize(
    ("months", "bought", "last"),
    [
        (1, "2026-01-31", "2026-02-28"),
        (1, "2024-01-31", "2024-02-29"),
        (6, "2026-08-31", "2027-02-28"),
        (12, "2024-02-29", "2025-02-28"),
        (48, "2024-02-29", "2028-02-29"),
    ],
)
def test_months_end_with_the_month(months: int, bought: str, last: str) -> None:
    terms = own(term(period=Period(months=months)))
    assert verdict(order(purchased_on=D(bought)), last, terms=terms).outcome is YES
    assert verdict(order(purchased_on=D(bought)), D(last) + timedelta(days=1), terms=terms).outcome is NO


def test_the_day_of_the_request_is_the_customers() -> None:
    """At 23:30 in Los Angeles it is the next day in Shanghai, where the desk is."""
    asked = datetime(2026, 4, 1, 6, 30, tzinfo=UTC)
    there = customer_day(asked, [ZoneInfo("America/Los_Angeles")], ZoneInfo("Asia/Shanghai"))
    here = customer_day(asked, [], ZoneInfo("Asia/Shanghai"))
    assert (there, here) == (D("2026-03-31"), D("2026-04-01"))
    assert (verdict(AMERICAN, there).outcome, verdict(AMERICAN, here).outcome) == (YES, NO)


def test_who_states_a_used_piece_is_judged_by_the_law_that_takes_it() -> None:
    found = verdict(GERMAN, "2026-03-19", condition=Condition.USED)
    assert (found.outcome, [each.outcome for each in found.beside]) == (YES, [NO])
    assert verdict(AMERICAN, "2026-03-19", condition=Condition.USED).outcome is NO


@pytest.mark.parametrize("asked_on", ["2026-03-10", "2026-04-01", "2027-06-01"])
@pytest.mark.parametrize("claim", list(Claim))
def test_every_reason_can_be_said_in_the_language_of_staff(asked_on: str, claim: Claim) -> None:
    for bought in (GERMAN, CHINESE, BRITISH, AMERICAN, order(line("TP-F9"), country="SE", currency="SEK")):
        found = verdict(bought, asked_on, claim, condition=Condition.TRIED)
        sentences = (*(reason.text for reason in found.reasons), *found.better_because)
        assert sentences
        assert all(isinstance(each, Remark) for each in sentences)
