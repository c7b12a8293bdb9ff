"""IMAP -> inbox. Bytes are durable before anything changes on the server; progress is a cursor (G1).

Each mailbox stands alone (G3): one that refuses the login or hangs is written down with the reason and left alone for
a growing while; the others go on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mailbot.domain.backoff import next_try
from mailbot.errors import ConfigError, FolderRefused, MailbotError, ServerUnavailable, TryAgainLater
from mailbot.net.imap import AccessToken, ImapConnection, MailSize
from mailbot.settings import Settings
from mailbot.settings.accounts import AfterIntake, MailboxSettings
from mailbot.settings.model import LimitSettings
from mailbot.store import ledger, mailboxes
from mailbot.store.blobs import Blobs

log = logging.getLogger(__name__)

_UIDS_AT_ONCE = 500  # asked for their sizes in one command

Stop = Callable[[], bool]


@dataclass(kw_only=True)
class IntakeResult:
    """What came in, and what could not be read; counted up as it goes."""

    new: int = 0  # mails not known before
    read: set[str] = field(default_factory=set)  # mailboxes whose login went well
    troubles: list[MailbotError] = field(default_factory=list)  # met just now
    waiting: list[MailbotError] = field(default_factory=list)  # met before; not tried now


@dataclass(kw_only=True)
class Intake:
    """Reads the mailboxes of the settings."""

    settings: Settings
    blobs: Blobs
    tokens: Callable[[str], AccessToken | None] = lambda _: None  # for mailboxes that log in by OAuth2
    settings_mark: Callable[[MailboxSettings], str] = lambda _: ""  # tells settings apart without giving them away
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def plan(self, result: IntakeResult) -> tuple[list[str], list[str]]:
        """Mailboxes to read now: those in good order, and those to be tried again. The others go into `waiting`."""
        now = self.clock()
        sound, troubled = [], []
        known = {trouble.mailbox: trouble for trouble in mailboxes.troubles() if not trouble.folder}
        for name in known.keys() - self.settings.mailboxes.keys():
            mailboxes.forget(name)
        for name in self.settings.mailboxes:
            trouble = known.get(name)
            if trouble is None:
                sound.append(name)
            elif trouble.next_try_at <= now or trouble.tried_with != self.settings_mark(self.settings.mailboxes[name]):
                troubled.append(name)
            else:
                kind = ConfigError if trouble.is_refusal else TryAgainLater
                when = trouble.next_try_at.astimezone().strftime("%H:%M")
                result.waiting.append(kind(f"{trouble.reason} (tried again at {when})"))
        return sound, troubled

    def run(self, names: Sequence[str], result: IntakeResult, stop: Stop = lambda: False) -> None:
        """Read these mailboxes, counting into `result`."""
        for name in names:
            if stop():
                return
            visit = Visit(name, self.settings.mailboxes[name], self.settings.limits, self.blobs)
            try:
                refused = visit.make(self.tokens(name), stop)
            except (ServerUnavailable, ConfigError) as error:
                result.troubles.append(error)
                self._note(name, "", error)
            except TryAgainLater as error:  # the disk's fault, or the database's
                result.troubles.append(error)
            else:
                result.read.add(name)
                result.troubles.extend(refused.values())
                for folder, trouble in refused.items():
                    self._note(name, folder, trouble)
                mailboxes.forget(name, refused)
            finally:
                result.new += visit.new

    def _note(self, name: str, folder: str, error: MailbotError) -> None:
        schedule, now = self.settings.schedule, self.clock()
        is_refusal = isinstance(error, ConfigError)
        pauses = schedule.refused_retry_minutes if is_refusal else schedule.retry_minutes
        mailboxes.note_failure(
            name,
            folder,
            is_refusal=is_refusal,
            tried_with=self.settings_mark(self.settings.mailboxes[name]),
            reason=str(error),
            now=now,
            next_try=lambda failures: next_try(failures=failures, pauses=pauses, now=now),
        )


class Visit:
    """One connection to one mailbox: all its folders, all mails that were never recorded, oldest first.

    A crash at any point loses nothing: what is not in the ledger is fetched again, and its digest tells that it is
    known.
    """

    def __init__(self, name: str, settings: MailboxSettings, limits: LimitSettings, blobs: Blobs) -> None:
        self.new = 0  # mails not known before
        self._name = name
        self._settings = settings
        self._limits = limits
        self._blobs = blobs
        self._spam = frozenset(f"imap:{name}/{folder.name}" for folder in settings.folders if folder.spam)
        self._refused: dict[str, MailbotError] = {}  # by folder

    def make(self, token: AccessToken | None, stop: Stop) -> dict[str, MailbotError]:
        """Read the folders; returns those that the server refuses, or in which it refuses what `after` asks for.

        Raises ServerUnavailable or ConfigError as `ImapConnection` does, TryAgainLater when the disk is at fault.
        """
        with ImapConnection(self._name, self._settings, token) as connection:
            obstacle = self._obstacle(connection)
            for folder in self._settings.folders:
                if obstacle is not None:
                    self._refused[folder.name] = obstacle
                try:
                    self._read(connection, folder.name, stop)
                except FolderRefused as error:
                    self._refused[folder.name] = error
        return self._refused

    def _obstacle(self, connection: ImapConnection) -> MailbotError | None:
        """Why the server can't do safely what `after` asks for; the mails are taken in all the same."""
        after = self._settings.after
        can_delete = after in (AfterIntake.KEEP, AfterIntake.KEYWORD) or connection.can("UIDPLUS")
        if can_delete or (after is AfterIntake.MOVE and connection.can("MOVE")):
            return None
        return FolderRefused(
            f"mailbox {self._name}: after: {after.value} is not done, because the server lacks UIDPLUS and mails that "
            "others marked as deleted would go as well; mail is taken in and stays there; use after: keyword or keep"
        )

    def _read(self, connection: ImapConnection, name: str, stop: Stop) -> None:
        folder = ledger.Folder(mailbox=self._name, folder=name, uidvalidity=connection.select(name))
        self._settle(connection, folder)
        uids = connection.uids_after(ledger.last_uid(folder))
        for start in range(0, len(uids), _UIDS_AT_ONCE):
            chunk = uids[start : start + _UIDS_AT_ONCE]
            for batch in _batches(connection.sizes(chunk), self._limits):
                if stop():
                    return
                self._take_in(connection, folder, batch)
                self._settle(connection, folder)

    def _take_in(self, connection: ImapConnection, folder: ledger.Folder, batch: Sequence[MailSize]) -> None:
        most = self._limits.message_bytes
        fits = [mail.uid for mail in batch if mail.size <= most]
        raw = {fetched.uid: fetched.raw for fetched in connection.fetch(fits)} if fits else {}
        for mail in batch:
            if mail.size > most and (header := connection.fetch_headers(mail.uid)):
                raw[mail.uid] = header
        withheld = self._withheld(connection, folder, [mail.uid for mail in batch if mail.uid not in raw])
        raw |= withheld
        here = [mail for mail in batch if mail.uid in raw]
        digests = self._blobs.put_all(raw[mail.uid] for mail in here)
        stored = [
            ledger.StoredMail(
                uid=mail.uid,
                digest=digest,
                size=mail.size,
                received_at=mail.received_at,
                is_header_only=mail.size > most or mail.uid in withheld,
                problem=f"the server does not hand over UID {mail.uid}" if mail.uid in withheld else "",
            )
            for mail, digest in zip(here, digests, strict=True)
        ]
        after = self._settings.after
        # What is not stored whole must stay where it is.
        whole_only = after in (AfterIntake.MOVE, AfterIntake.DELETE)
        new = ledger.record(
            folder,
            stored,
            batch[-1].uid,
            settled=after is AfterIntake.KEEP,
            settled_if_header_only=whole_only,
            spam_folders=self._spam,
        )
        self.new += new
        log.info("%s: %d mails stored, %d of them new", folder.source, len(stored), new)

    def _withheld(self, connection: ImapConnection, folder: ledger.Folder, uids: Sequence[int]) -> dict[int, bytes]:
        """Mails that are there and were not handed over, with what stands for them; the others were expunged."""
        there = connection.still_there(uids) if uids else set()
        note = f"X-Mailbot-Not-Fetched: {folder.source} UIDVALIDITY {folder.uidvalidity} UID "
        return {uid: f"{note}{uid}\r\n\r\n".encode() for uid in uids if uid in there}

    def _settle(self, connection: ImapConnection, folder: ledger.Folder) -> None:
        """Do on the server what the settings ask for stored mails; done again after a crash, which is harmless.

        A refusal is kept for the report; mail is taken in all the same.
        """
        settings = self._settings
        if settings.after is AfterIntake.KEEP or folder.folder in self._refused:
            return
        uids = ledger.unsettled(folder)
        for start in range(0, len(uids), _UIDS_AT_ONCE):
            chunk = uids[start : start + _UIDS_AT_ONCE]
            try:
                if settings.after is AfterIntake.KEYWORD:
                    connection.add_keyword(chunk, settings.keyword)
                elif settings.after is AfterIntake.MOVE:
                    connection.move(chunk, settings.move_to)
                else:
                    connection.delete(chunk)
            except FolderRefused as error:
                self._refused[folder.folder] = error
                return
            ledger.mark_settled(folder, chunk)


def _batches(sizes: Sequence[MailSize], limits: LimitSettings) -> Iterator[list[MailSize]]:
    """Group mails so that one fetch stays within the set bytes and number (G9)."""
    batch: list[MailSize] = []
    weight = 0
    for mail in sizes:
        size = min(mail.size, limits.message_bytes)
        if batch and (weight + size > limits.batch_bytes or len(batch) >= limits.batch_messages):
            yield batch
            batch, weight = [], 0
        batch.append(mail)
        weight += size
    if batch:
        yield batch
