"""The outbox: claimed row by row, so that a mail is in one hand only and its fate is always written down (G10).

queued -> sending (claimed) -> transmitting (the bytes go out) -> sent | queued again | uncertain | dead
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailbot.domain.message import Attachment
from mailbot.errors import BadItem
from mailbot.store import desk, sql
from mailbot.store.blobs import Blobs
from mailbot.store.models import Outbox
from mailbot.store.vault import Vault

STATES = ("queued", "sending", "transmitting", "sent", "uncertain", "dead")

# A mail with more bytes is kept as a blob: a database writes large values twice.
_LARGE = 50_000


@dataclass(frozen=True, kw_only=True)
class OutgoingMail:
    """A frozen mail, without its bytes."""

    outbox_id: int
    ticket_id: int | None
    template: str
    reader: str  # customer or staff
    recipient: str
    message_id: str
    automatic: bool  # an answer that no person decided
    state: str
    attempts: int
    next_try_at: datetime | None
    last_error: str
    created_at: datetime
    sent_at: datetime | None


def queue(
    vault: Vault,
    blobs: Blobs,
    *,
    ticket_id: int | None,
    case_id: int | None = None,
    template: str,
    reader: str,
    sender: str,
    sender_name: str,
    recipient: str,
    message_id: str,
    subject: str,
    text: str,
    raw: bytes,
    automatic: bool,
    enclosed: Sequence[Attachment],
    now: datetime,
    verified: bool = False,
    subject_key: str = "",
    sender_key: str = "",
) -> None:
    """Freeze a mail into the outbox and into its ticket; called inside the deciding transaction.

    `verified`, `subject_key` and `sender_key` are of the mail that it answers or tells of: the caps count by them.
    """
    outbox_id = sql.insert(
        "outbox",
        ticket_id=ticket_id,
        case_id=case_id,
        template=template,
        reader=reader,
        recipient=recipient,
        message_id=message_id,
        automatic=automatic,
        verified=verified,
        subject_key=subject_key,
        sender_key=sender_key,
        state="queued",
        attempts=0,
        next_try_at=now,
        claimed_by="",
        last_error="",
        created_at=now,
    )
    large = len(raw) > _LARGE
    sql.run(
        "INSERT INTO outbox_bytes (outbox_id, sealed, digest) VALUES (?, ?, ?)",
        outbox_id,
        None if large else vault.seal(raw, message_id.encode()),
        blobs.put(raw) if large else "",
    )
    message = sql.insert(
        "message",
        ticket_id=ticket_id,
        outbox_id=outbox_id,
        direction="out",
        message_id=message_id,
        sender=sender,
        sender_name=sender_name,
        recipient=recipient.lower(),
        subject=subject,
        text=text,
        origin="own",
        content_digest="",
        verdict="",
        marked=False,
        warnings="",
        at=now,
    )
    desk.attach(message, enclosed)


def _mail(row: Outbox) -> OutgoingMail:
    return OutgoingMail(
        outbox_id=row.id,
        ticket_id=row.ticket_id,
        template=row.template,
        reader=row.reader,
        recipient=row.recipient,
        message_id=row.message_id,
        automatic=row.automatic,
        state=row.state,
        attempts=row.attempts,
        next_try_at=row.next_try_at,
        last_error=row.last_error,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )


def claim(worker: str, now: datetime, limit: int) -> list[OutgoingMail]:
    """Take due mails in hand, oldest first; what is claimed is committed before anything is sent."""
    with Outbox._meta.database.atomic("IMMEDIATE"):
        due = (
            Outbox.select(Outbox.id)
            .where((Outbox.state == "queued") & (Outbox.next_try_at <= now))
            .order_by(Outbox.id)
            .limit(limit)
        )
        ids = [row.id for row in due]
        if not ids:
            return []
        Outbox.update(state="sending", claimed_by=worker).where(Outbox.id.in_(ids)).execute()
        return [_mail(row) for row in Outbox.select().where(Outbox.id.in_(ids)).order_by(Outbox.id)]


def raw_bytes(vault: Vault, blobs: Blobs, outbox_id: int) -> bytes:
    """The frozen bytes of a mail."""
    query = """
        SELECT b.sealed, b.digest, o.message_id FROM outbox o JOIN outbox_bytes b ON b.outbox_id = o.id WHERE o.id = ?
        """
    found = sql.first(query, outbox_id)
    if found is None:
        raise BadItem(f"outgoing mail {outbox_id} has no bytes; the database was changed by hand")
    sealed, digest, message_id = found
    return blobs.get(digest) if digest else vault.open(bytes(sealed), message_id.encode())


def mark_transmitting(outbox_id: int) -> None:
    """From here on the relay may have the mail, whatever happens to us."""
    with Outbox._meta.database.atomic("IMMEDIATE"):
        Outbox.update(state="transmitting").where(Outbox.id == outbox_id).execute()


def mark_sent(outbox_ids: Sequence[int], now: datetime) -> None:
    """The relay took the mails."""
    if outbox_ids:
        with Outbox._meta.database.atomic("IMMEDIATE"):
            Outbox.update(
                state="sent", sent_at=now, attempts=Outbox.attempts + 1, last_error="", next_try_at=None, claimed_by=""
            ).where(Outbox.id.in_(list(outbox_ids))).execute()


def mark_failed(outbox_id: int, state: str, detail: str, next_try_at: datetime | None) -> None:
    """Not sent: `state` is queued (try again at `next_try_at`), uncertain or dead."""
    with Outbox._meta.database.atomic("IMMEDIATE"):
        Outbox.update(
            state=state,
            attempts=Outbox.attempts + 1,
            last_error=detail[:500],
            next_try_at=next_try_at,
            claimed_by="",
        ).where(Outbox.id == outbox_id).execute()


def release(outbox_ids: Sequence[int]) -> None:
    """Give back mails that were claimed and not tried."""
    if outbox_ids:
        with Outbox._meta.database.atomic("IMMEDIATE"):
            Outbox.update(state="queued", claimed_by="").where(
                Outbox.id.in_(list(outbox_ids)) & (Outbox.state == "sending")
            ).execute()


def recover() -> list[OutgoingMail]:
    """After a crash: what was only claimed is queued again; returns what was on the wire, still to be judged.

    Only the process that holds the lock of the pass may call it.
    """
    with Outbox._meta.database.atomic("IMMEDIATE"):
        Outbox.update(state="queued", claimed_by="").where(Outbox.state == "sending").execute()
    return in_state("transmitting")


def in_state(*states: str, limit: int = 1000) -> list[OutgoingMail]:
    """Mails in these states, oldest first; without states, the newest mails of all, newest first."""
    query = Outbox.select()
    query = query.where(Outbox.state.in_(states)).order_by(Outbox.id) if states else query.order_by(Outbox.id.desc())
    return [_mail(row) for row in query.limit(limit)]


def get(outbox_id: int) -> OutgoingMail | None:
    """One mail, or None."""
    row = Outbox.select().where(Outbox.id == outbox_id).first()
    return _mail(row) if row else None


def written_after(outbox_id: int) -> list[OutgoingMail]:
    """Mails with a higher id, in the order in which they were written."""
    return [_mail(row) for row in Outbox.select().where(Outbox.id > outbox_id).order_by(Outbox.id)]


def newest_id() -> int:
    """The highest id, 0 where there is none."""
    found = sql.first("SELECT MAX(id) FROM outbox")
    return int(found[0] or 0) if found else 0


def requeue(outbox_id: int, now: datetime) -> bool:
    """Send a dead or uncertain mail again, with the same Message-ID; False when it is in another state."""
    with Outbox._meta.database.atomic("IMMEDIATE"):
        return bool(
            Outbox.update(state="queued", next_try_at=now, attempts=0)
            .where((Outbox.id == outbox_id) & Outbox.state.in_(("dead", "uncertain")))
            .execute()
        )


# How the reason begins where a mail isn't sent because nothing arrives at its address.
HELD = "held back: "


def held_for(address: str) -> list[OutgoingMail]:
    """Mails that were held back because nothing arrives at this address, oldest first."""
    query = Outbox.select().where(
        (Outbox.state == "dead") & Outbox.last_error.startswith(HELD) & (Outbox.recipient == address.lower())
    )
    return [_mail(row) for row in query.order_by(Outbox.id).limit(1000)]


def held_count() -> int:
    """Dead mails that were held back; staff were told of their addresses."""
    return int(Outbox.select().where((Outbox.state == "dead") & Outbox.last_error.startswith(HELD)).count())


def counts() -> dict[str, int]:
    """State -> number of mails."""
    return {state: int(Outbox.select().where(Outbox.state == state).count()) for state in STATES}
