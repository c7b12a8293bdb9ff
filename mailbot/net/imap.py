"""A thin IMAP client: UIDs only, PEEK only, every wait bounded; no decisions (G1, G9)."""

from __future__ import annotations

import contextlib
import imaplib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from imapclient.exceptions import IMAPClientError, LoginError

from mailbot.errors import ConfigError, FolderRefused, ServerUnavailable
from mailbot.net.wire import BoundedClient, Cutter
from mailbot.settings.accounts import MailboxSettings, Security

# Access tokens for a login: called with True after the server has refused the one in hand.
AccessToken = Callable[[bool], str]


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

    Raises ConfigError for what the operator must correct (password, certificate, folder), ServerUnavailable
    for what may pass (host, network, time-out).
    """

    def __init__(self, name: str, settings: MailboxSettings, token: AccessToken | None = None) -> None:
        self._settings = settings
        self._where = f"mailbox {name} ({settings.host}:{settings.port})"
        self._cutter = Cutter()
        self._client: BoundedClient | None = None
        context = _tls_context(self._where, settings)
        try:
            with self._trouble():
                self._client = BoundedClient(settings, context, self._cutter)
            with self._trouble():
                if settings.security is Security.STARTTLS:
                    self._imap.starttls(context)
            self._log_in(token)
        except BaseException:
            self.close()
            raise

    @property
    def _imap(self) -> BoundedClient:
        if self._client is None:
            raise ServerUnavailable(f"{self._where}: no connection")
        return self._client

    def _log_in(self, token: AccessToken | None) -> None:
        if token is None:
            with self._trouble():
                self._imap.login(self._settings.username, self._settings.password.get_secret_value())
            return
        held = token(False)
        try:
            self._present(held)
        except ConfigError:
            self._present(token(True))  # the token may have been withdrawn before its time

    def _present(self, token: str) -> None:
        """XOAUTH2. A refusal comes as a challenge, which wants an empty answer before the server says NO."""
        answers = [f"user={self._settings.username}\x01auth=Bearer {token}\x01\x01"]
        with self._trouble():
            self._imap.sasl_login("XOAUTH2", lambda _: answers.pop() if answers else "")

    def __enter__(self) -> ImapConnection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(politely=error is None)

    def close(self, *, politely: bool = False) -> None:
        """Leave; with a LOGOUT when the connection is healthy."""
        client, self._client = self._client, None
        try:
            if client is not None:
                with contextlib.suppress(IMAPClientError, imaplib.IMAP4.error, OSError):
                    if politely:
                        with self._cutter.within(self._settings.timeout):
                            client.logout()
                        return
                with contextlib.suppress(IMAPClientError, imaplib.IMAP4.error, OSError):
                    client.shutdown()
        finally:
            self._cutter.release()

    def can(self, capability: str) -> bool:
        """Whether the server has an extension, such as UIDPLUS."""
        with self._trouble():
            return bool(self._imap.has_capability(capability))

    def select(self, folder: str, *, readonly: bool = False) -> int:
        """Open a folder and return its UIDVALIDITY."""
        with self._trouble(f"folder {folder!r}"):
            return int(self._imap.select_folder(folder, readonly=readonly)[b"UIDVALIDITY"])

    def uids_after(self, last_uid: int) -> list[int]:
        """UIDs above `last_uid` in the open folder, ascending. A NOOP first: some servers hide new mail till then."""
        with self._trouble():
            self._imap.noop()
            # "n:*" always names the last mail too, even below n (RFC 3501, 6.4.8).
            found = self._imap.search(["UID", f"{last_uid + 1}:*"])
        return sorted(uid for uid in found if uid > last_uid)

    def sizes(self, uids: Sequence[int]) -> list[MailSize]:
        """Size and INTERNALDATE of mails, ascending by UID; those that are gone are left out."""
        with self._trouble():
            response = self._imap.fetch(list(uids), ["RFC822.SIZE", "INTERNALDATE"])
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
            response = self._imap.fetch(list(uids), [item])
        return [
            FetchedMail(uid=uid, raw=data[key])
            for uid, data in sorted(response.items())
            if isinstance(data.get(key), bytes)
        ]

    def add_keyword(self, uids: Sequence[int], keyword: str) -> None:
        """Set a keyword; harmless when it is set already."""
        with self._trouble(f"keyword {keyword}", "check what `after` asks for"):
            self._imap.add_flags(list(uids), [keyword], silent=True)

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move mails (RFC 6851, else copy and delete, which needs UIDPLUS); UIDs that are gone don't matter."""
        with self._trouble(f"folder {folder!r}"):
            if not self._imap.folder_exists(folder):
                self._imap.create_folder(folder)
            if self._imap.has_capability("MOVE"):
                self._imap.move(list(uids), folder)
                return
            self._imap.copy(list(uids), folder)
        self.delete(uids)

    def delete(self, uids: Sequence[int]) -> None:
        """Remove exactly these mails (RFC 4315, UID EXPUNGE); UIDs that are gone don't matter.

        The caller has made sure of UIDPLUS: a plain EXPUNGE would remove what others marked as deleted, too.
        """
        with self._trouble("after: delete or move", "check the account's rights"):
            self._imap.delete_messages(list(uids), silent=True)
            self._imap.uid_expunge(list(uids))

    def still_there(self, uids: Sequence[int]) -> set[int]:
        """Those UIDs that the server has."""
        with self._trouble():
            self._imap.noop()
            return set(self._imap.search(["UID", ",".join(str(uid) for uid in uids)]))

    def idle(self) -> socket.socket:
        """Ask to be told of changes (RFC 2177); returns the socket, on which something comes when there is one.

        imapclient's own `idle` fails when the server has news to tell before it says "+ idling".
        """
        with self._trouble():
            wire = self._imap._imap
            tag = wire._command("IDLE")
            while wire._get_response() is not None:
                if wire.tagged_commands.get(tag):
                    raise IMAPClientError("IDLE is refused")
            self._imap._idle_tag = tag
            sock: socket.socket = self._imap.socket()
            return sock

    def end_idle(self) -> bool:
        """End it; True when the server told of new mail. Not `idle_check`, which stumbles over a split line."""
        with self._trouble():
            _, said = self._imap.idle_done()
            return any(len(line) > 1 and line[1] == b"EXISTS" for line in said)

    def find_message_id(self, message_id: str) -> list[int]:
        """UIDs of the open folder whose Message-ID header is this one."""
        with self._trouble():
            self._imap.noop()
            return list(self._imap.search(["HEADER", "Message-ID", message_id]))

    @contextlib.contextmanager
    def _trouble(self, what: str = "", check: str = "check the folder's name") -> Iterator[None]:
        where = f"{self._where}{', ' + what if what else ''}"
        try:
            with self._cutter.within(self._settings.total_timeout):
                yield
        except LoginError as error:
            # imapclient says LoginError of a line that broke, too; that must never count as a wrong password.
            if isinstance(error.__context__, imaplib.IMAP4.abort):
                raise self._unreachable(where, error) from error
            # RFC 5530: the server itself says that it is not the password.
            if any(code in str(error).upper() for code in ("[UNAVAILABLE]", "[LIMIT]", "[INUSE]", "[SERVERBUG]")):
                raise ServerUnavailable(
                    f"{where}: no login for now: {_text(error)}; the next run carries on"
                ) from error
            secret = "the oauth settings" if self._settings.oauth.is_used else "username and password"
            raise ConfigError(
                f"{where}: the server refuses the login of {self._settings.username!r}: {_text(error)}; check {secret}"
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise ConfigError(
                f"{where}: the server's certificate can't be trusted: {error.verify_message}; "
                "check host, or give the authority's certificate as ca_file"
            ) from error
        except (imaplib.IMAP4.abort, OSError) as error:
            raise self._unreachable(where, error) from error
        except (IMAPClientError, imaplib.IMAP4.error) as error:
            if what:
                raise FolderRefused(f"{where}: the server refuses it: {_text(error)}; {check}") from error
            raise ServerUnavailable(f"{where}: the server refuses: {_text(error)}; the next run carries on") from error
        except (KeyError, ValueError, TypeError, IndexError, AssertionError) as error:
            raise ServerUnavailable(
                f"{where}: the server's answer can't be understood ({type(error).__name__}); the next run carries on"
            ) from error

    def _unreachable(self, where: str, error: Exception) -> ServerUnavailable:
        seconds = self._settings.total_timeout
        if self._cutter.has_cut:
            what = f"no whole answer within {seconds:g} seconds (total_timeout)"
        else:
            what = f"can't be reached: {_text(error)}"
        return ServerUnavailable(f"{where}: {what}; the next run carries on")


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
