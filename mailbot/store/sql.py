"""Statements of the hot path, written out.

peewee builds the text of each statement anew, which cost more than SQLite took to run it (a fifth of a whole pass,
measured). What runs for every mail is written here as SQL that SQLite and PostgreSQL both understand; lists and
rare paths stay with the models.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from mailbot.store.fields import utc_text
from mailbot.store.models import MODELS

Row = tuple[Any, ...]
_MOST_VALUES = 7000  # in one statement; SQLite takes 32,766


def rows(sql: str, *values: object) -> list[Row]:
    """All rows of a query; "?" stands for each value."""
    cursor = MODELS[0]._meta.database.execute_sql(_for_engine(sql), _plain(values))
    return list(cursor.fetchall())


def first(sql: str, *values: object) -> Row | None:
    """The first row, or None."""
    cursor = MODELS[0]._meta.database.execute_sql(_for_engine(sql), _plain(values))
    found: Row | None = cursor.fetchone()
    return found


def run(sql: str, *values: object) -> int:
    """Run a statement; returns how many rows it changed."""
    return int(MODELS[0]._meta.database.execute_sql(_for_engine(sql), _plain(values)).rowcount)


def insert(table: str, /, **values: object) -> int:
    """Insert a row and return its id."""
    cursor = MODELS[0]._meta.database.execute_sql(_insert_text(table, tuple(values)), _plain(values.values()))
    return int(cursor.fetchone()[0])


def insert_rows(table: str, columns: Sequence[str], values: Sequence[Row], *, tail: str = "") -> None:
    """Insert many rows, some hundred in a statement; `tail` may say what happens to those that are there already."""
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
    at_once = _MOST_VALUES // len(columns)
    for start in range(0, len(values), at_once):
        some = values[start : start + at_once]
        text = head + ", ".join([marks(columns)] * len(some)) + f" {tail}"
        MODELS[0]._meta.database.execute_sql(_for_engine(text), _plain(value for row in some for value in row))


def marks(values: Iterable[object]) -> str:
    """`(?, ?, ?)` for the values of an IN; at least one value is needed."""
    return f"({', '.join('?' for _ in values)})"


@lru_cache(maxsize=100)
def _insert_text(table: str, columns: tuple[str, ...]) -> str:
    return _for_engine(f"INSERT INTO {table} ({', '.join(columns)}) VALUES {marks(columns)} RETURNING id")


def _for_engine(sql: str) -> str:
    param: str = MODELS[0]._meta.database.param
    return sql if param == "?" else sql.replace("?", param)


def _plain(values: Iterable[object]) -> tuple[object, ...]:
    return tuple(utc_text(value) if isinstance(value, datetime) else value for value in values)
