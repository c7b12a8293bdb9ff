"""What an opaque S/MIME part holds (RFC 8551, 3.5; RFC 5652): signed content is taken out, encrypted content named.

A reader of our own for the few levels of BER on the way to the content: walking by offsets it is linear and never
recurses, whereas an ASN.1 library builds an object for each of the million pieces that a hostile mail may have.
Signatures are not checked: a sender is what our own server says of them (G5).
"""

from __future__ import annotations

from mailbot.errors import BadItem

_OIDS = {
    bytes.fromhex("2a864886f70d010702"): "signed",
    bytes.fromhex("2a864886f70d010703"): "encrypted",  # enveloped-data
    bytes.fromhex("2a864886f70d010706"): "encrypted",  # encrypted-data
    bytes.fromhex("2a864886f70d0109100117"): "encrypted",  # authEnveloped-data
}
_MAX_PIECES = 1_000_000  # of a content that is sent in pieces
_MAX_ITEMS = 10_000  # tags that are passed over on the way
_OID, _OCTETS, _SEQUENCE, _SET, _INTEGER, _CONTEXT_0 = 0x06, 0x04, 0x30, 0x31, 0x02, 0xA0
_CONSTRUCTED = 0x20


def kind(data: bytes) -> str:
    """What a CMS object is: "signed", "encrypted" or ""."""
    try:
        return _Walk(data).kind()
    except BadItem:
        return ""


def signed_content(data: bytes) -> bytes:
    """The MIME entity inside signed-data. Raises BadItem where there is none or the structure is broken."""
    walk = _Walk(data)
    if walk.kind() != "signed":
        raise BadItem("not signed data")
    walk.enter(_CONTEXT_0)
    walk.enter(_SEQUENCE)
    walk.skip(_INTEGER)
    walk.skip(_SET)
    walk.enter(_SEQUENCE)
    walk.skip(_OID)
    walk.enter(_CONTEXT_0)
    return walk.octets()


class _Walk:
    """A position in BER (X.690, 8.1)."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def kind(self) -> str:
        self.enter(_SEQUENCE)
        tag, length = self.head()
        if tag != _OID or length is None:
            raise BadItem("no content type")
        value = self.data[self.position : self.position + length]
        self.position += length
        return _OIDS.get(value, "")

    def head(self) -> tuple[int, int | None]:
        """Tag and length of the element at the position, which moves behind them; None: indefinite length."""
        data, at = self.data, self.position
        if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
            raise BadItem("no element where one must be")
        tag, first = data[at], data[at + 1]
        self.position = at + 2
        if first < 0x80:
            return tag, first
        if first == 0x80:
            return tag, None
        count = first & 0x7F
        if count > 4 or at + 2 + count > len(data):
            raise BadItem("a length that can't be")
        self.position += count
        return tag, int.from_bytes(data[at + 2 : self.position], "big")

    def enter(self, wanted: int) -> None:
        tag, _ = self.head()
        if tag != wanted:
            raise BadItem("another element than expected")

    def skip(self, wanted: int) -> None:
        tag, length = self.head()
        if tag != wanted:
            raise BadItem("another element than expected")
        if length is not None:
            self.position += length
            return
        open_ends = 1
        for _ in range(_MAX_ITEMS):
            tag, length = self.head()
            if length is None:
                open_ends += 1
            elif tag == 0:
                open_ends -= 1
                if not open_ends:
                    return
            else:
                self.position += length
        raise BadItem("too many elements")

    def octets(self) -> bytes:
        """An octet string in one piece or in many (X.690, 8.7)."""
        tag, length = self.head()
        if tag == _OCTETS and length is not None:
            if self.position + length > len(self.data):
                raise BadItem("cut off")
            return self.data[self.position : self.position + length]
        if tag != _OCTETS | _CONSTRUCTED:
            raise BadItem("no content")
        end = len(self.data) if length is None else self.position + length
        open_ends = 1 if length is None else 0
        out = bytearray()
        for _ in range(_MAX_PIECES):
            if self.position >= end and not open_ends:
                return bytes(out)
            tag, length = self.head()
            if length is None:
                open_ends += 1
            elif tag == 0:
                open_ends -= 1
                if open_ends <= 0:
                    return bytes(out)
            elif tag == _OCTETS:
                if self.position + length > len(self.data):
                    raise BadItem("cut off")
                out += self.data[self.position : self.position + length]
                self.position += length
            elif tag != _OCTETS | _CONSTRUCTED:
                raise BadItem("another element than expected")
        raise BadItem("too many pieces")
