"""Opening the database, and its migrations."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from peewee import Database, DatabaseError, IntegrityError, OperationalError, SqliteDatabase

from mailbot.errors import ConfigError, TryAgainLater
from mailbot.store.models import MODELS

__all__ = [
    "Database",
    "Rehearsal",
    "database_errors",
    "explain_trouble",
    "lazy_commits",
    "migrate",
    "open_database",
    "pending_migrations",
    "transaction",
]

_TYPES = {"id": "INTEGER PRIMARY KEY AUTOINCREMENT", "bytes": "BLOB"}  # SQLite's way
_LOCK_WAIT = 10  # seconds to wait for another process's transaction


def open_database(path: Path) -> Database:
    """Open the SQLite file, creating its folder, and bind the models to it.

    WAL mode, synchronous FULL: a commit that returned survives a power cut. Raises TryAgainLater or
    ConfigError when the file can't be opened.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{path.parent}: the data folder can't be made: {error.strerror}") from None
    database = SqliteDatabase(
        str(path),
        pragmas={"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1, "cache_size": -16000},
        timeout=_LOCK_WAIT,
    )
    with database_errors(path):
        database.connect()
    database.bind(MODELS)
    return database


@contextlib.contextmanager
def database_errors(path: Path) -> Iterator[None]:
    """Turn the engine's trouble into a message for the operator; nothing is lost by it."""
    try:
        yield
    except OperationalError as error:
        raise explain_trouble(path, error) from error
    except IntegrityError:
        raise  # a broken promise of ours, no damage to the file
    except DatabaseError as error:
        raise ConfigError(f"{path}: not a usable database: {error}; restore it from a backup") from error


def explain_trouble(path: Path | str, error: Exception) -> TryAgainLater:
    """What an OperationalError means for the person who runs mailbot."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return TryAgainLater(f"{path}: another program holds the database; the next run carries on")
    if "full" in text or _disk_is_full(Path(path)):
        return TryAgainLater(f"{path}: the disk is full; free some space, the next run carries on")
    return TryAgainLater(f"{path}: the database can't be used: {text}")


@contextlib.contextmanager
def transaction() -> Iterator[None]:
    """One writing transaction over the bound models; rolled back on any exception.

    Raises TryAgainLater when the database is locked or the disk is full.
    """
    database: Database = MODELS[0]._meta.database
    try:
        with database.atomic("IMMEDIATE"):
            yield
    except OperationalError as error:
        raise explain_trouble(database.database, error) from error


@contextlib.contextmanager
def lazy_commits() -> Iterator[None]:
    """Let commits reach the disk a little later: with the next one outside of this, at the latest.

    For work that nobody outside has seen yet. A power cut takes whole transactions back, the last ones first: their
    mails are pending again and their letters were never sent, because the outbox is claimed by a full commit,
    which also brings everything before it to the disk (one WAL, synced as a whole). A kill takes nothing back.
    """
    database: Database = MODELS[0]._meta.database
    if not isinstance(database, SqliteDatabase):
        yield
        return
    # For this thread's connection alone; the property would change the connections of others as well.
    database.execute_sql("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        database.execute_sql("PRAGMA synchronous = FULL")


class Rehearsal(Exception):
    """Raised inside `transaction` to roll everything back: what was written was only for show."""


def _disk_is_full(path: Path) -> bool:
    """SQLite says "disk I/O error" where there is no room for its shared memory file."""
    try:
        return shutil.disk_usage(path.parent).free < 64 * 1024
    except OSError:
        return False


def pending_migrations(database: Database) -> list[str]:
    """Names of the migrations that this database hasn't seen."""
    if "schema_migration" not in database.get_tables():
        return _names()
    done = {row[0] for row in database.execute_sql("SELECT name FROM schema_migration").fetchall()}
    unknown = done - set(_names())
    if unknown:
        raise ConfigError(f"the database was written by a newer mailbot ({max(unknown)}); install that version again")
    return [name for name in _names() if name not in done]


def migrate(database: Database) -> list[str]:
    """Bring the schema up to date, all in one transaction; returns the names of the migrations applied."""
    if not pending_migrations(database):
        return []
    with database.atomic("EXCLUSIVE"):
        names = pending_migrations(database)
        if "schema_migration" not in database.get_tables():
            database.execute_sql("CREATE TABLE schema_migration (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)")
        for name in names:
            for statement in _statements(name):
                database.execute_sql(statement)
            database.execute_sql(
                "INSERT INTO schema_migration (name, applied_at) VALUES (?, ?)", (name, datetime.now(UTC).isoformat())
            )
    return names


def _names() -> list[str]:
    folder = resources.files("mailbot.store.migrations")
    return sorted(entry.name.removesuffix(".sql") for entry in folder.iterdir() if entry.name.endswith(".sql"))


def _statements(name: str) -> list[str]:
    text = resources.files("mailbot.store.migrations").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    for marker, column in _TYPES.items():
        lines = [line.replace("{" + marker + "}", column) for line in lines]
    return [statement.strip() for statement in "\n".join(lines).split(";") if statement.strip()]
