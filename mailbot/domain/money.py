"""Sums of money in the minor units of their currency, and dividing one over several without losing a cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

from mailbot.domain.currencies import decimals_of


def minor_unit(currency: str) -> Decimal:
    """The smallest sum of a currency (ISO 4217): 0.01 for most, 1 for JPY, 0.001 for KWD."""
    return Decimal(1).scaleb(-decimals_of(currency))


def rounded_down(amount: Decimal, currency: str) -> Decimal:
    """The amount without anything below the minor unit: what a customer is charged is never rounded up."""
    return amount.quantize(minor_unit(currency), rounding=ROUND_DOWN)


def in_units(amount: Decimal, currency: str) -> int:
    """The amount as a number of minor units. Raises ValueError for one with more decimals than the currency has."""
    units = amount.scaleb(decimals_of(currency))
    if units != units.to_integral_value():
        raise ValueError(f"{amount} has more decimals than {currency} has")
    return int(units)


def from_units(units: int, currency: str) -> Decimal:
    """The opposite of `in_units`, with the decimals of the currency."""
    return Decimal(units).scaleb(-decimals_of(currency))


def spread(amount: Decimal, weights: Sequence[Decimal], currency: str) -> tuple[Decimal, ...]:
    """Divide an amount in proportion to the weights, to the last minor unit (largest remainder; a tie goes forward).

    The parts add up to the amount exactly, and each is its exact share rounded up or down. Weights that are all 0
    count as equal. Raises ValueError where an amount or weight is below 0, or there is nothing to divide it over.
    """
    units = in_units(amount, currency)
    if units < 0 or any(weight < 0 for weight in weights) or (units and not weights):
        raise ValueError("only amounts of at least 0 can be divided, and over at least one part")
    parts = [Fraction(weight) for weight in weights]
    if not any(parts):
        parts = [Fraction(1)] * len(parts)
    whole = sum(parts)
    exact = [units * part / whole for part in parts]
    given = [int(share) for share in exact]
    # Stable: of two with the same remainder the first one gets the unit.
    by_remainder = sorted(range(len(parts)), key=lambda index: given[index] - exact[index])
    for index in by_remainder[: units - sum(given)]:
        given[index] += 1
    return tuple(from_units(each, currency) for each in given)


def pieces_value(amount: Decimal, pieces: int, first: int, count: int, currency: str) -> Decimal:
    """What `count` of `pieces` equal pieces that cost `amount` together are worth, `first` having been counted before.

    The earlier pieces carry the units that can't be divided; all together are always exactly the amount.
    """
    each, over = divmod(in_units(amount, currency), pieces)

    def up_to(number: int) -> int:
        return each * number + min(number, over)

    return from_units(up_to(first + count) - up_to(first), currency)
