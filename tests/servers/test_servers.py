"""The test servers do what the other tests rely on."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from tests.servers.certs import ServerCertificate, expired_certificate, valid_certificate, wrong_host_certificate
from tests.servers.dovecot import OTHER_USERS, Dovecot
from tests.servers.smtp import ReceivedMail, SmtpSink

ROOT = Path(__file__).resolve().parents[2]
MAIL = b"From: anna@customer.example\r\nMessage-ID: <one@customer.example>\r\nSubject: Hello\r\n\r\n.dot\r\nBye\r\n"


def numbered(number: int) -> bytes:
    return MAIL.replace(b"Hello", b"Hello %d" % number)


# -- Dovecot


def test_login_plain(dovecot: Dovecot) -> None:
    with IMAPClient(dovecot.host, dovecot.port, ssl=False, timeout=5) as client:
        client.login(dovecot.username, dovecot.password)
        assert client.select_folder("INBOX")[b"EXISTS"] == 0


def test_wrong_password_is_refused(dovecot: Dovecot) -> None:
    with IMAPClient(dovecot.host, dovecot.port, ssl=False, timeout=5) as client, pytest.raises(LoginError):
        client.login(dovecot.username, "wrong")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_imaps_verifies_against_the_authority(dovecot: Dovecot, host: str) -> None:
    context = ssl.create_default_context(cafile=str(dovecot.ca_file))
    with IMAPClient(host, dovecot.tls_port, ssl_context=context, timeout=5) as client:
        client.login(dovecot.username, dovecot.password)


def test_imaps_is_refused_without_the_authority(dovecot: Dovecot) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        IMAPClient(dovecot.host, dovecot.tls_port, ssl_context=ssl.create_default_context(), timeout=5)


def test_starttls(dovecot: Dovecot) -> None:
    context = ssl.create_default_context(cafile=str(dovecot.ca_file))
    with IMAPClient(dovecot.host, dovecot.port, ssl=False, timeout=5) as client:
        client.starttls(context)
        client.login(dovecot.username, dovecot.password)


@pytest.mark.parametrize(
    ("make", "complaint"), [(expired_certificate, "expired"), (wrong_host_certificate, "mismatch|not valid for")]
)
def test_bad_certificates_are_refused(
    dovecot: Dovecot, tmp_path: Path, make: Callable[[Path], ServerCertificate], complaint: str
) -> None:
    certificate = make(tmp_path / "certificate")
    with (
        Dovecot.start(tmp_path, certificate=certificate) as other,
        pytest.raises(ssl.SSLCertVerificationError, match=complaint),
    ):
        IMAPClient(other.host, other.tls_port, ssl_context=certificate.client_context(), timeout=5)


def test_append_search_fetch_keyword_move(dovecot: Dovecot) -> None:
    received_at = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    dovecot.append_many([(MAIL, received_at), numbered(2)])
    with dovecot.client() as client:
        client.select_folder("INBOX")
        client.normalise_times = False
        assert client.search(["SUBJECT", "Hello 2"]) == [2]
        data = client.fetch([1], ["BODY.PEEK[]", "INTERNALDATE", "FLAGS"])[1]
        assert (data[b"BODY[]"], data[b"INTERNALDATE"]) == (MAIL, received_at)
        client.add_flags([1], [b"$MailbotDone"])
        assert client.has_capability("MOVE")
        client.create_folder("Done/2026")
        client.move([1], "Done/2026")
    assert dovecot.flags("Done/2026") == {1: frozenset({"$MailbotDone"})}
    assert dovecot.messages() == [numbered(2)]
    assert {"INBOX", "Sent", "Done/2026"} <= set(dovecot.folders())


def test_delivery_keeps_bytes_and_date_and_makes_folders(dovecot: Dovecot) -> None:
    raw = MAIL + bytes(range(128, 256)) + b"\r\n"
    received_at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    dovecot.deliver(raw, "Retouren/Größe", received_at=received_at)
    assert dovecot.messages("Retouren/Größe") == [raw]
    assert "Retouren/Größe" in dovecot.folders()
    dovecot.deliver(MAIL, user=OTHER_USERS[0])
    assert (dovecot.messages(user=OTHER_USERS[0]), dovecot.messages()) == ([MAIL], [])


def test_uids_follow_the_order_of_delivery(dovecot: Dovecot) -> None:
    for number in range(20):
        dovecot.deliver(numbered(number))
    assert dovecot.messages() == [numbered(number) for number in range(20)]


def test_idle_wakes_up_on_delivery(dovecot: Dovecot) -> None:
    with dovecot.client() as client:
        client.select_folder("INBOX")
        client.idle()
        dovecot.deliver(MAIL)
        began = time.monotonic()
        readable, _, _ = select.select([client.socket()], [], [], 10)
        assert readable
        assert time.monotonic() - began < 9
        client.idle_done()
        client.noop()
        assert client.search() == [1]


def test_bumped_uidvalidity_keeps_mails_and_flags(dovecot: Dovecot) -> None:
    dovecot.append_many([numbered(1), numbered(2), numbered(3)])
    with dovecot.client() as client:
        before = client.select_folder("INBOX")[b"UIDVALIDITY"]
        client.delete_messages([1])
        client.expunge()
        client.add_flags([2], [b"\\Seen", b"$MailbotDone"])
        client.create_folder("Other")
        other = client.select_folder("Other")[b"UIDVALIDITY"]
    after = dovecot.bump_uidvalidity()
    assert after != before
    assert dovecot.messages() == [numbered(2), numbered(3)]
    assert dovecot.flags() == {1: frozenset({"\\Seen", "$MailbotDone"}), 2: frozenset()}
    assert dovecot.bump_uidvalidity() not in (before, after)
    with dovecot.client() as client:
        assert client.select_folder("Other")[b"UIDVALIDITY"] == other


def test_dropped_connections_and_outage(dovecot: Dovecot) -> None:
    dovecot.deliver(MAIL)
    with dovecot.client() as client:
        client.select_folder("INBOX")
        dovecot.drop_connections()
        with pytest.raises((IMAPClient.AbortError, OSError)):
            client.noop()
        client.shutdown()
        port = dovecot.port
    dovecot.halt()
    with pytest.raises(ConnectionRefusedError):
        dovecot.client()
    dovecot.resume()
    assert (dovecot.port, dovecot.messages()) == (port, [MAIL])


def test_many_clients_killed_in_the_middle(dovecot: Dovecot) -> None:
    """SIGKILL leaves sockets that are closed without LOGOUT: as many as the crash drill makes, at once."""
    dovecot.deliver(MAIL)
    for _ in range(4):
        clients = [dovecot.client() for _ in range(15)]
        for client in clients:
            client.select_folder("INBOX")
        for client in clients:
            client.shutdown()
    assert dovecot.messages() == [MAIL]


@pytest.mark.usefixtures("dovecot_server")  # which skips where Dovecot isn't installed
def test_start_reports_the_log(tmp_path: Path) -> None:
    certificate = valid_certificate(tmp_path / "certificate")
    certificate.key_file.write_text("not a key")
    with pytest.raises(RuntimeError, match="private SSL key"):
        Dovecot.start(tmp_path, certificate=certificate)
    assert "private SSL key" in (tmp_path / "dovecot.log").read_text()
    assert not (tmp_path / "home").is_symlink()


# -- SMTP


def send(
    sink: SmtpSink, *, to: tuple[str, ...] = ("anna@customer.example",), raw: bytes = MAIL, **options: Any
) -> dict[str, aiosmtplib.SMTPResponse]:
    """One mail over a connection of its own; returns the refused recipients."""

    async def run() -> dict[str, aiosmtplib.SMTPResponse]:
        settings = {"start_tls": False, "timeout": 5.0, **options}
        try:
            async with aiosmtplib.SMTP(hostname=sink.host, port=sink.port, **settings) as client:
                refused, _ = await client.sendmail("support@tp.example", list(to), raw)
                return refused
        finally:
            # aiosmtplib doesn't wait for the end of a TLS connection; the loop must live until its socket is closed.
            await asyncio.sleep(0.05)

    return asyncio.run(run())


def test_sink_keeps_the_mail(smtp_sink: SmtpSink) -> None:
    send(smtp_sink, to=("anna@customer.example", "ben@customer.example"))
    assert smtp_sink.wait_for(1) == [
        ReceivedMail(
            envelope_from="support@tp.example",
            recipients=("anna@customer.example", "ben@customer.example"),
            raw=MAIL,
            message_id="<one@customer.example>",
        )
    ]
    smtp_sink.clear()
    assert smtp_sink.mails == []
    with pytest.raises(TimeoutError, match="0 of 1"):
        smtp_sink.wait_for(1, timeout=0.1)


def test_auth_and_starttls(tmp_path: Path) -> None:
    certificate = valid_certificate(tmp_path)
    with SmtpSink.start(username="support", password="secret", certificate=certificate) as sink:
        secure: dict[str, Any] = {"start_tls": True, "tls_context": certificate.client_context()}
        send(sink, username="support", password="secret", **secure)
        with pytest.raises(aiosmtplib.SMTPAuthenticationError):
            send(sink, username="support", password="wrong", **secure)
        with pytest.raises(aiosmtplib.SMTPResponseException, match="Authentication required"):
            send(sink, **secure)
        sink.fail_next(code=454, stage="auth")
        with pytest.raises(aiosmtplib.SMTPAuthenticationError) as caught:
            send(sink, username="support", password="secret", **secure)
        assert caught.value.code == 454
        assert len(sink.mails) == 1
        sink.drop_after_data()
        with pytest.raises(aiosmtplib.SMTPServerDisconnected):
            send(sink, username="support", password="secret", **secure)


@pytest.mark.parametrize("make", [expired_certificate, wrong_host_certificate])
def test_bad_smtp_certificates_are_refused(tmp_path: Path, make: Callable[[Path], ServerCertificate]) -> None:
    certificate = make(tmp_path)
    with SmtpSink.start(certificate=certificate) as sink:
        # A failed handshake leaves aiosmtplib an SMTPException or OpenSSL's own error, both for the same reason.
        with pytest.raises((aiosmtplib.SMTPException, ssl.SSLError), match="certificate verify failed"):
            send(sink, start_tls=True, tls_context=certificate.client_context())
        assert sink.mails == []


@pytest.mark.parametrize(
    ("stage", "error"),
    [
        ("mail", aiosmtplib.SMTPSenderRefused),
        ("rcpt", aiosmtplib.SMTPRecipientsRefused),
        ("data", aiosmtplib.SMTPDataError),
    ],
)
def test_fail_next(smtp_sink: SmtpSink, stage: str, error: type[Exception]) -> None:
    smtp_sink.fail_next(code=451, stage=stage, times=2)  # type: ignore[arg-type]
    for _ in range(2):
        with pytest.raises(error, match="451"):
            send(smtp_sink)
    assert smtp_sink.mails == []
    send(smtp_sink)
    assert len(smtp_sink.mails) == 1


def test_refused_recipient(smtp_sink: SmtpSink) -> None:
    smtp_sink.refuse_recipient("Gone@customer.example", code=550)
    refused = send(smtp_sink, to=("gone@customer.example", "anna@customer.example"))
    assert [(address, response.code) for address, response in refused.items()] == [("gone@customer.example", 550)]
    assert smtp_sink.mails[0].recipients == ("anna@customer.example",)


def test_drop_after_data(smtp_sink: SmtpSink) -> None:
    smtp_sink.drop_after_data()
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        send(smtp_sink)
    send(smtp_sink)
    assert len(smtp_sink.mails) == 2


def test_stall_after_data(smtp_sink: SmtpSink) -> None:
    smtp_sink.stall_after_data(30)
    with pytest.raises(aiosmtplib.SMTPTimeoutError):
        send(smtp_sink, timeout=0.3)
    assert len(smtp_sink.mails) == 1
    smtp_sink.stall_after_data(0.2)
    began = time.monotonic()
    send(smtp_sink)
    assert time.monotonic() - began >= 0.2


def test_hook_files_a_sent_copy(smtp_sink: SmtpSink, dovecot: Dovecot) -> None:
    smtp_sink.on_message = lambda mail: dovecot.append_many([mail.raw], "Sent")
    send(smtp_sink)
    assert dovecot.messages("Sent") == [MAIL]


def test_failing_hook_defers_the_mail() -> None:
    def fail(mail: ReceivedMail) -> None:
        raise ValueError("on purpose")

    with SmtpSink.start(on_message=fail) as sink:
        with pytest.raises(aiosmtplib.SMTPDataError, match="451"):
            send(sink)
        assert [str(error) for error in sink.hook_errors] == ["on purpose"]


@pytest.mark.parametrize("discard", [True, False])
def test_sink_as_a_process(tmp_path: Path, discard: bool) -> None:
    where = ["--discard"] if discard else ["--out", str(tmp_path / "out")]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.servers.smtp", "--port", "0", *where], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = json.loads(process.stdout.readline())

            async def run() -> None:
                async with aiosmtplib.SMTP(hostname=line["host"], port=line["port"], start_tls=False) as client:
                    for number in range(3):
                        await client.sendmail("support@tp.example", ["anna@customer.example"], numbered(number))

            asyncio.run(run())
            os.kill(line["pid"], signal.SIGTERM)
            rest, _ = process.communicate(timeout=10)
        finally:
            process.kill()
    assert json.loads(rest) == {"count": 3}
    assert process.returncode == 0
    if not discard:
        files = sorted((tmp_path / "out").glob("*.eml"))
        assert [path.name for path in files] == ["000001.eml", "000002.eml", "000003.eml"]
        assert [path.read_bytes() for path in files] == [numbered(number) for number in range(3)]
        assert json.loads(files[0].with_suffix(".json").read_text())["to"] == ["anna@customer.example"]
