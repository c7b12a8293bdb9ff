"""A mail that takes long to understand keeps nobody from the database (G9)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailbot.demo.people import write
from mailbot.gather import Gleaned
from mailbot.mail.parse import parse_mail
from mailbot.settings import load_settings
from mailbot.store import orders
from mailbot.wiring import open_desk, open_store
from tests.journeys.world import KATE, SUPPORT, World, order
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpSink


@pytest.fixture
def world(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink) -> World:
    made = World(folder=tmp_path / "desk", dovecot=dovecot, sink=smtp_sink)
    made.import_orders(*(order(f"TP20261{number:05d}", KATE, days_ago=number) for number in range(1, 50)))
    return made


def test_a_mail_that_takes_long_to_understand_keeps_no_other_program_waiting(world: World) -> None:
    """While the words are read, another program can write at once; and nothing is read again inside the transaction."""
    world.arrive(write(KATE, SUPPORT, "Return", "I want to return TP2026100001.", at=world.now))
    with open_desk(world.settings_file, lambda: world.now) as desk:
        glean, read = desk.processor.gatherer.glean, 0

        def glean_beside_a_writer(*args: Any, **named: Any) -> Gleaned:
            nonlocal read
            read += 1
            with closing(sqlite3.connect(world.folder / "var" / "mailbot.sqlite3", timeout=0)) as bystander:
                bystander.execute("BEGIN IMMEDIATE")  # would raise "database is locked"
                bystander.execute("ROLLBACK")
            return glean(*args, **named)

        desk.processor.gatherer.glean = glean_beside_a_writer  # type: ignore[method-assign]
        assert desk.run_pass().processed.done == 1
    assert read == 1
    assert len(world.json("tickets", "list")) == 1  # type: ignore[arg-type]


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
