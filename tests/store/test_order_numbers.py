"""Orders that no mail could ever be matched to, and money that doesn't exist, are refused with the reason."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbot.cli.main import app
from mailbot.domain.currencies import CODES
from mailbot.settings import load_settings
from mailbot.settings.currencies import known_currencies
from mailbot.settings.patterns import number_fits
from mailbot.store import orders
from mailbot.store.order_import import import_orders
from mailbot.wiring import drop_folder, open_store
from tests.store.order_exports import numbers, read, reasons, text_of

ROOT = Path(__file__).parents[2]
ONE = r"(?i)\bTP\d{10}\b"
TWO = r"(?i)\b(?:TP\d{10}|EU-\d{6})\b"
FILE = text_of(
    {}, {"order_number": "EU-100001"}, {"order_number": "EU-100001", "model": "TP-F9"}, {"order_number": "9"}
)


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    shutil.copyfile(ROOT / "settings.yaml", tmp_path / "settings.yaml")
    return tmp_path / "settings.yaml"


def set_pattern(settings_file: Path, pattern: str) -> None:
    text = settings_file.read_text("utf-8")
    assert ONE in text
    settings_file.write_text(text.replace(ONE, pattern), "utf-8")


@pytest.mark.parametrize(
    ("pattern", "number", "fits"),
    [
        (ONE, "TP2026030117", True),
        (ONE, "TP20260301170", False),
        (ONE, "EU-100001", False),
        (TWO, "TP2026030117", True),
        (TWO, "EU-100001", True),
        (r"\btp\d{10}\b", "TP2026030117", False),  # numbers are stored in upper case
        (r"\d{10}", "TP2026030117", False),  # finds only a part of it
        (r"TP\d+", "TP2026/03", False),
        (r"#?\d{5}", "#12345", True),
    ],
)
def test_a_number_fits_when_it_is_found_whole_where_it_is_quoted(pattern: str, number: str, fits: bool) -> None:
    assert number_fits(pattern)(number) is fits


def test_rows_of_a_number_that_cannot_be_matched_name_the_setting(tmp_path: Path) -> None:
    file, rejects = tmp_path / "orders.csv", tmp_path / "rejects.csv"
    file.write_text(FILE, "utf-8")
    with open_store_here(tmp_path):
        done = import_orders(file, rejects, fits=number_fits(ONE))
        assert (done.imported, done.rejected, done.misfits) == (1, 3, 2)
        assert [order.number for order in orders.page(10)] == ["TP2026030117"]
        assert done.reasons[0].startswith(
            "row 3: order_number 'EU-100001' doesn't fit the setting orders.number_pattern"
        )
        assert done.reasons[1].startswith("row 5: order_number '9' must be")  # a second misfit would say nothing new
        with rejects.open(encoding="utf-8-sig", newline="") as written:
            rows = list(csv.DictReader(written))
        assert [row["row"] for row in rows] == ["3", "4", "5"]
        assert all("orders.number_pattern" in row["reason"] for row in rows[:2])
        assert import_orders(file, rejects, fits=number_fits(TWO)).imported == 2


def open_store_here(folder: Path):  # type: ignore[no-untyped-def]
    shutil.copyfile(ROOT / "settings.yaml", folder / "settings.yaml")
    return open_store(load_settings(folder / "settings.yaml"))


def test_the_command_says_it_once(settings_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = settings_file.with_name("export.csv")
    file.write_text(text_of({}, *({"order_number": f"EU-{count:06}"} for count in range(500))), "utf-8")
    command = ["--settings", str(settings_file), "orders", "import", str(file)]
    assert app(command, standalone_mode=False) == 1
    said = capsys.readouterr().out
    assert said.startswith("1 orders imported, 500 rows rejected\n  row 3: order_number 'EU-000000' doesn't fit")
    assert f"  500 of these rows have an order number that orders.number_pattern ({settings_file}) doesn't find" in said
    assert said.count("EU-") == 1
    assert said.count("\n") == 4
    assert app([*command, "--json"], standalone_mode=False) == 1
    assert json.loads(capsys.readouterr().out)["misfits"] == 500
    set_pattern(settings_file, TWO)
    assert app(command, standalone_mode=False) in (0, None)
    assert capsys.readouterr().out == "501 orders imported, 0 rows rejected\n"


def test_a_nightly_export_is_held_to_the_same(settings_file: Path) -> None:
    inbox = settings_file.with_name("exports")
    inbox.mkdir()
    text = settings_file.read_text("utf-8")
    assert "  drop_folder: null" in text
    settings_file.write_text(text.replace("  drop_folder: null", f"  drop_folder: {inbox}"), "utf-8")
    settings = load_settings(settings_file)
    folder = drop_folder(settings)
    assert folder is not None
    (inbox / "tonight.csv").write_text(FILE, "utf-8")
    with open_store(settings):
        result = folder.pick_up(datetime.now(UTC) + timedelta(hours=1))
        assert (result.files, result.orders, result.rejected) == (1, 1, 3)
        assert [order.number for order in orders.page(10)] == ["TP2026030117"]


@pytest.mark.parametrize("code", ["CNY", "eur", "TWD", "XOF", "HRK", "BYN"])
def test_money_that_people_pay_with_is_taken(tmp_path: Path, code: str) -> None:
    items = read(tmp_path / "orders.csv", text_of({"currency": code, "unit_price": "199"}))
    assert numbers(items) == ["TP2026030117"]


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("RMB", "RMB is written CNY"),
        ("XYZ", "write one such as CNY"),
        ("XXX", "write one"),
        ("DEM", "write one"),
        ("CNH", "write one"),
    ],
)
def test_money_that_nobody_pays_with_is_refused(tmp_path: Path, code: str, hint: str) -> None:
    items = read(tmp_path / "orders.csv", text_of({}, {"order_number": "TP002", "currency": code}))
    assert numbers(items) == ["TP2026030117"]
    (reason,) = reasons(items)
    assert reason.startswith(f"row 3: currency '{code}' is no currency of ISO 4217: ")
    assert hint in reason


def test_every_code_that_is_looked_for_in_text_is_one_of_the_list() -> None:
    assert set(CODES) <= known_currencies()
