"""A thin SMTP client over a kept connection; it says what happened to a mail and decides nothing (G10)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import aiosmtplib
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from mailbot.errors import ConfigError, TryAgainLater
from mailbot.settings.accounts import Security, SmtpSettings


class Outcome(StrEnum):
    """What became of a mail that was handed to the relay."""

    SENT = "sent"
    LATER = "later"  # 4xx, or the connection broke before the relay could have taken it
    REFUSED = "refused"  # 5xx
    UNCERTAIN = "uncertain"  # the connection broke after the mail's bytes had gone out


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """An outcome and the relay's words about it."""

    outcome: Outcome
    detail: str  # no personal data beyond what the relay says


class SmtpConnection:
    """One connection to the relay, opened when first needed and kept until `close`."""

    def __init__(self, settings: SmtpSettings, token: Callable[[bool], str] | None = None) -> None:
        """`token` gives access tokens where the relay wants them, a new one when called with True."""
        self._settings = settings
        self._token = token
        self._where = f"smtp relay ({settings.host}:{settings.port})"
        self._client: aiosmtplib.SMTP | None = None

    async def connect(self) -> None:
        """Connect and log in. Raises ConfigError for password and certificate, TryAgainLater for the rest."""
        if self._client is not None and self._client.is_connected:
            return
        settings = self._settings
        # The system's authorities take a while to load; without TLS only a ca_file of one's own is looked at.
        plain = settings.security is Security.NONE and settings.ca_file is None
        context = None if plain else self._tls_context()
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            use_tls=settings.security is Security.TLS,
            start_tls=settings.security is Security.STARTTLS,
            tls_context=context,
            timeout=settings.connect_timeout,
        )
        try:
            await client.connect()
            if self._token is not None:
                await self._present_token(client, self._token)
            elif settings.username:
                await client.login(settings.username, settings.password.get_secret_value())
        except SMTPAuthenticationError as error:
            await _drop(client)
            raise ConfigError(
                f"{self._where}: the relay refuses the login of {settings.username!r}: {_text(error)}; "
                f"check {'the oauth settings' if self._token else 'username and password'}"
            ) from error
        except (ConfigError, TryAgainLater):  # the token server's
            await _drop(client)
            raise
        except ssl.SSLCertVerificationError as error:
            await _drop(client)
            raise ConfigError(_bad_certificate(self._where, error)) from error
        except (SMTPException, OSError, TimeoutError) as error:
            await _drop(client)
            cause = error.__cause__
            if isinstance(cause, ssl.SSLCertVerificationError):
                raise ConfigError(_bad_certificate(self._where, cause)) from error
            if isinstance(error, SMTPException) and not isinstance(
                error, (SMTPConnectError, SMTPServerDisconnected, SMTPResponseException, TimeoutError)
            ):
                raise ConfigError(f"{self._where}: {_text(error)}; check security, username and port") from error
            raise TryAgainLater(f"{self._where}: can't be reached: {_text(error)}; the next run carries on") from error
        client.timeout = settings.timeout
        self._client = client

    async def _present_token(self, client: aiosmtplib.SMTP, token: Callable[[bool], str]) -> None:
        """XOAUTH2; once more with a new token, for this one may have been withdrawn before its time."""
        username = self._settings.username
        held = await asyncio.to_thread(token, False)
        try:
            await client.auth_xoauth2(username, held)
        except SMTPAuthenticationError:
            await client.auth_xoauth2(username, await asyncio.to_thread(token, True))

    def _tls_context(self) -> ssl.SSLContext:
        ca_file = self._settings.ca_file
        try:
            return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
        except OSError as error:
            raise ConfigError(f"{self._where}: ca_file {ca_file} can't be read: {error}") from None

    async def send(
        self, sender: str, recipient: str, raw: bytes, before_data: Callable[[], None] | None = None
    ) -> Delivery:
        """Hand over one frozen mail, byte for byte.

        `before_data` is called when the relay has accepted sender and recipient, just before the bytes go
        out: from then on a broken connection leaves the outcome uncertain. Raises as `connect` does.
        """
        await self.connect()
        client = self._client
        if client is None:  # for the type checker: connect() either sets it or raises
            raise TryAgainLater(f"{self._where}: no connection")
        try:
            await self._mail_from(client, sender)
            await client.rcpt(recipient)
        except SMTPResponseException as error:
            delivery = _refusal(error)
            await self._reset(client)
            return delivery
        except (SMTPException, OSError, TimeoutError) as error:
            await self.close()
            return Delivery(outcome=Outcome.LATER, detail=_text(error))
        if before_data is not None:
            before_data()
        try:
            response = await _data(client, raw)
        except SMTPResponseException as error:
            await self._reset(client)
            return _refusal(error)
        except (SMTPException, OSError, TimeoutError) as error:
            await self.close()
            return Delivery(outcome=Outcome.UNCERTAIN, detail=_text(error))
        return Delivery(outcome=Outcome.SENT, detail=f"{response.code} {response.message}"[:200])

    async def close(self) -> None:
        """Leave the relay."""
        client, self._client = self._client, None
        if client is not None:
            await _drop(client)

    async def _mail_from(self, client: aiosmtplib.SMTP, sender: str) -> None:
        """MAIL FROM. A final refusal here concerns every mail of ours, so no mail is given up for it."""
        try:
            await client.mail(sender)
        except SMTPResponseException as error:
            if error.code < 500:
                raise
            await self._reset(client)
            raise ConfigError(
                f"{self._where}: the relay refuses {sender} as sender: {_text(error)}; check username, password and "
                "brand.support_address"
            ) from error

    async def _reset(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.rset()
        except (SMTPException, OSError, TimeoutError):
            await self.close()


async def _data(client: aiosmtplib.SMTP, raw: bytes) -> aiosmtplib.SMTPResponse:
    """DATA (RFC 5321, 4.1.1.4 and 4.5.2). Raises SMTPResponseException for a refusal.

    `client.data` looks for line ends and leading dots with two regular expressions, which took half of the time
    that a mail with a photo needs. Bytes whose lines all end with CRLF, as `compose` writes them, need neither; any
    other ones go the library's way, for a bare LF before a dot could end the mail early (SMTP smuggling).
    """
    lines = raw.count(b"\r\n")
    transport = client.transport
    if not isinstance(transport, asyncio.WriteTransport) or not lines == raw.count(b"\r") == raw.count(b"\n"):
        return await client.data(raw)
    start = await client.execute_command(b"DATA")
    if start.code != 354:
        raise SMTPResponseException(start.code, start.message)
    body = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
    transport.write((b"." if body.startswith(b".") else b"") + body.replace(b"\r\n.", b"\r\n.."))
    response = await client.execute_command(b".")
    if response.code != 250:
        raise SMTPResponseException(response.code, response.message)
    return response


async def _drop(client: aiosmtplib.SMTP) -> None:
    try:
        if client.is_connected:
            await asyncio.wait_for(client.quit(), 5)
    except (SMTPException, OSError, TimeoutError):
        client.close()
    finally:
        # aiosmtplib doesn't wait for its socket to close; give the loop a turn to do it.
        await asyncio.sleep(0.01)


def _refusal(error: SMTPResponseException) -> Delivery:
    if error.code == 421 or 400 <= error.code < 500:
        return Delivery(outcome=Outcome.LATER, detail=_text(error))
    return Delivery(outcome=Outcome.REFUSED, detail=_text(error))


def _bad_certificate(where: str, error: ssl.SSLCertVerificationError) -> str:
    return (
        f"{where}: the relay's certificate can't be trusted: {error.verify_message}; "
        "check host, or give the authority's certificate as ca_file"
    )


def _text(error: BaseException) -> str:
    if isinstance(error, SMTPResponseException):
        return f"{error.code} {' '.join(error.message.split())}"[:300]
    return " ".join(str(error).split())[:300] or type(error).__name__
