"""Reading a mail costs the same whatever the number of orders: no statement on the way reads a whole table."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from mailbot.demo.people import Person, write
from mailbot.domain.effects import Decision
from mailbot.process import Gathered
from mailbot.store import orders
from mailbot.store.vault import create_key_file
from mailbot.wiring import Desk, open_desk
from tests.store.order_exports import ORDER
from tests.store.test_order_lookups import grows_with_the_table, plan

ROOT = Path(__file__).parents[2]
LIN = Person(name="林小满", address=ORDER.buyer_email)


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    for name in ("rules", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "settings.yaml", tmp_path)
    create_key_file(tmp_path / "mailbot.key")
    return tmp_path / "settings.yaml"


def gathering(desk: Desk, raw: bytes) -> list[str]:
    """The statements that are run to find out what a mail is about; those that write the answer come later."""
    seen: list[str] = []
    kept: list[str] = []

    def stop_listening(_gathered: Gathered, _decision: Decision) -> None:
        kept.extend(seen)

    connection: sqlite3.Connection = desk.database.connection()
    connection.set_trace_callback(seen.append)
    try:
        desk.processor.rehearse(raw, stop_listening)
    finally:
        connection.set_trace_callback(None)
    return [one for one in kept if one.lstrip().upper().startswith(("SELECT", "WITH"))]


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("退货", "我想退货，订单号 TP2026030117，序列号 SN1，电话 13800000001。"),
        ("Re: [T-100001] Return", "My parcel EX1 with order TP2026030118 never came."),
    ],
)
def test_reading_a_mail_reads_no_whole_table(settings_file: Path, subject: str, text: str) -> None:
    with open_desk(settings_file) as desk:
        orders.upsert([ORDER])
        asked = gathering(desk, write(LIN, "support@tp.example", subject, text, at=desk.processor.clock()))
        assert any("orders" in statement for statement in asked)
        for statement in asked:
            steps = plan(desk.database, statement)
            assert not any(grows_with_the_table(step) for step in steps), (statement, steps)
