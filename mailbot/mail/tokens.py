"""Signed tokens in reply addresses and Message-IDs: purpose, ticket and recipient, bound by HMAC (G5)."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from mailbot.domain.standing import TokenClaim, TokenPurpose

_MAC_BYTES = 10  # 80 bits
# purpose, ticket id, signature in base32; lower case, because local parts may lose their case on the way
_TOKEN = re.compile(r"(?<![a-z0-9])([csk])(\d{1,12})-([a-z2-7]{16})(?![a-z0-9])", re.ASCII | re.IGNORECASE)


class TokenMaker:
    """Makes and checks tokens with the keys of the installation; the first key signs."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def make(self, purpose: TokenPurpose, ticket_id: int, recipient: str) -> str:
        """A token for one recipient, e.g. `c17-k5mzv3q2x7w4aabc`; safe in a local part and in a msg-id."""
        return f"{purpose.value}{ticket_id}-{_sign(self._keys[0], purpose, ticket_id, recipient)}"

    def verify(self, token: str, sender: str) -> TokenClaim | None:
        """What the token entitles `sender` to; None unless it was made for exactly that address."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        purpose, ticket_id = TokenPurpose(match[1].lower()), int(match[2])
        given = match[3].lower()
        for key in self._keys:
            if hmac.compare_digest(_sign(key, purpose, ticket_id, sender), given):
                return TokenClaim(purpose=purpose, ticket_id=ticket_id)
        return None


def find_tokens(texts: Iterable[str]) -> Iterator[str]:
    """Everything in addresses or message ids that looks like a token; nothing is proven by it."""
    for text in texts:
        for match in _TOKEN.finditer(text[:1000]):
            yield match[0]


def _sign(key: bytes, purpose: TokenPurpose, ticket_id: int, recipient: str) -> str:
    message = f"{purpose.value}\0{ticket_id}\0{recipient.strip().lower()}".encode()
    return base64.b32encode(hmac.new(key, message, sha256).digest()[:_MAC_BYTES]).decode("ascii").lower()
