"""A mail that takes long to understand keeps nobody from the database (G9)."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.demo.people import write
from mailbot.mail.parse import parse_mail
from mailbot.settings import load_settings
from mailbot.store import orders
from mailbot.wiring import open_desk, open_store
from tests.journeys.world import KATE, SUPPORT, World, order
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpSink

# Everything in it looks like the beginning of something that an order has.
SLOW = "TP-K17 SN12345678 TP202611000 1 March 2026 +86 138 0013 8000 199.00 EUR return\n" * 2_300


# Another program that writes into the database again and again, and says how long it was kept waiting at most.
BYSTANDER = """
import sqlite3, sys, threading, time
over = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
database = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
longest = times = 0
print("ready", flush=True)
while not over.is_set():
    began = time.monotonic()
    while True:
        try:
            database.execute("BEGIN IMMEDIATE")
            break
        except sqlite3.OperationalError:
            time.sleep(0.001)
    longest, times = max(longest, time.monotonic() - began), times + 1
    database.execute("ROLLBACK")
    time.sleep(0.01)
print(times, longest)
"""


@pytest.fixture
def world(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink) -> World:
    made = World(folder=tmp_path / "desk", dovecot=dovecot, sink=smtp_sink)
    made.import_orders(*(order(f"TP20261{number:05d}", KATE, days_ago=number) for number in range(1, 50)))
    return made


def slow_mail(world: World) -> bytes:
    raw = write(KATE, SUPPORT, "Question", SLOW, at=world.now)
    assert len(parse_mail(raw).mail.text) > 170_000
    return raw


def test_a_mail_that_takes_long_to_understand_keeps_no_other_program_waiting(world: World) -> None:
    raw = slow_mail(world)
    with open_desk(world.settings_file, lambda: world.now) as desk:
        mail = parse_mail(raw).mail
        world.arrive(write(KATE, SUPPORT, "Question", "How loud is it?", at=world.now))
        assert desk.run_pass().processed.done == 1  # tables, patterns and letters are made with the first mail
        began = time.monotonic()
        desk.processor.gatherer.glean(mail)
        understanding = time.monotonic() - began
        assert understanding > 0.3  # or it shows nothing
        world.arrive(raw)
        command = [sys.executable, "-c", BYSTANDER, str(world.folder / "var" / "mailbot.sqlite3")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as bystander:
            assert bystander.stdout is not None
            assert bystander.stdout.readline() == "ready\n"
            assert desk.run_pass().processed.done == 1
            times, longest = bystander.communicate()[0].split()
    assert int(times) > 10
    assert float(longest) < understanding / 2, understanding
    tickets = world.json("tickets", "list")
    assert len(tickets) == 2  # type: ignore[arg-type]


def test_what_was_understood_before_orders_changed_is_understood_anew(world: World) -> None:
    """Decision and effects see one state, that of the transaction (G2)."""
    mail = parse_mail(write(KATE, SUPPORT, "Return", "I return TP2026100001, paid on 03/04/2026", at=world.now)).mail
    with open_desk(world.settings_file) as desk:
        gatherer = desk.processor.gatherer
        before = gatherer.glean(mail, now=world.now)
        with open_store(load_settings(world.settings_file)):
            orders.upsert([replace(order(f"TP20261{number:05d}", KATE), country="US") for number in range(1, 50)])
    with open_desk(world.settings_file) as desk:
        gatherer = desk.processor.gatherer
        facts = gatherer.gather(mail, world.now, None, now=world.now, gleaned=before).facts
        assert facts.said != before.told.reading.said  # the days are read as in the United States
        assert facts.said == gatherer.glean(mail, now=world.now).told.reading.said
