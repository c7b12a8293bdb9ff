"""The text of the RTF that Outlook writes into a winmail.dat (MS-OXRTFCP, MS-OXRTFEX): bounded, never raises."""

from __future__ import annotations

import re

_MAX_RTF = 2_000_000  # bytes after unpacking
_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n" rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)  # fmt: skip
_TOKEN = re.compile(
    rb"\\(?:([a-z]{1,32})(-?[0-9]{1,10})?[ ]?|'([0-9a-fA-F]{2})|([^a-z]))|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
# Groups whose content is not text.
_SKIPPED = frozenset(
    {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"generator", b"listtable",
     b"listoverridetable", b"rsidtbl", b"themedata", b"datastore", b"latentstyles", b"header", b"footer"}
)  # fmt: skip
_BREAKS = {
    b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"tab": "\t", b"cell": "\t", b"emdash": "—",
    b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•",
}  # fmt: skip


def unpack_rtf(data: bytes) -> bytes:
    """Undo the compression of PidTagRtfCompressed; b"" where it is none."""
    kind, body = data[8:12], data[16:]
    if kind == b"MELA":
        return body[:_MAX_RTF]
    if kind != b"LZFu":
        return b""
    window = bytearray(_DICTIONARY.ljust(4096, b"\0"))
    write = len(_DICTIONARY)
    out = bytearray()
    position = 0
    while position < len(body) and len(out) < _MAX_RTF:
        control = body[position]
        position += 1
        for bit in range(8):
            if position >= len(body):
                break
            if not control >> bit & 1:
                piece = bytearray(body[position : position + 1])
                position += 1
            else:
                token = int.from_bytes(body[position : position + 2], "big")
                position += 2
                offset, length = token >> 4, (token & 15) + 2
                if offset == write:
                    return bytes(out)
                piece = bytearray()
                for step in range(length):  # the reference may run into what it writes
                    byte = window[(offset + step) % 4096]
                    piece.append(byte)
                    window[(write + step) % 4096] = byte
            for byte in piece:
                window[write] = byte
                write = (write + 1) % 4096
            out += piece
    return bytes(out)


def rtf_text(rtf: bytes) -> str:
    """The words of an RTF text, by one pass over its tokens."""
    out: list[str] = []
    pending = bytearray()  # bytes in the code page
    codec = "cp1252"
    skip_from = 0  # the depth of the group that is left out; 0: none
    depth = unicode_skip = 0
    fresh = False  # right after "{"
    for match in _TOKEN.finditer(rtf[:_MAX_RTF]):
        word, number, code, symbol, brace, plain = match.groups()
        if pending and not (code or plain):
            out.append(pending.decode(codec, "replace"))
            pending.clear()
        if brace:
            depth += 1 if brace == b"{" else -1
            if skip_from and depth < skip_from:
                skip_from = 0
            fresh = brace == b"{"
            continue
        first, fresh = fresh, False
        if skip_from:
            continue
        if (symbol == b"*" or word in _SKIPPED) and first:
            skip_from = depth
        elif word == b"ansicpg" and number:
            codec = f"cp{int(number)}" if number in _CODE_PAGES else codec
        elif word == b"u" and number:
            out.append(chr(int(number) & 0xFFFF))
            unicode_skip = 1
        elif word in _BREAKS:
            out.append(_BREAKS[word])
        elif code or plain:
            piece = bytes.fromhex(code.decode()) if code else plain
            if unicode_skip:
                piece, unicode_skip = piece[1:], 0
            pending += piece
        elif symbol in (b"\\", b"{", b"}"):
            pending += symbol
        elif symbol == b"~":
            out.append("\u00a0")
    out.append(pending.decode(codec, "replace"))
    return "".join(out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").strip()


_CODE_PAGES = frozenset(b"437 850 852 866 874 932 936 949 950 1250 1251 1252 1253 1254 1255 1256 1257 1258".split())
