"""Reading the order exports of a shop, and writing down the rows that can't be used.

A file is read as a stream: memory holds one order, plus about 150 bytes for each order number seen so far.

What is accepted
- `.csv` and `.tsv`: one row per order line with the columns of COLUMNS, in any order; further columns are
  ignored. UTF-8 with or without a byte order mark, or GB18030 as Chinese Excel writes it; separated by comma,
  semicolon or tab. Consecutive rows with the same order_number form one order and must agree in everything
  that belongs to the order. Order numbers may not come back later in the file: the order was already handed
  on, and importing the later rows as a full order would replace the earlier ones.
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
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from mailbot.domain.orders import Order
from mailbot.errors import ConfigError
from mailbot.store.order_fields import (
    COLUMNS,
    LINE_COLUMNS,
    MAX_TEXT,
    ORDER_COLUMNS,
    OrderReading,
    language_tag,
    shaped_number,
)

__all__ = ["COLUMNS", "ORDER_COLUMNS", "RejectedRow", "language_tag", "read_orders", "write_rejects"]

MAX_LINE = 100_000  # characters of one line of the file; more is a damaged file
MAX_CELL_LINES = 50  # lines that one row may span (line breaks inside quotes); more is a quote never closed
MAX_ORDER_LINES = 200  # positions of one order
_CSV_ENDINGS = {".csv", ".tsv"}
_JSON_ENDINGS = {".jsonl", ".ndjson"}
_UNDECODED = re.compile("[\udc80-\udcff]")  # what errors="surrogateescape" makes of bytes that aren't text


@dataclass(frozen=True, kw_only=True)
class RejectedRow:
    """A row that was not imported."""

    row: int  # as a spreadsheet counts: the header of a CSV is row 1; the first line of a JSONL is row 1
    raw: str  # the row as text, as it stands in the file; bytes that aren't text are shown as \\udcNN
    order_number: str  # "" when the row doesn't tell
    reason: str  # for the person who mends the file, e.g. "row 17: unit_price '12,5x' is not a number"


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One row as it came, not yet understood. A JSONL line gives a row for each of its order lines."""

    row: int  # see RejectedRow
    raw: str  # see RejectedRow
    cells: dict[str, str] = field(default_factory=dict)  # by column
    problem: str = ""  # why the cells can't be trusted, "" when they can

    @property
    def number(self) -> str:
        """The order number, as far as it can be read."""
        return shaped_number(self.cells.get("order_number", ""))


def read_orders(path: Path, *, on_bytes: Callable[[int], None] | None = None) -> Iterator[Order | RejectedRow]:
    """Yield the orders of a file in their sequence, and the rejected rows where they occur.

    `on_bytes` is told the position reached in the file, in bytes from its beginning, and at the end its size.
    The file is read twice (once for its character encoding), so it must be a real file, not a pipe.
    Raises ConfigError at once for a wrong ending, a missing file or an unknown encoding, and at the first item
    for a missing column.
    """
    ending = path.suffix.lower()
    if ending not in _CSV_ENDINGS | _JSON_ENDINGS:
        raise ConfigError(f"{path}: orders are read from .csv, .tsv, .jsonl and .ndjson files; export as one of these.")
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such file.")
    try:
        encoding = _encoding(path)
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}.") from error
    lines = _lines(path, encoding, on_bytes)
    return _orders(_csv_groups(path, lines) if ending in _CSV_ENDINGS else _jsonl_groups(lines))


def write_rejects(path: Path, rows: Iterable[RejectedRow]) -> int:
    """Write the rejected rows as CSV (row, order_number, reason, raw) for a spreadsheet; returns how many.

    Readable by the owner alone, because it quotes customers. Cells that a spreadsheet would run as a formula
    get an apostrophe in front, also inside `raw`; read_orders takes it off again.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise ConfigError(f"{path}: the rejected rows can't be written there: {error.strerror}.") from error
    count = 0
    with open(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["row", "order_number", "reason", "raw"])
        for row in rows:
            count += 1
            writer.writerow([row.row, *(_no_formula(cell) for cell in (row.order_number, row.reason, row.raw))])
    return count


def _no_formula(text: str) -> str:
    # After a separator too: a spreadsheet that expects other separators would begin a cell there.
    return re.sub(r"(^|[,;\t\r\n\"])([ \t\r\n]*)([=+\-@＝＋－＠])", r"\1\2'\3", text)


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


def _csv_groups(path: Path, lines: Iterator[str]) -> Iterator[list[_Row]]:
    """Rows of one order at a time. A row that doesn't tell its order belongs to the one it stands within."""
    group: list[_Row] = []
    between: list[_Row] = []  # rows without a number since the last row of `group`
    for row in _csv_rows(path, lines):
        if not row.number and group and len(between) < MAX_ORDER_LINES:
            between.append(row)
            continue
        if row.number and group and row.number == group[0].number and len(group) <= MAX_ORDER_LINES:
            group += [*between, row]
        else:
            yield from ([group] if group else [])
            yield from ([one] for one in between)
            group = [row]
        between = []
    yield from ([group] if group else [])
    yield from ([one] for one in between)


def _csv_rows(path: Path, lines: Iterator[str]) -> Iterator[_Row]:
    first = next(lines, "")
    splits = [(mark, _split([first], mark) or []) for mark in (",", ";", "\t")]
    named = [(mark, [re.sub(r"\s+", "_", name.strip().lower()) for name in names]) for mark, names in splits]
    delimiter, header = max(named, key=lambda choice: len(set(choice[1]) & set(COLUMNS)))
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise ConfigError(f"{path}: row 1 must name the columns; missing: {', '.join(missing)}.")
    twice = sorted({column for column in COLUMNS if header.count(column) > 1})
    if twice:
        raise ConfigError(f"{path}: row 1 names a column twice: {', '.join(twice)}.")
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
        yield _Row(row=count, raw=raw, cells=dict(zip(header, cells, strict=False)), problem=problem)


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


def _jsonl_groups(lines: Iterator[str]) -> Iterator[list[_Row]]:
    for count, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        try:
            problem = _unreadable(raw)
            group = [] if problem else _json_rows(count, raw)
        except (ValueError, RecursionError) as error:
            group, problem = [], f"is not a JSON object for an order: {error}"
        yield group or [_Row(row=count, raw=raw, problem=problem)]


def _json_rows(count: int, raw: str) -> list[_Row]:
    """A row for each order line, as a CSV would have it. Raises ValueError for anything but an object."""
    # A number with a fraction stays as it is written: no rounding, and 1e999999999 isn't spelt out.
    order = json.loads(raw, parse_float=str)
    if not isinstance(order, dict):
        raise ValueError("it must stand in { }")
    head, problem = _json_cells(order, ORDER_COLUMNS)
    positions = order.get("lines")
    if not isinstance(positions, list) or not positions or not all(isinstance(line, dict) for line in positions):
        return [_Row(row=count, raw=raw, cells=head, problem="lines must be a list with an object for each order line")]
    rows = []
    for line in positions[: MAX_ORDER_LINES + 1]:
        cells, line_problem = _json_cells(line, LINE_COLUMNS)
        rows.append(_Row(row=count, raw=raw, cells=head | cells, problem=problem or line_problem))
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


def _orders(groups: Iterable[list[_Row]]) -> Iterator[Order | RejectedRow]:
    seen: dict[int, int] = {}  # hash of an order number -> the row where it began; the hash keeps this small
    for group in groups:
        number, reading = group[0].number, OrderReading()
        if number and (first := seen.setdefault(hash(number), group[0].row)) != group[0].row:
            reading.complain(
                group[0].row,
                f"order number {number[:40]} seen before in row {first}: put the rows of an order together",
            )
        if len(group) > MAX_ORDER_LINES:
            reading.complain(group[0].row, f"order {number[:40]} has more than {MAX_ORDER_LINES} lines")
        for row in group:
            if row.problem:
                reading.complain(row.row, row.problem)
            else:
                reading.add(row.row, row.cells)
        if (order := reading.order()) is not None:
            yield order
        else:
            yield from _rejects(group, number, reading.complaints)


def _rejects(group: list[_Row], number: str, complaints: dict[int, list[str]]) -> Iterator[RejectedRow]:
    """Every row of the order once: with its own complaints, or with the rows that spoil it."""
    culprits = ", ".join(str(row) for row in sorted(complaints))
    for row in {row.row: row for row in group}.values():
        reason = (
            "; ".join(complaints.get(row.row, [])) or f"order {number[:40]} is not imported because of row {culprits}"
        )
        yield RejectedRow(
            row=row.row,
            raw=_printable(row.raw.rstrip("\r\n")),
            order_number=_printable((row.number or number)[:MAX_TEXT]),
            reason=_printable(f"row {row.row}: {reason}"),
        )


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
