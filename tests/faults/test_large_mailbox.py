"""A mailbox with thousands of mails: taken in once, though the process is killed on the way (G1, G2)."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mailbot.settings import load_settings
from mailbot.store import inbox
from mailbot.wiring import open_store
from tests.faults.outcome import read_only
from tests.journeys.world import ROOT, World
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpSink

MAILS = int(os.environ.get("MAILBOT_TEST_MAILS", "1000"))  # `make drill` takes 20,000
# Intake alone: what comes after it is tested elsewhere, and would take minutes.
TAKE_IN = """
import sys
from pathlib import Path
from mailbot.intake import IntakeResult
from mailbot.wiring import open_desk
with open_desk(Path(sys.argv[1])) as desk:
    result = IntakeResult()
    intake = desk.passes.intake
    intake.run(intake.plan(result)[0], result)
    print(result.new, result.troubles)
"""


def mail(number: int) -> bytes:
    return (
        b"From: customer%d@mail.example\r\nTo: support@tp.example\r\nSubject: Question %d\r\n"
        b"Message-ID: <%d@mail.example>\r\n\r\nHow loud is kettle %d?\r\n" % (number, number, number, number)
    )


def fill(dovecot: Dovecot, mails: int) -> None:
    """Write the Maildir directly; a first login lets the server number the mails."""
    dovecot.deliver(mail(0))
    folder = dovecot._folder("INBOX", dovecot.username) / "cur"
    for number in range(1, mails):
        path = folder / f"{1_700_000_000 + number}.M{number}.test:2,"
        path.write_bytes(mail(number))
        if os.geteuid() == 0:
            dovecot._own(path)
    with dovecot.client() as client:
        assert client.select_folder("INBOX", readonly=True)[b"EXISTS"] == mails


def database_of(world: World) -> Path:
    return world.folder / "var" / "mailbot.sqlite3"


def recorded(world: World) -> int:
    if not database_of(world).exists():
        return 0
    with read_only(database_of(world)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM server_mail").fetchone()[0])
        except sqlite3.OperationalError:  # the schema is just being made
            return 0


@pytest.mark.timeout(300)
def test_a_large_mailbox_is_resumed_after_kills(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink) -> None:
    world = World(folder=tmp_path / "desk", dovecot=dovecot, sink=smtp_sink)
    fill(dovecot, MAILS)
    command = [sys.executable, "-c", TAKE_IN, str(world.settings_file)]
    kills = 0
    for wanted in (1, MAILS // 4, MAILS // 2):
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        began = time.monotonic()
        while recorded(world) < wanted and child.poll() is None and time.monotonic() - began < 120:
            time.sleep(0.01)
        child.kill()
        kills += child.wait(30) == -signal.SIGKILL
    before = recorded(world)
    assert kills == 3
    assert MAILS // 2 <= before < MAILS
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=True)
    assert done.stdout.split() == [str(MAILS - before), "[]"]
    with open_store(load_settings(world.settings_file)):
        assert inbox.counts() == {"pending": MAILS, "done": 0, "quarantined": 0}
    (row,) = world.json("reconcile")  # type: ignore[misc,attr-defined]
    assert (row["on_server"], row["pending"], row["new"], row["missing"]) == (MAILS, MAILS, 0, 0)
    blobs = sum(1 for path in (world.folder / "var" / "blobs").glob("??/*"))
    assert blobs == MAILS
