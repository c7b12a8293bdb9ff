"""Minor units, and dividing a sum without losing one of them."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.money import from_units, in_units, minor_unit, pieces_value, rounded_down, spread

D = Decimal


@pytest.mark.parametrize(("currency", "unit"), [("EUR", "0.01"), ("JPY", "1"), ("KWD", "0.001"), ("XTS", "0.01")])
def test_the_minor_unit_of_a_currency(currency: str, unit: str) -> None:
    assert minor_unit(currency) == D(unit)
    assert from_units(in_units(D("12"), currency), currency) == 12


@pytest.mark.parametrize(
    ("amount", "weights", "currency", "parts"),
    [
        ("10.00", ("1", "1", "1"), "EUR", ("3.34", "3.33", "3.33")),
        ("0.01", ("199", "199"), "EUR", ("0.01", "0.00")),
        ("100", ("2", "1"), "JPY", ("67", "33")),
        ("1.000", ("1", "1", "1"), "KWD", ("0.334", "0.333", "0.333")),
        ("0.05", ("0", "0"), "EUR", ("0.03", "0.02")),
        ("7.00", ("0.00", "50.00"), "EUR", ("0.00", "7.00")),
        ("0", (), "EUR", ()),
    ],
)
def test_a_sum_is_divided_to_the_last_unit(
    amount: str, weights: tuple[str, ...], currency: str, parts: tuple[str, ...]
) -> None:
    assert spread(D(amount), [D(weight) for weight in weights], currency) == tuple(map(D, parts))


@pytest.mark.parametrize(
    ("amount", "weights", "currency"),
    [
        ("0.001", ("1",), "EUR"),
        ("0.5", ("1",), "JPY"),
        ("-1", ("1",), "EUR"),
        ("1", ("-1", "3"), "EUR"),
        ("1", (), "EUR"),
    ],
)
def test_what_cannot_be_divided_is_refused(amount: str, weights: tuple[str, ...], currency: str) -> None:
    with pytest.raises(ValueError, match=r"decimals|at least 0"):
        spread(D(amount), [D(weight) for weight in weights], currency)


UNITS = st.integers(0, 10**9)
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])


@given(units=UNITS, weights=st.lists(UNITS, min_size=1, max_size=12), currency=CURRENCIES)
@settings(max_examples=200, deadline=None)
def test_the_parts_add_up_and_none_is_a_unit_off(units: int, weights: list[int], currency: str) -> None:
    parts = spread(from_units(units, currency), [D(weight) for weight in weights], currency)
    assert sum(parts) == from_units(units, currency)
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        exact = D(units) * weight / whole if whole else D(units) / len(weights)
        assert abs(in_units(part, currency) - exact) < 1


@given(units=UNITS, pieces=st.integers(1, 50), cuts=st.lists(st.integers(0, 50), max_size=6), currency=CURRENCIES)
@settings(max_examples=200, deadline=None)
def test_pieces_add_up_to_their_line_however_they_come_back(
    units: int, pieces: int, cuts: list[int], currency: str
) -> None:
    amount = from_units(units, currency)
    borders = [0, *sorted(min(cut, pieces) for cut in cuts), pieces]
    parts = [pieces_value(amount, pieces, start, end - start, currency) for start, end in pairwise(borders)]
    assert sum(parts) == amount
    assert min(parts) >= 0


@given(units=UNITS, percent=st.integers(0, 100), currency=CURRENCIES)
@settings(max_examples=100, deadline=None)
def test_a_charge_is_never_rounded_up(units: int, percent: int, currency: str) -> None:
    exact = from_units(units, currency) * percent / 100
    charged = rounded_down(exact, currency)
    assert charged <= exact < charged + minor_unit(currency)
