"""A real database and a real key for every test of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.store.database import Database, migrate, open_database
from mailbot.store.vault import Vault, create_key_file, read_key_file


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite file, bound to the models."""
    opened = open_database(tmp_path / "data" / "mailbot.sqlite3")
    try:
        migrate(opened)
        yield opened
    finally:
        opened.close()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault with a fresh key."""
    create_key_file(tmp_path / "mailbot.key")
    return Vault(read_key_file(tmp_path / "mailbot.key"))
