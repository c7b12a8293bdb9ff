"""The time zones of a country, from the data of the Babel library, so that a last day ends where the customer lives."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global


@lru_cache(maxsize=300)
def zones_of(country: str) -> tuple[ZoneInfo, ...]:
    """All zones of a country (ISO 3166-1 alpha-2); () for one that isn't known. The system's data may lack some."""
    found = []
    for name in get_global("territory_zones").get(country.upper(), ()):
        try:
            found.append(ZoneInfo(name))
        except ZoneInfoNotFoundError:
            continue
    return tuple(found)


def customer_zones(country: str, instead: Mapping[str, tuple[str, ...]]) -> tuple[ZoneInfo, ...]:
    """The zones that count for a country: those of rules/countries.yaml where it has some, else all it has."""
    names = instead.get(country.upper())
    return zones_of(country) if names is None else tuple(ZoneInfo(name) for name in names)
