"""Nightly exports put into a folder: taken once, whole, in their sequence, and never lost or blocking."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from openpyxl import Workbook

from mailbot.store import orders
from mailbot.store.database import Database
from mailbot.store.drop_folder import DropFolder
from tests.store.order_exports import GOOD, json_order, text_of

ROOT = Path(__file__).parents[2]
LATER = timedelta(seconds=61)


@pytest.fixture
def folder(tmp_path: Path, database: Database) -> DropFolder:
    (tmp_path / "drop").mkdir()
    return DropFolder(path=tmp_path / "drop", settle_seconds=60, keep_days=30)


def soon() -> datetime:
    return datetime.now(UTC) + LATER


def names(folder: Path) -> list[str]:
    """What lies in a folder, without the time in front."""
    return sorted(path.name.partition(".")[2] for path in folder.iterdir())


def put(folder: DropFolder, name: str, *changes: dict[str, str]) -> Path:
    path = folder.path / name
    path.write_text(text_of(*changes), encoding="utf-8")
    return path


def test_a_file_is_imported_and_put_away(folder: DropFolder) -> None:
    put(folder, "export.csv", {}, {"order_number": "TP002"})
    result = folder.pick_up(soon())
    assert (result.files, result.orders, result.rejected, result.failed, result.troubles) == (1, 2, 0, 0, [])
    assert orders.count() == 2
    assert names(folder.path / "done") == ["export.csv"]
    assert [path.name for path in folder.path.iterdir() if path.is_file()] == []
    assert folder.pick_up(soon()).files == 0


def test_every_kind_of_export_is_picked_up(folder: DropFolder) -> None:
    put(folder, "a.CSV", {"order_number": "TP001"})
    (folder.path / "b.jsonl").write_text(json_order(order_number="TP002"), encoding="utf-8")
    book = Workbook()
    assert book.active is not None
    book.active.append(list(GOOD))
    book.active.append(list((GOOD | {"order_number": "TP003"}).values()))
    book.save(folder.path / "c.xlsx")
    assert folder.pick_up(soon()).files == 3
    assert sorted(orders.by_numbers(["TP001", "TP002", "TP003"])) == ["TP001", "TP002", "TP003"]


def test_a_file_that_may_still_grow_is_left(folder: DropFolder) -> None:
    path = put(folder, "export.csv", {})
    old = time.time() - 10_000
    os.utime(path, (old, old))  # a program that copies may say so; the system knows better
    assert folder.pick_up(datetime.now(UTC)).files == 0
    assert path.exists()
    assert folder.pick_up(soon()).files == 1


@pytest.mark.parametrize(
    "name", ["export.csv.part", ".export.csv", "~$export.xlsx", "export.csv.filepart", "notes.txt"]
)
def test_a_name_that_is_not_final_is_never_read(folder: DropFolder, name: str) -> None:
    path = put(folder, name, {})
    assert folder.pick_up(soon()).files == 0
    assert path.exists()
    path.rename(folder.path / "export.csv")
    assert folder.pick_up(soon()).files == 1


def test_links_and_folders_are_left(folder: DropFolder, tmp_path: Path) -> None:
    (folder.path / "folder.csv").mkdir()
    (tmp_path / "outside.csv").write_text(text_of({}), encoding="utf-8")
    (folder.path / "link.csv").symlink_to(tmp_path / "outside.csv")
    assert folder.pick_up(soon()).files == 0
    assert orders.count() == 0


def test_the_newest_of_several_exports_wins(folder: DropFolder) -> None:
    for day, name in ((2, "a.csv"), (1, "b.csv"), (3, "c.csv")):
        path = put(folder, name, {"shipping_status": f"day {day}"})
        os.utime(path, (day * 86400, day * 86400))
    assert folder.pick_up(soon()).files == 3
    order = orders.get(GOOD["order_number"])
    assert order is not None
    assert order.shipping_status == "day 3"


def test_the_same_name_every_night_overwrites_nothing(folder: DropFolder) -> None:
    for _ in range(2):
        put(folder, "export.csv", {})
        assert folder.pick_up(soon()).files == 1
    assert names(folder.path / "done") == ["export.csv", "export.csv"]


def test_rejected_rows_lie_beside_the_finished_file(folder: DropFolder) -> None:
    put(folder, "export.csv", {}, {"order_number": "TP002", "quantity": "0"})
    result = folder.pick_up(soon())
    assert (result.orders, result.rejected, result.failed) == (1, 1, 0)
    assert names(folder.path / "done") == ["export.csv", "export.csv.rejects.csv"]
    (rejects,) = (folder.path / "done").glob("*.rejects.csv")
    assert "row 3: quantity" in rejects.read_text(encoding="utf-8-sig")
    assert rejects.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"order_number,buyer_name\n1,2\n", "a.csv: row 1 must name the columns"),
        ("a.xlsx", b"order_number", "a.xlsx: not a usable .xlsx"),
        ("a.csv", "订单\n".encode("utf-16"), "UTF-16"),
        ("a.csv", text_of({"quantity": "0"}).encode(), "not one order in it could be used; row 2: quantity '0'"),
        ("a.jsonl", b"\0" * 1000, "not one order in it could be used"),
    ],
)
def test_a_bad_file_fails_alone_and_shows(folder: DropFolder, name: str, content: bytes, reason: str) -> None:
    (folder.path / name).write_bytes(content)
    put(folder, "good.csv", {})
    result = folder.pick_up(soon())
    assert (result.files, result.failed, result.troubles) == (1, 1, [])
    state = folder.state(soon())
    assert len(state.failed) == 1
    assert state.failed[0].endswith(name)
    (note,) = (folder.path / "failed").glob("*.reason.txt")
    assert reason in note.read_text(encoding="utf-8")
    assert "working" not in note.read_text(encoding="utf-8")
    assert folder.pick_up(soon()).failed == 0


def test_an_export_without_any_order_is_fine(folder: DropFolder) -> None:
    put(folder, "export.csv")
    assert folder.pick_up(soon()).files == 1
    assert folder.state(soon()).failed == ()


def test_told_to_stop_it_begins_again_next_time(folder: DropFolder) -> None:
    put(folder, "export.csv", *({"order_number": f"TP{count:06}"} for count in range(1200)))
    for _ in range(5):  # however often, it isn't the file's fault
        assert folder.pick_up(soon(), partial(next, iter([False, True]), True)).files == 0
    assert 0 < orders.count() < 1200
    assert folder.state(soon()).waiting == 1
    assert folder.pick_up(soon()).orders == 1200
    assert orders.count() == 1200
    assert names(folder.path / "done") == ["export.csv"]


def test_a_file_that_changes_while_it_is_read_is_read_again(folder: DropFolder) -> None:
    path = put(folder, "export.csv", *({"order_number": f"TP{count:06}"} for count in range(600)))
    writing = path.open("a", encoding="utf-8")

    def more() -> bool:
        if not writing.closed:
            writing.write(text_of({"order_number": "TP900000"}).partition("\r\n")[2])
            writing.close()
        return False

    asked = iter([False])
    result = folder.pick_up(soon(), lambda: next(asked, None) is None and more())
    assert result.files == 0
    assert folder.pick_up(soon()).orders == 601


def test_a_file_that_kills_its_import_again_and_again_fails(folder: DropFolder) -> None:
    put(folder, "export.csv", {})
    (folder.path / "working").mkdir()
    (folder.path / "export.csv").rename(folder.path / "working" / "20261124T010203000000Z.3.export.csv")
    assert folder.pick_up(soon()).failed == 1
    (note,) = (folder.path / "failed").glob("*.reason.txt")
    assert "broken off 3 times" in note.read_text(encoding="utf-8")


@contextmanager
def held(database: Database) -> Iterator[None]:
    """Another process is writing to the database."""
    code = f"""
import sqlite3, sys
c = sqlite3.connect({database.database!r}, isolation_level=None)
c.execute("BEGIN IMMEDIATE"); print("held", flush=True); sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            assert process.stdin is not None
            process.stdin.close()


def test_a_locked_database_is_not_the_files_fault(folder: DropFolder, database: Database) -> None:
    database.execute_sql("PRAGMA busy_timeout = 10")
    put(folder, "export.csv", {})
    with held(database):
        result = folder.pick_up(soon())
    assert [trouble.exit_code for trouble in result.troubles] == [75]
    assert folder.state(soon()).failed == ()
    assert folder.pick_up(soon()).files == 1


def test_a_missing_folder_is_told(folder: DropFolder) -> None:
    gone = replace(folder, path=folder.path / "gone")
    (trouble,) = gone.pick_up(soon()).troubles
    assert "gone" in str(trouble)
    assert "gone" in gone.state(soon()).trouble


def test_finished_files_are_deleted_when_their_time_is_up(folder: DropFolder) -> None:
    put(folder, "export.csv", {}, {"order_number": "TP002", "quantity": "0"})
    folder.pick_up(soon())
    (folder.path / "done" / "mine.txt").write_text("not ours", encoding="utf-8")
    folder.pick_up(soon() + timedelta(days=29))
    assert len(list((folder.path / "done").iterdir())) == 3
    folder.pick_up(soon() + timedelta(days=31))
    assert [path.name for path in (folder.path / "done").iterdir()] == ["mine.txt"]


def test_what_lies_too_long_is_named(folder: DropFolder) -> None:
    put(folder, "export.csv", {})
    put(folder, "export.pdf", {})
    assert folder.state(soon()).overdue == ()
    state = folder.state(datetime.now(UTC) + timedelta(hours=2))
    assert state.waiting == 1
    assert sorted(state.overdue) == ["export.csv", "export.pdf"]


IMPORTER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from mailbot.store.database import open_database
from mailbot.store.drop_folder import DropFolder
database = open_database(Path(sys.argv[1]))
folder = DropFolder(path=Path(sys.argv[2]), settle_seconds=60, keep_days=30)
print(folder.pick_up(datetime.now(UTC) + timedelta(seconds=61)).orders)
"""


def importer(folder: DropFolder, database: Database) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", IMPORTER, database.database, str(folder.path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_killed_at_any_time_it_ends_with_the_same_orders(folder: DropFolder, database: Database) -> None:
    changes = [{"order_number": f"TP{count:06}", "serials": f"SN{count}"} for count in range(6000)]
    put(folder, "export.csv", *changes)
    kills = 0
    for least in (1, 1500):
        with importer(folder, database) as process:
            try:
                while orders.count() < least and process.poll() is None:
                    time.sleep(0.02)
            finally:
                process.send_signal(signal.SIGKILL)
            kills += process.wait() == -signal.SIGKILL
    assert kills == 2
    assert 0 < orders.count() < 6000
    with importer(folder, database) as process:
        told, _ = process.communicate(timeout=120)
    assert told.strip() == "6000"
    assert orders.count() == 6000
    assert database.execute_sql("SELECT count(*) FROM order_line").fetchone() == (6000,)
    assert database.execute_sql("SELECT count(*) FROM order_serial").fetchone() == (6000,)
    assert names(folder.path / "done") == ["export.csv"]
    assert list((folder.path / "working").iterdir()) == []


def test_two_at_once_import_a_file_once(folder: DropFolder, database: Database) -> None:
    put(folder, "export.csv", *({"order_number": f"TP{count:06}"} for count in range(2000)))
    both = [importer(folder, database) for _ in range(2)]
    assert sorted(int(process.communicate(timeout=120)[0]) for process in both) == [0, 2000]
    assert names(folder.path / "done") == ["export.csv"]
