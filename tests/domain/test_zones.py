"""Which time zones count for a country."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mailbot.domain.periods import customer_day
from mailbot.evidence.zones import customer_zones, zones_of
from tests.domain.examples import book


@pytest.mark.parametrize(
    ("country", "some"),
    [("DE", "Europe/Berlin"), ("us", "Pacific/Honolulu"), ("CN", "Asia/Urumqi"), ("JP", "Asia/Tokyo")],
)
def test_a_country_has_all_its_zones(country: str, some: str) -> None:
    assert some in {zone.key for zone in zones_of(country)}


@pytest.mark.parametrize("country", ["", "XX", "Germany"])
def test_an_unknown_country_has_none(country: str) -> None:
    assert zones_of(country) == ()


def test_the_rules_say_which_zones_count() -> None:
    assert [zone.key for zone in customer_zones("cn", book().zones)] == ["Asia/Shanghai"]
    assert customer_zones("US", book().zones) == zones_of("US")


@pytest.mark.parametrize(
    ("country", "last_second"),
    [
        ("CN", "2026-03-31T15:59:59"),
        ("DE", "2026-03-31T21:59:59"),
        ("GB", "2026-03-31T22:59:59"),
        ("US", "2026-04-01T09:59:59"),  # Hawaii
        ("JP", "2026-03-31T14:59:59"),
        ("XX", "2026-03-31T23:59:59"),  # unknown: here UTC
    ],
)
def test_the_last_second_of_a_day(country: str, last_second: str) -> None:
    moment = datetime.fromisoformat(last_second).replace(tzinfo=UTC)
    zones = customer_zones(country, book().zones)
    assert customer_day(moment, zones, UTC) == date(2026, 3, 31)
    assert customer_day(moment.replace(microsecond=999_999), zones, UTC) == date(2026, 3, 31)
    assert customer_day(datetime.fromtimestamp(moment.timestamp() + 1, UTC), zones, UTC) == date(2026, 4, 1)
