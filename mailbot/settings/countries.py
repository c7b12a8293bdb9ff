"""Which two letters are a country."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

# In CLDR, and yet no code of ISO 3166-1 that an order could have: the European Union, test data, parts of countries.
_NOT_ASSIGNED = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])


@cache
def countries() -> frozenset[str]:
    """The codes of ISO 3166-1 alpha-2 ("CN", "GB"), as CLDR knows them, and XK, which parcels to Kosovo carry."""
    return (
        frozenset(code for code in map(str, Locale("en").territories) if re.fullmatch("[A-Z]{2}", code)) - _NOT_ASSIGNED
    )
