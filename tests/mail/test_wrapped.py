"""What stands inside something else: winmail.dat, signed and encrypted mail, files in the text."""

from __future__ import annotations

import base64
import binascii
import os
import random
import struct

import pytest

from mailbot.mail.parse import ParsedMail, parse_mail
from mailbot.mail.rtf import rtf_text, unpack_rtf
from tests.mail.wrappings import mapi, signed, streamed, tnef_object, winmail

PHOTO = b"\xff\xd8\xff" + random.Random(1).randbytes(3_001) + b"\0\0\0\0\0"  # zero bytes at the end are part of it


def mail(kind: str, content: bytes, *, before: bytes = b"") -> bytes:
    lines = [b"From: kate@mail.example", b"MIME-Version: 1.0", b"Content-Type: multipart/mixed; boundary=b", b""]
    if before:
        lines += [b"--b", b"Content-Type: text/plain", b"", before]
    lines += [b"--b", b"Content-Type: " + kind.encode(), b"Content-Transfer-Encoding: base64", b""]
    return b"\r\n".join([*lines, base64.encodebytes(content), b"--b--", b""])


def files(parsed: ParsedMail) -> dict[str, bytes]:
    return {item.filename: parsed.contents[item.sha256] for item in parsed.mail.attachments}


@pytest.mark.parametrize("kind", ["application/ms-tnef", "application/octet-stream; name=winmail.dat"])
def test_the_files_of_a_winmail_dat_are_what_was_sent(kind: str) -> None:
    packed = winmail(text="Grüße, 你好", files=[("发票.jpg", PHOTO), ("empty.txt", b""), ("b.bin", b"x")])
    parsed = parse_mail(mail(kind, packed))
    assert files(parsed) == {"发票.jpg": PHOTO, "empty.txt": b"", "b.bin": b"x"}
    assert parsed.mail.text.strip() == "Grüße, 你好"


def test_the_text_beside_a_winmail_dat_is_not_doubled() -> None:
    packed = winmail(text="Please take the kettle back.\r\n", files=[("a.jpg", PHOTO)])
    parsed = parse_mail(mail("application/ms-tnef", packed, before=b"Please take the\r\nkettle back."))
    assert parsed.mail.text.split() == ["Please", "take", "the", "kettle", "back."]


def test_the_html_of_a_winmail_dat_is_read() -> None:
    parsed = parse_mail(mail("application/ms-tnef", winmail(html="<p>Das Gerät ist laut</p>")))
    assert parsed.mail.text.strip() == "Das Gerät ist laut"
    assert parsed.mail.attachments == ()


def test_the_rtf_of_a_winmail_dat_is_read_where_it_is_all() -> None:
    rtf = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Hello K\'e4the\par \u20320?\u22909?{\*\x secret}!}"
    stored = struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf
    assert parse_mail(mail("application/ms-tnef", winmail(rtf=stored))).mail.text.strip() == "Hello Käthe\n你好!"


def test_compressed_rtf() -> None:
    """The example of MS-OXRTFCP, 4.1 and a reference that runs into what it writes, as in 4.2."""
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert unpack_rtf(packed) == rb"{\rtf1\ansi\ansicpg1252\pard hello world}" + b"\r\n"
    packed = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert unpack_rtf(packed) == rb"{\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    assert rtf_text(b"{\\rtf1 a\\") == "a"


def test_a_message_inside_a_winmail_dat_is_kept_whole() -> None:
    inner = winmail(text="somebody else's order TP2026030199", files=[("theirs.jpg", PHOTO)])
    data = bytes.fromhex("0703020000000000c000000000000046") + inner
    packed = winmail(text="see the message") + tnef_object(2, 0x9002, b"\0" * 14)
    packed += tnef_object(2, 0x9005, mapi((0x0D, 0x3701, data), (0x1E, 0x3704, b"message\0")))
    parsed = parse_mail(mail("application/ms-tnef", packed))
    assert list(files(parsed).values()) == [inner]
    assert "TP2026030199" not in parsed.mail.text


@pytest.mark.parametrize("cut", [7, 30, 200, 2_000])
def test_a_broken_winmail_dat_stays_a_file(cut: int) -> None:
    packed = winmail(text="hello", files=[("a.jpg", PHOTO)])[:cut]
    parsed = parse_mail(mail("application/ms-tnef; name=winmail.dat", packed))
    if parsed.mail.attachments:
        assert files(parsed) == {"winmail.dat": packed}
        assert any("could not be unpacked" in warning for warning in parsed.mail.warnings) or cut <= 30


def test_damaged_files_of_a_winmail_dat_are_named() -> None:
    packed = bytearray(winmail(text="hello", files=[("a.jpg", PHOTO)]))
    packed[-400] ^= 1
    assert any(
        "checksum" in warning for warning in parse_mail(mail("application/ms-tnef", bytes(packed))).mail.warnings
    )


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "packed",
    [
        winmail() + tnef_object(1, 0x9003, struct.pack("<I", 0xFFFFFFFF)),
        winmail() + tnef_object(1, 0x9003, struct.pack("<IHHII", 1, 0x1E, 0x1000, 0xFFFFFFFF, 1)),
        winmail() + tnef_object(1, 0x9003, mapi((0x1F, 0x1000, b""))[:-4] + b"\xff\xff\xff\xff"),
        winmail() + tnef_object(1, 0x9004, struct.pack("<I", 0xFFFFFFFF)),
        winmail() + tnef_object(1, 1, b"") * 200_000,
        winmail() + tnef_object(2, 0x9002, b"") * 200_000,
        winmail() + tnef_object(2, 0x800F, b"no beginning"),
    ],
    ids=["many properties", "many values", "long value", "many recipients", "many objects", "many files", "no file"],
)
def test_a_hostile_winmail_dat_is_bounded(packed: bytes) -> None:
    parse_mail(mail("application/ms-tnef", packed))


ENTITY = (
    b"Content-Type: multipart/mixed; boundary=inner\r\n\r\n--inner\r\nContent-Type: text/plain\r\n\r\nTake it back.\r\n"
    b"--inner\r\nContent-Type: image/jpeg; name=a.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(PHOTO)
    + b"--inner--\r\n"
)


@pytest.mark.parametrize("wrap", [signed, streamed])
@pytest.mark.parametrize(
    "kind",
    ["application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", "application/x-pkcs7-mime",
     "application/octet-stream; name=smime.p7m"],
)  # fmt: skip
def test_opaque_signed_mail_is_read(wrap: object, kind: str) -> None:
    parsed = parse_mail(mail(kind, wrap(ENTITY)))  # type: ignore[operator]
    assert parsed.mail.text.strip() == "Take it back."
    assert files(parsed) == {"a.jpg": PHOTO}
    assert not parsed.mail.encrypted


@pytest.mark.parametrize("wrap", [signed, streamed])
def test_a_signed_file_is_a_file(wrap: object) -> None:
    """Italian invoices come as receipt.pdf.p7m: no mail is inside, and its bytes are no text of the mail."""
    content = wrap(b"%PDF-1.7 an invoice\r\nof two lines")  # type: ignore[operator]
    parsed = parse_mail(mail("application/pkcs7-mime; name=receipt.pdf.p7m", content, before=b"See the invoice."))
    assert files(parsed) == {"receipt.pdf.p7m": content}
    assert parsed.mail.text.strip() == "See the invoice."


def test_what_is_signed_many_times_is_bounded() -> None:
    entity = b"Content-Type: text/plain\r\n\r\ndeep\r\n"
    for _ in range(20):
        entity = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n" + streamed(entity)
    parsed = parse_mail(b"From: kate@mail.example\r\n" + entity)
    assert len(parsed.mail.attachments) == 1
    assert any("wrapped" in warning for warning in parsed.mail.warnings)


@pytest.mark.parametrize("cut", [1, 5, 20, 40, 60, 500])
def test_broken_signed_mail_stays_a_file(cut: int) -> None:
    content = signed(ENTITY)[:cut]
    assert files(parse_mail(mail("application/pkcs7-mime; name=smime.p7m", content))) == {"smime.p7m": content}


@pytest.mark.timeout(30)
def test_a_million_pieces_of_signed_content_are_bounded() -> None:
    head = streamed(b"")[: streamed(b"").index(b"\x24\x80") + 2]
    parsed = parse_mail(mail("application/pkcs7-mime", head + b"\x04\x00" * 3_000_000))
    assert any("could not be unpacked" in warning for warning in parsed.mail.warnings)


ENVELOPED = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80" + b"x" * 100


@pytest.mark.parametrize(
    "raw",
    [
        mail("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", ENVELOPED),
        mail("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", b"broken"),
        mail("application/pgp-encrypted", b"Version: 1"),
        b"From: kate@mail.example\n\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n",
        mail("application/pkcs7-mime", signed(b"Content-Type: application/pkcs7-mime\r\n\r\n" + ENVELOPED)),
    ],
    ids=["S/MIME", "broken S/MIME", "PGP", "PGP in the text", "signed, then encrypted"],
)
def test_encrypted_mail_says_so(raw: bytes) -> None:
    read = parse_mail(raw).mail
    assert read.encrypted
    assert any("encrypted" in warning for warning in read.warnings)


@pytest.mark.parametrize(
    "text", [b"> -----BEGIN PGP MESSAGE-----", b"-----BEGIN PGP SIGNED MESSAGE-----\n\nhello", b"it is encrypted"]
)
def test_mail_that_speaks_of_encryption_is_not_encrypted(text: bytes) -> None:
    assert not parse_mail(b"From: kate@mail.example\n\n" + text).mail.encrypted


def uu(content: bytes, name: bytes = b"photo.jpg", end: bytes = b"`\nend\n") -> bytes:
    lines = b"".join(binascii.b2a_uu(content[at : at + 45], backtick=True) for at in range(0, len(content), 45))
    return b"begin 644 " + name + b"\n" + lines + end


def test_a_uuencoded_file_in_the_text_is_taken_out() -> None:
    raw = b"From: kate@mail.example\n\nbefore\n" + uu(PHOTO) + b"between\n" + uu(b"x", b"..\\b.txt") + b"after\n"
    parsed = parse_mail(raw)
    assert parsed.mail.text.split() == ["before", "between", "after"]
    assert files(parsed) == {"photo.jpg": PHOTO, "b.txt": b"x"}


def test_a_uuencoded_file_that_is_cut_off_gives_what_there_is() -> None:
    parsed = parse_mail(b"From: kate@mail.example\n\n" + uu(PHOTO)[:2_000])
    (content,) = files(parsed).values()
    assert content
    assert PHOTO.startswith(content)
    assert any("cut off" in warning for warning in parsed.mail.warnings)


@pytest.mark.parametrize(
    "text",
    ["begin 644 of these and\nend it all\n", "begin 644 x\nend\n", "begin 644 file\nThis is prose.\n",
     "=ybegin line=128 size=3 name=a.bin\n\x8e\x8f\n=yend size=3\n"],
)  # fmt: skip
def test_prose_and_yenc_stay_text(text: str) -> None:
    parsed = parse_mail(b"From: kate@mail.example\n\n" + text.encode("latin-1"))
    assert parsed.mail.attachments == ()
    assert parsed.mail.text.split()[0] == text.split()[0]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("line", [b"M\n", b"begin 644 a\n", b"begin-base64 644 a\n", b"begin 644 a\n#0V%T\nend\n"])
def test_uuencode_is_bounded(line: bytes) -> None:
    body = line * (5_000_000 // len(line))
    for head in (b"", b"Content-Transfer-Encoding: x-uuencode\nContent-Type: a/b\n"):
        parsed = parse_mail(b"From: kate@mail.example\n" + head + b"\n" + body)
        assert sum(len(content) for content in parsed.contents.values()) <= len(body) + 100
        assert os.path.sep not in "".join(files(parsed))
