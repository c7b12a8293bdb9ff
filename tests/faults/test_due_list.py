"""The due-list over a real database: a failure in the middle, long stops, changed rules, and a million closed cases."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mailbot.domain.cases import Actor, CaseEvent, CaseKind, CaseState
from mailbot.domain.orders import Order
from mailbot.domain.waiting import Step
from mailbot.errors import SafeguardTripped
from mailbot.store import desk as rows
from mailbot.store import due, orders, sql
from mailbot.store.database import Database, migrate, open_database, transaction
from mailbot.store.vault import create_key_file
from mailbot.timers import Timers
from mailbot.wiring import Desk, open_desk
from tests.store.order_exports import ORDER
from tests.store.test_order_lookups import plan, statements

ROOT = Path(__file__).parents[2]
MONDAY = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)  # ten o'clock in Shanghai


@dataclass
class Clock:
    """A clock that is set."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    for name in ("rules", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    text = (ROOT / "settings.yaml").read_text(encoding="utf-8")
    (tmp_path / "settings.yaml").write_text(text.replace("calendar: CN", "calendar: GB"), encoding="utf-8")
    create_key_file(tmp_path / "mailbot.key")
    return tmp_path / "settings.yaml"


@contextmanager
def opened(settings_file: Path, clock: Clock) -> Iterator[tuple[Desk, Timers]]:
    with open_desk(settings_file, clock) as desk:
        yield desk, desk.passes.timers


def open_case(number: int = 0, now: datetime = MONDAY) -> int:
    """A return that waits for its form, each of a customer of their own."""
    order = Order(**{**vars(ORDER), "number": f"TP{2026030117 + number}", "buyer_email": f"guest{number}@mail.example"})
    orders.upsert([order])
    ticket = rows.open_ticket(
        now=now, subject="Return", language="en", customer_name="", customer_email=order.buyer_email, wish="return",
        linked_to=None,
    )  # fmt: skip
    return rows.open_case(ticket, CaseKind.RETURN, order, now.date(), now, date(2026, 6, 15))


def move(case_id: int, expected: CaseState, to: CaseState, now: datetime) -> None:
    rows.move_case(
        case_id, event=CaseEvent.WITHDRAW, expected=expected, to=to, actor=Actor.STAFF, actor_address="", reason="",
        refund_wanted_by="", inbox_id=None, now=now,
    )  # fmt: skip


def queued() -> list[str]:
    return [template for (template,) in sql.rows("SELECT template FROM outbox ORDER BY id")]


@pytest.mark.parametrize("table", ["outbox", "reminder", "outbox_bytes"])
def test_a_failure_in_the_middle_leaves_nothing_behind_and_the_next_pass_does_it_once(
    settings_file: Path, table: str
) -> None:
    clock = Clock()
    with opened(settings_file, clock) as (desk, timers):
        with transaction():
            open_case()
        clock.now += timedelta(days=7)
        desk.database.execute_sql(
            f"CREATE TRIGGER broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        assert timers.run() == (0, None)
        assert queued() == []
        assert due.told([1]) == {}
        desk.database.execute_sql("DROP TRIGGER broken")
    with opened(settings_file, clock) as (_, timers):  # started anew
        assert timers.run()[0] == 0  # others would go first
        clock.now += timedelta(minutes=16)
        assert timers.run() == (1, None)
        assert timers.run() == (0, None)
        assert queued() == ["case_reminder"]


def test_one_case_that_fails_stops_no_other(settings_file: Path) -> None:
    clock = Clock()
    with opened(settings_file, clock) as (desk, timers):
        with transaction():
            first, second = open_case(1), open_case(2)
        desk.database.execute_sql("UPDATE cases SET terms = 'nonsense' WHERE id = ?", (first,))
        clock.now += timedelta(days=7)
        assert timers.run() == (1, None)
        assert [key[0] for key in due.told([first, second])] == [second]


def test_the_same_step_of_a_wait_is_refused_by_the_database(settings_file: Path) -> None:
    with opened(settings_file, Clock()):
        with transaction():
            case_id = open_case()
            due.mark(case_id, Step.REMIND, MONDAY, MONDAY.date(), "")
        with pytest.raises(SafeguardTripped, match="was done before"), transaction():
            due.mark(case_id, Step.REMIND, MONDAY, MONDAY.date(), "")
        with transaction():  # another step, or a wait that began anew
            due.mark(case_id, Step.EXPIRE, MONDAY, MONDAY.date(), "")
            due.mark(case_id, Step.REMIND, MONDAY + timedelta(days=1), MONDAY.date(), "")


def test_what_is_due_after_a_long_stop_is_spread_over_passes(settings_file: Path) -> None:
    clock = Clock()
    with opened(settings_file, clock) as (_, timers):
        with transaction():
            for number in range(120):
                open_case(number)
        clock.now += timedelta(days=7)
        assert [timers.run()[0] for _ in range(4)] == [50, 50, 20, 0]
        assert len(queued()) == 120


def test_outside_of_working_hours_nothing_is_done_and_the_next_look_is_the_opening(settings_file: Path) -> None:
    clock = Clock()
    with opened(settings_file, clock) as (desk, timers):
        with transaction():
            open_case()
        clock.now = datetime(2026, 6, 8, 12, 0, tzinfo=UTC)  # eight in the evening
        assert timers.run() == (0, None)
        (look_at,) = desk.database.execute_sql("SELECT look_at FROM cases").fetchone()
        assert datetime.fromisoformat(look_at) == datetime(2026, 6, 9, 1, 0, tzinfo=UTC)
        clock.now = datetime(2026, 6, 9, 1, 0, tzinfo=UTC)
        assert timers.run() == (1, None)


def test_changed_rules_count_at_once(settings_file: Path) -> None:
    clock = Clock()
    with opened(settings_file, clock) as (_, timers):
        with transaction():
            open_case()
        assert timers.run() == (0, None)  # the next look is a week ahead
    file = settings_file.parent / "rules" / "returns.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("remind_customer: 5", "remind_customer: 2"))
    clock.now += timedelta(days=2)
    with opened(settings_file, clock) as (_, timers):
        assert timers.run() == (1, None)


def test_a_case_that_is_over_is_never_looked_at_and_one_that_comes_back_is(settings_file: Path) -> None:
    clock = Clock()
    with opened(settings_file, clock) as (_, timers):
        with transaction():
            case_id = open_case()
            move(case_id, CaseState.REQUESTED, CaseState.WITHDRAWN, MONDAY)
        clock.now += timedelta(days=30)
        assert timers.run() == (0, None)
        assert (due.one(case_id), due.counts().waiting) == (None, 0)
        with transaction():
            move(case_id, CaseState.WITHDRAWN, CaseState.REQUESTED, clock.now)
        assert timers.run() == (0, None)
        clock.now += timedelta(days=7)
        assert timers.run() == (1, None)


def test_closed_cases_cost_nothing(settings_file: Path) -> None:
    """No statement of a look reads more than the open cases, and what belongs to each."""
    clock = Clock()
    with opened(settings_file, clock) as (desk, timers):
        with transaction():
            open_case()
        clock.now += timedelta(days=7)
        with statements(desk.database) as asked:
            timers.run()
            due.counts()
            timers.forecast(50)
        asked = [one for one in asked if one.lstrip().upper().startswith(("SELECT", "UPDATE"))]
        assert any("look_at" in one for one in asked)
        for statement in asked:
            for step in plan(desk.database, statement):
                whole = step.startswith("SCAN ") and "cases_look" not in step and step != "SCAN due_mark"
                assert not whole, (statement, step)


def test_what_was_there_before_is_looked_at_and_isnt_told_again(tmp_path: Path) -> None:
    """The migration: open cases come up, closed ones don't, and a broken promise that staff know of stays told."""
    path = tmp_path / "old.sqlite3"
    database = _as_before(path)
    try:
        migrate(database)
        looks = database.execute_sql("SELECT id FROM cases WHERE look_at IS NOT NULL ORDER BY id").fetchall()
        assert looks == [(1,), (2,)]
        since = datetime(2026, 3, 2, tzinfo=UTC)
        assert due.told([1, 2, 3]) == {(2, since): {Step.TELL_BROKEN: date(2026, 3, 11)}}
    finally:
        database.close()


def _as_before(path: Path) -> Database:
    """A database of the version before, with a form awaited, an overdue refund that was told, and a closed case."""
    folder = ROOT / "mailbot" / "store" / "migrations"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE schema_migration (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)")
    for file in sorted(folder.glob("*.sql")):
        if file.stem >= "0004":
            break
        text = file.read_text(encoding="utf-8").replace("{id}", "INTEGER PRIMARY KEY").replace("{bytes}", "BLOB")
        connection.executescript(text)
        connection.execute("INSERT INTO schema_migration VALUES (?, '')", (file.stem,))
    day = "2026-03-02T00:00:00.000000Z"
    connection.execute(
        "INSERT INTO ticket VALUES (1, 'open', '', 'en', '', 'kate@mail.example', '', '', '', NULL, NULL, NULL, ?, ?)",
        (day, day),
    )
    for number, state in enumerate(("requested", "refund_due", "closed"), 1):
        connection.execute(
            "INSERT INTO cases (id, ticket_id, kind, state, order_number, terms, answers, staff_reason, opened_at, "
            "since) VALUES (?, 1, 'return', ?, 'TP1', '{}', '{}', '', ?, ?)",
            (number, state, day, day),
        )
    connection.execute(
        "INSERT INTO refund (case_id, order_number, amount, currency, payment_method, state, booked_at, due_on, "
        "due_is_provisional, decided_by, settled_by, overdue_told) "
        "VALUES (2, 'TP1', '1', 'EUR', 'card', 'booked', ?, '2026-03-11', 0, '', '', 1)",
        (day,),
    )
    connection.commit()
    connection.close()
    return open_database(path)
