"""Stopping in the middle: SIGTERM, two at once, a crash between our commit and the server's change, new UIDVALIDITY."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from mailbot.demo.people import File, Person, header, write
from tests.faults.killer import Child
from tests.faults.outcome import count_letters, faults, read_only
from tests.journeys.world import KATE, PHOTO, SUPPORT, World, order
from tests.servers.dovecot import OTHER_USERS, Dovecot
from tests.servers.smtp import SmtpSink

KEYWORD = "$MailbotStored"
PATIENCE = 30.0  # seconds; everything here takes a fraction of it
RECEIPT = File(filename="receipt.jpg", content_type="image/jpeg", data=PHOTO)


@pytest.fixture
def world(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink) -> World:
    made = World(folder=tmp_path / "desk", dovecot=dovecot, sink=smtp_sink)
    made.import_orders(order("TP2026110002", KATE))
    return made


def set_up(world: World, **mailbox: object) -> None:
    """Change settings of the mailbox."""
    settings = yaml.safe_load(world.settings_file.read_text(encoding="utf-8"))
    settings["mailboxes"]["support"].update(mailbox)
    world.settings_file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")


def question(world: World, number: int) -> bytes:
    person = Person(name=f"Customer {number}", address=f"customer{number}@mail.example")
    return write(person, SUPPORT, f"Question {number}", f"How loud is kettle {number}?", at=world.now)


def numbers(world: World) -> Counter[str]:
    """Rows of the database by what they mean."""
    queries = {
        "done": "inbox WHERE state = 'done'",
        "pending": "inbox WHERE state = 'pending'",
        "inbox": "inbox",
        "ledger": "server_mail",
        "unsettled": "server_mail WHERE NOT settled",
        "tickets": "ticket",
        "cases": "cases",
        "in": "message WHERE direction = 'in'",
        "out": "message WHERE direction = 'out'",
        "queued": "outbox WHERE state = 'queued'",
        "sent": "outbox WHERE state = 'sent'",
        "outbox": "outbox",
    }
    database = world.folder / "var" / "mailbot.sqlite3"
    with read_only(database) as connection:
        return Counter(
            {name: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for name, table in queries.items()}
        )


def dump(world: World) -> list[str]:
    """The whole database as text."""
    with read_only(world.folder / "var" / "mailbot.sqlite3") as connection:
        return list(connection.iterdump())


def wait_for(condition: Callable[[], bool], child: Child) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert not child.ended(), child.printed()
        assert time.monotonic() < until, child.printed()
        time.sleep(0.005)


@pytest.fixture
def start(world: World) -> Iterator[Callable[..., Child]]:
    """Starts `mailbot` commands; what still runs at the end is killed."""
    children: list[Child] = []

    def started(*arguments: str) -> Child:
        children.append(Child.start(world, *arguments))
        return children[-1]

    yield started
    for child in children:
        child.kill()


# -- SIGTERM


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_finishes_the_mail_in_hand(world: World, start: Callable[..., Child], number: signal.Signals) -> None:
    mails = 60
    for each in range(mails):
        world.arrive(question(world, each))
    serving = start("serve")
    wait_for(lambda: numbers(world)["done"] >= 3, serving)
    serving.process.send_signal(number)
    began = time.monotonic()
    assert serving.process.wait(PATIENCE) == 0, serving.printed()
    assert time.monotonic() - began < PATIENCE / 2

    found = numbers(world)
    assert 3 <= found["done"] < mails  # it stopped before the end
    assert found["done"] + found["pending"] == mails
    assert found["tickets"] == found["in"] == found["done"]
    assert found["outbox"] == found["out"] == 2 * found["done"]  # an acknowledgement and a notice for each
    assert found["queued"] + found["sent"] == found["outbox"]

    assert world.cli("poll").returncode == 0
    assert faults(world.folder) == []
    assert numbers(world)["tickets"] == mails
    assert len(world.sink.mails) == 2 * mails
    assert count_letters(world.sink.mails).repeated == ()


def test_serve_finishes_the_letter_on_its_way(world: World, start: Callable[..., Child]) -> None:
    for each in range(5):
        world.arrive(question(world, each))
    world.sink.stall_after_data(1.0, times=2)  # one for each connection
    serving = start("serve")
    wait_for(lambda: world.sink.count >= 1, serving)
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(PATIENCE) == 0, serving.printed()
    sent = world.sink.count
    assert 1 <= sent <= 3
    found = numbers(world)
    assert (found["sent"], found["queued"]) == (sent, 10 - sent)

    assert world.cli("poll").returncode == 0
    assert faults(world.folder) == []
    assert len(world.sink.mails) == 10
    assert count_letters(world.sink.mails).repeated == ()


def test_serve_with_nothing_to_do_stops_at_once(world: World, start: Callable[..., Child]) -> None:
    serving = start("serve")
    wait_for((world.folder / "var" / "last-pass.json").exists, serving)
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(5) == 0, serving.printed()
    assert serving.printed() == ""


# -- two at once


@pytest.mark.parametrize("second", ["poll", "ingest"])
def test_a_second_one_at_the_same_time_leaves(
    world: World, start: Callable[..., Child], tmp_path: Path, second: str
) -> None:
    for each in range(3):
        world.arrive(question(world, each))
    world.sink.stall_after_data(8.0, times=2)
    first = start("poll")
    wait_for(lambda: world.sink.count >= 2, first)
    before = dump(world)
    world.arrive(question(world, 3))
    late = tmp_path / "late.eml"
    late.write_bytes(question(world, 4))
    done = world.cli(*(["poll"] if second == "poll" else ["ingest", str(late)]))
    assert not first.ended()
    assert done.returncode == 75, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "another mailbot is at work" in done.stderr
    assert dump(world) == before

    assert first.process.wait(PATIENCE) == 0, first.printed()
    assert world.cli("poll").returncode == 0
    assert faults(world.folder) == []
    assert len(world.sink.mails) == 8
    assert count_letters(world.sink.mails).repeated == ()


# -- copies and rescans


@pytest.mark.parametrize("after", ["keep", "keyword"])
def test_a_new_uidvalidity_is_a_rescan_and_nothing_happens_twice(world: World, after: str) -> None:
    set_up(world, after=after)
    asks = "I would like to return order TP2026110002."
    world.exchange(write(KATE, SUPPORT, "Return", asks, at=world.now, files=[RECEIPT]), question(world, 1))
    before = numbers(world)
    assert (before["inbox"], before["ledger"], before["tickets"], before["cases"]) == (2, 2, 2, 1)
    world.dovecot.bump_uidvalidity()
    sent = world.exchange(question(world, 3))

    found = numbers(world)
    assert (found["inbox"], found["ledger"], found["tickets"], found["cases"]) == (3, 5, 3, 1)
    assert found["unsettled"] == 0
    assert len(sent) == 2
    assert all("Question 3" in header(mail.raw, "Subject") or "customer3" in mail.recipients[0] for mail in sent)
    assert faults(world.folder) == []
    row = world.json("reconcile")[0]  # type: ignore[index]
    assert (row["on_server"], row["done"], row["missing"]) == (3, 3, 0)
    assert {KEYWORD in flags for flags in world.dovecot.flags().values()} == {after == "keyword"}


def test_a_new_uidvalidity_in_the_middle_of_the_work(world: World, start: Callable[..., Child]) -> None:
    """The pass is killed with the folder half processed, then the provider migrates."""
    for each in range(30):
        world.arrive(question(world, each))
    killed = start("poll")
    wait_for(lambda: numbers(world)["done"] >= 5, killed)
    assert killed.kill()
    world.dovecot.bump_uidvalidity()
    assert world.cli("poll").returncode == 0
    found = numbers(world)
    assert (found["inbox"], found["ledger"], found["tickets"], found["outbox"]) == (30, 60, 30, 60)
    assert faults(world.folder) == []
    assert count_letters(world.sink.mails).letters == 60


def test_the_same_bytes_in_two_folders_and_accounts_are_one_mail(world: World) -> None:
    settings = yaml.safe_load(world.settings_file.read_text(encoding="utf-8"))
    account = settings["mailboxes"]["support"]
    settings["mailboxes"] |= {
        "archive": {**account, "folders": ["Archive/2026"]},
        "returns": {**account, "username": OTHER_USERS[0]},
    }
    world.settings_file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    raw = write(KATE, SUPPORT, "Return", "I want to return order TP2026110002.", at=world.now, files=[RECEIPT])
    for folder in ("INBOX", "INBOX", "Archive/2026"):
        world.dovecot.deliver(raw, folder)
    world.dovecot.deliver(raw, user=OTHER_USERS[0])
    assert len(world.exchange()) == 1
    found = numbers(world)
    assert (found["inbox"], found["ledger"], found["tickets"], found["cases"]) == (1, 4, 1, 1)

    world.dovecot.deliver(raw)  # and once more, later
    assert world.exchange() == []
    assert numbers(world)["ledger"] == 5
    rows = world.json("reconcile")
    assert isinstance(rows, list)
    counts = {row["mailbox"]: (row["on_server"], row["done"], row["missing"]) for row in rows}
    assert counts == {"support": (3, 3, 0), "archive": (1, 1, 0), "returns": (1, 1, 0)}


# -- a crash between our commit and the server's change


class Holdup:
    """A wire to the IMAP server that goes dead at a command: before it arrives, or before its answer does."""

    def __init__(self, dovecot: Dovecot, command: bytes, *, lost: str) -> None:
        """`lost` is "command" or "answer"."""
        self._target = (dovecot.host, dovecot.port)
        self._command = command
        self._lost = lost
        self.dead = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._sockets = [self._listener]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                self._sockets += [client, server]
                self._threads += [
                    threading.Thread(target=self._upstream, args=(client, server)),
                    threading.Thread(target=self._downstream, args=(server, client)),
                ]
                for thread in self._threads[-2:]:
                    thread.start()

    def _upstream(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                hit = self._command in data
                if hit and self._lost == "answer":
                    self.dead.set()
                if not (hit and self._lost == "command"):
                    server.sendall(data)
                if hit:
                    self.dead.set()
                    return
            server.shutdown(socket.SHUT_WR)

    def _downstream(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if not self.dead.is_set():
                    client.sendall(data)
            client.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(10)


@pytest.mark.parametrize("lost", ["command", "answer"])
@pytest.mark.parametrize(("after", "command"), [("keyword", b"UID STORE"), ("move", b"UID MOVE")])
def test_what_the_server_was_to_do_is_done_after_a_crash(
    world: World, start: Callable[..., Child], after: str, command: bytes, lost: str
) -> None:
    raws = [question(world, each) for each in range(4)]
    for raw in raws:
        world.arrive(raw)
    wire = Holdup(world.dovecot, command, lost=lost)
    try:
        set_up(world, after=after, move_to="Stored", port=wire.port)
        child = start("poll")
        wait_for(wire.dead.is_set, child)
        if lost == "answer":
            wait_for(lambda: _is_done(world, after), child)
        assert child.kill()
    finally:
        wire.close()
    found = numbers(world)
    assert (found["pending"], found["unsettled"]) == (4, 4)  # the bytes are safe, the server's part is open
    assert _is_done(world, after) == (lost == "answer")

    set_up(world, port=world.dovecot.port)
    for _ in range(2):  # the second pass finds nothing to do
        assert world.cli("poll").returncode == 0
        found = numbers(world)
        assert (found["inbox"], found["done"], found["ledger"], found["unsettled"]) == (4, 4, 4, 0)
        assert _is_done(world, after)
    assert sorted(world.dovecot.messages("Stored" if after == "move" else "INBOX")) == sorted(raws)
    assert found["tickets"] == 4
    assert len(world.sink.mails) == 8
    assert faults(world.folder) == []


def _is_done(world: World, after: str) -> bool:
    """Whether the server did its part for all mails."""
    if after == "keyword":
        return all(KEYWORD in flags for flags in world.dovecot.flags().values())
    return world.dovecot.messages() == []
