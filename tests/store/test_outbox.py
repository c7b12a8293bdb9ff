"""The outbox: a mail is in one hand only, and its fate is always written down (G10)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from peewee import IntegrityError

from mailbot.errors import BadItem
from mailbot.store import outbox
from mailbot.store.blobs import Blobs
from mailbot.store.database import Database, transaction
from mailbot.store.models import Message, Outbox
from mailbot.store.vault import Vault

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
RAW = b"From: support@tp.example\r\nMessage-ID: <1@tp.example>\r\n\r\nyour refund\r\n"


def blobs_of(vault: Vault) -> Blobs:
    return Blobs(Path(str(Outbox._meta.database.database)).parent / "blobs", vault)


def queue(vault: Vault, number: int, *, now: datetime = NOW, **changes: object) -> None:
    values: dict[str, object] = {
        "ticket_id": None,
        "template": "acknowledgement",
        "reader": "customer",
        "sender": "support@tp.example",
        "sender_name": "TP",
        "recipient": "Kate@mail.example",
        "message_id": f"<{number}@tp.example>",
        "subject": "Re: Return",
        "text": "Hello",
        "raw": RAW,
        "automatic": True,
        "enclosed": (),
        "now": now,
    }
    outbox.queue(vault, blobs_of(vault), **{**values, **changes})  # type: ignore[arg-type]


def states() -> dict[int, str]:
    return {row.id: row.state for row in Outbox.select()}


@pytest.fixture(autouse=True)
def _three(database: Database, vault: Vault) -> None:
    """Three mails wait."""
    for number in (1, 2, 3):
        queue(vault, number)


def test_a_queued_mail_is_frozen_sealed_and_stands_in_the_thread(database: Database, vault: Vault) -> None:
    assert outbox.raw_bytes(vault, blobs_of(vault), 1) == RAW
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"your refund" not in Path(str(database.database)).read_bytes()
    message = Message.get(Message.outbox == 1)
    assert (message.direction, message.origin, message.recipient) == ("out", "own", "kate@mail.example")


def test_a_mail_with_large_files_is_kept_as_a_blob_and_frozen_all_the_same(database: Database, vault: Vault) -> None:
    large = RAW + b"x" * 60_000
    queue(vault, 4, raw=large)
    assert outbox.raw_bytes(vault, blobs_of(vault), 4) == large
    assert database.execute_sql("SELECT sealed FROM outbox_bytes WHERE outbox_id = 4").fetchone() == (None,)


def test_bytes_exchanged_between_two_mails_are_not_sent(database: Database, vault: Vault) -> None:
    database.execute_sql(
        "UPDATE outbox_bytes SET sealed = (SELECT sealed FROM outbox_bytes WHERE outbox_id = 2) WHERE outbox_id = 1"
    )
    with pytest.raises(BadItem):
        outbox.raw_bytes(vault, blobs_of(vault), 1)
    database.execute_sql("DELETE FROM outbox_bytes WHERE outbox_id = 1")
    with pytest.raises(BadItem):
        outbox.raw_bytes(vault, blobs_of(vault), 1)


def test_a_message_id_is_used_once_and_a_refused_one_leaves_nothing(vault: Vault) -> None:
    with pytest.raises(IntegrityError), transaction():
        queue(vault, 1)
    assert len(states()) == 3


def test_a_claim_takes_the_oldest_due_mails_and_never_the_same_twice(vault: Vault) -> None:
    queue(vault, 4, now=NOW + timedelta(minutes=5))
    assert [mail.outbox_id for mail in outbox.claim("a", NOW, 2)] == [1, 2]
    assert [mail.outbox_id for mail in outbox.claim("b", NOW, 10)] == [3]
    assert outbox.claim("c", NOW, 10) == []
    assert [mail.outbox_id for mail in outbox.claim("c", NOW + timedelta(minutes=5), 10)] == [4]
    assert set(states().values()) == {"sending"}


def test_many_connections_at_once_claim_every_mail_once(database: Database, vault: Vault) -> None:
    with transaction():
        for number in range(4, 201):
            queue(vault, number)

    def work(name: int) -> list[int]:
        taken: list[int] = []
        with database.connection_context():  # each thread has its own connection
            for _ in range(100):
                mails = outbox.claim(f"worker {name}", NOW, 7)
                if not mails:
                    return taken
                taken += [mail.outbox_id for mail in mails]
        return taken

    with ThreadPoolExecutor(4) as pool:
        claimed = [outbox_id for taken in pool.map(work, range(4)) for outbox_id in taken]
    assert sorted(claimed) == list(range(1, 201))


CLAIMER = """
import json, sys
from datetime import datetime
from pathlib import Path
from mailbot.store import outbox
from mailbot.store.database import open_database
open_database(Path(sys.argv[1]))
taken = []
while mails := outbox.claim(sys.argv[2], datetime.fromisoformat(sys.argv[3]), 5):
    taken += [mail.outbox_id for mail in mails]
print(json.dumps(taken))
"""


def test_two_processes_at_once_claim_every_mail_once(database: Database, vault: Vault) -> None:
    with transaction():
        for number in range(4, 101):
            queue(vault, number)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    arguments = [str(database.database), "worker", NOW.isoformat()]
    workers = [
        subprocess.Popen([sys.executable, "-c", CLAIMER, *arguments], stdout=subprocess.PIPE, env=environment)
        for _ in range(2)
    ]
    claimed: list[int] = []
    for worker in workers:
        output, _ = worker.communicate(timeout=60)
        assert worker.returncode == 0
        claimed += json.loads(output)
    assert sorted(claimed) == list(range(1, 101))


def test_after_a_crash_what_was_claimed_is_queued_and_what_was_on_the_wire_is_in_doubt() -> None:
    outbox.claim("a", NOW, 2)
    outbox.mark_transmitting(2)
    for _ in range(2):  # a crash in the middle of recovering changes nothing
        assert [mail.outbox_id for mail in outbox.recover()] == [2]
        assert states() == {1: "queued", 2: "transmitting", 3: "queued"}
    assert [mail.outbox_id for mail in outbox.claim("b", NOW, 10)] == [1, 3]  # never the one in doubt


def test_what_was_not_tried_is_given_back_and_nothing_else() -> None:
    outbox.claim("a", NOW, 3)
    outbox.mark_transmitting(2)
    outbox.mark_sent([3], NOW)
    outbox.release([1, 2, 3])
    assert states() == {1: "queued", 2: "transmitting", 3: "sent"}
    outbox.release([])


def test_a_sent_mail_is_never_claimed_again() -> None:
    outbox.claim("a", NOW, 3)
    outbox.mark_sent([1, 2], NOW)
    outbox.mark_sent([], NOW)
    mail = outbox.get(1)
    assert mail is not None
    assert (mail.state, mail.attempts, mail.sent_at, mail.next_try_at) == ("sent", 1, NOW, None)
    assert outbox.claim("b", NOW + timedelta(days=365), 10) == []
    assert not outbox.requeue(1, NOW)


@pytest.mark.parametrize("state", ["dead", "uncertain"])
def test_a_dead_or_doubtful_mail_waits_for_a_person(state: str) -> None:
    outbox.claim("a", NOW, 1)
    outbox.mark_failed(1, state, "550 no such user" + "x" * 1000, None)
    mail = outbox.get(1)
    assert mail is not None
    assert (mail.state, mail.attempts, len(mail.last_error)) == (state, 1, 500)
    assert 1 not in [m.outbox_id for m in outbox.claim("b", NOW + timedelta(days=365), 10)]
    assert outbox.requeue(1, NOW)
    (again,) = outbox.claim("c", NOW, 10)
    assert (again.outbox_id, again.message_id) == (1, "<1@tp.example>")  # the same Message-ID (G10)


def test_a_delayed_mail_waits_for_its_time() -> None:
    outbox.claim("a", NOW, 1)
    later = NOW + timedelta(minutes=5)
    outbox.mark_failed(1, "queued", "451 busy", later)
    assert 1 not in [m.outbox_id for m in outbox.claim("b", later - timedelta(microseconds=1), 10)]
    assert [m.outbox_id for m in outbox.claim("b", later, 10)] == [1]


@pytest.mark.parametrize("state", ["queued", "sending", "transmitting", "sent"])
def test_only_dead_and_doubtful_mails_can_be_sent_again_by_hand(state: str) -> None:
    Outbox.update(state=state).where(Outbox.id == 1).execute()
    assert not outbox.requeue(1, NOW)
    assert not outbox.requeue(4711, NOW)


def test_lists_and_counts() -> None:
    outbox.claim("a", NOW, 1)
    outbox.mark_failed(1, "dead", "550", None)
    assert [mail.outbox_id for mail in outbox.in_state("dead")] == [1]
    assert [mail.outbox_id for mail in outbox.in_state("queued", "dead")] == [1, 2, 3]
    assert [mail.outbox_id for mail in outbox.in_state(limit=2)] == [3, 2]
    assert outbox.get(4711) is None
    assert {state: n for state, n in outbox.counts().items() if n} == {"dead": 1, "queued": 2}
