"""What is dangerous about a file: programs, macros, disguises, and archives that swell or hide something.

Archives are looked into, never unpacked to disk, and by readers of our own that stop at a bound: what they announce
is added up, and what they really hold is counted while it is inflated, because a bomb lies about its size.
"""

from __future__ import annotations

import bz2
import lzma
import re
import struct
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from mailbot.domain.message import FileFlag
from mailbot.mail import sniff

MAX_UNPACKED = 100_000_000  # bytes that the files of one mail may unpack to
_MAX_ENTRIES = 5_000  # of one archive
_STEP = 65_536  # bytes inflated at a time
_KEPT = 1_048_576  # bytes of an inflated tar that names are looked for in

_PROGRAMS = frozenset(
    {"ade", "adp", "apk", "app", "appimage", "application", "appref-ms", "appx", "bas", "bat", "chm", "cmd",
     "com", "cpl", "crt", "deb", "desktop", "diagcab", "dll", "dmg", "exe", "gadget", "hlp", "hta", "inf",
     "ins", "isp", "jar", "jnlp", "js", "jse", "ksh", "lnk", "mde", "msc", "msi", "msix", "msp", "mst", "ocx",
     "pif", "pkg", "ps1", "ps1xml", "ps2", "psc1", "psm1", "py", "pyc", "pyw", "pyz", "reg", "rpm", "scf",
     "scr", "sct", "settingcontent-ms", "sh", "shb", "shs", "sys", "theme", "url", "vb", "vbe", "vbs",
     "vbscript", "vxd", "wsc", "wsf", "wsh", "xbap", "xll", "xpi"}
)  # fmt: skip
_DISKS = frozenset(
    {"iso", "img", "vhd", "vhdx", "udf"}
)  # fmt: skip
_ARCHIVES = frozenset(
    {"zip", "rar", "7z", "gz", "tgz", "bz2", "tbz", "xz", "txz", "tar", "cab", "arj", "lzh", "ace", "zst",
     "jar"}
)  # fmt: skip
_DOCUMENTS = frozenset(
    {"pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "rtf", "csv", "jpg", "jpeg", "png", "gif",
     "heic", "bmp", "tif", "tiff", "mp3", "mp4"}
)  # fmt: skip
_TURNS = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200e\u200f\u061c")
_OVERRIDES = frozenset("\u202d\u202e")
_PACKED_DOCUMENTS = frozenset(
    {"docx", "dotx", "xlsx", "xltx", "pptx", "potx", "ppsx", "odt", "ods", "odp", "odg", "epub", "vsdx"}
)  # fmt: skip
_MACRO_DOCUMENTS = frozenset(
    {"docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppsm", "ppam", "sldm"}
)  # fmt: skip
_MACRO_STREAM = "_VBA_PROJECT".encode("utf-16-le")
# A sheet of Excel 4 macros (MS-XLS, 2.4.28): BoundSheet8 whose type is 1
_MACRO_SHEET = re.compile(rb"\x85\0[\x08-\x40]\0.{4}[\0-\x02]\x01[\x01-\x1f][\0\x01]", re.DOTALL)
_LOCKED_STREAM = "EncryptedPackage".encode("utf-16-le")
_SCRIPT = re.compile(rb"\s{0,64}(?:<script\s+language|<job\b|<package>\s{0,64}<job\b|<hta:application)", re.IGNORECASE)
_AES_7Z = b"\x06\xf1\x07\x01"
_CENTRAL = struct.Struct("<4s4xHH8xIIHHH8xI")  # APPNOTE 4.3.12


@dataclass
class Budget:
    """How much one mail's archives may still unpack to."""

    left: int = MAX_UNPACKED  # bytes
    entries: int = _MAX_ENTRIES


@dataclass
class _Look:
    """What was found in one file."""

    budget: Budget
    flags: set[FileFlag] = field(default_factory=set)


def inspect(
    content: bytes, *, claimed: str | None, content_type: str, budget: Budget
) -> tuple[str, tuple[FileFlag, ...]]:
    """The type by content, and what to warn of. `claimed`: the name as sent; `content_type`: as claimed."""
    detected = sniff.detect(content)
    # The name of a mail inside a mail is its subject, which may end in ".com".
    name = "" if content_type.startswith("message/") else claimed or ""
    endings = _endings(name)
    look = _Look(budget=budget)
    if content and sniff.differs(detected, content_type, endings[-1] if endings else ""):
        look.flags.add(FileFlag.TYPE_DIFFERS)
    if detected in sniff.PROGRAMS or _is_program(name) or _SCRIPT.match(content):
        look.flags.add(FileFlag.EXECUTABLE)
    if _is_disguised(name, endings):
        look.flags.add(FileFlag.DISGUISED_NAME)
    if endings and endings[-1] in _DISKS:
        look.flags.add(FileFlag.UNCHECKED)
    opener = _OPENERS.get(detected)
    if opener is not None:
        try:
            opener(content, look)
        except (struct.error, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError):
            look.flags.add(FileFlag.UNCHECKED)
    return detected, tuple(flag for flag in FileFlag if flag in look.flags)


def _endings(name: str) -> list[str]:
    """The parts of a name behind its dots, as a system that ignores blanks, dots and invisible characters sees them."""
    seen = "".join(char for char in name if unicodedata.category(char) not in ("Cc", "Cf")).strip(" .").lower()
    return [piece.strip() for piece in seen[-200:].split(".")[1:]]


def _is_program(name: str) -> bool:
    endings = _endings(name)
    return bool(endings) and endings[-1] in _PROGRAMS


def _is_disguised(name: str, endings: list[str]) -> bool:
    if not _OVERRIDES.isdisjoint(name):
        return True
    dangerous = bool(endings) and endings[-1] in _PROGRAMS
    doubled = len(endings) > 1 and endings[-2] in _DOCUMENTS
    return dangerous and (doubled or "     " in name or not _TURNS.isdisjoint(name))


def _entry(name: str, look: _Look) -> None:
    """What the name of a file in an archive gives away."""
    lowered = name.lower().rstrip(" .\0/")
    if _is_program(lowered):
        look.flags.add(FileFlag.EXECUTABLE)
    if lowered.rpartition(".")[2] in _ARCHIVES:
        look.flags.add(FileFlag.NESTED_ARCHIVE)
    macros = lowered.endswith("vbaproject.bin") or "/macrosheets/" in lowered or lowered.startswith("basic/")
    if macros or lowered.rpartition(".")[2] in _MACRO_DOCUMENTS:
        look.flags.add(FileFlag.MACROS)


def _spend(amount: int, look: _Look) -> bool:
    """Take from the budget; False, and a flag, where it is used up."""
    look.budget.left -= amount
    if look.budget.left < 0:
        look.flags.add(FileFlag.TOO_LARGE_UNPACKED)
        return False
    return True


def _zip(content: bytes, look: _Look) -> None:
    entries = list(_central_directory(content, look.budget.entries))
    look.budget.entries -= len(entries)
    if look.budget.entries < 0 or sum(size for _, _, _, _, size, _ in entries) > MAX_UNPACKED:
        look.flags.add(FileFlag.TOO_LARGE_UNPACKED)
    seen: set[int] = set()
    for name, bits, method, packed, size, at in entries:
        _entry(name, look)
        if bits & 1:
            look.flags.add(FileFlag.ENCRYPTED)
            continue
        if FileFlag.TOO_LARGE_UNPACKED in look.flags:
            continue
        if at in seen:  # entries that share their bytes make a bomb that is honest about each single one
            look.flags.add(FileFlag.TOO_LARGE_UNPACKED)
            continue
        seen.add(at)
        start = at + 30 + sum(struct.unpack_from("<HH", content, at + 26))
        head = _inflated(content, start, packed, size, method, look)
        kind = sniff.detect(head)
        if kind in sniff.PROGRAMS and kind != "text/x-shellscript":
            look.flags.add(FileFlag.EXECUTABLE)
        if kind in _ARCHIVE_TYPES and name.lower().rpartition(".")[2] not in _PACKED_DOCUMENTS:
            look.flags.add(FileFlag.NESTED_ARCHIVE)


def _central_directory(content: bytes, limit: int) -> Iterator[tuple[str, int, int, int, int, int]]:
    """Name, flag bits, method, packed size, size and offset of each entry, at most one more than `limit`.

    Raises ValueError where there is no directory.
    """
    end = content.rfind(b"PK\x05\x06", max(0, len(content) - 65_557))
    if end < 0:
        raise ValueError("no central directory")
    length, at = struct.unpack_from("<II", content, end + 12)
    # Bytes before the archive (a program that unpacks itself) move everything.
    shift = end - length - at
    position = at + shift if content.startswith(b"PK\x01\x02", max(0, at + shift)) and shift >= 0 else at
    if position != at + shift:
        shift = 0
    for _ in range(max(0, limit) + 1):
        if not content.startswith(b"PK\x01\x02", position):
            return
        _, bits, method, packed, size, name_length, extra, comment, offset = _CENTRAL.unpack_from(content, position)
        name = content[position + 46 : position + 46 + name_length]
        yield name.decode("utf-8" if bits & 0x800 else "cp437", "replace"), bits, method, packed, size, offset + shift
        position += 46 + name_length + extra + comment


def _inflated(content: bytes, start: int, packed: int, size: int, method: int, look: _Look) -> bytes:
    """The first bytes of an entry; all of it is counted against the budget and against what was announced."""
    data = content[start : start + packed]
    if method == 0:
        _spend(len(data), look)
        return data[:2_048]
    if method != 8:
        look.flags.add(FileFlag.UNCHECKED)
        _spend(size, look)
        return b""
    head = b""
    total = 0
    for piece in _inflate(zlib.decompressobj(-15), data):
        head = head or piece[:2_048]
        total += len(piece)
        if total > size:
            look.flags.add(FileFlag.TOO_LARGE_UNPACKED)
            return head
        if not _spend(len(piece), look):
            return head
    return head


def _stream(inflate: Callable[[bytes], Iterator[bytes]]) -> Callable[[bytes, _Look], None]:
    """Reader of a file that is compressed as a whole."""

    def look_into(content: bytes, look: _Look) -> None:
        kept = bytearray()
        for piece in inflate(content):
            if len(kept) < _KEPT:
                kept += piece
            if not _spend(len(piece), look):
                break
        kind = sniff.detect(bytes(kept[:2_048]))
        if kind == "application/x-tar":
            _tar(bytes(kept), look)
        elif kind in sniff.PROGRAMS:
            look.flags.add(FileFlag.EXECUTABLE)
        elif kind in _ARCHIVE_TYPES:
            look.flags.add(FileFlag.NESTED_ARCHIVE)

    return look_into


class _Inflater(Protocol):
    """A decompressor of zlib."""

    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...


def _inflate(inflater: _Inflater, data: bytes) -> Iterator[bytes]:
    """What `data` unpacks to, a step at a time; it is fed in steps, too, because the rest is copied each time."""
    for start in range(0, len(data), _STEP // 4):
        rest = data[start : start + _STEP // 4]
        while rest and not inflater.eof:
            yield inflater.decompress(rest, _STEP)
            rest = inflater.unconsumed_tail


def _gunzip(content: bytes) -> Iterator[bytes]:
    return _inflate(zlib.decompressobj(31), content)


def _bunzip(content: bytes) -> Iterator[bytes]:
    return _pumped(bz2.BZ2Decompressor(), content)


def _unxz(content: bytes) -> Iterator[bytes]:
    return _pumped(lzma.LZMADecompressor(memlimit=100_000_000), content)


def _pumped(inflater: bz2.BZ2Decompressor | lzma.LZMADecompressor, content: bytes) -> Iterator[bytes]:
    piece = inflater.decompress(content, _STEP)
    while piece:
        yield piece
        piece = b"" if inflater.eof or inflater.needs_input else inflater.decompress(b"", _STEP)


def _tar(content: bytes, look: _Look) -> None:
    position = 0
    for _ in range(_MAX_ENTRIES):
        header = content[position : position + 512]
        if len(header) < 512 or not header.strip(b"\0"):
            return
        _entry(header[:100].rstrip(b"\0").decode("utf-8", "replace"), look)
        size = int(header[124:136].strip(b"\0 ") or b"0", 8)
        if size < 0:
            return
        position += 512 + size + -size % 512


def _ole(content: bytes, look: _Look) -> None:
    """Office documents of the old form: the names of their streams stand in the directory as they are."""
    if _MACRO_STREAM in content or _MACRO_SHEET.search(content):
        look.flags.add(FileFlag.MACROS)
    if _LOCKED_STREAM in content:
        look.flags.add(FileFlag.ENCRYPTED)


def _rar(content: bytes, look: _Look) -> None:
    look.flags.add(FileFlag.UNCHECKED)
    if content.startswith(b"Rar!\x1a\x07\x01\0"):
        # RAR 5: checksum, then size and type of the first block as numbers of seven bits a byte; 4: encryption
        position = 12
        while position < 15 and content[position : position + 1] >= b"\x80":
            position += 1
        if content[position + 1 : position + 2] == b"\x04":
            look.flags.add(FileFlag.ENCRYPTED)
    else:
        position = 7
        for _ in range(_MAX_ENTRIES):
            if position + 7 > len(content):
                return
            _, kind_number, bits, size = struct.unpack_from("<HBHH", content, position)
            if (kind_number == 0x73 and bits & 0x80) or (kind_number == 0x74 and bits & 0x04):
                look.flags.add(FileFlag.ENCRYPTED)
            if kind_number == 0x74:
                (length,) = struct.unpack_from("<H", content, position + 26)
                _entry(content[position + 32 : position + 32 + length].decode("utf-8", "replace"), look)
            (more,) = struct.unpack_from("<I", content, position + 7) if bits & 0x8000 else (0,)
            position += max(7, size) + more


def _seven_zip(content: bytes, look: _Look) -> None:
    look.flags.add(FileFlag.UNCHECKED)
    at, length = struct.unpack_from("<QQ", content, 12)
    if _AES_7Z in content[32 + at : 32 + at + min(length, 1_000_000)]:
        look.flags.add(FileFlag.ENCRYPTED)


def _unknown(content: bytes, look: _Look) -> None:
    look.flags.add(FileFlag.UNCHECKED)


_OPENERS: dict[str, Callable[[bytes, _Look], None]] = {
    "application/zip": _zip,
    "application/gzip": _stream(_gunzip),
    "application/x-bzip2": _stream(_bunzip),
    "application/x-xz": _stream(_unxz),
    "application/x-tar": _tar,
    "application/x-ole-storage": _ole,
    "application/vnd.rar": _rar,
    "application/x-7z-compressed": _seven_zip,
    "application/vnd.ms-cab-compressed": _unknown,
}
_ARCHIVE_TYPES = frozenset(_OPENERS) - {"application/x-ole-storage"}
