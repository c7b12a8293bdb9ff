"""What all kinds of order files have in common: rows by column, rows that belong together, rows that are refused."""

from __future__ import annotations

import csv
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

from mailbot.domain.orders import Order
from mailbot.domain.spreadsheets import no_formula
from mailbot.errors import ConfigError, TryAgainLater
from mailbot.store.order_fields import COLUMNS, MAX_TEXT, OPTIONAL_COLUMNS, OrderReading, shaped_number

MAX_LINE = 100_000  # characters of one line of the file; more is a damaged file
MAX_ORDER_LINES = 200  # positions of one order


@dataclass(frozen=True, kw_only=True)
class RejectedRow:
    """A row that was not imported."""

    row: int  # as a spreadsheet counts: the header of a table is row 1; the first line of a JSONL is row 1
    raw: str  # the row as text, as it stands in the file; bytes that aren't text are shown as \\udcNN
    order_number: str  # "" when the row doesn't tell
    reason: str  # for the person who mends the file, e.g. "row 17: unit_price '12,5x' is not a number"
    misfit: bool = False  # it belongs to an order whose number doesn't fit the settings


@dataclass(frozen=True, kw_only=True)
class RawRow:
    """One row as it came, not yet understood. A JSONL line gives a row for each of its order lines."""

    row: int  # see RejectedRow
    raw: str  # see RejectedRow
    cells: dict[str, str] = field(default_factory=dict)  # by column
    problem: str = ""  # why the cells can't be trusted, "" when they can

    @cached_property
    def number(self) -> str:
        """The order number, as far as it can be read."""
        return shaped_number(self.cells.get("order_number", ""))


def named_columns(names: Iterable[str]) -> list[str]:
    """The names in the first row of a table as columns: "Order Number" -> "order_number"."""
    return [re.sub(r"\s+", "_", name.strip().lower()) for name in names]


def known_columns(header: Iterable[str]) -> int:
    """How many of the columns of an export a header has."""
    return len(set(header) & set(COLUMNS))


def check_header(path: Path, header: Sequence[str]) -> None:
    """Raises ConfigError when a column is missing or stands twice."""
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise ConfigError(f"{path}: row 1 must name the columns; missing: {', '.join(missing)}.")
    twice = sorted({column for column in (*COLUMNS, *OPTIONAL_COLUMNS) if header.count(column) > 1})
    if twice:
        raise ConfigError(f"{path}: row 1 names a column twice: {', '.join(twice)}.")


def grouped(rows: Iterable[RawRow]) -> Iterator[list[RawRow]]:
    """Rows of one order at a time. A row that doesn't tell its order belongs to the one it stands within."""
    group: list[RawRow] = []
    between: list[RawRow] = []  # rows without a number since the last row of `group`
    for row in rows:
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


class _SeenNumbers:
    """The order numbers seen so far, in a temporary file of its own, so that memory doesn't grow with them."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)  # deleted by the system when it is closed
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE seen (number TEXT PRIMARY KEY, row INTEGER) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def first_row(self, number: str, row: int) -> int:
        """The row where this number began: `row`, when it wasn't seen before."""
        try:
            if self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (number, row)).rowcount:
                return row
            ((first,),) = self._database.execute("SELECT row FROM seen WHERE number = ?", (number,))
        except sqlite3.OperationalError as error:
            raise TryAgainLater(f"no room for a temporary file while orders are read: {error}") from error
        return int(first)

    def close(self) -> None:
        """Drop the file."""
        self._database.close()


def read_groups(groups: Iterable[list[RawRow]], fits: Callable[[str], bool]) -> Iterator[Order | RejectedRow]:
    """Each group as an order, or as rejected rows; see OrderReading for `fits`."""
    with closing(_SeenNumbers()) as seen:
        for group in groups:
            number, reading = _printable(group[0].number), OrderReading(fits)
            if number and (first := seen.first_row(number[:MAX_TEXT], group[0].row)) != group[0].row:
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
                yield from _rejects(group, number, reading)


def _rejects(group: list[RawRow], number: str, reading: OrderReading) -> Iterator[RejectedRow]:
    """Every row of the order once: with its own complaints, or with the rows that spoil it."""
    complaints = reading.complaints
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
            misfit=reading.misfit,
        )


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class RejectsUnwritable(ConfigError):
    """The rejected rows can't be written down: give mailbot room and rights there and import again."""


class RejectsFile:
    """The rejected rows as CSV (row, order_number, reason, raw) for a spreadsheet; made with the first of them.

    `number` names the second column where the rows are no orders.

    Readable by the owner alone, because it quotes customers. Cells that a spreadsheet would run as a formula
    get an apostrophe in front, also inside `raw`; read_orders takes it off again.
    """

    def __init__(self, path: Path, number: str = "order_number") -> None:
        self.path = path
        self._number = number
        self.count = 0  # rows written
        self._file: Any = None
        self._writer: Any = None

    def __enter__(self) -> RejectsFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, row: RejectedRow) -> None:
        """Write down one row. Raises RejectsUnwritable."""
        try:
            if self._file is None:
                self._open()
            self._writer.writerow([row.row, *(no_formula(cell) for cell in (row.order_number, row.reason, row.raw))])
        except OSError as error:
            raise RejectsUnwritable(
                f"{self.path}: the rejected rows can't be written there: {error.strerror}."
            ) from error
        self.count += 1

    def _open(self) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = open(descriptor, "w", encoding="utf-8-sig", newline="")  # noqa: SIM115 - closed in __exit__
        self._writer = csv.writer(self._file, quoting=csv.QUOTE_ALL)
        self._writer.writerow(["row", self._number, "reason", "raw"])
