"""Whether an order is still under warranty, from the data alone."""

from __future__ import annotations

from datetime import date

import pytest

from mailbot.domain.warranty import WarrantyLine, warranty_of
from mailbot.settings.cataloguefile import load_catalogue
from tests.domain.examples import ROOT, book, line, order

PRODUCTS = load_catalogue(ROOT / "rules" / "catalogue.yaml").products


def told(today: date, *models: str, country: str = "US", named: tuple[str, ...] = ()) -> tuple[WarrantyLine, ...]:
    bought = order(*(line(model) for model in models), country=country, delivered_on=date(2026, 3, 5))
    return warranty_of(bought, book().terms, PRODUCTS, today, named)


def lines(today: date, *models: str, country: str = "US") -> list[tuple[str, date | None, bool]]:
    """The lines that are clear."""
    return [(one.model, one.until, one.is_covered) for one in told(today, *models, country=country) if one.is_clear]


@pytest.mark.parametrize(
    ("today", "covered"), [(date(2026, 3, 1), True), (date(2028, 3, 1), True), (date(2028, 3, 2), False)]
)
def test_to_the_last_day(today: date, covered: bool) -> None:
    assert lines(today, "TP-K17") == [("TP-K17", date(2028, 3, 1), covered)]


def test_consumables_have_none() -> None:
    assert lines(date(2026, 4, 1), "TP-K17", "TP-F9") == [
        ("TP-K17", date(2028, 3, 1), True),
        ("TP-F9", None, False),
    ]


def test_what_the_catalogue_does_not_know_is_for_a_person() -> None:
    clear, unclear = told(date(2026, 4, 1), "TP-K17", "TP-UNKNOWN")
    assert (clear.is_clear, clear.until) == (True, date(2028, 3, 1))
    assert (unclear.model, unclear.is_clear, unclear.is_covered) == ("TP-UNKNOWN", False, False)


@pytest.mark.parametrize(
    ("today", "model", "is_clear"),
    [
        (date(2026, 4, 1), "TP-K17", True),
        (date(2026, 4, 1), "TP-F9", False),  # the law covers it all the same
        (date(2027, 4, 1), "TP-H2", False),  # twelve months by the warranty, two years by the law
        (date(2029, 4, 1), "TP-H2", True),
    ],
)
def test_where_the_law_gives_more_a_person_answers(today: date, model: str, is_clear: bool) -> None:
    assert bool(lines(today, model, country="DE")) is is_clear


@pytest.mark.parametrize("country", ["DE", "FR", "ES"])
def test_a_consumable_beside_it_keeps_no_answer_about_the_kettle_away(country: str) -> None:
    kettle, filters = told(date(2026, 4, 1), "TP-K17", "TP-F9", country=country)
    assert (kettle.is_clear, kettle.is_covered, kettle.until) == (True, True, date(2028, 3, 1))
    assert not filters.is_clear
    assert filters.until is None


def test_only_what_the_mail_names_is_answered() -> None:
    assert [one.model for one in told(date(2026, 4, 1), "TP-K17", "TP-F9", country="DE", named=("tp-k17",))] == [
        "TP-K17"
    ]
    # What isn't in the order is no reason to say nothing.
    assert [one.model for one in told(date(2026, 4, 1), "TP-K17", "TP-F9", named=("TP-V8",))] == ["TP-K17", "TP-F9"]


@pytest.mark.parametrize("model", sorted(PRODUCTS))
@pytest.mark.parametrize("today", [date(2026, 4, 1), date(2027, 4, 1), date(2028, 3, 3), date(2028, 3, 6)])
def test_nobody_is_told_that_a_piece_is_not_covered_while_the_law_covers_it(today: date, model: str) -> None:
    """Two years from the delivery on 5 March 2026, in the European Union."""
    (one,) = told(today, model, country="DE")
    if today <= date(2028, 3, 5):
        assert one.is_covered or not one.is_clear
    if one.is_clear and one.is_covered:
        assert one.has_legal_rights == (today <= date(2028, 3, 5))


def test_where_no_law_stands_beside_the_warranty_none_is_spoken_of() -> None:
    (one,) = told(date(2026, 4, 1), "TP-K17", country="US")
    assert not one.has_legal_rights


def test_a_right_without_a_fixed_time_is_for_a_person_once_the_warranty_has_ended() -> None:
    for country in ("GB", "AU", "NO"):
        assert lines(date(2028, 3, 1), "TP-K17", country=country) == [("TP-K17", date(2028, 3, 1), True)]
        assert lines(date(2028, 3, 2), "TP-K17", country=country) == []
