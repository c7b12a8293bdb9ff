"""Files that old programs write into the text of a mail by uuencode (IEEE Std 1003.1, uuencode): found and decoded.

yEnc, which Usenet uses in the same place, is left alone as text: no mail program writes it.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

MAX_FILES = 100  # of one text
_MAX_TRIES = 1_000  # lines that look like a beginning

_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
_LINE = re.compile(rb"([^\r\n]*)(?:\r\n|\n|\r|\Z)")


@dataclass(frozen=True, kw_only=True)
class UuFile:
    """A file that stood in a text."""

    name: bytes  # as claimed, in the charset of the text; unsafe
    content: bytes
    whole: bool  # False where the line "end" is missing


def decode(data: bytes) -> bytes:
    """What a part with Content-Transfer-Encoding x-uuencode holds; lines that are none are passed over.

    A line announces up to 45 bytes in its first character whether or not they follow, so the result is bounded by
    the length of `data`: what is decoded is never longer than its code, unless it was made to swell.
    """
    out = bytearray()
    position = 0
    while position < len(data) and len(out) <= len(data):
        match = _LINE.match(data, position)
        if match is None or match.end() == position:
            break
        position = match.end()
        line = match[1]
        if not line.startswith(b"begin ") and line.strip() not in (b"", b"end", b"`"):
            out += _line(line) or b""
    return bytes(out)


def cut_out(data: bytes) -> tuple[bytes, list[UuFile]]:
    """A text without the files in it, and the files. Prose that begins with "begin" stays where it is."""
    if b"begin" not in data:
        return data, []
    kept: list[bytes] = []
    files: list[UuFile] = []
    position = kept_from = 0
    no_base64 = False  # tried once in vain; again and again would be quadratic
    for _ in range(_MAX_TRIES):
        begin = _BEGIN.search(data, position) if len(files) < MAX_FILES else None
        if begin is None:
            break
        position = begin.end()
        if begin[0].startswith(b"begin-"):
            if no_base64:
                continue
            content, end, whole = _base64_lines(data, position)
            no_base64 = not content
        else:
            content, end, whole = _lines(data, position)
        if content:
            kept.append(data[kept_from : begin.start()])
            files.append(UuFile(name=begin[1].strip(), content=content, whole=whole))
            position = kept_from = end
    kept.append(data[kept_from:])
    return b"".join(kept), files


def _lines(data: bytes, position: int) -> tuple[bytes, int, bool]:
    """The content from here on, where it ends, and whether its end is marked; b"" where this is no such file."""
    out = bytearray()
    while position < len(data):
        match = _LINE.match(data, position)
        if match is None or match.end() == position:
            break
        line = match[1]
        if line.rstrip() == b"end":
            return bytes(out), match.end(), True
        if line.strip() not in (b"", b"`"):
            decoded = _line(line) if _plausible(line) else None
            if decoded is None:
                break
            out += decoded
        position = match.end()
    return bytes(out), position, False


def _plausible(line: bytes) -> bool:
    """Is the line as long as its first character says? Programs may pad it, or add a check character."""
    needed = ((line[0] - 32) & 63) // 3 * 4
    return 32 <= line[0] <= 96 and needed <= len(line) - 1 <= needed + 6


def _line(line: bytes) -> bytes | None:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders pad the line; what its length byte announces is what counts.
        count = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[:count])
        except binascii.Error:
            return None


def _base64_lines(data: bytes, position: int) -> tuple[bytes, int, bool]:
    """The same by `uuencode -m`: base64 up to a line of four equals signs."""
    end = data.find(b"\n====", position)
    if end < 0:
        return b"", position, False
    try:
        content = binascii.a2b_base64(data[position:end])
    except binascii.Error:
        return b"", position, False
    match = _LINE.match(data, end + 1)
    return content, match.end() if match else end + 5, True
