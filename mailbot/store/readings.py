"""What was read from attached files, sealed, by the file's SHA-256 and the engine that read it (G7)."""

from __future__ import annotations

from mailbot.store import sql
from mailbot.store.database import transaction
from mailbot.store.vault import Vault


def get(file_digest: str, engine: str, vault: Vault) -> bytes | None:
    """The reading; None where this engine hasn't read the file. Raises BadItem when it is damaged."""
    found = sql.first("SELECT sealed FROM file_reading WHERE file_digest = ? AND engine = ?", file_digest, engine)
    return vault.open(bytes(found[0]), _context(file_digest, engine)) if found is not None else None


def keep(file_digest: str, engine: str, reading: bytes, vault: Vault) -> None:
    """Write a reading down, in a transaction of its own; the first one stands."""
    with transaction():
        sql.run(
            "INSERT INTO file_reading (file_digest, engine, sealed) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            file_digest,
            engine,
            vault.seal(reading, _context(file_digest, engine)),
        )


def _context(file_digest: str, engine: str) -> bytes:
    return f"reading of {file_digest} by {engine}".encode()
