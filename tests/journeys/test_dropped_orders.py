"""Orders come in by a folder while the desk works: with `poll`, with `serve`, and seen by `health` and `check`."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mailbot.demo.people import Person, write
from mailbot.settings import load_settings
from mailbot.store import orders
from mailbot.wiring import open_store
from tests.journeys.world import SUPPORT, World
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpSink
from tests.store.order_exports import GOOD, text_of

LIN = Person(name=GOOD["buyer_name"], address=GOOD["buyer_email"], chinese=True)


@pytest.fixture
def world(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink) -> World:
    (tmp_path / "drop").mkdir()
    changes: dict[str, object] = {"orders": {"drop_folder": str(tmp_path / "drop"), "drop_settle_seconds": 0}}
    return World(folder=tmp_path / "desk", dovecot=dovecot, sink=smtp_sink, changes=changes)


def drop(world: World, name: str, content: str) -> None:
    folder = load_settings(world.settings_file).orders.drop_folder
    assert folder is not None
    (folder / f"{name}.part").write_text(content, encoding="utf-8")
    (folder / f"{name}.part").rename(folder / name)


def test_a_mail_is_matched_to_an_order_dropped_before_the_same_poll(world: World) -> None:
    drop(world, "export.csv", text_of({}))
    world.arrive(write(LIN, SUPPORT, "订单 TP2026030117", "我想退货。", at=world.now))
    done = world.json("poll")
    assert isinstance(done, dict)
    assert (done["orders"], done["processed"], done["order_files_failed"]) == (1, 1, 0)
    (ticket,) = world.json("tickets", "list")  # type: ignore[misc]
    assert ticket["order_number"] == "TP2026030117"


def test_a_bad_file_is_the_monitors_business_and_holds_no_mail_up(world: World) -> None:
    drop(world, "export.csv", "nonsense")
    world.arrive(write(LIN, SUPPORT, "Hello", "How loud is it?", at=world.now))
    done = world.cli("poll")
    assert done.returncode == 1
    assert len(world.new_mails()) == 2
    health = world.json("health")
    assert isinstance(health, dict)
    assert not health["ok"]
    assert any("can't be used" in problem for problem in health["problems"])
    assert len(health["drop_folder"]["failed"]) == 1


def test_check_wants_a_folder_it_may_use(world: World) -> None:
    folder = load_settings(world.settings_file).orders.drop_folder
    assert folder is not None
    assert "drop folder" in world.cli("check").stdout
    folder.rmdir()
    done = world.cli("check")
    assert done.returncode == 2
    assert "orders.drop_folder" in done.stderr
    assert world.cli("health").returncode == 1


def test_serve_picks_up_orders_and_stops_when_told(world: World) -> None:
    drop(world, "export.csv", text_of({}))
    command = [sys.executable, "-m", "mailbot", "--settings", str(world.settings_file), "serve"]
    with subprocess.Popen(command, cwd=world.folder) as process:
        try:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and not _count(world):
                time.sleep(0.2)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert _count(world) == 1


def _count(world: World) -> int:
    with open_store(load_settings(world.settings_file)):
        return orders.count()
