"""ISO-2022 in mail (RFC 1468, 1557, 1922, 2237): Japanese with what Windows adds to it, Korean, Chinese.

The codecs of the standard library refuse the rows that only Windows has (the "NEC special characters": circled digits,
company signs) and half-width kana in some of them; so each run between escape sequences is read by itself.
"""

from __future__ import annotations

import re

_ESCAPE = re.compile(rb"\x1b(?:(\$\([@BDACG]|\$\)[ACG]|\$[@BA]|\([A-Za-z])|&@)")
_SHIFTS = re.compile(rb"[\x0e\x0f]")


def decode_iso2022(data: bytes) -> str:
    """The text of bytes with escape sequences; what can't be read becomes U+FFFD. Never raises, linear."""
    out: list[str] = []
    mode, shifted_to = b"(B", "iso2022_kr"
    position = 0
    shifted = False
    for match in _ESCAPE.finditer(data):
        text, shifted = _shifted_run(data[position : match.start()], mode, shifted_to, shifted)
        out.append(text)
        position = match.end()
        sign = match[1] or b"(B"
        if sign.startswith(b"$)"):
            shifted_to = "euc_kr" if sign.endswith(b"C") else "gb2312"  # designated for SO (RFC 1557, 1922)
        else:
            mode = sign
    text, _ = _shifted_run(data[position:], mode, shifted_to, shifted)
    out.append(text)
    return "".join(out)


def _shifted_run(data: bytes, mode: bytes, shifted_to: str, shifted: bool) -> tuple[str, bool]:
    """A run between escapes, in which SO and SI may switch to the designated 8-bit set and back."""
    if not shifted and b"\x0e" not in data:
        return _run(data.replace(b"\x0f", b""), mode), False
    out: list[str] = []
    position = 0
    for match in _SHIFTS.finditer(data):
        piece = data[position : match.start()]
        out.append(_high(piece, shifted_to) if shifted else _run(piece, mode))
        shifted = match[0] == b"\x0e"
        position = match.end()
    piece = data[position:]
    out.append(_high(piece, shifted_to) if shifted else _run(piece, mode))
    return "".join(out), shifted


def _high(data: bytes, codec: str) -> str:
    raised = bytes(byte | 0x80 if 0x21 <= byte <= 0x7E else byte for byte in data)
    return raised.decode("cp949" if codec == "iso2022_kr" else codec, "replace")


def _run(data: bytes, mode: bytes) -> str:
    if not data:
        return ""
    if mode == b"(I":  # half-width kana of JIS X 0201
        return bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in data).decode("cp932", "replace")
    if mode in (b"$@", b"$B", b"$(@", b"$(B"):
        return "".join(_jis(line) for line in re.split(rb"([\r\n]+)", data))
    if mode == b"$(D":  # JIS X 0212, the third set of EUC-JP
        return "".join(
            pair.decode("latin-1") if pair[0] < 0x21 else _euc(b"\x8f" + bytes(byte | 0x80 for byte in pair))
            for pair in (data[at : at + 2] for at in range(0, len(data), 2))
        )
    if mode in (b"$A", b"$(A"):
        return _high(data, "gb18030")
    if mode == b"$(C":
        return _high(data, "cp949")
    return data.decode("latin-1") if data.isascii() else data.decode("cp932", "replace")


def _jis(data: bytes) -> str:
    """Pairs of JIS X 0208 as Windows reads them (through Shift_JIS)."""
    if not data or data[0] < 0x21 or data[0] > 0x7E:
        return data.decode("cp932", "replace")
    out = bytearray()
    for at in range(0, len(data) - 1, 2):
        row, cell = data[at], data[at + 1]
        if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
            out += b"?"
            continue
        lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
        trail = cell + 0x7E if row % 2 == 0 else cell + (0x20 if cell >= 0x60 else 0x1F)
        out += bytes((lead, trail))
    text = bytes(out).decode("cp932", "replace")
    return text + ("\ufffd" if len(data) % 2 else "")


def _euc(data: bytes) -> str:
    return data.decode("euc_jp", "replace")
