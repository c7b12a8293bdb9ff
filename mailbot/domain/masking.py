"""Card numbers and passwords never become stored text (G7, P18)."""

from __future__ import annotations

import re

# ISO/IEC 7812: payment cards begin with 2 to 6. Chinese text leaves no blank beside a number, so \w says too much here.
_CARD = re.compile(r"(?<![A-Za-z0-9_+-])[2-6２-６](?:[ \u00a0.–-]{0,2}[0-9０-９]){12,18}(?![A-Za-z0-9_-])")
_SECRETS = (
    re.compile(
        r"(?P<label>(?<![a-z])(?:password|passwort|passcode|cvv2?|cvc)\s{0,5}(?:[:：=]|is\b|是|为)\s{0,5})(?P<secret>[^\s,，。;；]{3,64})",
        re.IGNORECASE,
    ),
    # "The charging pin is bent" tells no secret.
    re.compile(r"(?P<label>(?<![a-z])pin(?:\s{1,3}code)?\s{0,5}[:：=]\s{0,5})(?P<secret>\d{3,12})", re.IGNORECASE),
    re.compile(
        r"(?P<label>(?:密码|密碼|口令|验证码|驗證碼|安全码)\s{0,5}(?:[:：=]|是|为)?\s{0,5})(?P<secret>[A-Za-z0-9!@#$%^&*_.-]{3,64})"
    ),
)


def mask_secrets(text: str) -> str:
    """`text` with card numbers (13–19 digits that pass the Luhn check) and named passwords made unreadable."""
    text = _CARD.sub(lambda m: _masked_card(m[0]) if _is_card(m[0]) else m[0], text)
    for secret in _SECRETS:
        text = secret.sub(lambda m: f"{m['label']}******", text)
    return text


def _is_card(text: str) -> bool:
    digits = [int(c) for c in text if c.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [d if i % 2 == 0 else sum(divmod(d * 2, 10)) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _masked_card(text: str) -> str:
    digits = [c for c in text if c.isdigit()]
    return "*" * (len(digits) - 4) + "".join(digits[-4:])
