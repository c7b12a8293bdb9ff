"""The cast of the story and the mails that its people and machines write."""

from __future__ import annotations

import email
import email.policy
import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from mailbot.demo.people import AUTHSERV_ID, File, Person, body_text, header, write
from mailbot.demo.sample_orders import DEMO_BUYERS, DemoBuyer

SUPPORT = "support@tp.example"
LI_NA = Person(name="Li Na", address="lina@staff.tp.example")  # the settings' own example of a staff member


def _buyer(number: str) -> DemoBuyer:
    return next(buyer for buyer in DEMO_BUYERS if buyer.order_number == number)


def _person(buyer: DemoBuyer) -> Person:
    return Person(name=buyer.name, address=buyer.email, chinese=buyer.language.startswith("zh"))


LIN_ORDER = _buyer("TP2026090011")  # kettle and filter, China
BRUNO_ORDER = _buyer("TP2026090015")  # kettle, Great Britain
CLARA_ORDER = _buyer("TP2026090016")  # toothbrush, United States
ADA_ORDER = _buyer("TP2026090014")  # vacuum cleaner: what a stranger asks about
CHEN_ORDER = _buyer("TP2026090013")  # toothbrush, China
KAETHE_ORDER = _buyer("TP2026090020")  # rice cooker, Germany
HE_ORDER = _buyer("TP2026070017")  # blender, bought long ago

LIN = _person(LIN_ORDER)
BRUNO = _person(BRUNO_ORDER)
CLARA = _person(CLARA_ORDER)
ADA = _person(ADA_ORDER)
CHEN = _person(CHEN_ORDER)
KAETHE = _person(KAETHE_ORDER)
HE = _person(HE_ORDER)
STRANGER = Person(name="Rex Fogworthy", address="rex.fogworthy@elsewhere.example")
GRETA = Person(name="Greta Wexcombe", address="greta.wexcombe@full.example")
DAEMON = Person(name="Mail Delivery System", address="mailer-daemon@full.example")
NEWSLETTER = Person(name="Trade Fair News", address="news@fairs.example")
NOBODY = Person(name="somebody without an address", address="")


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A mail on its way to the desk."""

    who: Person
    gist: str  # what it is about, in a line, for the reader of the story
    raw: bytes
    words: str  # what the person wrote, for the story to quote; "" where there is nothing to quote
    files: tuple[str, ...] = ()  # names of the attachments


def arrival(who: Person, gist: str, raw: bytes, words: str, *files: File) -> Arrival:
    """Put a mail and what is told of it together."""
    return Arrival(who=who, gist=gist, raw=raw, words=words, files=tuple(file.filename for file in files))


def first_mail(
    who: Person, gist: str, subject: str, text: str, at: datetime, *files: File, verdict: str = "dmarc=pass"
) -> Arrival:
    """Somebody writes to the support address."""
    return arrival(who, gist, write(who, SUPPORT, subject, text, at=at, files=files, verdict=verdict), text, *files)


def filled_in_quote(who: Person, received: bytes, answers: Mapping[str, str], at: datetime, *files: File) -> bytes:
    """An answer whose only new words stand inside the quote, behind the labels of the form."""
    original = email.message_from_bytes(received, policy=email.policy.default)
    lines = []
    for line in body_text(received).splitlines():
        label = re.match(r"[-*•\s]*([^:：]+)[:：]\s*$", line)
        answer = answers.get(label[1].strip(), "") if label else ""
        lines.append(f"> {line} {answer}".rstrip())
    return write(
        who,
        str(original["Reply-To"] or original["From"]),
        f"Re: {original['Subject']}",
        f"Please see below.\n\nOn {original['Date']}, {original['From']} wrote:\n" + "\n".join(lines),
        at=at,
        files=files,
        headers=(("In-Reply-To", str(original["Message-ID"])), ("References", str(original["Message-ID"]))),
    )


def gb2312_mail(who: Person, subject: str, text: str, at: datetime) -> bytes:
    """A mail as older Chinese programs write it: labelled GB2312, its bytes GBK, the subject raw and unlabelled."""
    domain = who.address.rpartition("@")[2]
    head = (
        f"Authentication-Results: {AUTHSERV_ID}; dmarc=pass header.from={domain}\r\n"
        f"From: {who.name} <{who.address}>\r\n"
        f"To: {SUPPORT}\r\n"
        f"Subject: {subject}\r\n"
        f"Date: {format_datetime(at)}\r\n"
        f"Message-ID: <{at:%Y%m%d%H%M%S}.gbk@{domain}>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=gb2312\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return (head + text.replace("\n", "\r\n") + "\r\n").encode("gbk")


def vacation_reply(who: Person, received: bytes, at: datetime) -> bytes:
    """What a mail program answers by itself while its owner is away (RFC 3834)."""
    return write(
        who,
        SUPPORT,
        f"Out of office: {header(received, 'Subject')}",
        "I am away until the end of the week and read my mail when I am back.",
        at=at,
        headers=(
            ("Auto-Submitted", "auto-replied"),
            ("In-Reply-To", header(received, "Message-ID")),
            ("References", header(received, "Message-ID")),
        ),
    )


def bounce(received: bytes, failed: Person, at: datetime) -> bytes:
    """A delivery status notification about a mail of ours (RFC 3464)."""
    report = (
        f"Reporting-MTA: dns; mx.{DAEMON.address.rpartition('@')[2]}\r\n\r\n"
        f"Final-Recipient: rfc822; {failed.address}\r\n"
        "Action: failed\r\n"
        "Status: 5.2.2\r\n"
        "Diagnostic-Code: smtp; 552 5.2.2 mailbox full\r\n"
    )
    quoted = (
        f"From: {header(received, 'From')}\r\n"
        f"To: <{failed.address}>\r\n"
        f"Message-ID: {header(received, 'Message-ID')}\r\n"
    )
    text = f"Your mail could not be delivered to {failed.address}:\r\nthe mailbox is full.\r\n"
    return (
        f"Return-Path: <>\r\n"
        f"From: {DAEMON.name} <{DAEMON.address}>\r\n"
        f"To: {SUPPORT}\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        f"Date: {format_datetime(at)}\r\n"
        f"Message-ID: <{at:%Y%m%d%H%M%S}.dsn@full.example>\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=_report"\r\n\r\n'
        f"--=_report\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n{text}\r\n"
        f"--=_report\r\nContent-Type: message/delivery-status\r\n\r\n{report}\r\n"
        f"--=_report\r\nContent-Type: text/rfc822-headers\r\n\r\n{quoted}\r\n"
        "--=_report--\r\n"
    ).encode("ascii")


def list_mail(at: datetime) -> bytes:
    """A newsletter that nobody asked for (RFC 2919)."""
    return write(
        NEWSLETTER,
        SUPPORT,
        "Return of the kitchen fair: hall plan and dates",
        "Dear reader, the kitchen fair returns. Book your stand now.",
        at=at,
        headers=(
            ("List-Id", "Trade Fair News <news.fairs.example>"),
            ("List-Unsubscribe", "<mailto:leave@fairs.example>"),
            ("Precedence", "bulk"),
        ),
    )


def mail_without_sender(at: datetime) -> bytes:
    """A mail that lacks From, Message-ID and everything else but a few words."""
    return (
        f"Authentication-Results: {AUTHSERV_ID}; dmarc=none\r\nTo: {SUPPORT}\r\nDate: {format_datetime(at)}\r\n\r\n"
        "My hair dryer hums. What can I do?\r\n"
    ).encode("ascii")


def wrecked_mail() -> bytes:
    """Headers that no program should write: no colon, bare bytes, NULs, an unknown charset, a lost boundary."""
    return (
        b"\xff\xfe\x00 this is no header\r\nFrom\x00: <<>\r\nSubject: =?x-nowhere?B?////?=\r\nDate: 31 February\r\n"
        b'Content-Type: multipart/mixed; boundary="lost"\r\nContent-Transfer-Encoding: x-rot\r\n\r\n'
        b"--other\r\nContent-Type: text/plain; charset=klingon-8\r\n\r\n\x00\xc3\x28 hello?\r\n"
    )


def photo(filename: str) -> File:
    """A small picture of a receipt: a valid PNG of grey lines on white."""
    width, height = 96, 128
    rows = bytearray()
    for y in range(height):
        printed = 12 < y < 112 and y % 8 < 2
        length = 20 + (y * 37) % 60
        rows += b"\x00" + bytes(0x50 if printed and 8 < x < length else 0xF8 for x in range(width))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + _chunk(b"IEND", b"")
    return File(filename=filename, content_type="image/png", data=b"\x89PNG\r\n\x1a\n" + body)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def invoice(filename: str, *lines: str) -> File:
    """A one-page PDF with these lines (ISO 32000-1); ASCII only, without brackets and backslashes."""
    text = " ".join(f"({line}) Tj 0 -20 Td" for line in lines)
    stream = f"BT /F1 14 Tf 60 760 Td {text} ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    pdf, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(pdf)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    pdf += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    pdf += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return File(filename=filename, content_type="application/pdf", data=bytes(pdf))
