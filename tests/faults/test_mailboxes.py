"""Mailboxes that refuse, hang, break off or change under our hands: the others go on, and nothing is lost (G1, G3)."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from tests.faults.accounts import answered, change, question, rows, troubles
from tests.faults.outcome import faults
from tests.journeys.world import World
from tests.servers.dovecot import OTHER_USERS, Dovecot
from tests.servers.proxy import Proxy
from tests.servers.smtp import SmtpSink

RETURNS = OTHER_USERS[0]


@pytest.fixture
def world(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink) -> World:
    return World(folder=tmp_path / "desk", dovecot=dovecot, sink=smtp_sink)


@pytest.fixture
def proxy(dovecot: Dovecot) -> Iterator[Proxy]:
    with Proxy(dovecot.port) as made:
        yield made


# -- each stands alone


def test_a_mailbox_that_refuses_the_login_is_left_alone_for_a_growing_while(world: World) -> None:
    change(world, returns={"username": RETURNS, "password": "wrong"})
    tried: list[datetime] = []
    until = world.now + timedelta(hours=10)
    number = 0
    while world.now < until:
        world.arrive(question(world, number))
        result = world.poll()
        assert result.exit_code == 2
        if result.troubles:
            assert "refuses the login of 'returns@tp.example'" in str(result.troubles[0])
            tried.append(world.now)
        else:
            assert "tried again at" in str(result.waiting[0])
        number += 1
        world.later(minutes=10)
    assert answered(world) == list(range(number))
    gaps = [(b - a).total_seconds() / 60 for a, b in pairwise(tried)]
    assert gaps == [10, 20, 60, 240, 240]  # 5, 15, 60, 240 minutes, by passes of 10 minutes
    (trouble,) = troubles(world)
    assert (trouble.mailbox, trouble.is_refusal, trouble.since) == ("returns", True, tried[0])


def test_health_says_since_when_and_why_and_a_good_login_ends_it(world: World) -> None:
    change(world, returns={"username": RETURNS, "password": "wrong"})
    world.dovecot.deliver(question(world, 1), user=RETURNS)
    world.poll()
    health = world.cli("health")
    assert health.returncode == 1
    (line,) = [line for line in health.stdout.splitlines() if "refuses the login" in line]
    assert world.now.astimezone().strftime("since %Y-%m-%d %H:%M, 1 tries, the next at") in line
    assert world.cli("check", "--live").returncode == 2
    wrong = world.settings_file.read_text(encoding="utf-8")
    change(world, returns={"password": world.dovecot.password})
    assert world.cli("check", "--live").returncode == 0
    assert troubles(world) == []
    world.settings_file.write_text(wrong, encoding="utf-8")
    assert world.poll().troubles
    assert world.poll().waiting
    change(world, returns={"password": world.dovecot.password})
    assert world.poll().exit_code == 0  # other settings are tried at once
    assert answered(world) == [1]
    assert world.cli("health").returncode == 0


@pytest.mark.parametrize("said", [0, 20, 600])
def test_a_mailbox_that_is_out_of_reach_is_tried_again_soon(world: World, proxy: Proxy, said: int) -> None:
    """Also where the line breaks during the login, which is no refusal."""
    proxy.cut_after = said
    change(world, returns={"username": RETURNS, "port": proxy.port})
    world.arrive(question(world, 1))
    result = world.poll()
    assert result.exit_code == 75
    assert answered(world) == [1]
    proxy.cut_after = None
    world.dovecot.deliver(question(world, 2), user=RETURNS)
    world.later(minutes=1)
    assert world.poll().exit_code == 0
    assert answered(world) == [1, 2]
    assert troubles(world) == []


@pytest.mark.parametrize("trickle", [0.0, 0.2])
@pytest.mark.parametrize("after", [0, 600])
def test_a_connection_that_hangs_is_cut_and_holds_nobody_up_twice(
    world: World, proxy: Proxy, trickle: float, after: int
) -> None:
    """Silence is cut by the pause between two pieces, a trickle by the time of a whole answer."""
    proxy.stall_after, proxy.trickle = after, trickle
    limits = {"connect_timeout": 1.0, "timeout": 1.0, "total_timeout": 2.0}
    change(world, a_hanging={"username": RETURNS, "port": proxy.port, **limits})
    world.arrive(question(world, 1))
    began = time.monotonic()
    result = world.poll()
    assert time.monotonic() - began < 20
    assert result.exit_code == 75
    assert ("no whole answer within 2 seconds" if trickle else "can't be reached") in str(result.troubles[0])
    assert answered(world) == [1]
    world.later(minutes=1)
    world.poll()
    seen = proxy.connections
    world.arrive(question(world, 2))
    assert world.poll().waiting  # left alone now
    assert proxy.connections == seen
    assert answered(world) == [1, 2]
    assert "mailbox a_hanging" in world.cli("health").stdout


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("after", [500, 1900])
def test_a_trickle_is_cut_with_tls_too(world: World, security: str, after: int) -> None:
    """In the handshake, or behind it."""
    limits = {"connect_timeout": 1.0, "timeout": 1.0, "total_timeout": 1.5}
    with Proxy(world.dovecot.tls_port if security == "tls" else world.dovecot.port) as proxy:
        proxy.stall_after, proxy.trickle = after, 0.2
        ca_file = str(world.dovecot.ca_file)
        change(world, support={"port": proxy.port, "security": security, "ca_file": ca_file, **limits})
        began = time.monotonic()
        result = world.poll()
        assert time.monotonic() - began < 20
        assert result.exit_code == 75
        # With TLS the time-out of the socket is one for a whole record.
        assert "timed out" in str(result.troubles[0]) or "no whole answer" in str(result.troubles[0])


def test_one_that_failed_before_is_read_after_the_others_mail_is_dealt_with(world: World, proxy: Proxy) -> None:
    change(world, a_slow={"username": RETURNS, "port": proxy.port})
    proxy.cut_after = 0
    world.poll()
    proxy.cut_after = None
    world.dovecot.deliver(question(world, 2), user=RETURNS)
    world.arrive(question(world, 1))
    when_met: list[list[int]] = []
    proxy.before = lambda said: when_met.append(answered(world)) if b"UID SEARCH" in said else None
    world.later(minutes=1)
    assert world.poll().exit_code == 0
    assert when_met == [[1]]
    assert answered(world) == [1, 2]


def test_every_folder_is_read_and_one_that_is_missing_hinders_no_other(world: World) -> None:
    change(world, support={"folders": ["INBOX", "Nowhere", "Archive/2026"]})
    world.arrive(question(world, 1))
    world.dovecot.deliver(question(world, 2), "Archive/2026")
    result = world.poll()
    assert result.exit_code == 2
    assert "folder 'Nowhere'" in str(result.troubles[0])
    assert answered(world) == [1, 2]
    (trouble,) = troubles(world)
    assert (trouble.mailbox, trouble.folder) == ("support", "Nowhere")
    done = world.cli("reconcile")
    assert done.returncode == 2
    assert "Nowhere" in done.stderr
    world.dovecot.create_folder("Nowhere")
    assert world.poll().exit_code == 0
    assert troubles(world) == []
    assert {name: row["done"] for name, row in rows(world).items()} == {
        "support/INBOX": 1,
        "support/Nowhere": 0,
        "support/Archive/2026": 1,
    }


# -- under our hands


def test_mails_that_vanish_between_search_and_fetch_take_no_other_with_them(world: World, proxy: Proxy) -> None:
    gone: list[int] = []

    def somebody_deletes(said: bytes) -> None:
        if b"BODY.PEEK[]" in said and not gone:
            gone.extend((2, 4))
            with world.dovecot.client() as other:
                other.select_folder("INBOX")
                other.delete_messages(gone)
                other.uid_expunge(gone)

    proxy.before = somebody_deletes
    change(world, support={"port": proxy.port})
    world.dovecot.append_many(question(world, number) for number in range(1, 7))
    assert world.poll().exit_code == 0
    world.later(minutes=1)
    assert world.poll().exit_code == 0
    assert gone == [2, 4]
    assert answered(world) == [1, 3, 5, 6]
    row = rows(world)["support/INBOX"]
    assert (row["on_server"], row["done"], row["missing"]) == (4, 4, 0)


def test_a_mail_that_the_server_will_not_hand_over_is_put_aside_and_stays(world: World, proxy: Proxy) -> None:
    change(world, support={"port": proxy.port, "after": "delete"})
    proxy.rewrite = {b"FETCH (UID 2 BODY[]": b"FETCH (UID 2 BODX[]"}
    raws = [question(world, number) for number in range(1, 4)]
    world.dovecot.append_many(raws)
    assert world.poll().exit_code == 0
    assert answered(world) == [1, 3]
    (item,) = world.json("quarantine", "list")  # type: ignore[misc,attr-defined]
    assert item["error"] == "the server does not hand over UID 2"
    assert world.cli("quarantine", "retry", str(item["id"])).returncode == 1
    assert world.dovecot.messages() == [raws[1]]
    row = rows(world)["support/INBOX"]
    assert (row["on_server"], row["quarantined"], row["missing"]) == (1, 1, 0)


@pytest.mark.parametrize("how", ["cut", "stall"])
def test_a_line_that_breaks_in_the_middle_of_a_mail_loses_nothing(world: World, proxy: Proxy, how: str) -> None:
    mails = 12
    change(world, support={"port": proxy.port, "timeout": 1.0})
    settings = yaml.safe_load(world.settings_file.read_text(encoding="utf-8"))
    settings["limits"] |= {"batch_messages": 2}
    world.settings_file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    for number in range(mails):
        world.arrive(question(world, number, size=20_000))
    breaks = 0
    for limit in (30_000, 55_000, 90_000, 100_000, 141_000):  # in the first, second, … literal
        setattr(proxy, f"{how}_after", limit)
        result = world.poll()
        breaks += result.exit_code == 75
        world.later(minutes=30)
    setattr(proxy, f"{how}_after", None)
    assert world.poll().exit_code == 0
    assert breaks >= 3
    assert answered(world) == list(range(mails))
    assert faults(world.folder) == []
    row = rows(world)["support/INBOX"]
    assert (row["on_server"], row["done"], row["missing"]) == (mails, mails, 0)


def test_a_new_uidvalidity_in_one_folder_touches_no_other(world: World) -> None:
    change(world, support={"folders": ["INBOX", "Archive"], "after": "keyword"})
    world.arrive(question(world, 1))
    world.dovecot.deliver(question(world, 2), "Archive")
    assert world.poll().fetched == 2
    world.dovecot.bump_uidvalidity("Archive")
    world.dovecot.deliver(question(world, 3), "Archive")
    result = world.poll()
    assert (result.exit_code, result.fetched) == (0, 1)
    assert answered(world) == [1, 2, 3]


def test_reconcile_names_what_is_missing(world: World) -> None:
    """A row of the ledger is lost, as by a restored backup."""
    change(world, returns={"username": RETURNS})
    for number in range(3):
        world.dovecot.deliver(question(world, number), user=RETURNS)
    assert world.poll().exit_code == 0
    assert world.cli("reconcile").returncode == 0
    with sqlite3.connect(world.folder / "var" / "mailbot.sqlite3") as database:
        database.execute("DELETE FROM server_mail WHERE uid = 2")
    database.close()
    done = world.cli("reconcile")
    assert done.returncode == 1
    assert "missing: UID 2 of returns/INBOX" in done.stdout
    assert rows(world)["returns/INBOX"]["missing_uids"] == [2]


def test_a_mail_that_hangs_the_reader_ends_in_quarantine_and_nothing_else_does(world: World) -> None:
    settings = yaml.safe_load(world.settings_file.read_text(encoding="utf-8"))
    settings["limits"] |= {"reading_seconds": 3, "attempts": 2}
    world.settings_file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    poison = question(world, 99)
    for number in range(3):
        world.arrive(question(world, number))
        if number == 1:
            world.arrive(poison)
    # Its stored bytes are a pipe that nobody writes to, so that reading it never ends.
    digest = sha256(poison).hexdigest()
    blob = world.folder / "var" / "blobs" / digest[:2] / digest[2:]
    blob.parent.mkdir(parents=True)
    os.mkfifo(blob)
    results = [world.poll() for _ in range(3)]
    assert [(r.processed.failed, r.processed.quarantined) for r in results] == [(1, 0), (0, 1), (0, 0)]
    assert answered(world) == [0, 1, 2]
    (item,) = world.json("quarantine", "list")  # type: ignore[misc,attr-defined]
    assert (item["attempts"], item["state"]) == (2, "quarantined")
    assert "reading it takes longer than 3 seconds (limits.reading_seconds)" in item["error"]
    assert world.cli("health").returncode == 1
    # Once the cause is gone it is tried again.
    blob.unlink()
    world.dovecot.bump_uidvalidity()
    assert world.poll().exit_code == 0
    assert world.cli("quarantine", "retry", str(item["id"])).returncode == 0
    assert world.poll().exit_code == 0
    assert answered(world) == [0, 1, 2, 99]
