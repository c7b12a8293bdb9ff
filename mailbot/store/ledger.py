"""Which mails of a server are here: inbox rows, the ledger of UIDs and the cursor, always written together (G1)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailbot.store.inbox_models import Cursor, Inbox, ServerMail
from mailbot.store.models import AttachmentRow, Message


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder of an IMAP account in one of its lives (RFC 3501, 2.3.1.1)."""

    mailbox: str  # name in settings
    folder: str
    uidvalidity: int

    @property
    def source(self) -> str:
        """How the inbox names it."""
        return f"imap:{self.mailbox}/{self.folder}"


@dataclass(frozen=True, kw_only=True)
class StoredMail:
    """A mail whose bytes are durable as a blob."""

    uid: int
    digest: str
    size: int  # bytes
    received_at: datetime  # INTERNALDATE, aware
    is_header_only: bool = False  # the rest of the mail is on the server only
    problem: str = ""  # why it goes straight into quarantine


def last_uid(folder: Folder) -> int:
    """The highest UID that was recorded; 0 for a folder, or a UIDVALIDITY, not seen before."""
    row = Cursor.get_or_none(
        (Cursor.mailbox == folder.mailbox)
        & (Cursor.folder == folder.folder)
        & (Cursor.uidvalidity == folder.uidvalidity)
    )
    return row.last_uid if row else 0


def record(
    folder: Folder,
    mails: Sequence[StoredMail],
    up_to: int,
    *,
    settled: bool,
    settled_if_header_only: bool = False,
    spam_folders: Collection[str] = (),
) -> int:
    """Write a batch into inbox and ledger and move the cursor to `up_to`, in one transaction.

    A digest that is known already (a copy, or the folder's new UIDVALIDITY) only adds a ledger row. Returns
    how many mails were new. `settled` says that nothing is to be done on the server, `settled_if_header_only` the same
    of those that must stay there because they are not stored whole. `spam_folders` are sources, "imap:support/Spam": a
    mail that lay in one of them and turns up in another folder is decided again, because a person moved it.
    """
    with Cursor._meta.database.atomic("IMMEDIATE"):
        new = 0
        for mail in mails:
            inbox_id, is_new = _add(mail, folder.source, spam_folders)
            new += is_new
            ServerMail.insert(
                mailbox=folder.mailbox,
                folder=folder.folder,
                uidvalidity=folder.uidvalidity,
                uid=mail.uid,
                inbox=inbox_id,
                settled=settled or (settled_if_header_only and mail.is_header_only),
            ).on_conflict_ignore().execute()
        Cursor.insert(
            mailbox=folder.mailbox, folder=folder.folder, uidvalidity=folder.uidvalidity, last_uid=up_to
        ).on_conflict(
            conflict_target=[Cursor.mailbox, Cursor.folder, Cursor.uidvalidity], update={Cursor.last_uid: up_to}
        ).execute()
    return new


def record_file(digest: str, size: int, received_at: datetime) -> bool:
    """Write a mail that came from a file; False when it was known already."""
    with Inbox._meta.database.atomic("IMMEDIATE"):
        return _add(StoredMail(uid=0, digest=digest, size=size, received_at=received_at), "file")[1]


def _add(mail: StoredMail, source: str, spam_folders: Collection[str] = ()) -> tuple[int, bool]:
    inserted = (
        Inbox.insert(
            digest=mail.digest,
            source=source,
            size=mail.size,
            is_header_only=mail.is_header_only,
            received_at=mail.received_at,
            state="quarantined" if mail.problem else "pending",
            error=mail.problem,
        )
        .on_conflict_ignore()
        .returning(Inbox.id)
        .execute()
    )
    for row in inserted:
        return row.id, True
    known = Inbox.get(Inbox.digest == mail.digest)
    if known.source in spam_folders and source not in spam_folders:
        _rescue(known, source)
    return known.id, False


def _rescue(known: Inbox, source: str) -> None:
    """Let a mail be decided as if it had never lain in the spam folder; what was filed of it is filed anew."""
    known.source, known.rescued = source, True
    if known.state == "done":
        known.state, known.attempts = "pending", 0
        filed = Message.select(Message.id).where(Message.inbox == known.id)
        AttachmentRow.delete().where(AttachmentRow.message.in_(filed)).execute()
        Message.delete().where(Message.inbox == known.id).execute()
    known.save()


def unsettled(folder: Folder) -> list[int]:
    """UIDs whose keyword or move on the server is still to be done, or was cut short."""
    rows = ServerMail.select(ServerMail.uid).where(
        (ServerMail.mailbox == folder.mailbox)
        & (ServerMail.folder == folder.folder)
        & (ServerMail.uidvalidity == folder.uidvalidity)
        & ~ServerMail.settled
    )
    return [row.uid for row in rows.order_by(ServerMail.uid)]


def mark_settled(folder: Folder, uids: Sequence[int]) -> None:
    """The server did what was asked for these UIDs."""
    with ServerMail._meta.database.atomic("IMMEDIATE"):
        for start in range(0, len(uids), 500):
            ServerMail.update(settled=True).where(
                (ServerMail.mailbox == folder.mailbox)
                & (ServerMail.folder == folder.folder)
                & (ServerMail.uidvalidity == folder.uidvalidity)
                & ServerMail.uid.in_(list(uids[start : start + 500]))
            ).execute()


def recorded_uids(folder: Folder) -> dict[int, str]:
    """UID -> state of its mail (pending, done or quarantined), for `reconcile`."""
    rows = (
        ServerMail.select(ServerMail.uid, Inbox.state)
        .join(Inbox)
        .where(
            (ServerMail.mailbox == folder.mailbox)
            & (ServerMail.folder == folder.folder)
            & (ServerMail.uidvalidity == folder.uidvalidity)
        )
    )
    return {row.uid: row.inbox.state for row in rows}
