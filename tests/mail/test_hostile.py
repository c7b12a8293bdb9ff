"""Mail that is made to break the parser: never an exception, never out of bounds, never slow."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.mail.attachments import MAX_ATTACHMENTS
from mailbot.mail.body import MAX_TEXT
from mailbot.mail.parse import ParsedMail, parse_mail
from mailbot.mail.reply import reply_text

QUIRKS = [path.read_bytes() for path in sorted(Path(__file__).parent.joinpath("quirks").glob("*.eml"))]
MEGABYTE = 1_000_000
SECONDS = 6.0  # for one megabyte on a busy machine; quadratic behaviour takes minutes


def read(raw: bytes) -> ParsedMail:
    parsed = parse_mail(raw)
    assert not any("could not be read (" in warning for warning in parsed.mail.warnings), parsed.mail.warnings
    return parsed


@given(st.binary(max_size=2_000))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_and_twice_the_same(raw: bytes) -> None:
    assert read(raw) == parse_mail(raw)


@given(st.sampled_from(QUIRKS), st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_mutated_mails_are_read_and_twice_the_same(raw: bytes, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        stop = min(len(raw), start + data.draw(st.integers(0, 60)))
        pieces = st.sampled_from([b"\r\n", b"--b1", b"=?", b'"', b"\0", b"<"])
        insert = data.draw(st.one_of(st.binary(max_size=30), pieces))
        raw = raw[:start] + insert + raw[stop:]
    assert read(raw) == parse_mail(raw)


HEADERS = st.sampled_from(
    ["From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Content-Type",
     "Content-Disposition", "Content-Transfer-Encoding", "Content-ID", "Auto-Submitted", "Return-Path", "Delivered-To"]
)  # fmt: skip
PIECES = st.sampled_from(
    ["=?utf-8?B?", "?=", "=?gb2312?Q?=C4", '"', "\\", "(", ")", "<", ">", "@", "a@b.example", ",", ";", ":", "\r\n ",
     "multipart/mixed", "message/rfc822", "text/html", "; boundary=b", "; charset=", "hz", "utf-7", "; name*0*=",
     "''%E4", "base64", "x-uuencode", "Mon, 31 Feb 2026 25:61:00 +9999", "\x1b$B", "\u202e", "\ud800", "中", "é", " ",
     "-1", "1" * 30]
)  # fmt: skip


@given(st.lists(st.tuples(HEADERS, st.lists(PIECES, max_size=8)), max_size=10), st.binary(max_size=100))
@settings(max_examples=300, deadline=None)
def test_headers_of_odd_pieces_are_read(fields: list[tuple[str, list[str]]], body: bytes) -> None:
    head = "".join(f"{name}: {''.join(pieces)}\r\n" for name, pieces in fields)
    raw = head.encode("utf-8", "surrogatepass") + b"\r\n" + body
    assert read(raw) == parse_mail(raw)


@given(st.text(max_size=500))
@settings(max_examples=200, deadline=None)
def test_reply_text_is_never_empty_where_there_were_words(text: str) -> None:
    result = reply_text(text)
    assert result == text or any(char.isalnum() or char == "_" for char in result)


def test_three_hundred_nested_parts() -> None:
    lines = [f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(300)]
    raw = ("From: a@b.example\n" + "".join(lines) + "Content-Type: text/plain\n\nhello\n").encode()
    mail = read(raw).mail
    assert mail.sender is not None
    assert any("deeper" in warning for warning in mail.warnings)
    assert len(mail.attachments) == 1


def test_more_parts_than_the_bound() -> None:
    raw = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: a/b\n\nx\n" * 5_000
    mail = read(raw).mail
    assert len(mail.attachments) <= MAX_ATTACHMENTS
    assert any("parts" in warning for warning in mail.warnings)


def test_text_is_bounded_and_says_so() -> None:
    raw = b"From: a@b.example\n\n" + b"word " * 600_000
    mail = read(raw).mail
    assert len(mail.text) <= MAX_TEXT
    assert any("cut" in warning for warning in mail.warnings)


def test_headers_are_bounded_and_say_so() -> None:
    mail = read(b"From: a@b.example\n" + b"X-Filler: yes\n" * 100_000 + b"\nhello\n").mail
    assert mail.text.strip() == "hello"
    assert any("headers" in warning for warning in mail.warnings)


BODIES = {
    "greater": b">", "greater lines": b">\n", "spaces": b" ", "newlines": b"\n", "dashes": b"-", "signatures": b"-- \n",
    "on": b"On 1\n", "wrote": b"1 On a@b.c wrote ", "wrote lines": b"2026-01-01 a@b.c wrote\n", "less": b"<",
    "from": b"From: a@b\nSubject: x\n", "chinese": "在 2026年1月1日\n".encode(), "device": b"Sent from my phone\n",
    "quotes": b"<'\"", "tags": b"<div>", "comments": b"<!--", "entities": b"&amp", "blockquotes": b"<blockquote>a",
    "urls": b"http://", "ats": b"a@", "high": b"\xe9\xff", "hz": b"~{", "escape": b"\x1b$B",
    "final": b"Final-Recipient:   a\n", "bounce": b"<a@b.example> 550\n",
}  # fmt: skip


@pytest.mark.timeout(30)
@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
@pytest.mark.parametrize("name", BODIES)
def test_a_megabyte_of_one_thing_takes_linear_time(name: str, kind: str) -> None:
    piece = BODIES[name]
    body = piece * (MEGABYTE // len(piece)) + b"x"
    started = time.monotonic()
    read(b"From: MAILER-DAEMON@a.example\nSubject: failure notice\nContent-Type: %s\n\n" % kind.encode() + body)
    assert time.monotonic() - started < SECONDS


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", ["From", "To", "Subject", "References", "Content-Type", "Content-Disposition", "Date"])
@pytest.mark.parametrize(
    "piece", ['"', '"\\', "(", "<", "a@", "=?utf-8?q?a?= ", "=?", "=?a?b?", ",", '; a="', " ", "; f*1*=x"]
)
def test_a_long_header_takes_linear_time(name: str, piece: str) -> None:
    started = time.monotonic()
    read(f"{name}: {piece * (200_000 // len(piece))}\n\nbody\n".encode())
    assert time.monotonic() - started < SECONDS


def test_open_comments_in_addresses_cost_no_more_than_their_length() -> None:
    """A quadratic reading would take minutes here, and the test's time limit would end it."""
    raw = b"From: " + b"(," * 60_000 + b"\r\nTo: a@b.example\r\n\r\nhello\r\n"
    assert parse_mail(raw).mail.text.startswith("hello")
