"""Builders of what the tests unwrap: winmail.dat and signed mail, written from the specifications; archives."""

from __future__ import annotations

import datetime
import io
import struct
import tarfile
import zipfile
from collections.abc import Sequence
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")


def tnef_object(level: int, name: int, data: bytes, *, kind: int = 6) -> bytes:
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def mapi(*properties: tuple[int, int, bytes]) -> bytes:
    """A property list: (type, id, value); strings and bytes get their counts and padding."""
    out = [struct.pack("<I", len(properties))]
    for kind, name, value in properties:
        out.append(struct.pack("<HH", kind, name))
        if kind in (0x1E, 0x1F, 0x0D, 0x102):
            out += [struct.pack("<II", 1, len(value)), value, b"\0" * (-len(value) % 4)]
        else:
            out.append(value)
    return b"".join(out)


def winmail(*, text: str = "", html: str = "", rtf: bytes = b"", files: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """A winmail.dat as Outlook writes it: text in Unicode, HTML in UTF-8, files with a short and a long name."""
    out = struct.pack("<IH", 0x223E9F78, 1) + tnef_object(1, 0x9006, struct.pack("<I", 0x10000), kind=8)
    out += tnef_object(1, 0x9007, struct.pack("<II", 1252, 0))
    properties = [(0x03, 0x3FDE, struct.pack("<I", 65001))]
    if text:
        properties.append((0x1F, 0x1000, text.encode("utf-16-le") + b"\0\0"))
    if html:
        properties.append((0x102, 0x1013, html.encode()))
    if rtf:
        properties.append((0x102, 0x1009, rtf))
    out += tnef_object(1, 0x9003, mapi(*properties))
    for name, content in files:
        out += tnef_object(2, 0x9002, b"\0" * 14)
        out += tnef_object(2, 0x8010, b"SHORT~1.DAT\0")
        out += tnef_object(2, 0x800F, content)
        long_name = (0x1F, 0x3707, name.encode("utf-16-le") + b"\0\0")
        out += tnef_object(2, 0x9005, mapi((0x0B, 0x7FFE, b"\1\0\0\0"), long_name))
    return out


@cache
def _signer() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kate")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    built = builder.not_valid_before(start).not_valid_after(start + datetime.timedelta(days=400))
    return built.sign(key, hashes.SHA256()), key


def signed(content: bytes) -> bytes:
    """Opaque signed-data in DER."""
    certificate, key = _signer()
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def streamed(content: bytes, step: int = 1000) -> bytes:
    """The head of signed-data as programs write it that don't know the length yet: indefinite, in pieces."""
    pieces = b"".join(
        b"\x04\x82" + struct.pack(">H", len(content[at : at + step])) + content[at : at + step]
        for at in range(0, len(content), step)
    )
    inner = b"\x30\x80" + DATA + b"\xa0\x80\x24\x80" + pieces + b"\0\0" * 3
    return (
        b"\x30\x80"
        + SIGNED_DATA
        + b"\xa0\x80\x30\x80\x02\x01\x01\x31\x80\x30\x03\x06\x01\x2a\0\0"
        + inner
        + b"\0\0" * 3
    )


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()
