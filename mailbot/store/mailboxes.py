"""Accounts and folders that can't be read at present: since when, why, and when they are tried again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from mailbot.store.inbox_models import MailboxTrouble


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """An account or a folder that failed the last time it was tried."""

    mailbox: str  # name in settings
    folder: str  # "" for the account as a whole
    since: datetime
    failures: int  # in a row
    next_try_at: datetime
    is_refusal: bool  # settings must be corrected; otherwise it may pass by itself
    tried_with: str  # keyed digest of the settings at that time
    reason: str


def troubles() -> list[Trouble]:
    """All of them, by name."""
    rows = MailboxTrouble.select().order_by(MailboxTrouble.mailbox, MailboxTrouble.folder)
    return [
        Trouble(
            mailbox=row.mailbox,
            folder=row.folder,
            since=row.since,
            failures=row.failures,
            next_try_at=row.next_try_at,
            is_refusal=row.is_refusal,
            tried_with=row.tried_with,
            reason=row.reason,
        )
        for row in rows
    ]


def note_failure(
    mailbox: str,
    folder: str,
    *,
    is_refusal: bool,
    tried_with: str,
    reason: str,
    now: datetime,
    next_try: Callable[[int], datetime],
) -> None:
    """One more failure in a row; `next_try` tells when to try again after so many."""
    with MailboxTrouble._meta.database.atomic("IMMEDIATE"):
        where = (MailboxTrouble.mailbox == mailbox) & (MailboxTrouble.folder == folder)
        row = MailboxTrouble.get_or_none(where)
        failures = row.failures + 1 if row else 1
        MailboxTrouble.delete().where(where).execute()
        MailboxTrouble.create(
            mailbox=mailbox,
            folder=folder,
            since=row.since if row else now,
            failures=failures,
            next_try_at=next_try(failures),
            is_refusal=is_refusal,
            tried_with=tried_with,
            reason=reason[:2000],
        )


def forget(mailbox: str, but_folders: Collection[str] = ()) -> None:
    """The account was read, apart from these folders."""
    with MailboxTrouble._meta.database.atomic("IMMEDIATE"):
        MailboxTrouble.delete().where(
            (MailboxTrouble.mailbox == mailbox) & MailboxTrouble.folder.not_in(list(but_folders))
        ).execute()
