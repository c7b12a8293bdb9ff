"""Orders in a spreadsheet: .xlsx workbooks, read row by row.

The table whose first row names the columns is taken, the first of several. Dates and numbers may stand as such or
as text; of a formula the value counts that the spreadsheet last worked out and saved.

Only what the format keeps aside (texts that cells share) is held in memory, and its size is bounded.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

from mailbot.errors import ConfigError
from mailbot.store.order_rows import MAX_LINE, RawRow, check_header, known_columns, named_columns

_MAX_SHEETS = 50  # looked at for the table
_MAX_ROWS = 1_048_576  # as many as a sheet can have
_MAX_COLUMNS = 1000  # of one row
_MAX_SHARED_TEXT = 200_000_000  # bytes of XML; some four times as much in memory
_MAX_PART = 20_000_000  # bytes of XML of anything else that is read whole: styles, names
_MAX_UNPACKED = 4_000_000_000  # bytes of everything in the file
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"})
_OLD_FORMAT = b"\xd0\xcf\x11\xe0"  # a compound file: .xls, or a workbook with a password
# A spreadsheet keeps 15 digits of a number (IEEE 754 double); from here on the rest is made up.
_TOO_LONG = 10**15


def sheet_rows(path: Path, on_bytes: Callable[[int], None] | None = None) -> Iterator[RawRow]:
    """The rows of the table with orders, by column.

    `on_bytes` is told about how far the file was read. Raises ConfigError for a file that is damaged, protected,
    too large, or has no such table.
    """
    from openpyxl import load_workbook  # a quarter of what every command would take to start

    try:
        with path.open("rb") as file:
            _check_size(path, file)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about styles and the like, which don't matter here
                book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            with closing(book):
                yield from _rows(path, _table(path, book), file, on_bytes)
        if on_bytes is not None:
            on_bytes(path.stat().st_size)
    except ConfigError:
        raise
    except MemoryError:
        raise ConfigError(f"{path}: too large for the memory of this machine: export it as CSV.") from None
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror or error}.") from error
    except Exception as error:  # openpyxl raises whatever a damaged file leads it to
        raise ConfigError(f"{path}: not a usable .xlsx workbook ({type(error).__name__}): export it again.") from error


def _check_size(path: Path, file: IO[bytes]) -> None:
    if file.read(4) == _OLD_FORMAT:
        raise ConfigError(f"{path}: an old .xls or protected by a password: save it as .xlsx without one.")
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    for part in parts:
        name = part.filename.lower()
        most = _MAX_PART
        if name.startswith("xl/worksheets/"):
            most = _MAX_UNPACKED
        elif name.endswith("sharedstrings.xml"):
            most = _MAX_SHARED_TEXT
        if name.endswith((".xml", ".rels")) and part.file_size > most:
            raise ConfigError(f"{path}: {part.filename} in it is {part.file_size} bytes long: export it as CSV.")
    if sum(part.file_size for part in parts) > _MAX_UNPACKED:
        raise ConfigError(f"{path}: more than {_MAX_UNPACKED} bytes when unpacked: export it as CSV.")
    file.seek(0)


def _table(path: Path, book: Any) -> Any:
    """The sheet whose first row has most of the columns."""
    best, most, named = None, -1, 0
    for sheet in islice(book.worksheets, _MAX_SHEETS):
        sheet.reset_dimensions()  # what a program wrote about the size of a sheet is often wrong
        named = known_columns(_header(next(iter(sheet.iter_rows(max_row=1, values_only=True)), ())))
        if named > most:
            best, most = sheet, named
    if best is None:
        raise ConfigError(f"{path}: there is no table in it.")
    return best


def _header(values: Sequence[object]) -> list[str]:
    return named_columns(_text(value) for value in values[:_MAX_COLUMNS])


def _rows(path: Path, sheet: Any, file: IO[bytes], on_bytes: Callable[[int], None] | None) -> Iterator[RawRow]:
    rows = iter(sheet.iter_rows(values_only=True))
    header = _header(next(rows, ()))
    while header and not header[-1]:
        header.pop()
    check_header(path, header)
    for count, values in enumerate(rows, start=2):
        if count > _MAX_ROWS:  # a damaged row number makes rows without end
            raise ConfigError(f"{path}: has more than {_MAX_ROWS} rows: export it as CSV.")
        if on_bytes is not None and count % 100 == 0:
            on_bytes(file.tell())
        if any(value is not None for value in values):
            yield _row(count, header, [_text(value) for value in values[:_MAX_COLUMNS]])


def _row(count: int, header: list[str], texts: list[str]) -> RawRow:
    cells = dict(zip(header, texts, strict=False))
    raw = io.StringIO()
    csv.writer(raw, lineterminator="").writerow(texts)
    problem = ""
    if raw.tell() >= MAX_LINE:
        problem = f"is longer than {MAX_LINE} characters"
    elif any(text.strip() for text in texts[len(header) :]):
        problem = f"has {len(texts)} cells where the header has {len(header)}"
    elif errors := [f"{column} is {text}" for column, text in cells.items() if text in _ERRORS]:
        problem = f"{errors[0]}: a formula in the sheet has gone wrong"
    return RawRow(row=count, raw=raw.getvalue()[:MAX_LINE], cells=cells, problem=problem)


def _text(value: object) -> str:
    """A cell as the text that a CSV of the same table would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        if value != value:  # NaN
            return "#NUM!"
        if abs(value) >= _TOO_LONG:
            return f"{value:.5E}"  # as a spreadsheet shows it; the fields say what is wrong with that
        return str(int(value)) if value == int(value) else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
