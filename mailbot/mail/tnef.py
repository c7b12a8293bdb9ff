"""winmail.dat (MS-OXTNEF): the text and the files that Outlook packs into one part.

A reader of our own: tnefparse 1.4 was tried and left. It strips zero bytes from the end of files that come as MAPI
properties and pads them to four bytes, so they aren't what was sent; a count of four thousand million properties,
which six bytes announce, keeps it busy for hours; it copies the rest of the data for each object; and it opens
messages inside messages without end. Here everything is walked by offsets, once.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from mailbot.errors import BadItem
from mailbot.mail.charset import decode
from mailbot.mail.rtf import rtf_text, unpack_rtf

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_FILES = 500
_MAX_OBJECTS = 20_000
_MAX_PROPERTIES = 20_000

_OBJECT = struct.Struct("<BHHI")  # level, name, type, length
# Objects (MS-OXTNEF, 2.1.3.3)
_BODY, _ATTACH_DATA, _ATTACH_TITLE, _RENDER = 0x800C, 0x800F, 0x8010, 0x9002
_MAPI, _ATTACH_MAPI, _OEM_CODEPAGE = 0x9003, 0x9005, 0x9007
# Properties (MS-OXPROPS)
_P_BODY, _P_RTF, _P_HTML, _P_CODEPAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
_P_DATA, _P_SHORT_NAME, _P_LONG_NAME, _P_MIME, _P_CID = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712
_WIDTHS = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING, _UNICODE, _OBJECT_TYPE, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_MESSAGE_IID = bytes.fromhex("0703020000000000c000000000000046")


@dataclass(frozen=True, kw_only=True)
class TnefFile:
    """A file of a winmail.dat."""

    name: str  # as claimed; unsafe
    content_type: str  # as claimed; "" where nothing is said; a message in Outlook's own form: application/ms-tnef
    content_id: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Winmail:
    """What a winmail.dat says."""

    text: str  # "" where there is none; from the RTF where it is all that there is
    html: str
    files: tuple[TnefFile, ...]
    damaged: bool  # a checksum doesn't fit


@dataclass
class _File:
    title: str = ""
    data: bytes = b""
    properties: dict[int, bytes | str] = field(default_factory=dict)


def read_winmail(data: bytes) -> Winmail:
    """Take a winmail.dat apart. Raises BadItem where it is none, is cut off or passes the bounds."""
    if not data.startswith(SIGNATURE):
        raise BadItem("not a winmail.dat")
    try:
        return _read(data)
    except (struct.error, ValueError, OverflowError) as error:
        raise BadItem(f"a broken winmail.dat ({type(error).__name__})") from None


def _read(data: bytes) -> Winmail:
    position, end = 6, len(data)
    files: list[_File] = []
    text, codepage, damaged = b"", 1252, False
    message: dict[int, bytes | str] = {}
    for _ in range(_MAX_OBJECTS):
        if position + _OBJECT.size + 2 > end:
            break
        level, name, _, length = _OBJECT.unpack_from(data, position)
        start = position + _OBJECT.size
        position = start + length + 2
        if position > end or level not in (1, 2):
            raise BadItem("a winmail.dat that is cut off")
        value = data[start : start + length]
        damaged = damaged or sum(value) & 0xFFFF != int.from_bytes(data[start + length : position], "little")
        if name == _RENDER:
            if len(files) >= MAX_FILES:
                raise BadItem(f"a winmail.dat of more than {MAX_FILES} files")
            files.append(_File())
        elif level == 1 and name == _OEM_CODEPAGE:
            codepage = int.from_bytes(value[:4], "little")
        elif level == 1 and name == _BODY:
            text = value
        elif level == 1 and name == _MAPI:
            message = _properties(value, codepage)
        elif level == 2 and files:
            _add(files[-1], name, value, codepage)
    else:
        raise BadItem("a winmail.dat of too many objects")
    return Winmail(
        text=_body(message, text, codepage),
        html=_html(message),
        files=tuple(_finish(file) for file in files),
        damaged=damaged,
    )


def _add(file: _File, name: int, value: bytes, codepage: int) -> None:
    if name == _ATTACH_TITLE:
        file.title = _string(value, codepage)
    elif name == _ATTACH_DATA:
        file.data = value
    elif name == _ATTACH_MAPI:
        file.properties = _properties(value, codepage)


def _finish(file: _File) -> TnefFile:
    content, kind = file.data, _said(file.properties, _P_MIME).lower()
    found = file.properties.get(_P_DATA, b"")
    if isinstance(found, bytes) and found and not content:
        content = found[16:]  # the interface that it was saved by stands before it
        if found.startswith(_MESSAGE_IID):
            kind = "application/ms-tnef"  # a whole message; kept as it is, as message/rfc822 is
    return TnefFile(
        name=_said(file.properties, _P_LONG_NAME) or file.title or _said(file.properties, _P_SHORT_NAME),
        content_type=kind,
        content_id=_said(file.properties, _P_CID),
        content=content,
    )


def _body(message: dict[int, bytes | str], text: bytes, codepage: int) -> str:
    said = _said(message, _P_BODY)
    if said:
        return said
    if text.strip(b"\0"):
        return _string(text, codepage)
    rtf = message.get(_P_RTF, b"")
    if isinstance(rtf, bytes) and rtf and _P_HTML not in message:
        return rtf_text(unpack_rtf(rtf))
    return ""


def _html(message: dict[int, bytes | str]) -> str:
    markup = message.get(_P_HTML, "")
    if isinstance(markup, str):
        return markup
    number = message.get(_P_CODEPAGE, b"")
    label = _charset(int.from_bytes(number[:4], "little")) if isinstance(number, bytes) and number else None
    return decode(markup.rstrip(b"\0"), label).text


def _said(properties: dict[int, bytes | str], name: int) -> str:
    value = properties.get(name, "")
    return value if isinstance(value, str) else ""


def _string(value: bytes, codepage: int) -> str:
    return decode(value.rstrip(b"\0"), _charset(codepage)).text


def _charset(codepage: int) -> str:
    """The charset label of a Windows code page."""
    return {65001: "utf-8", 20127: "us-ascii", 20866: "koi8-r", 28591: "iso-8859-1", 54936: "gb18030"}.get(
        codepage, f"cp{codepage}"
    )


def _properties(value: bytes, codepage: int) -> dict[int, bytes | str]:
    """The strings and byte values of a property list by their ids (MS-OXTNEF, 2.1.3.4); the first of each counts."""
    out: dict[int, bytes | str] = {}
    (count,) = struct.unpack_from("<I", value)
    if count > _MAX_PROPERTIES:
        raise BadItem("a winmail.dat of too many properties")
    position = 4
    for _ in range(count):
        kind, name = struct.unpack_from("<HH", value, position)
        position += 4
        if name >= 0x8000:  # a named property: its name follows
            (by_string,) = struct.unpack_from("<I", value, position + 16)
            (length,) = struct.unpack_from("<I", value, position + 20)
            position += 24 + (_padded(length) if by_string else 0)
        several, kind = kind & 0x1000, kind & 0x0FFF
        width = _WIDTHS.get(kind)
        items = 1
        if several or width is None:
            (items,) = struct.unpack_from("<I", value, position)
            position += 4
        if width is not None:
            found = value[position : position + 4]
            # Two-byte values fill four bytes where they stand alone (2.1.3.4).
            position += _padded(items * (2 if kind in (0x02, 0x0B) else width))
            if not several:
                out.setdefault(name, found)
            continue
        if kind not in (_STRING, _UNICODE, _OBJECT_TYPE, _BINARY) or items > len(value):
            raise BadItem("a winmail.dat with an unknown property")
        for _ in range(items):
            (length,) = struct.unpack_from("<I", value, position)
            position += 4
            if position + length > len(value):
                raise BadItem("a winmail.dat that is cut off")
            found = value[position : position + length]
            position += _padded(length)
            if name in out:
                continue
            if kind == _UNICODE:
                out[name] = found.decode("utf-16-le", "replace").rstrip("\0")
            elif kind == _STRING:
                out[name] = _string(found, codepage)
            else:
                out[name] = found
        if position > len(value) + 3:
            raise BadItem("a winmail.dat that is cut off")
    return out


def _padded(length: int) -> int:
    return length + -length % 4
