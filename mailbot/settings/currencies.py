"""Which currencies there are (ISO 4217), for orders and for amounts in the rules."""

from __future__ import annotations

from functools import lru_cache

from mailbot.domain.currencies import CLEAR

_OLDEST_MONEY = 2015  # year: what ended before stands in no order any more


def why_no_currency(code: str) -> str:
    """What is wrong with a code in capital letters, and what to write; "" for a currency."""
    if code in known_currencies():
        return ""
    meant = CLEAR.get(code.lower())
    hint = f"{code} is written {meant}" if meant else "write one such as CNY"
    return f"is no currency of ISO 4217: {hint}"


@lru_cache(maxsize=1)
def known_currencies() -> frozenset[str]:
    """ISO 4217 as far as people pay with it, by Unicode CLDR; also money of yesterday, as in old orders."""
    from babel.core import get_global  # here: it is only needed where a code is checked

    found = set()
    for of_territory in get_global("territory_currencies").values():
        for code, _, until, is_tender in of_territory:
            if is_tender and (until is None or until[0] >= _OLDEST_MONEY):
                found.add(code)
    return frozenset(found)
