"""A small secret in the data folder: sealed, readable by its owner only, replaced whole (G7)."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from mailbot.errors import BadItem, TryAgainLater
from mailbot.store.vault import Vault

log = logging.getLogger(__name__)

_ROOM = 32_768  # bytes; the largest tokens known have a few thousand


class TokenFile:
    """Keeps what `mailbot.net.oauth` must not forget."""

    def __init__(self, folder: Path, name: str, vault: Vault) -> None:
        self._path = folder / f"oauth-{name}.sealed"
        self._draft = folder / f"oauth-{name}.tmp"
        self._lock = folder / f"oauth-{name}.lock"
        self._vault = vault
        self._context = f"oauth {name}".encode()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time; a kill releases it. Raises TryAgainLater when the folder can't be written."""
        try:
            self._lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._trouble(error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def load(self) -> bytes | None:
        """What was saved last; None if there is nothing, or nothing that this key opens."""
        try:
            return self._vault.open(self._path.read_bytes(), self._context)
        except FileNotFoundError:
            return None
        except BadItem as error:
            log.warning("%s: %s; a new token is asked for", self._path.name, error)
            return None
        except OSError as error:
            raise self._trouble(error) from error

    def make_room(self) -> None:
        """Take the room that `save` needs."""
        self._write(b"\0" * _ROOM)

    def save(self, data: bytes) -> None:
        """Write into the room that was made, then change names."""
        self._write(self._vault.seal(data, self._context))
        try:
            os.replace(self._draft, self._path)
            descriptor = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise self._trouble(error) from error

    def _write(self, data: bytes) -> None:
        try:
            with os.fdopen(os.open(self._draft, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
                file.write(data)
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._trouble(error) from error

    def _trouble(self, error: OSError) -> TryAgainLater:
        return TryAgainLater(f"{self._path}: can't be written or read: {error.strerror}; the next run carries on")
