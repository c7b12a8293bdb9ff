"""A thin IMAP client: UIDs only, PEEK only, every wait bounded; no decisions (G1, G9)."""

from __future__ import annotations

import contextlib
import imaplib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from mailbot.errors import ConfigError, TryAgainLater
from mailbot.settings.model import MailboxSettings, Security


@dataclass(frozen=True, kw_only=True)
class MailSize:
    """What the server says of a mail before it is fetched."""

    uid: int
    size: int  # RFC822.SIZE, bytes
    received_at: datetime  # INTERNALDATE, aware


@dataclass(frozen=True, kw_only=True)
class FetchedMail:
    """The bytes of a mail."""

    uid: int
    raw: bytes


class ImapConnection:
    """A logged-in connection; use it as a context manager.

    Raises ConfigError for what the operator must correct (password, certificate, folder), TryAgainLater
    for what may pass (host, network, time-out).
    """

    def __init__(self, name: str, settings: MailboxSettings) -> None:
        self._settings = settings
        self._where = f"mailbox {name} ({settings.host}:{settings.port})"
        context = _tls_context(self._where, settings)
        with self._trouble():
            self._client = IMAPClient(
                settings.host,
                port=settings.port,
                ssl=settings.security is Security.TLS,
                ssl_context=context if settings.security is Security.TLS else None,
                timeout=SocketTimeout(settings.connect_timeout, settings.timeout),
            )
        # imaplib would format every literal for a log that nobody reads.
        self._client._imap.debug = 0
        self._client.normalise_times = False
        try:
            with self._trouble():
                if settings.security is Security.STARTTLS:
                    self._client.starttls(context)
                self._client.login(settings.username, settings.password.get_secret_value())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> ImapConnection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(politely=error is None)

    def close(self, *, politely: bool = False) -> None:
        """Leave; with a LOGOUT when the connection is healthy."""
        with contextlib.suppress(IMAPClientError, imaplib.IMAP4.error, OSError):
            if politely:
                self._client.logout()
                return
        with contextlib.suppress(IMAPClientError, imaplib.IMAP4.error, OSError):
            self._client.shutdown()

    def select(self, folder: str, *, readonly: bool = False) -> int:
        """Open a folder and return its UIDVALIDITY."""
        with self._trouble(f"folder {folder!r}"):
            response = self._client.select_folder(folder, readonly=readonly)
        return int(response[b"UIDVALIDITY"])

    def uids_after(self, last_uid: int) -> list[int]:
        """UIDs above `last_uid` in the open folder, ascending. A NOOP first: some servers hide new mail till then."""
        with self._trouble():
            self._client.noop()
            # "n:*" always names the last mail too, even below n (RFC 3501, 6.4.8).
            found = self._client.search(["UID", f"{last_uid + 1}:*"])
        return sorted(uid for uid in found if uid > last_uid)

    def sizes(self, uids: Sequence[int]) -> list[MailSize]:
        """Size and INTERNALDATE of mails, ascending by UID; those that are gone are left out."""
        with self._trouble():
            response = self._client.fetch(list(uids), ["RFC822.SIZE", "INTERNALDATE"])
        return [
            MailSize(uid=uid, size=int(data[b"RFC822.SIZE"]), received_at=_aware(data.get(b"INTERNALDATE")))
            for uid, data in sorted(response.items())
            if b"RFC822.SIZE" in data
        ]

    def fetch(self, uids: Sequence[int]) -> list[FetchedMail]:
        """The bytes of mails, ascending by UID, without touching \\Seen; those that are gone are left out."""
        return self._bodies(uids, "BODY.PEEK[]", b"BODY[]")

    def fetch_headers(self, uid: int) -> bytes:
        """The header of one mail."""
        found = self._bodies([uid], "BODY.PEEK[HEADER]", b"BODY[HEADER]")
        return found[0].raw if found else b""

    def _bodies(self, uids: Sequence[int], item: str, key: bytes) -> list[FetchedMail]:
        with self._trouble():
            response = self._client.fetch(list(uids), [item])
        return [
            FetchedMail(uid=uid, raw=data[key])
            for uid, data in sorted(response.items())
            if isinstance(data.get(key), bytes)
        ]

    def add_keyword(self, uids: Sequence[int], keyword: str) -> None:
        """Set a keyword; harmless when it is set already."""
        with self._trouble():
            self._client.add_flags(list(uids), [keyword], silent=True)

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move mails (RFC 6851, else copy and delete); UIDs that are gone don't matter."""
        with self._trouble(f"folder {folder!r}"):
            if not self._client.folder_exists(folder):
                self._client.create_folder(folder)
            try:
                self._client.move(list(uids), folder)
            except CapabilityError:
                self._client.copy(list(uids), folder)
                self._client.delete_messages(list(uids), silent=True)
                self._client.uid_expunge(list(uids))

    def find_message_id(self, message_id: str) -> list[int]:
        """UIDs of the open folder whose Message-ID header is this one."""
        with self._trouble():
            self._client.noop()
            return list(self._client.search(["HEADER", "Message-ID", message_id]))

    @contextlib.contextmanager
    def _trouble(self, what: str = "") -> Iterator[None]:
        where = f"{self._where}{', ' + what if what else ''}"
        try:
            yield
        except LoginError as error:
            # RFC 5530: the server itself says that it is not the password.
            if any(code in str(error).upper() for code in ("[UNAVAILABLE]", "[LIMIT]", "[INUSE]")):
                raise TryAgainLater(f"{where}: no login for now: {_text(error)}; the next run carries on") from error
            raise ConfigError(
                f"{where}: the server refuses the login of {self._settings.username!r}: {_text(error)}; "
                "check username and password"
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise ConfigError(
                f"{where}: the server's certificate can't be trusted: {error.verify_message}; "
                "check host, or give the authority's certificate as ca_file"
            ) from error
        except (imaplib.IMAP4.abort, OSError) as error:
            raise TryAgainLater(f"{where}: can't be reached: {_text(error)}; the next run carries on") from error
        except (IMAPClientError, imaplib.IMAP4.error) as error:
            if what:
                raise ConfigError(f"{where}: the server refuses it: {_text(error)}; check the folder's name") from error
            raise TryAgainLater(f"{where}: the server refuses: {_text(error)}; the next run carries on") from error


def _tls_context(where: str, settings: MailboxSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
    except OSError as error:
        raise ConfigError(f"{where}: ca_file {settings.ca_file} can't be read: {error}") from None


def _text(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _aware(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.now(UTC)
