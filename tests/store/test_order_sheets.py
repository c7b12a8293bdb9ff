"""Orders in .xlsx workbooks, as people and programs leave them."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from mailbot.domain.orders import Order
from mailbot.errors import ConfigError
from mailbot.store.order_files import COLUMNS, RejectedRow, read_orders
from tests.store.order_exports import GOOD, ORDER, numbers, reasons


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "orders.xlsx"


def save(file: Path, *changes: dict[str, Any], header: Sequence[str] = COLUMNS, above: str = "") -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    if above:
        sheet.title = above
        sheet.append(["Remarks", "of no use"])
        sheet = book.create_sheet("Export")
    sheet.append(list(header))
    for change in changes:
        row = GOOD | change
        sheet.append([row.get(name.lower().replace(" ", "_")) for name in header])
    book.save(file)


def read(file: Path) -> list[Order | RejectedRow]:
    return list(read_orders(file))


def test_a_sheet_of_text_reads_like_a_csv(file: Path) -> None:
    save(file, {})
    assert read(file) == [ORDER]


def test_dates_and_numbers_may_be_cells_of_their_kind(file: Path) -> None:
    save(
        file,
        {
            "quantity": 2,
            "unit_price": 199.5,
            "purchased_on": date(2026, 3, 1),
            "delivered_on": datetime.fromisoformat("2026-03-04T15:30"),
        },
    )
    assert read(file) == [ORDER]


@pytest.mark.parametrize(
    ("cell", "price"), [(0.1 + 0.2, "0.30"), (199, "199.00"), (1299.95, "1299.95"), ("12,50", "12.50")]
)
def test_a_price_is_what_the_spreadsheet_shows(file: Path, cell: object, price: str) -> None:
    save(file, {"unit_price": cell})
    (order,) = read(file)
    assert isinstance(order, Order)
    assert order.lines[0].unit_price == Decimal(price)


def test_telephone_and_order_numbers_may_be_numbers(file: Path) -> None:
    save(file, {"phone": 13800000001, "order_number": 2026030117, "serials": 4711.0, "tracking_number": None})
    (order,) = read(file)
    assert isinstance(order, Order)
    assert (order.phone, order.number, order.lines[0].serials) == ("13800000001", "2026030117", ("4711",))
    assert order.tracking_number == ""


@pytest.mark.parametrize("cell", [123456789012345678, 1.23456789012345e17])
def test_a_number_whose_last_digits_the_spreadsheet_lost_is_refused(file: Path, cell: object) -> None:
    save(file, {"order_number": cell})
    (reason,) = reasons(read(file))
    assert "was shortened by the spreadsheet" in reason


def test_a_formula_that_went_wrong_is_named(file: Path) -> None:
    save(file, {}, {"order_number": "TP2", "buyer_name": "#N/A"})
    assert reasons(read(file)) == ["row 3: buyer_name is #N/A: a formula in the sheet has gone wrong"]


def with_cell(file: Path, was: str, now: str) -> None:
    """Rewrite the XML of the first sheet."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts["xl/worksheets/sheet1.xml"].decode()
    assert was in text
    parts["xl/worksheets/sheet1.xml"] = text.replace(was, now).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def test_of_a_formula_the_saved_value_counts(file: Path) -> None:
    save(file, {"quantity": "=1+1"})
    with_cell(file, "<f>1+1</f><v />", "<f>1+1</f><v>2</v>")
    assert read(file) == [ORDER]


def test_a_formula_that_was_never_worked_out_is_missing(file: Path) -> None:
    save(file, {"quantity": "=1+1"})
    assert reasons(read(file)) == ["row 2: quantity '' is not a whole number of at least 1"]


def test_the_table_may_be_on_any_sheet_with_columns_in_any_order(file: Path) -> None:
    header = ["Remark", *(name.replace("_", " ").title() for name in reversed(COLUMNS))]
    save(file, {"remark": "x"}, header=header, above="Read me")
    assert read(file) == [ORDER]


def test_rows_of_an_order_stand_together_and_empty_rows_count(file: Path) -> None:
    second = {"model": "TP-F9", "product_name": "滤芯", "serials": "", "quantity": 3, "unit_price": 59}
    save(file, {}, second, dict.fromkeys(COLUMNS), {"order_number": "TP002"}, {"order_number": "TP003", "quantity": 0})
    items = read(file)
    assert numbers(items) == ["TP2026030117", "TP002"]
    assert isinstance(items[0], Order)
    assert [line.model for line in items[0].lines] == ["TP-K17", "TP-F9"]
    assert reasons(items)[0].startswith("row 6: quantity")
    assert isinstance(items[2], RejectedRow)
    assert items[2].raw.startswith("TP003,林小满,lin@mail.example,")


def test_cells_beyond_the_header_are_not_overlooked(file: Path) -> None:
    save(file, {}, header=[*COLUMNS, "serial"])
    with_cell(file, ">serial<", "><")
    assert reasons(read(file)) == []
    save(file, {"serial": "SN9"}, header=[*COLUMNS, "serial"])
    with_cell(file, "<t>serial</t>", "<t></t>")
    assert "has 18 cells where the header has 17" in reasons(read(file))[0]


def test_a_missing_column_is_named(file: Path) -> None:
    save(file, {}, header=COLUMNS[1:])
    with pytest.raises(ConfigError, match=r"orders\.xlsx: row 1 must name the columns; missing: order_number"):
        read(file)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a usable"),
        (b"order_number,buyer_name\n", "not a usable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000), "password"),
        (b"PK\x03\x04" + bytes(100), "not a usable"),
    ],
)
def test_what_is_no_workbook_is_said_so(file: Path, content: bytes, says: str) -> None:
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=says):
        read(file)


def test_a_damaged_workbook_is_said_so_wherever_it_is_cut_or_changed(file: Path) -> None:
    save(file, {})
    whole = file.read_bytes()
    for at in range(0, len(whole), 97):
        for damaged in (whole[:at], whole[:at] + b"\xff\x00" + whole[at + 2 :]):
            file.write_bytes(damaged)
            try:
                read(file)
            except ConfigError:
                continue


def test_a_workbook_that_unpacks_to_too_much_is_refused(file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/styles.xml", "w") as part:
        for _ in range(30):
            part.write(bytes(1_000_000))
    with pytest.raises(ConfigError, match=r"xl/styles\.xml in it is 30000000 bytes long: export it as CSV"):
        read(file)


def test_a_row_number_out_of_this_world_ends(file: Path) -> None:
    save(file, {}, {"order_number": "TP002"})
    with_cell(file, '<row r="3">', '<row r="999999999">')
    with pytest.raises(ConfigError, match="more than 1048576 rows"):
        read(file)


def test_many_rows_take_no_more_memory_than_few(file: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(COLUMNS))
    for count in range(1000):
        sheet.append(list((GOOD | {"order_number": f"TP{count:08}"}).values()))
    book.save(file)
    positions: list[int] = []
    tracemalloc.start()
    try:
        assert sum(isinstance(item, Order) for item in read_orders(file, on_bytes=positions.append)) == 1000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000
    assert positions[-1] == file.stat().st_size
    assert all(position <= positions[-1] for position in positions)
