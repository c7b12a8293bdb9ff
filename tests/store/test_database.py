"""The schema: what the models say is what the migrations made."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from peewee import AutoField, IntegrityError, Model

from mailbot.errors import ConfigError, TryAgainLater
from mailbot.store.database import Database, migrate, open_database, pending_migrations, transaction
from mailbot.store.fields import AmountField, UtcField
from mailbot.store.models import MODELS, Incident

BY_NAME = {model._meta.table_name: model for model in MODELS}


def _columns(database: Database, table: str) -> dict[str, tuple[str, bool]]:
    rows = database.execute_sql(f'PRAGMA table_info("{table}")').fetchall()
    return {name: (kind, bool(not_null)) for _, name, kind, not_null, _, _ in rows}


def test_every_table_has_its_model_and_the_other_way_round(database: Database) -> None:
    assert set(database.get_tables()) - {"schema_migration", "sqlite_sequence"} == set(BY_NAME)


@pytest.mark.parametrize("table", sorted(BY_NAME))
def test_columns_and_nullability_of_a_model_are_those_of_its_table(database: Database, table: str) -> None:
    fields = {field.column_name: field for field in BY_NAME[table]._meta.sorted_fields}
    columns = _columns(database, table)
    assert set(columns) == set(fields)
    for name, field in fields.items():
        if not field.primary_key:
            assert columns[name][1] is not field.null, f"{table}.{name}"


@pytest.mark.parametrize("table", sorted(BY_NAME))
def test_unique_and_foreign_keys_of_a_model_stand_in_the_table(database: Database, table: str) -> None:
    meta = BY_NAME[table]._meta
    uniques = {tuple(index.columns) for index in database.get_indexes(table) if index.unique}
    wanted = {(field.column_name,) for field in meta.sorted_fields if field.unique and not field.primary_key}
    wanted |= {tuple(meta.fields[name].column_name for name in names) for names, unique in meta.indexes if unique}
    assert wanted <= uniques
    keys = {(key.column, key.dest_table) for key in database.get_foreign_keys(table)}
    assert {(field.column_name, field.rel_model._meta.table_name) for field in meta.refs} <= keys


@pytest.mark.parametrize(
    "table", sorted(name for name, m in BY_NAME.items() if isinstance(m._meta.primary_key, AutoField))
)
def test_a_row_id_is_never_given_twice(database: Database, table: str) -> None:
    """Numbers that customers know are made of row ids."""
    ((sql,),) = database.execute_sql("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))
    assert "AUTOINCREMENT" in sql


def test_migrating_twice_changes_nothing(database: Database) -> None:
    schema = database.execute_sql("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    assert pending_migrations(database) == []
    assert migrate(database) == []
    assert database.execute_sql("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall() == schema


def test_an_empty_database_waits_for_all_migrations(tmp_path: Path) -> None:
    database = open_database(tmp_path / "new" / "mailbot.sqlite3")
    try:
        pending = pending_migrations(database)
        assert pending[0] == "0001_initial"
        assert migrate(database) == pending
    finally:
        database.close()


def test_a_database_of_a_newer_mailbot_is_refused(database: Database) -> None:
    database.execute_sql("INSERT INTO schema_migration VALUES ('9999_future', '2030-01-01')")
    for step in (pending_migrations, migrate):
        with pytest.raises(ConfigError, match="newer mailbot \\(9999_future\\)"):
            step(database)


def test_a_commit_survives_a_power_cut(database: Database) -> None:
    assert database.execute_sql("PRAGMA journal_mode").fetchone() == ("wal",)
    assert database.execute_sql("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert database.execute_sql("PRAGMA foreign_keys").fetchone() == (1,)


def _incident(kind: str = "x", at: datetime = datetime(2026, 3, 20, tzinfo=UTC)) -> Incident:
    return Incident.create(at=at, kind=kind, detail="")


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail_half_way() -> None:
        with transaction():
            _incident()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert Incident.select().count() == 0
    with transaction():
        _incident()
    assert Incident.select().count() == 1


def test_a_dangling_reference_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        Incident.create(at=datetime.now(UTC), kind="x", detail="", ticket=4711)


def test_a_database_held_by_another_program_is_told_as_try_again_later(database: Database) -> None:
    database.execute_sql("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(database.database, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TryAgainLater, match="another program holds the database"), transaction():
            _incident()
        other.execute("ROLLBACK")
    finally:
        other.close()
    with transaction():
        _incident()
    assert Incident.select().count() == 1


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mailbot.sqlite3"
    path.write_bytes(b"this is a letter, not a database " * 100)
    with pytest.raises(ConfigError, match="not a usable database"):
        open_database(path).close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(ConfigError, match="data folder can't be made"):
        open_database(tmp_path / "data" / "mailbot.sqlite3")


def test_times_are_stored_in_utc_so_that_their_text_sorts(database: Database) -> None:
    china = timezone(timedelta(hours=8))
    early, late = datetime(2026, 3, 20, 9, tzinfo=china), datetime(2026, 3, 20, 2, 0, 0, 1, tzinfo=UTC)
    _incident("late", late)
    _incident("early", early)
    texts = [row[0] for row in database.execute_sql("SELECT at FROM incident ORDER BY at")]
    assert texts == ["2026-03-20T01:00:00.000000Z", "2026-03-20T02:00:00.000001Z"]
    assert [row.at for row in Incident.select().order_by(Incident.at)] == [early, late]


def test_a_time_without_a_zone_is_never_stored(database: Database) -> None:
    with pytest.raises(ValueError, match="time zone"):
        _incident(at=datetime(2026, 3, 20))  # noqa: DTZ001


@pytest.mark.parametrize("text", ["0.10", "199.00", "123456789012345678901234567890.01", "0"])
def test_no_cent_is_rounded(text: str) -> None:
    field = AmountField()
    assert str(field.python_value(field.db_value(Decimal(text)))) == text


def test_nothing_is_nothing() -> None:
    for field in (AmountField(), UtcField()):
        assert field.db_value(None) is None
        assert field.python_value(None) is None


def test_models_are_complete() -> None:
    assert set(MODELS) == set(Model.__subclasses__())
