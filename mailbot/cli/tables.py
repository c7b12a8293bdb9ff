"""Tables that fit the window: what is less important is left out, what is long is folded or cut (80 columns do)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

_GAP = 2  # cells between two columns


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a list. Widths are cells of a terminal: a Chinese character takes two."""

    name: str
    least: int = 0  # cells to which it may be narrowed; 0: it stays as wide as what it holds
    cut: bool = False  # narrowed it ends in "…" and stays on one line; else it goes on in the next
    rank: int = 0  # 0: always shown; the column with the highest is left out first


def table_of(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> tuple[Table, tuple[str, ...]]:
    """The rows laid out for a window of `width` cells, and the names of the columns that were left out."""
    natural = [
        max([cell_len(column.name), *(cell_len(line) for row in rows for line in row[index].split("\n"))])
        for index, column in enumerate(columns)
    ]
    shown = list(range(len(columns)))
    while _needed(columns, natural, shown) > width:
        least_wanted = max(shown, key=lambda index: (columns[index].rank, index))
        if not columns[least_wanted].rank:
            break
        shown.remove(least_wanted)
    widths = _widths(columns, natural, shown, width)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), expand=False)
    for index in shown:
        column = columns[index]
        cut = column.cut and widths[index] < natural[index]
        table.add_column(column.name, width=widths[index], overflow="ellipsis" if cut else "fold", no_wrap=cut)
    for row in rows:
        table.add_row(*(Text(row[index]) for index in shown))
    return table, tuple(column.name for index, column in enumerate(columns) if index not in shown)


def _needed(columns: Sequence[Column], natural: Sequence[int], shown: Sequence[int]) -> int:
    return sum(_least(columns[index], natural[index]) for index in shown) + _GAP * (len(shown) - 1)


def _least(column: Column, natural: int) -> int:
    return min(natural, max(column.least, cell_len(column.name))) if column.least else natural


def _widths(columns: Sequence[Column], natural: Sequence[int], shown: Sequence[int], width: int) -> dict[int, int]:
    """What is left over goes, cell by cell, to the narrowest: short values are whole before long ones get room."""
    widths = {index: _least(columns[index], natural[index]) for index in shown}
    left = width - sum(widths.values()) - _GAP * (len(shown) - 1)
    while left > 0 and (narrow := [index for index in shown if widths[index] < natural[index]]):
        widths[min(narrow, key=lambda index: widths[index])] += 1
        left -= 1
    return widths


def ago(moment: datetime, now: datetime) -> str:
    """How long ago a moment is, in one unit: "5 min", "3 h", "12 d"."""
    span = max(now - moment, timedelta(0))
    if span >= timedelta(days=2):
        return f"{span.days} d"
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min"


def names(columns: Iterable[str | Column]) -> list[Column]:
    """Plain names as columns that are folded where they must be."""
    return [one if isinstance(one, Column) else Column(name=one, least=8) for one in columns]
