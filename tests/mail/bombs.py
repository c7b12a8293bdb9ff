"""Mails that are made to cost much: each is read within the bounds of the reading process."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
from collections.abc import Callable

from tests.mail.wrappings import mapi, streamed, tnef_object, winmail

HEAD = b"From: kate@mail.example\r\nSubject: bomb\r\n"
SIZE = 20_000_000  # bytes; what intake lets through by default and a little more


def parts(number: int, head: bytes = b"Content-Type: image/png\r\n") -> bytes:
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"".join(b"--b\r\n" + head + b"\r\n%d\r\n" % n for n in range(number))
    )


def nested(number: int, *, same: bool = False) -> bytes:
    names = [b"b" if same else b"b%d" % n for n in range(number)]
    return HEAD + b"".join(
        b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n" % (name, name) for name in names
    ) + b"\r\nhello\r\n" + b"".join(b"--%s--\r\n" % name for name in reversed(names))  # fmt: skip


def coded(kind: bytes, content: bytes) -> bytes:
    head = HEAD + b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head + base64.encodebytes(content)


def zipped(number: int, size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for n in range(number):
            archive.writestr(f"{n}.txt", bytes(size))
    return out.getvalue()


def wrapped_deep(number: int) -> bytes:
    entity = b"Content-Type: text/plain\r\n\r\nhello\r\n" + b"x" * 1_000_000
    for _ in range(number):
        entity = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n" + streamed(
            entity, 60_000
        )
    return HEAD + entity


BOMBS: dict[str, Callable[[], bytes]] = {
    "ten thousand parts": lambda: parts(10_000),
    "a million parts": lambda: parts(500_000, b""),
    "parts without an end": lambda: (
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * 3_000_000
    ),
    "a thousand levels": lambda: nested(1_000),
    "a thousand levels of one boundary": lambda: nested(1_000, same=True),
    "a hundred thousand levels": lambda: nested(100_000),
    "messages in messages": lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 100_000,
    "a thousand headers of 100 KB": lambda: b"".join(b"X-%d: " % n + b"a" * 100_000 + b"\r\n" for n in range(1_000)),
    "folded for ever": lambda: HEAD + b"X-A: b\r\n" + b" c\r\n" * (SIZE // 4),
    "addresses": lambda: b"From: " + b"a@b.example, " * (SIZE // 13) + b"\r\n\r\nhello",
    "boundary lines that are none": lambda: (
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--bb\r\n" * (SIZE // 6)
    ),
    "an empty boundary": lambda: HEAD + b'Content-Type: multipart/mixed; boundary=""\r\n\r\n' + b"--\r\n" * (SIZE // 4),
    "a boundary of blanks": lambda: (
        HEAD + b'Content-Type: multipart/mixed; boundary=" "\r\n\r\n' + b"-- \r\n" * 2_000_000
    ),
    "guessed boundaries": lambda: (
        HEAD
        + b"".join(b"Content-Type: multipart/mixed\r\n\r\n--x%d\r\nA:\r\n" % n for n in range(40))
        + b"--y\r\n\r\n" * (SIZE // 7)
    ),
    "M in a uuencoded part": lambda: HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\n" + b"M\n" * (SIZE // 2),
    "M in an attached uuencoded part": lambda: (
        HEAD + b"Content-Type: image/png\r\nContent-Transfer-Encoding: uuencode\r\n\r\n" + b"M\n" * (SIZE // 2)
    ),
    "M in the text": lambda: HEAD + b"\r\nbegin 644 a\n" + b"M\n" * (SIZE // 2),
    "uuencoded files without number": lambda: HEAD + b"\r\n" + b"begin 644 a\n#0V%T\n`\nend\n" * (SIZE // 25),
    "quoted-printable": lambda: HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=\r\n" * (SIZE // 3),
    "base64 of one letter": lambda: (
        HEAD + b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"A\r\n" * (SIZE // 3)
    ),
    "a zip of 5 GB": lambda: coded(b"application/zip", zipped(50, 100_000_000 // 5)),
    "a zip of many files": lambda: coded(b"application/zip", zipped(40_000, 0)),
    "a gzip in pieces": lambda: coded(b"application/gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\0" + b"\0" * 1_000_000),
    "a winmail.dat of properties": lambda: coded(
        b"application/ms-tnef", winmail() + tnef_object(1, 0x9003, mapi(*[(0x1E, 0x1000, b"")] * 1_000_000))
    ),
    "a winmail.dat of objects": lambda: coded(b"application/ms-tnef", winmail() + tnef_object(1, 1, b"") * 1_000_000),
    "a winmail.dat of RTF": lambda: coded(
        b"application/ms-tnef",
        winmail(rtf=struct.pack("<II4sI", 0, 0, b"LZFu", 0) + b"\x00{\\rtf1  \xfe\x00\x0f" + b"\xff" * 10_000_000),
    ),
    "signed in signed": lambda: wrapped_deep(40),
    "signed in pieces": lambda: coded(b"application/pkcs7-mime", streamed(b"x" * 10_000_000, 10)),
    "names": lambda: parts(499, b'Content-Disposition: attachment; filename="' + "发".encode() * 2_000 + b'.pdf"\r\n'),
}
