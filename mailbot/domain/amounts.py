"""Amounts of money in text, in the writing of several countries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from mailbot.domain.currencies import BY_COUNTRY, CLEAR, CODES, decimals_of
from mailbot.domain.halfwidth import plain_text

_MOST_FOUND = 50
_SIGNS = sorted((*CODES, *CLEAR, *BY_COUNTRY), key=len, reverse=True)
# A word in letters ends where letters end; a sign ends by itself.
_CURRENCY = "|".join(
    re.escape(sign) + ("(?![a-z])" if sign[-1].isascii() and sign[-1].isalpha() else "") for sign in _SIGNS
)
_NUMBER = r"\d{1,3}(?:[.,' ’]\d{3}){1,4}(?:[.,]\d{1,3})?|\d{1,12}(?:[.,]\d{1,3})?"
_AMOUNT = re.compile(
    rf"(?<![a-z0-9.,])(?:(?P<before>{_CURRENCY})[ ]?)?(?P<number>{_NUMBER})(?!\d|[.,]\d)"
    rf"(?:[ ]?(?P<ten_thousand>[万萬]))?(?:[ ]?(?P<after>{_CURRENCY})(?!\d))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Amount:
    """An amount of money that stood in a text."""

    value: Decimal  # with the decimals of its currency
    currency: str  # ISO 4217
    is_clear: bool  # False where the sign or the number could mean something else too
    written: str  # as it stood there, half-width


def find_amounts(text: str, country: str = "") -> tuple[Amount, ...]:
    """Amounts with a currency, each once, in the sequence of the text; at most 50, in linear time; never raises.

    `country` (ISO 3166-1, "" for unknown) is the writer's: it says which dollar or which ¥ is meant. A sign before the
    amount counts before one after it, and a code ("USD") before a sign that several currencies share.
    """
    found: dict[Amount, None] = {}
    for match in _AMOUNT.finditer(plain_text(text)):
        if match["before"] or match["after"]:
            amount = _read(match, country.upper())
            if amount is not None:
                found[amount] = None
                if len(found) >= _MOST_FOUND:
                    break
    return tuple(found)


def _read(match: re.Match[str], country: str) -> Amount | None:
    number: str = match["number"]
    signs = [sign for sign in (match["before"], match["after"]) if sign]
    currency, clear = _currency(min(signs, key=lambda sign: sign.lower() in BY_COUNTRY), country)
    # Nobody writes fractions of a yen, so that "¥1,299.00" is yuan.
    if currency == "JPY" and (match["before"] or "") == "¥" and re.search(r"[.,]\d\d$", number):
        currency, clear = "CNY", True
    value, number_is_clear = _value(number, currency)
    if value is None:
        return None
    if match["ten_thousand"]:
        value *= 10_000
    decimals = decimals_of(currency)
    rounded = value.quantize(Decimal(1).scaleb(-decimals))
    if rounded != value:
        return None
    return Amount(value=rounded, currency=currency, is_clear=clear and number_is_clear, written=match.group().strip())


def _currency(sign: str, country: str) -> tuple[str, bool]:
    """The code, and whether nothing else can be meant."""
    if sign.upper() in CODES:
        return sign.upper(), True
    if code := CLEAR.get(sign.lower()):
        return code, True
    choices = BY_COUNTRY[sign.lower()]
    return choices.get(country, choices[""]), bool(country)


def _value(number: str, currency: str) -> tuple[Decimal | None, bool]:
    """The number, and whether its marks can be read in one way only; None where they contradict each other."""
    marks = re.sub(r"\d", "", number)
    if not marks:
        return Decimal(number), True
    last = marks[-1]
    whole, _, rest = number.rpartition(last)
    grouping = set(marks[:-1])
    if len(grouping) > 1 or (last in grouping and len(rest) != 3):
        return None, False
    if last in grouping or last in " '’":  # the same mark again and again parts thousands
        return Decimal(re.sub(r"\D", "", number)), True
    if grouping or len(rest) != 3:
        return Decimal(re.sub(r"\D", "", whole) + "." + rest), True
    # One mark and three digits: thousands, unless the currency has three decimals.
    if whole == "0" or (decimals_of(currency) == 3 and last == "."):
        return Decimal(whole + "." + rest), whole == "0"
    return Decimal(whole + rest), decimals_of(currency) != 3
