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

import csv
import io
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from mailbot.domain.orders import Order
from mailbot.errors import ConfigError
from mailbot.store.order_fields import COLUMNS, LINE_COLUMNS, OPTIONAL_COLUMNS, ORDER_COLUMNS, language_tag
from mailbot.store.order_rows import (
    MAX_LINE,
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

MAX_CELL_LINES = 50  # lines that one row may span (line breaks inside quotes); more is a quote never closed
_CSV_ENDINGS = {".csv", ".tsv"}
_JSON_ENDINGS = {".jsonl", ".ndjson"}
_SHEET_ENDINGS = {".xlsx", ".xlsm"}
ENDINGS = _CSV_ENDINGS | _JSON_ENDINGS | _SHEET_ENDINGS  # of the files that are read
_SPOKEN = ".csv, .tsv, .xlsx, .jsonl and .ndjson"
_UNDECODED = re.compile("[\udc80-\udcff]")  # what errors="surrogateescape" makes of bytes that aren't text


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
        encoding = _encoding(path)
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}.") from error
    lines = _lines(path, encoding, on_bytes)
    return read_groups(grouped(_csv_rows(path, lines)) if ending in _CSV_ENDINGS else _jsonl_groups(lines), fits)


def write_rejects(path: Path, rows: Iterable[RejectedRow]) -> int:
    """Write the rejected rows down (see RejectsFile); returns how many."""
    with RejectsFile(path) as file:
        for row in rows:
            file.add(row)
    return file.count


def _encoding(path: Path) -> str:
    """Find the character encoding by reading the whole file: one early wrong guess would garble every name.

    A damaged byte in a UTF-8 file must not turn the rest into Chinese, so the lines vote. Text counts as
    GB18030 only when nearly all its characters are everyday ones (the GB 2312 block): German or Japanese
    text in an old encoding would decode too, as nonsense.
    """
    good = bad = high_bytes = everyday_bytes = 0
    with path.open("rb") as file:
        start = file.read(4)
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise ConfigError(f"{path} is UTF-16 text: save it as 'CSV UTF-8' and import it again.")
        if start[:3] == b"\xef\xbb\xbf":
            return "utf-8-sig"
        file.seek(0)
        while line := file.readline(4 * MAX_LINE):  # no character has more than 4 bytes
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                bad += 1
                high_bytes += len(re.findall(rb"[\x80-\xff]", line))
                everyday_bytes += 2 * len(re.findall(rb"[\xa1-\xf7][\xa1-\xfe]", line))
    if bad <= good:
        return "utf-8"
    if everyday_bytes >= 0.8 * high_bytes:
        return "gb18030"
    raise ConfigError(f"{path} is neither UTF-8 nor Chinese GB18030 text: save it as 'CSV UTF-8' and import it again.")


def _lines(path: Path, encoding: str, on_bytes: Callable[[int], None] | None) -> Iterator[str]:
    """The lines with their ends; one of MAX_LINE characters stands for a longer one, whose rest is dropped."""
    with path.open("rb") as binary, io.TextIOWrapper(binary, encoding, errors="surrogateescape", newline="") as text:
        while line := text.readline(MAX_LINE):
            if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
                while (rest := text.readline(MAX_LINE)) and not rest.endswith(("\n", "\r")):
                    pass  # on to the end of the line
            if on_bytes is not None:
                on_bytes(binary.tell())
            yield line
        if on_bytes is not None:
            on_bytes(binary.tell())


def _csv_rows(path: Path, lines: Iterator[str]) -> Iterator[RawRow]:
    first = next(lines, "")
    splits = [(mark, _split([first], mark) or []) for mark in (",", ";", "\t")]
    named = [(mark, named_columns(names)) for mark, names in splits]
    delimiter, header = max(named, key=lambda choice: known_columns(choice[1]))
    check_header(path, header)
    number_at = header.index("order_number")
    for count, (raw, cells) in enumerate(_records(lines, delimiter), start=2):
        if cells is not None and not any(cell.strip() for cell in cells):
            continue
        problem = _unreadable(raw)
        if cells is None:
            problem = problem or "the quotes are not in order"
            # Good enough to find the order that this row would have belonged to.
            cells = [cell.strip(' "') for cell in raw.split(delimiter, number_at + 1)[: number_at + 1]]
        elif len(cells) != len(header):
            problem = problem or f"has {len(cells)} cells where the header has {len(header)}"
        yield RawRow(row=count, raw=raw, cells=dict(zip(header, cells, strict=False)), problem=problem)


def _records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[str, list[str] | None]]:
    """Each record as it stands in the file and cut into cells; None for cells where the quoting is broken.

    A quote that is never closed costs its own line, not the rest of the file: the lines after it are read again.
    """
    ahead: deque[str] = deque()
    while True:
        if not ahead:
            ahead.extend(islice(lines, 1))
            if not ahead:
                return
        size, cells = 1, _split([ahead[0]], delimiter)
        while cells is None and size < MAX_CELL_LINES and "".join(islice(ahead, size)).count('"') % 2:
            if len(ahead) == size:
                ahead.extend(islice(lines, 1))
                if len(ahead) == size:
                    break
            size += 1
            cells = _split(list(islice(ahead, size)), delimiter)
        raw = "".join(ahead.popleft() for _ in range(1 if cells is None else size))
        yield raw, cells


def _split(lines: list[str], delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def _unreadable(raw: str) -> str:
    if len(raw) >= MAX_LINE:
        return f"is longer than {MAX_LINE} characters"
    if _UNDECODED.search(raw):
        return "has bytes that are not text in the encoding of the file"
    return ""


def _jsonl_groups(lines: Iterator[str]) -> Iterator[list[RawRow]]:
    for count, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        try:
            problem = _unreadable(raw)
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
