"""What attachments are, whatever they say: types, programs, macros, archives, names."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import zlib

import pytest

from mailbot.domain.message import Attachment, FileFlag
from mailbot.domain.proof import is_proof
from mailbot.mail.attachments import describe, numbered, safe_name
from mailbot.mail.hazards import MAX_UNPACKED, Budget, inspect
from tests.mail.wrappings import tarred, zipped

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 30
PDF = b"%PDF-1.7\n"
PE = b"MZ" + b"\0" * 58 + struct.pack("<I", 64) + b"PE\0\0" + b"\0" * 100
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
EXE, MACROS, NESTED = FileFlag.EXECUTABLE, FileFlag.MACROS, FileFlag.NESTED_ARCHIVE
LOCKED, LARGE, DIFFERS = FileFlag.ENCRYPTED, FileFlag.TOO_LARGE_UNPACKED, FileFlag.TYPE_DIFFERS
UNCHECKED, DISGUISED = FileFlag.UNCHECKED, FileFlag.DISGUISED_NAME


def flags(content: bytes, name: str | None, kind: str = "application/octet-stream") -> set[FileFlag]:
    return set(inspect(content, claimed=name, content_type=kind, budget=Budget())[1])


def _of_bytes(value: object) -> str | None:
    """Archives bear the time at which they were made: names of tests must be the same in every process."""
    return "content" if isinstance(value, bytes) else None


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (PNG, "a.png", "image/png"),
        (JPEG, "a.jpg", "image/pjpeg"),
        (PDF, "a.pdf", "application/octet-stream"),
        (b"\r\n" * 20 + PDF, "a.pdf", "application/pdf"),
        (zipped({"word/document.xml": b"<w/>"}), "a.docx", "application/octet-stream"),
        (zipped({"x": b"y"}), "a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (zipped({"photo.jpg": JPEG, "b.docx": zipped({"x": b"y"})}), "a.zip", "application/x-zip-compressed"),
        (zipped({}), "a.zip", "application/zip"),
        (tarred({"a.txt": b"x"}), "a.tar", "application/x-tar"),
        (gzip.compress(tarred({"a.txt": b"x"}), mtime=0), "a.tar.gz", "application/gzip"),
        (OLE, "a.doc", "application/msword"),
        (b"BEGIN:VCALENDAR\r\n", "a.ics", "text/calendar"),
        (b"MZ is where I live; " * 5, "letter.txt", "text/plain"),
        (b"", "a.pdf", "application/pdf"),
        (b"a,b\n", "report 2026.10.31.csv", "text/csv"),
        (b"From: a\n\nb", "news of www.shop.com", "message/rfc822"),
        (b"<svg/>", "a.svg", "image/svg+xml"),
        (b"\0\0\0\x18ftypheic", "IMG_1.HEIC", "image/heic"),
        (b"\0\0\0\x18ftypqt  ", "IMG_1.MOV", "video/quicktime"),
    ],
    ids=_of_bytes,
)
def test_what_is_harmless_is_not_flagged(content: bytes, name: str, kind: str) -> None:
    assert flags(content, name, kind) == set()


@pytest.mark.parametrize(
    ("content", "name", "kind", "expected"),
    [
        (PE, "photo.jpg", "image/jpeg", {EXE, DIFFERS}),
        (PE, None, "application/octet-stream", {EXE}),
        (b"\x7fELF\2\1", "a", "application/octet-stream", {EXE}),
        (b"\xcf\xfa\xed\xfe\7", "a", "application/octet-stream", {EXE}),
        (b"#!/bin/sh\nrm", "notes.txt", "text/plain", {EXE, DIFFERS}),
        (b"L\0\0\0\x01\x14\x02\0\0", "a", "application/octet-stream", {EXE}),
        (b"var a=1", "a.js", "text/javascript", {EXE}),
        (b"<html>", "a.hta", "text/html", {EXE}),
        (b"<html>", "A.EXE. .", "text/html", {EXE}),
        (zipped({"META-INF/MANIFEST.MF": b""}), "a.jar", "application/java-archive", {EXE}),
        (b"x", "invoice.pdf.exe", "application/pdf", {EXE, DISGUISED, DIFFERS}),
        (b"x", "invoice.pdf" + " " * 60 + ".scr", "application/octet-stream", {EXE, DISGUISED}),
        (PNG, "invoice\u202egnp.exe", "image/png", {EXE, DISGUISED}),
        (PDF, "invoice\u202efdp.pdf", "application/pdf", {DISGUISED}),
        (b"x", "a.e\u200bxe", "application/octet-stream", {EXE}),
        (PDF, "a.png", "image/png", {DIFFERS}),
        (b"not a picture", "a.png", "image/png", {DIFFERS}),
        (PNG, "a.txt", "text/plain", {DIFFERS}),
        (PNG, "a.pdf", "application/octet-stream", {DIFFERS}),
        (zipped({"word/vbaProject.bin": b"x"}), "a.docx", "application/octet-stream", {MACROS}),
        (zipped({"a.docm": b"x"}), "a.zip", "application/zip", {MACROS}),
        (OLE + "_VBA_PROJECT".encode("utf-16-le"), "a.xls", "application/vnd.ms-excel", {MACROS}),
        (OLE + b"\x85\0\x0e\0\x10\x20\0\0\x02\x01\6\0Macro1", "a.xls", "application/vnd.ms-excel", {MACROS}),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "application/octet-stream", {LOCKED}),
        (zipped({"readme.txt": b"x", "dir/setup.exe": b"y"}), "a.zip", "application/zip", {EXE}),
        (zipped({"readme": PE}), "a.zip", "application/zip", {EXE}),
        (zipped({"b.zip": b"x"}), "a.zip", "application/zip", {NESTED}),
        (zipped({"b.jpg": zipped({"c": b"d"})}), "a.zip", "application/zip", {NESTED}),
        (gzip.compress(zipped({"c": b"d"}), mtime=0), "a.gz", "application/gzip", {NESTED}),
        (gzip.compress(PE, mtime=0), "a.gz", "application/gzip", {EXE}),
        (gzip.compress(tarred({"setup.exe": b"x"}), mtime=0), "a.tgz", "application/gzip", {EXE}),
        (bz2.compress(tarred({"setup.exe": b"x"})), "a.tbz", "application/x-bzip2", {EXE}),
        (lzma.compress(tarred({"in.zip": b"x"})), "a.txz", "application/x-xz", {NESTED}),
        (b"Rar!\x1a\x07\x01\0" + b"crc!" + b"\x21\x04\0\0", "a.rar", "application/vnd.rar", {LOCKED, UNCHECKED}),
        (b"Rar!\x1a\x07\0" + struct.pack("<HBHH", 0, 0x73, 0x80, 13) + b"\0" * 20, "a.rar", "application/x-rar",
         {LOCKED, UNCHECKED}),
        (b"7z\xbc\xaf\x27\x1c\0\4" + b"\0" * 4 + struct.pack("<QQ", 0, 20) + b"\0" * 4 + b"\1\6\xf1\7\1\0", "a.7z",
         "application/x-7z-compressed", {LOCKED, UNCHECKED}),
        (b"x" * 40_000, "disk.iso", "application/octet-stream", {UNCHECKED}),
        (b"PK\3\4" + b"junk" * 20, "a.zip", "application/zip", {UNCHECKED}),
        (b"\x1f\x8b\x08junk" * 20, "a.gz", "application/gzip", {UNCHECKED}),
    ],
    ids=_of_bytes,
)  # fmt: skip
def test_what_is_not_harmless_is(content: bytes, name: str | None, kind: str, expected: set[FileFlag]) -> None:
    assert flags(content, name, kind) == expected


def with_bit(archive: bytes) -> bytes:
    """The same archive with the flag that says "encrypted" in its directory."""
    changed = bytearray(archive)
    changed[archive.index(b"PK\1\2") + 8] |= 1
    return bytes(changed)


def test_an_archive_with_a_password() -> None:
    assert flags(with_bit(zipped({"a.pdf": b"x"})), "a.zip", "application/zip") == {LOCKED}
    assert flags(with_bit(zipped({"a.exe": b"x"})), "a.zip", "application/zip") == {LOCKED, EXE}


def test_bytes_before_an_archive_do_not_hide_what_is_in_it() -> None:
    assert flags(PNG + zipped({"a.exe": b"x"}), "a.png", "image/png") == set()  # a picture to whoever opens it
    assert EXE in flags(b"PK\3\4" + zipped({"a.exe": b"x"}), "a.zip", "application/zip")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "bomb",
    [
        zipped({"a": bytes(MAX_UNPACKED + 1)}),
        zipped({f"{n}": bytes(MAX_UNPACKED // 10) for n in range(11)}),
        gzip.compress(bytes(MAX_UNPACKED + 1), 1),
        bz2.compress(bytes(MAX_UNPACKED + 1)),
        lzma.compress(bytes(MAX_UNPACKED + 1), preset=0),
        zipped({f"{n}": b"" for n in range(6_000)}),
    ],
    ids=["one file", "many files", "gzip", "bzip2", "xz", "many names"],
)
def test_a_bomb_is_named_and_not_unpacked(bomb: bytes) -> None:
    assert flags(bomb, "a", "application/octet-stream") == {LARGE}


def test_a_bomb_that_lies_about_its_size() -> None:
    bomb = bytearray(zipped({"a": bytes(1_000_000)}))
    at = bomb.index(b"PK\1\2")
    bomb[at + 24 : at + 28] = struct.pack("<I", 10)
    assert flags(bytes(bomb), "a.zip", "application/zip") == {LARGE}


def test_entries_that_share_their_bytes() -> None:
    one = zipped({"a": b"x" * 1_000})
    at, end = one.index(b"PK\1\2"), one.index(b"PK\5\6")
    twice = one[:end] + one[at:end] + one[end : end + 12] + struct.pack("<IIH", 2 * (end - at), at, 0)
    assert flags(twice, "a.zip", "application/zip") == {LARGE}


@pytest.mark.timeout(60)
def test_the_bound_is_for_the_whole_mail() -> None:
    budget = Budget()
    archive = zipped({"a": bytes(MAX_UNPACKED // 5)})
    found = [inspect(archive, claimed="a.zip", content_type="application/zip", budget=budget)[1] for _ in range(200)]
    assert found[0] == ()
    assert found[-1] == (LARGE,)


@pytest.mark.parametrize("cut", range(0, 140, 3))
def test_archives_that_are_cut_off_are_looked_at_as_far_as_they_go(cut: int) -> None:
    for whole in (zipped({"a.txt": b"x" * 20}), gzip.compress(b"y" * 100), tarred({"a": b"b"}), OLE):
        flags(whole[:cut], "a", "application/octet-stream")
        flags(whole[:30] + whole[30 + cut :], "a", "application/octet-stream")
    flags(b"Rar!\x1a\x07\0" + zlib.compress(bytes(range(256)))[:cut], "a", "")
    flags(b"7z\xbc\xaf\x27\x1c" + b"\xff" * cut, "a", "")


NAMES = [
    ("../../etc/passwd", "passwd"),
    ("D:\\Papers\\a.pdf", "a.pdf"),
    ("CON.txt", "_CON.txt"),
    ("com¹.txt", "_com¹.txt"),
    ("aux", "_aux"),
    ("nul .pdf", "_nul.pdf"),
    ("a.pdf. . ", "a.pdf"),
    ("a\u200b\u202eb\u2066.pdf", "ab.pdf"),
    ("a\0b\r\nc.pdf", "ab c.pdf"),
    ("a\u3164\u2800.pdf", "a.pdf"),
    ("-rf.txt", "rf.txt"),
    (".htaccess", "htaccess"),
    ('a<b>:"|?*.txt', "a_b______.txt"),
    ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ("发" * 300 + ".pdf", "发" * 65 + ".pdf"),
    ("a" * 119 + ". b", "a" * 119),
    ("\u202e", "attachment-" + "d" * 12 + ".pdf"),
    (None, "attachment-" + "d" * 12 + ".pdf"),
]


@pytest.mark.parametrize(("claimed", "expected"), NAMES)
def test_names(claimed: str | None, expected: str) -> None:
    name = safe_name(claimed, "application/pdf", "d" * 64)
    assert name == expected
    assert len(name.encode()) <= 200
    assert safe_name(name, "application/pdf", "d" * 64) == name


def test_names_that_are_taken_are_numbered_within_the_bound() -> None:
    taken: set[str] = set()
    names = [numbered(safe_name("发" * 300 + ".pdf", "application/pdf", ""), taken) for _ in range(12)]
    assert len(set(names)) == 12
    assert all(len(name.encode()) <= 200 and name.endswith(".pdf") for name in names)
    assert names[11].endswith(" (12).pdf")


@pytest.mark.parametrize(
    ("content", "name", "kind", "proof"),
    [
        (JPEG, "receipt.jpg", "application/octet-stream", True),  # as QQ Mail and many phones send it
        (PDF, "receipt.pdf", "application/octet-stream", True),
        (JPEG, "receipt.jpg", "image/jpeg", True),
        (b"<svg/>", "receipt.svg", "image/svg+xml", True),
        (PE, "receipt.jpg", "image/jpeg", False),
        (b"hello", "receipt.pdf", "application/pdf", False),
        (zipped({"receipt.jpg": JPEG}), "receipt.pdf", "application/pdf", False),
    ],
    ids=_of_bytes,
)
def test_a_proof_of_purchase_is_a_picture_or_a_pdf_by_its_content(
    content: bytes, name: str, kind: str, proof: bool
) -> None:
    described: Attachment = describe(
        content, claimed=name, content_type=kind, inline=False, content_id=None, taken=set(), budget=Budget()
    )
    assert is_proof(described) is proof
