"""The thin SMTP client beside a real listener: what arrives is what was frozen, byte for byte."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.net.smtp import Delivery, Outcome, SmtpConnection
from mailbot.settings.accounts import Security, SmtpSettings
from tests.servers.smtp import SmtpSink

HEADERS = b"Message-ID: <one@tp.example>\r\nSubject: dots\r\n\r\n"


def send(sink: SmtpSink, *raws: bytes) -> list[Delivery]:
    async def over_one_connection() -> list[Delivery]:
        relay = SmtpSettings(host="127.0.0.1", port=sink.port, security=Security.NONE, username="")
        connection = SmtpConnection(relay)
        try:
            return [await connection.send("support@tp.example", "anna@customer.example", raw) for raw in raws]
        finally:
            await connection.close()

    return asyncio.run(over_one_connection())


@pytest.mark.parametrize(
    "body",
    [
        b"plain\r\n",
        b".\r\n",
        b"..\r\n.\r\n.signed\r\n\r\n.\r\n",
        b"\xe9\x80\x80\xe8\xb4\xa7 8 bit\r\n",
        (b"x" * 900 + b"\r\n") * 5000,
    ],
)
def test_bytes_arrive_as_they_are(smtp_sink: SmtpSink, body: bytes) -> None:
    (delivery,) = send(smtp_sink, HEADERS + body)
    assert delivery.outcome is Outcome.SENT
    assert [mail.raw for mail in smtp_sink.mails] == [HEADERS + body]


@pytest.mark.parametrize("smuggled", [b"\n.\r\n", b"\r.\r\n", b"\n.\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r"])
def test_a_bare_line_end_before_a_dot_ends_no_mail(smtp_sink: SmtpSink, smuggled: bytes) -> None:
    body = b"one" + smuggled + b"MAIL FROM:<forger@evil.example>\r\nRCPT TO:<victim@tp.example>\r\nDATA\r\ntwo\r\n"
    assert [d.outcome for d in send(smtp_sink, HEADERS + body, HEADERS + b"three\r\n")] == [Outcome.SENT] * 2
    assert [mail.envelope_from for mail in smtp_sink.mails] == ["support@tp.example"] * 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.sampled_from([b".", b"..", b"", b"a", b".a", b"\n", b"\r", b"\r\n"]), max_size=12))
def test_any_lines_arrive_as_one_mail(smtp_sink: SmtpSink, lines: list[bytes]) -> None:
    raw = HEADERS + b"\r\n".join(lines)
    assert [d.outcome for d in send(smtp_sink, raw, HEADERS)] == [Outcome.SENT] * 2
    first, second = smtp_sink.mails[-2:]
    even = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    assert first.raw.rstrip(b"\r\n") == even.rstrip(b"\r\n")
    assert second.raw == HEADERS


@pytest.mark.parametrize(("code", "outcome"), [(451, Outcome.LATER), (554, Outcome.REFUSED)])
def test_a_refused_mail_leaves_the_connection_usable(smtp_sink: SmtpSink, code: int, outcome: Outcome) -> None:
    smtp_sink.fail_next(code=code, stage="data")
    raw = HEADERS + b"body\r\n"
    assert [d.outcome for d in send(smtp_sink, raw, raw)] == [outcome, Outcome.SENT]
