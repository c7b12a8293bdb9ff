"""The queue of stored mails: what is to be processed, what failed, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailbot.store import sql
from mailbot.store.inbox_models import Inbox

_AT_ONCE = 1000  # ids in one statement


@dataclass(frozen=True, kw_only=True)
class InboxItem:
    """A stored mail and what became of it."""

    inbox_id: int
    digest: str
    source: str
    size: int  # bytes, on the server
    is_header_only: bool  # only its header is stored
    received_at: datetime
    state: str  # pending, done or quarantined
    attempts: int
    error: str
    trace: str  # JSON, "" before it is decided
    rescued: bool = False  # a person moved it out of a spam folder


def _item(row: Inbox) -> InboxItem:
    return InboxItem(
        inbox_id=row.id,
        digest=row.digest,
        source=row.source,
        size=row.size,
        is_header_only=bool(row.is_header_only),
        received_at=row.received_at,
        state=row.state,
        attempts=row.attempts,
        error=row.error,
        trace=row.trace,
        rescued=bool(row.rescued),
    )


def pending(limit: int, after: int = 0) -> list[InboxItem]:
    """Mails that wait, oldest first, with ids above `after`."""
    rows = Inbox.select().where((Inbox.state == "pending") & (Inbox.id > after)).order_by(Inbox.id).limit(limit)
    return [_item(row) for row in rows]


def decided(limit: int, after: int = 0, since: datetime | None = None) -> list[InboxItem]:
    """Mails that are done, oldest first, with ids above `after`, that came from `since` on."""
    rows = Inbox.select().where(_decided(since) & (Inbox.id > after)).order_by(Inbox.id).limit(limit)
    return [_item(row) for row in rows]


def count_decided(since: datetime | None = None) -> int:
    """How many mails are done that came from `since` on."""
    return int(Inbox.select().where(_decided(since)).count())


def _decided(since: datetime | None) -> Any:
    done = Inbox.state == "done"
    return done & (Inbox.received_at >= since) if since else done


def still_pending(inbox_id: int) -> bool:
    """True unless somebody else took the mail in the meantime."""
    return sql.first("SELECT 1 FROM inbox WHERE id = ? AND state = 'pending'", inbox_id) is not None


def mark_done(inbox_id: int, now: datetime, trace: str, rules_version: str) -> None:
    """The mail is decided; called inside the transaction that carries the decision out (G2, G8)."""
    sql.run(
        "UPDATE inbox SET state = 'done', done_at = ?, trace = ?, rules_version = ?, error = '' WHERE id = ?",
        now,
        trace,
        rules_version,
        inbox_id,
    )


def mark_failed(inbox_id: int, reason: str, most_attempts: int) -> bool:
    """Count a failed attempt; True when the mail is quarantined by it (G3)."""
    with Inbox._meta.database.atomic("IMMEDIATE"):
        Inbox.update(attempts=Inbox.attempts + 1, error=reason[:2000]).where(Inbox.id == inbox_id).execute()
        return bool(
            Inbox.update(state="quarantined")
            .where((Inbox.id == inbox_id) & (Inbox.attempts >= most_attempts))
            .execute()
        )


def quarantined() -> list[InboxItem]:
    """Mails put aside, oldest first."""
    return [_item(row) for row in Inbox.select().where(Inbox.state == "quarantined").order_by(Inbox.id)]


def get(inbox_id: int) -> InboxItem | None:
    """One mail, or None."""
    row = Inbox.get_or_none(Inbox.id == inbox_id)
    return _item(row) if row else None


def by_digest(digest: str) -> InboxItem | None:
    """The mail with these bytes, or None."""
    row = Inbox.get_or_none(Inbox.digest == digest)
    return _item(row) if row else None


def traces(inbox_ids: Iterable[int]) -> dict[int, str]:
    """The stored explanations (JSON) of those mails that are decided, by id."""
    wanted = list(inbox_ids)
    found: dict[int, str] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        found.update(sql.rows(f"SELECT id, trace FROM inbox WHERE id IN {sql.marks(some)} AND trace <> ''", *some))
    return found


def stand_in(digest: str, now: datetime) -> int:
    """A row for a mail that is only rehearsed; its caller rolls back. Returns the id."""
    return sql.insert(
        "inbox",
        digest=f"rehearsal of {digest}",  # the mail itself may be stored, and a digest stands once
        source="file",
        size=0,
        is_header_only=False,
        received_at=now,
        state="pending",
        attempts=0,
        error="",
        trace="",
        rules_version="",
        rescued=False,
    )


def retry(inbox_id: int) -> bool:
    """Let a quarantined mail be processed again; False when it isn't in quarantine."""
    with Inbox._meta.database.atomic("IMMEDIATE"):
        return bool(
            Inbox.update(state="pending", attempts=0)
            .where((Inbox.id == inbox_id) & (Inbox.state == "quarantined"))
            .execute()
        )


def counts() -> dict[str, int]:
    """State -> number of mails."""
    counted = {"pending": 0, "done": 0, "quarantined": 0}
    for state in counted:
        counted[state] = Inbox.select().where(Inbox.state == state).count()
    return counted
