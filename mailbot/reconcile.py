"""The server's UIDs beside the ledger's: the proof that no mail was passed over (G1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailbot.errors import FolderRefused, MailbotError
from mailbot.net.imap import AccessToken, ImapConnection
from mailbot.settings.accounts import MailboxSettings
from mailbot.store import ledger


@dataclass(frozen=True, kw_only=True)
class FolderCheck:
    """One folder: how many of the server's mails are in which state here."""

    mailbox: str
    folder: str
    on_server: int
    done: int
    pending: int
    quarantined: int
    new: int  # arrived since the last pass
    missing: int  # passed over: a gap
    missing_uids: tuple[int, ...]


def check_mailbox(
    name: str, mailbox: MailboxSettings, token: AccessToken | None, found: Callable[[FolderCheck], None]
) -> list[MailbotError]:
    """Compare every folder; returns those that the server refuses. Raises as `ImapConnection` does."""
    refused: list[MailbotError] = []
    with ImapConnection(name, mailbox, token) as connection:
        for folder in mailbox.folders:
            try:
                uidvalidity = connection.select(folder.name, readonly=True)
            except FolderRefused as error:
                refused.append(error)
                continue
            found(_check(ledger.Folder(mailbox=name, folder=folder.name, uidvalidity=uidvalidity), connection))
    return refused


def _check(folder: ledger.Folder, connection: ImapConnection) -> FolderCheck:
    # The ledger first: what a pass records in the meantime must not look like a gap.
    cursor = ledger.last_uid(folder)
    on_server = connection.uids_after(0)
    known = ledger.recorded_uids(folder)
    states = [known.get(uid, "missing" if uid <= cursor else "new") for uid in on_server]
    return FolderCheck(
        mailbox=folder.mailbox,
        folder=folder.folder,
        on_server=len(on_server),
        done=states.count("done"),
        pending=states.count("pending"),
        quarantined=states.count("quarantined"),
        new=states.count("new"),
        missing=states.count("missing"),
        missing_uids=tuple(uid for uid, state in zip(on_server, states, strict=True) if state == "missing"),
    )
