"""IMAP or files -> inbox. Bytes are durable before anything changes on the server; progress is a cursor (G1)."""

from __future__ import annotations

import logging
import mailbox
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailbot.errors import ConfigError
from mailbot.net.imap import ImapConnection, MailSize
from mailbot.settings.model import AfterIntake, LimitSettings, MailboxSettings
from mailbot.store import ledger
from mailbot.store.blobs import Blobs

log = logging.getLogger(__name__)

_UIDS_AT_ONCE = 500  # asked for their sizes in one command


@dataclass(frozen=True, kw_only=True)
class IntakeResult:
    """What came in."""

    seen: int  # mails that the server or the file offered
    new: int  # of those, contents not known before
    problems: tuple[str, ...] = ()  # files that were left out, and why


def fetch_mailbox(
    name: str,
    settings: MailboxSettings,
    limits: LimitSettings,
    blobs: Blobs,
    stop: Callable[[], bool] = lambda: False,
) -> IntakeResult:
    """Fetch all mails of a folder that were never recorded, oldest first.

    A crash at any point loses nothing: what is not in the ledger is fetched again, and its digest tells that
    it is known. Raises TryAgainLater or ConfigError as `ImapConnection` does.
    """
    seen = new = 0
    with ImapConnection(name, settings) as connection:
        uidvalidity = connection.select(settings.folder)
        folder = ledger.Folder(mailbox=name, folder=settings.folder, uidvalidity=uidvalidity)
        _settle(connection, settings, folder)
        uids = connection.uids_after(ledger.last_uid(folder))
        for start in range(0, len(uids), _UIDS_AT_ONCE):
            chunk = uids[start : start + _UIDS_AT_ONCE]
            for batch in _batches(connection.sizes(chunk), limits):
                if stop():
                    return IntakeResult(seen=seen, new=new)
                new += _take_in(connection, settings, folder, batch, limits, blobs)
                seen += len(batch)
                _settle(connection, settings, folder)
    return IntakeResult(seen=seen, new=new)


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


def _take_in(
    connection: ImapConnection,
    settings: MailboxSettings,
    folder: ledger.Folder,
    batch: Sequence[MailSize],
    limits: LimitSettings,
    blobs: Blobs,
) -> int:
    fits = [mail for mail in batch if mail.size <= limits.message_bytes]
    raw = {fetched.uid: fetched.raw for fetched in connection.fetch([mail.uid for mail in fits])} if fits else {}
    problems: dict[int, str] = {}
    for mail in batch:
        if mail.size > limits.message_bytes:
            raw[mail.uid] = connection.fetch_headers(mail.uid)
            problems[mail.uid] = (
                f"{mail.size} bytes, more than limits.message_bytes ({limits.message_bytes}): only the header is "
                f"stored; the mail is UID {mail.uid} of {folder.source}"
            )
    here = [mail for mail in batch if mail.uid in raw]  # the others were expunged in the meantime
    digests = blobs.put_all(raw[mail.uid] for mail in here)
    stored = [
        ledger.StoredMail(
            uid=mail.uid,
            digest=digest,
            size=mail.size,
            received_at=mail.received_at,
            problem=problems.get(mail.uid, ""),
        )
        for mail, digest in zip(here, digests, strict=True)
    ]
    settled = settings.after is AfterIntake.KEEP
    new = ledger.record(folder, stored, batch[-1].uid, settled=settled)
    log.info("%s: %d mails stored, %d of them new", folder.source, len(stored), new)
    return new


def _settle(connection: ImapConnection, settings: MailboxSettings, folder: ledger.Folder) -> None:
    """Do on the server what the settings ask for stored mails; done again after a crash, which is harmless."""
    if settings.after is AfterIntake.KEEP:
        return
    uids = ledger.unsettled(folder)
    for start in range(0, len(uids), _UIDS_AT_ONCE):
        chunk = uids[start : start + _UIDS_AT_ONCE]
        if settings.after is AfterIntake.KEYWORD:
            connection.add_keyword(chunk, settings.keyword)
        else:
            connection.move(chunk, settings.move_to)
        ledger.mark_settled(folder, chunk)


def ingest(source: str, limits: LimitSettings, blobs: Blobs) -> IntakeResult:
    """Take mails from a file (.eml or mbox), a folder (Maildir, or .eml files) or "-" (one mail on stdin).

    A mail above `limits.message_bytes` is left out and named in `problems`. Raises ConfigError when there is no such
    thing.
    """
    seen = new = 0
    problems: list[str] = []
    for where, raw in _read_source(source):
        if len(raw) > limits.message_bytes:
            problems.append(f"{where}: {len(raw)} bytes, more than limits.message_bytes ({limits.message_bytes})")
            continue
        digest = blobs.put(raw)
        new += ledger.record_file(digest, len(raw), datetime.now(UTC))
        seen += 1
    return IntakeResult(seen=seen, new=new, problems=tuple(problems))


def _read_source(source: str) -> Iterator[tuple[str, bytes]]:
    if source == "-":
        yield "standard input", sys.stdin.buffer.read()
        return
    path = Path(source)
    try:
        if path.is_dir():
            yield from _read_folder(path)
        elif _is_mbox(path):
            yield from _read_mbox(path)
        else:
            yield str(path), path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file or folder") from None
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from None


def _read_folder(path: Path) -> Iterator[tuple[str, bytes]]:
    parts = ("cur", "new") if (path / "cur").is_dir() and (path / "new").is_dir() else (".",)
    pattern = "*" if parts != (".",) else "*.eml"
    files = sorted(file for part in parts for file in (path / part).glob(pattern) if file.is_file())
    if not files and parts == (".",):
        raise ConfigError(f"{path}: neither a Maildir nor a folder with .eml files")
    for file in files:
        yield str(file), file.read_bytes()


def _is_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(5) == b"From "


def _read_mbox(path: Path) -> Iterator[tuple[str, bytes]]:
    box = mailbox.mbox(str(path), create=False)
    try:
        for key in box.iterkeys():
            yield f"{path} (mail {int(key) + 1})", box.get_bytes(key)
    finally:
        box.close()
