"""The ledger of G1: a batch is written whole or not at all, and nothing twice."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from mailbot.store import inbox, ledger
from mailbot.store.database import Database
from mailbot.store.inbox_models import ServerMail
from mailbot.store.ledger import Folder, StoredMail

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
INBOX = Folder(mailbox="support", folder="INBOX", uidvalidity=1)


def stored(uid: int, content: str = "", problem: str = "") -> StoredMail:
    digest = sha256((content or f"mail {uid}").encode()).hexdigest()
    return StoredMail(uid=uid, digest=digest, size=100, received_at=NOW, problem=problem)


def test_a_batch_moves_the_cursor_and_fills_inbox_and_ledger(database: Database) -> None:
    assert ledger.last_uid(INBOX) == 0
    assert ledger.record(INBOX, [stored(3), stored(5)], 5, settled=False) == 2
    assert ledger.last_uid(INBOX) == 5
    assert ledger.recorded_uids(INBOX) == {3: "pending", 5: "pending"}
    assert [item.source for item in inbox.pending(10)] == ["imap:support/INBOX"] * 2
    assert ledger.record(INBOX, [], 9, settled=False) == 0
    assert ledger.last_uid(INBOX) == 9


def test_the_same_bytes_are_one_mail_however_often_they_lie_on_the_server(database: Database) -> None:
    assert ledger.record(INBOX, [stored(1, "same"), stored(2, "same")], 2, settled=True) == 1
    assert ledger.record(INBOX, [stored(3, "same")], 3, settled=True) == 0
    assert ledger.recorded_uids(INBOX) == {1: "pending", 2: "pending", 3: "pending"}
    assert len(inbox.pending(10)) == 1


def test_a_batch_recorded_again_after_a_crash_adds_nothing(database: Database) -> None:
    for new in (2, 0, 0):
        assert ledger.record(INBOX, [stored(1), stored(2)], 2, settled=False) == new
    assert ServerMail.select().count() == 2
    assert len(inbox.pending(10)) == 2


def test_a_new_uidvalidity_starts_over_and_recognises_what_is_known(database: Database) -> None:
    ledger.record(INBOX, [stored(1), stored(2)], 2, settled=True)
    inbox.mark_done(inbox.pending(1)[0].inbox_id, NOW, "{}", "v")
    reborn = Folder(mailbox="support", folder="INBOX", uidvalidity=2)
    assert ledger.last_uid(reborn) == 0
    assert ledger.record(reborn, [stored(10, "mail 1"), stored(11, "mail 2"), stored(12)], 12, settled=True) == 1
    assert ledger.recorded_uids(reborn) == {10: "done", 11: "pending", 12: "pending"}
    assert (ledger.last_uid(INBOX), ledger.last_uid(reborn)) == (2, 12)


@pytest.mark.parametrize(
    "other",
    [
        Folder(mailbox="sales", folder="INBOX", uidvalidity=1),
        Folder(mailbox="support", folder="Archive", uidvalidity=1),
    ],
)
def test_mailboxes_and_folders_have_cursors_of_their_own(database: Database, other: Folder) -> None:
    ledger.record(INBOX, [stored(7)], 7, settled=False)
    assert ledger.last_uid(other) == 0
    assert ledger.recorded_uids(other) == {}
    assert ledger.unsettled(other) == []


def test_a_mail_with_a_problem_goes_straight_into_quarantine(database: Database) -> None:
    ledger.record(INBOX, [stored(1, problem="too large"), stored(2)], 2, settled=False)
    assert ledger.recorded_uids(INBOX) == {1: "quarantined", 2: "pending"}
    (put_aside,) = inbox.quarantined()
    assert put_aside.error == "too large"


def test_settling_many_uids(database: Database) -> None:
    ledger.record(INBOX, [stored(uid) for uid in range(1, 1203)], 1202, settled=False)
    assert len(ledger.unsettled(INBOX)) == 1202
    ledger.mark_settled(INBOX, range(1, 1202))
    assert ledger.unsettled(INBOX) == [1202]
    ledger.mark_settled(INBOX, [])


def test_a_batch_that_fails_in_the_middle_leaves_nothing(database: Database) -> None:
    ledger.record(INBOX, [stored(1)], 1, settled=False)
    naive = StoredMail(uid=3, digest="f" * 64, size=1, received_at=NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="time zone"):
        ledger.record(INBOX, [stored(2), naive], 3, settled=False)
    assert ledger.last_uid(INBOX) == 1
    assert ledger.recorded_uids(INBOX) == {1: "pending"}
    assert len(inbox.pending(10)) == 1


# Records a batch of ten mails and is killed, like by a power cut, when it comes to the one named.
DYING = """
import os, signal, sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from mailbot.store import ledger
from mailbot.store.database import migrate, open_database

class Batch(Sequence):
    def __len__(self):
        return 10
    def __getitem__(self, index):
        if index == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        if index == 10:
            raise IndexError
        return ledger.StoredMail(uid=index + 1, digest=f"{index:064x}", size=1, received_at=datetime.now(UTC))

database = open_database(Path(sys.argv[1]))
migrate(database)
ledger.record(ledger.Folder(mailbox="support", folder="INBOX", uidvalidity=1), Batch(), 10, settled=False)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("killed_at", "expected"), [(0, 0), (5, 0), (10, 0), (99, 10)])
def test_a_kill_in_the_middle_of_a_batch_leaves_all_or_nothing(
    database: Database, killed_at: int, expected: int
) -> None:
    path = str(database.database)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", DYING, path, str(killed_at)], timeout=60, check=False, env=environment)
    assert done.returncode == -9
    assert ledger.last_uid(INBOX) == expected
    assert len(ledger.recorded_uids(INBOX)) == expected
    assert len(inbox.pending(100)) == expected


def test_a_file_is_recorded_once(database: Database) -> None:
    assert ledger.record_file("a" * 64, 10, NOW)
    assert not ledger.record_file("a" * 64, 10, NOW)
    ledger.record(INBOX, [StoredMail(uid=1, digest="a" * 64, size=10, received_at=NOW)], 1, settled=True)
    assert len(inbox.pending(10)) == 1
    assert inbox.pending(10)[0].source == "file"


def test_failed_attempts_end_in_quarantine_and_a_retry_starts_over(database: Database) -> None:
    ledger.record_file("a" * 64, 10, NOW)
    (item,) = inbox.pending(10)
    assert [inbox.mark_failed(item.inbox_id, f"try {n}", 3) for n in (1, 2, 3)] == [False, False, True]
    assert inbox.pending(10) == []
    (put_aside,) = inbox.quarantined()
    assert (put_aside.attempts, put_aside.error) == (3, "try 3")
    assert not inbox.still_pending(item.inbox_id)
    assert inbox.retry(item.inbox_id)
    assert not inbox.retry(item.inbox_id)
    assert inbox.pending(10)[0].attempts == 0
    assert inbox.counts() == {"pending": 1, "done": 0, "quarantined": 0}
