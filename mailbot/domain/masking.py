"""Card numbers and passwords never become stored text (G7, P18)."""

from __future__ import annotations

import re

_CARD = re.compile(r"(?<![\w-])[2-6](?:[ -]?\d){12,18}(?![\w-])")  # ISO/IEC 7812: payment cards begin with 2 to 6
_SECRET = re.compile(
    r"(?P<label>\b(?:password|passwort|passcode|cvv2?|cvc|pin(?:\s+code)?)|密码|密碼|口令|验证码|安全码)"
    r"(?P<between>\s*(?:[:：=]|is\b|是|为)\s*)(?P<secret>[^\s,，。;；]{3,64})",
    re.IGNORECASE,
)


def mask_secrets(text: str) -> str:
    """`text` with card numbers (13–19 digits that pass the Luhn check) and named passwords made unreadable."""
    without_cards = _CARD.sub(lambda m: _masked_card(m[0]) if _is_card(m[0]) else m[0], text)
    return _SECRET.sub(lambda m: f"{m['label']}{m['between']}******", without_cards)


def _is_card(text: str) -> bool:
    digits = [int(c) for c in text if c.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [d if i % 2 == 0 else sum(divmod(d * 2, 10)) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _masked_card(text: str) -> str:
    digits = [c for c in text if c.isdigit()]
    return "*" * (len(digits) - 4) + "".join(digits[-4:])
