"""Whether an order is still under warranty, from the data alone."""

from __future__ import annotations

from datetime import date

import pytest

from mailbot.domain.warranty import WarrantyLine, warranty_of
from mailbot.settings.cataloguefile import load_catalogue
from tests.domain.examples import ROOT, book, line, order

PRODUCTS = load_catalogue(ROOT / "rules" / "catalogue.yaml").products


def lines(today: date, *models: str, country: str = "US") -> list[tuple[str, date | None, bool]]:
    bought = order(*(line(model) for model in models), country=country, delivered_on=date(2026, 3, 5))
    found = warranty_of(bought, book().terms, PRODUCTS, today)
    assert all(isinstance(each, WarrantyLine) for each in found)
    return [(each.model, each.until, each.is_covered) for each in found]


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
    assert lines(date(2026, 4, 1), "TP-K17", "TP-UNKNOWN") == []


@pytest.mark.parametrize(
    ("today", "model", "told"),
    [
        (date(2026, 4, 1), "TP-K17", True),
        (date(2026, 4, 1), "TP-F9", False),  # the law covers it all the same
        (date(2027, 4, 1), "TP-H2", False),  # twelve months by the warranty, two years by the law
        (date(2029, 4, 1), "TP-H2", True),
    ],
)
def test_where_the_law_gives_more_a_person_answers(today: date, model: str, told: bool) -> None:
    assert bool(lines(today, model, country="DE")) is told


def test_a_right_without_a_fixed_time_is_for_a_person_once_the_warranty_has_ended() -> None:
    for country in ("GB", "AU", "NO"):
        assert lines(date(2028, 3, 1), "TP-K17", country=country) == [("TP-K17", date(2028, 3, 1), True)]
        assert lines(date(2028, 3, 2), "TP-K17", country=country) == []
