"""`serve`: woken by IDLE, on schedule without it, ended by the watchdog when it hangs."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from mailbot.demo.people import Person, write
from tests.faults.killer import Child
from tests.journeys.world import SUPPORT, World
from tests.servers.dovecot import OTHER_USERS, Dovecot
from tests.servers.proxy import Proxy
from tests.servers.smtp import SmtpSink

PATIENCE = 30.0  # seconds; everything here takes a fraction of it


@pytest.fixture
def world(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink) -> World:
    return World(folder=tmp_path / "desk", dovecot=dovecot, sink=smtp_sink)


@pytest.fixture
def proxy(dovecot: Dovecot) -> Iterator[Proxy]:
    with Proxy(dovecot.port) as made:
        yield made


@pytest.fixture
def start(world: World) -> Iterator[Callable[..., Child]]:
    children: list[Child] = []

    def started(*arguments: str) -> Child:
        children.append(Child.start(world, *arguments))
        return children[-1]

    yield started
    for child in children:
        child.kill()


def set_up(world: World, *, schedule: dict[str, object] | None = None, **mailbox: object) -> None:
    settings = yaml.safe_load(world.settings_file.read_text(encoding="utf-8"))
    settings["mailboxes"]["support"].update(mailbox)
    settings["schedule"].update(schedule or {})
    world.settings_file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")


def question(world: World, number: int) -> bytes:
    person = Person(name=f"Customer {number}", address=f"customer{number}@mail.example")
    return write(person, SUPPORT, f"Question {number}", f"How loud is kettle {number}?", at=world.now)


def seconds_until(condition: Callable[[], bool], child: Child) -> float:
    began = time.monotonic()
    while not condition():
        assert not child.ended(), child.printed()
        assert time.monotonic() - began < PATIENCE, child.printed()
        time.sleep(0.02)
    return time.monotonic() - began


def letters(world: World, count: int, child: Child) -> float:
    """Wait for so many letters; returns the seconds it took."""
    return seconds_until(lambda: world.sink.count >= count, child)


def end(child: Child) -> None:
    began = time.monotonic()
    child.process.send_signal(signal.SIGTERM)
    assert child.process.wait(PATIENCE) == 0, child.printed()
    assert time.monotonic() - began < 10


def idles(proxy: Proxy) -> list[float]:
    """When the client asked for IDLE."""
    seen: list[float] = []
    proxy.before = lambda said: seen.append(time.monotonic()) if re.search(rb"^\w+ IDLE\r\n", said) else None
    return seen


@pytest.mark.parametrize("after", ["keep", "keyword", "delete"])
def test_new_mail_wakes_the_desk(world: World, proxy: Proxy, start: Callable[..., Child], after: str) -> None:
    set_up(world, schedule={"poll_seconds": 3600}, port=proxy.port, after=after)
    seen = idles(proxy)
    serving = start("-v", "serve")
    seconds_until(lambda: bool(seen), serving)
    for number in range(1, 4):
        world.dovecot.append_many([question(world, number)])
        taken = letters(world, 2 * number, serving)
        assert taken < 10  # usually a fraction of a second
    time.sleep(2.5)
    # What the desk itself changes on the server doesn't keep it awake for ever.
    connections = proxy.connections
    time.sleep(2)
    assert proxy.connections - connections <= 2
    end(serving)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_new_mail_wakes_the_desk_over_tls(world: World, start: Callable[..., Child], security: str) -> None:
    port = world.dovecot.tls_port if security == "tls" else world.dovecot.port
    set_up(world, schedule={"poll_seconds": 3600}, port=port, security=security, ca_file=str(world.dovecot.ca_file))
    serving = start("serve")
    seconds_until((world.folder / "var" / "last-pass.json").exists, serving)
    time.sleep(1)
    for number in range(1, 4):
        world.dovecot.append_many([question(world, number)])
        assert letters(world, 2 * number, serving) < 10
    end(serving)


def test_idle_is_begun_anew_and_a_broken_line_is_picked_up(
    world: World, proxy: Proxy, start: Callable[..., Child]
) -> None:
    set_up(world, schedule={"poll_seconds": 3600, "idle_minutes": 0.01}, port=proxy.port)
    seen = idles(proxy)
    serving = start("serve")
    seconds_until(lambda: len(seen) >= 4, serving)
    world.dovecot.append_many([question(world, 1)])
    letters(world, 2, serving)
    end(serving)


def test_a_server_without_idle_is_read_on_schedule(world: World, proxy: Proxy, start: Callable[..., Child]) -> None:
    set_up(world, schedule={"poll_seconds": 1}, port=proxy.port)
    proxy.rewrite = {b" IDLE": b" XDLE"}
    seen = idles(proxy)
    serving = start("serve")
    for number in range(1, 3):
        world.arrive(question(world, number))
        letters(world, 2 * number, serving)
    assert seen == []
    end(serving)


def test_a_refused_login_is_not_tried_more_often_for_the_watch(
    world: World, proxy: Proxy, start: Callable[..., Child]
) -> None:
    set_up(world, schedule={"poll_seconds": 0.5}, port=proxy.port, password="wrong")
    serving = start("serve")
    seconds_until(lambda: proxy.connections >= 1, serving)
    time.sleep(4)
    assert proxy.connections == 1
    end(serving)


@pytest.mark.parametrize("command", ["poll", "serve"])
def test_a_pass_that_hangs_is_ended_and_told_of(
    world: World, proxy: Proxy, start: Callable[..., Child], command: str
) -> None:
    set_up(world, schedule={"stuck_after": 2}, port=proxy.port, username=OTHER_USERS[0])
    proxy.stall_after = 600
    hanging = start(command)
    assert hanging.process.wait(PATIENCE) == 75
    assert "a pass made no progress for 2 seconds" in hanging.printed()
    health = world.cli("health")
    assert health.returncode == 1
    assert "a pass made no progress for 2 seconds" in health.stdout
    proxy.stall_after = None
    world.dovecot.deliver(question(world, 1), user=OTHER_USERS[0])
    time.sleep(1)  # the note's time has whole seconds
    assert world.cli("poll").returncode == 0
    assert world.sink.count == 2
    assert world.cli("health").returncode == 0
