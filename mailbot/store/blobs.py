"""Bytes on disk, named by their SHA-256, encrypted, durable once `put` returns (G1, G7)."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from mailbot.errors import BadItem, TryAgainLater
from mailbot.store.vault import Vault


class Blobs:
    """Content-addressed storage: the same bytes are kept once, a name never changes its content."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault

    def put_all(self, contents: Iterable[bytes]) -> list[str]:
        """Store bytes and return their digests (hex), in order.

        Each file is written to a temporary name, fsynced and renamed, then the folders are fsynced: after a
        crash a name stands for whole bytes or doesn't stand at all. Raises TryAgainLater when the disk is full.
        """
        digests: list[str] = []
        touched: set[Path] = set()
        try:
            for data in contents:
                digest = sha256(data).hexdigest()
                digests.append(digest)
                path = self._path(digest)
                if path.exists():
                    continue
                _make_durable_folder(path.parent)
                _write_durably(path, self._vault.seal(data, digest.encode("ascii")))
                touched.add(path.parent)
            for folder in touched:
                _fsync_folder(folder)
        except OSError as error:
            raise _storage_problem(self._folder, error) from error
        return digests

    def put(self, data: bytes) -> str:
        """Store bytes and return their digest (hex)."""
        return self.put_all([data])[0]

    def get(self, digest: str) -> bytes:
        """The bytes behind a digest. Raises BadItem when they are missing or damaged."""
        try:
            sealed = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise BadItem(f"stored bytes {digest[:12]} are missing in {self._folder}") from None
        except OSError as error:
            raise _storage_problem(self._folder, error) from error
        data = self._vault.open(sealed, digest.encode("ascii"))
        if sha256(data).hexdigest() != digest:
            raise BadItem(f"stored bytes {digest[:12]} are not what their name says")
        return data

    def __contains__(self, digest: str) -> bool:
        return self._path(digest).exists()

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:]


def _write_durably(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _make_durable_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_durable_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)  # with parents=True the parents would be open to others
    _fsync_folder(folder.parent)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _storage_problem(folder: Path, error: OSError) -> TryAgainLater:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return TryAgainLater(f"{folder}: the disk is full; free some space, the next run carries on")
    return TryAgainLater(f"{folder}: can't be written or read: {error.strerror}")
