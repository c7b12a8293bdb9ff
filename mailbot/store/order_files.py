"""Reading the order exports of a shop, and writing down the rows that can't be used.

A file is read as a stream: memory holds one order, however long the file is.

What is accepted
- `.csv` and `.tsv`: one row per order line with the columns of COLUMNS, in any order; OPTIONAL_COLUMNS may be
  there too, further columns are ignored. UTF-8 with or without a byte order mark, or GB18030 as Chinese Excel
  writes it; separated by comma, semicolon or tab. Consecutive rows with the same order_number form one order and
  must agree in everything that belongs to the order. Order numbers may not come back later in the file: the order
  was already handed on, and importing the later rows as a full order would replace the earlier ones.
- `.xlsx`: the same as a table of a workbook; see order_sheets.
- `.jsonl`, `.ndjson`: one order per line, `lines` holding a list of objects with the fields of LINE_COLUMNS.

What is refused is refused whole: one bad row rejects all rows of its order, each with a reason, and nothing
else. A model that appears twice in an order at the same price becomes one line (quantities added, serial
numbers and differing product names kept); at different prices it is rejected, because a line has one price
and either choice would lose what was paid.

Reasons and raw rows quote the file, so they hold personal data: they belong in the rejects file, never in a log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from mailbot.domain.orders import Order
from mailbot.errors import ConfigError
from mailbot.store.csv_records import SEPARATORS, encoding_of, lines_of, records, split_row, unreadable
from mailbot.store.order_fields import COLUMNS, LINE_COLUMNS, OPTIONAL_COLUMNS, ORDER_COLUMNS, language_tag
from mailbot.store.order_rows import (
    MAX_ORDER_LINES,
    RawRow,
    RejectedRow,
    RejectsFile,
    check_header,
    grouped,
    known_columns,
    named_columns,
    read_groups,
)
from mailbot.store.order_sheets import sheet_rows

__all__ = ["COLUMNS", "ENDINGS", "ORDER_COLUMNS", "RejectedRow", "language_tag", "read_orders", "write_rejects"]

_CSV_ENDINGS = {".csv", ".tsv"}
_JSON_ENDINGS = {".jsonl", ".ndjson"}
_SHEET_ENDINGS = {".xlsx", ".xlsm"}
ENDINGS = _CSV_ENDINGS | _JSON_ENDINGS | _SHEET_ENDINGS  # of the files that are read
_SPOKEN = ".csv, .tsv, .xlsx, .jsonl and .ndjson"


def read_orders(
    path: Path, *, on_bytes: Callable[[int], None] | None = None, fits: Callable[[str], bool] = lambda _: True
) -> Iterator[Order | RejectedRow]:
    """Yield the orders of a file in their sequence, and the rejected rows where they occur.

    `fits` says whether mails that quote an order number can be matched to it; rows of other numbers are rejected.

    `on_bytes` is told the position reached in the file, in bytes from its beginning, and at the end its size.
    The file is read twice (once for its character encoding), so it must be a real file, not a pipe.
    Raises ConfigError at once for a wrong ending, a missing file or an unknown encoding, and at the first item
    for a missing column.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ConfigError(f"{path}: orders are read from {_SPOKEN} files; export as one of these.")
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such file.")
    if ending in _SHEET_ENDINGS:
        return read_groups(grouped(sheet_rows(path, on_bytes)), fits)
    try:
        encoding = encoding_of(path)
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}.") from error
    lines = lines_of(path, encoding, on_bytes)
    return read_groups(grouped(_csv_rows(path, lines)) if ending in _CSV_ENDINGS else _jsonl_groups(lines), fits)


def write_rejects(path: Path, rows: Iterable[RejectedRow]) -> int:
    """Write the rejected rows down (see RejectsFile); returns how many."""
    with RejectsFile(path) as file:
        for row in rows:
            file.add(row)
    return file.count


def _csv_rows(path: Path, lines: Iterator[str]) -> Iterator[RawRow]:
    first = next(lines, "")
    splits = [(mark, split_row([first], mark) or []) for mark in SEPARATORS]
    named = [(mark, named_columns(names)) for mark, names in splits]
    delimiter, header = max(named, key=lambda choice: known_columns(choice[1]))
    check_header(path, header)
    number_at = header.index("order_number")
    for count, (raw, cells) in enumerate(records(lines, delimiter), start=2):
        if cells is not None and not any(cell.strip() for cell in cells):
            continue
        problem = unreadable(raw)
        if cells is None:
            problem = problem or "the quotes are not in order"
            # Good enough to find the order that this row would have belonged to.
            cells = [cell.strip(' "') for cell in raw.split(delimiter, number_at + 1)[: number_at + 1]]
        elif len(cells) != len(header):
            problem = problem or f"has {len(cells)} cells where the header has {len(header)}"
        yield RawRow(row=count, raw=raw, cells=dict(zip(header, cells, strict=False)), problem=problem)


def _jsonl_groups(lines: Iterator[str]) -> Iterator[list[RawRow]]:
    for count, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        try:
            problem = unreadable(raw)
            group = [] if problem else _json_rows(count, raw)
        except (ValueError, RecursionError) as error:
            group, problem = [], f"is not a JSON object for an order: {error}"
        yield group or [RawRow(row=count, raw=raw, problem=problem)]


def _json_rows(count: int, raw: str) -> list[RawRow]:
    """A row for each order line, as a CSV would have it. Raises ValueError for anything but an object."""
    # A number with a fraction stays as it is written: no rounding, and 1e999999999 isn't spelt out.
    order = json.loads(raw, parse_float=str)
    if not isinstance(order, dict):
        raise ValueError("it must stand in { }")
    head, problem = _json_cells(order, (*ORDER_COLUMNS, *OPTIONAL_COLUMNS))
    positions = order.get("lines")
    if not isinstance(positions, list) or not positions or not all(isinstance(line, dict) for line in positions):
        return [
            RawRow(row=count, raw=raw, cells=head, problem="lines must be a list with an object for each order line")
        ]
    rows = []
    for line in positions[: MAX_ORDER_LINES + 1]:
        cells, line_problem = _json_cells(line, LINE_COLUMNS)
        rows.append(RawRow(row=count, raw=raw, cells=head | cells, problem=problem or line_problem))
    return rows


def _json_cells(values: dict[str, object], columns: Iterable[str]) -> tuple[dict[str, str], str]:
    """The fields as the text that a CSV would hold, and what is wrong with their types ("" for nothing)."""
    cells, problems = {}, []
    for column in columns:
        value = values.get(column)
        items = value if column == "serials" and isinstance(value, list) else [value]
        if any(isinstance(item, bool | dict | list) for item in items):
            problems.append(f"{column} must be text or a number")
        cells[column] = " ".join("" if item is None else str(item) for item in items)
    return cells, "; ".join(problems)
