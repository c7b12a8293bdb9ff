"""What happens on the server once mails are stored: exactly ours, once, and never what isn't stored whole (G1)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.accounts import answered, change, question
from tests.journeys.world import World
from tests.servers.dovecot import Dovecot
from tests.servers.proxy import Proxy
from tests.servers.smtp import SmtpSink


@pytest.fixture
def world(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink) -> World:
    return World(folder=tmp_path / "desk", dovecot=dovecot, sink=smtp_sink)


@pytest.fixture
def proxy(dovecot: Dovecot) -> Iterator[Proxy]:
    with Proxy(dovecot.port) as made:
        yield made


def test_mails_are_deleted_once_they_are_stored_and_only_they(world: World) -> None:
    change(world, support={"after": "delete"})
    world.arrive(question(world, 1))
    world.arrive(question(world, 2))
    world.dovecot.append_many([question(world, 9)], flags=("\\Deleted",))  # somebody else's, to be expunged by them
    assert world.poll().exit_code == 0
    assert world.dovecot.messages() == []  # all three were stored, so all three go
    assert answered(world) == [1, 2, 9]


def test_a_mail_that_came_meanwhile_and_is_marked_by_others_survives(world: World, proxy: Proxy) -> None:
    """Between our UID STORE and our UID EXPUNGE somebody marks a mail as deleted that isn't stored yet."""
    late = question(world, 2)
    came: list[bool] = []

    def meanwhile(said: bytes) -> None:
        if b"UID EXPUNGE" in said and not came:
            came.append(True)
            world.dovecot.append_many([late], flags=("\\Deleted",))

    proxy.before = meanwhile
    change(world, support={"after": "delete", "port": proxy.port})
    world.arrive(question(world, 1))
    assert world.poll().exit_code == 0
    assert world.dovecot.messages() == [late]
    assert world.poll().exit_code == 0
    assert answered(world) == [1, 2]


def test_without_uidplus_nothing_is_removed_and_mail_is_taken_in_all_the_same(world: World, proxy: Proxy) -> None:
    change(world, support={"after": "delete", "port": proxy.port})
    raws = [question(world, 1), question(world, 2)]

    def look(said: bytes) -> None:
        assert b"EXPUNGE" not in said

    proxy.before, proxy.rewrite = look, {b" UIDPLUS": b" XIDPLUS"}
    for raw in raws:
        world.arrive(raw)
    result = world.poll()
    assert result.exit_code == 2
    assert "lacks UIDPLUS" in str(result.troubles[0])
    assert world.dovecot.messages() == raws
    assert answered(world) == [1, 2]
    proxy.before, proxy.rewrite = None, {}
    assert world.poll().exit_code == 0  # the server learned it: what was left is done now
    assert world.dovecot.messages() == []
    assert len(world.sink.mails) == 4


def test_move_needs_uidplus_only_where_the_server_can_not_move(world: World, proxy: Proxy) -> None:
    change(world, support={"after": "move", "move_to": "Stored", "port": proxy.port})
    raw = question(world, 1)
    world.arrive(raw)
    world.dovecot.create_folder("Stored")
    proxy.rewrite = {b" UIDPLUS": b" XIDPLUS", b" MOVE": b" XOVE"}
    for _ in range(3):
        assert world.poll().exit_code == 2
    assert (world.dovecot.messages(), world.dovecot.messages("Stored")) == ([raw], [])  # no copy, again and again
    assert answered(world) == [1]
    proxy.rewrite = {b" MOVE": b" XOVE"}
    assert world.poll().exit_code == 0
    assert (world.dovecot.messages(), world.dovecot.messages("Stored")) == ([], [raw])
    second = question(world, 2)
    world.arrive(second)
    proxy.rewrite = {b" UIDPLUS": b" XIDPLUS"}
    assert world.poll().exit_code == 0
    assert (world.dovecot.messages(), world.dovecot.messages("Stored")) == ([], [raw, second])
