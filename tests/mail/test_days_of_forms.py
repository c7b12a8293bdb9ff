"""A day that a form prints in the customer's language is read as the same day when it comes back."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis.strategies import dates

from mailbot.domain.dates_in_text import says_just
from mailbot.domain.vocabulary.asked import form_has_gaps, new_answers
from mailbot.mail.letter_values import write_day
from tests.domain.examples import book, case, facts, ticket

LANGUAGES = ("zh-Hans", "zh-Hant", "ja", "de", "fr", "es", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@given(day=dates(date(1999, 1, 1), date(2100, 1, 1)))
def test_what_is_printed_is_read_as_the_same_day(language: str, day: date) -> None:
    assert says_just(write_day(day, language), day)
    assert not says_just(write_day(day, language), day.replace(year=day.year + 1, day=1))
    assert not says_just(f"{write_day(day, language)} ?", day)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_that_comes_back_unchanged_says_nothing_new(language: str) -> None:
    waiting = case()
    bought = waiting.order.purchased_on
    unchanged = facts(form={"purchased_on": write_day(bought, language)}, ticket=ticket(cases=(waiting,)))
    assert new_answers(unchanged, waiting.order) == {"purchased_on": bought.isoformat()}
    assert not form_has_gaps(unchanged, book())
    corrected = facts(form={"purchased_on": write_day(date(2026, 2, 1), language)}, ticket=ticket(cases=(waiting,)))
    assert form_has_gaps(corrected, book())
