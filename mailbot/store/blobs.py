"""Bytes on disk, named by their SHA-256, encrypted, durable once `put` returns (G1, G7)."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from mailbot.errors import BadItem, TryAgainLater
from mailbot.store.vault import Vault

_WRITERS = 8


class Blobs:
    """Content-addressed storage: the same bytes are kept once, a name never changes its content."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._drafts = folder / "tmp"
        self._vault = vault

    def put_all(self, contents: Iterable[bytes]) -> list[str]:
        """Store bytes and return their digests (hex), in order.

        Each file is written to a temporary name, fsynced and renamed, then the folders are fsynced: after a
        crash a name stands for whole bytes or doesn't stand at all. Raises TryAgainLater when the disk is full.
        """
        digests: list[str] = []
        missing: dict[Path, bytes] = {}
        for data in contents:
            digest = sha256(data).hexdigest()
            digests.append(digest)
            path = self._path(digest)
            if not path.exists():
                missing[path] = data
        try:
            # A name that stands already may have been put there just before a crash, its folder not yet synced.
            folders = {self._path(digest).parent for digest in digests}
            for folder in (*folders, self._drafts):
                _make_durable_folder(folder)
            if len(missing) == 1:
                self._write(*next(iter(missing.items())))
            elif missing:
                # Most of a write is waiting for the disk; side by side the waits are shared.
                with ThreadPoolExecutor(_WRITERS) as pool:
                    list(pool.map(self._write, missing.keys(), missing.values()))
            for folder in folders:
                _fsync_folder(folder)
        except OSError as error:
            raise _storage_problem(self._folder, error) from error
        return digests

    def _write(self, path: Path, data: bytes) -> None:
        draft = self._drafts / f"{path.parent.name}{path.name}.{os.getpid()}"
        _write_durably(path, draft, self._vault.seal(data, _digest_of(path).encode("ascii")))

    def sweep(self) -> int:
        """Remove what killed processes left half written; only while nobody else writes. Returns how many files."""
        if not self._drafts.is_dir():
            return 0
        try:
            leftovers = list(self._drafts.iterdir())
            for draft in leftovers:
                draft.unlink()
        except OSError as error:
            raise _storage_problem(self._folder, error) from error
        return len(leftovers)

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
        # The digest is part of what the seal proves: nothing else opens under this name.
        return self._vault.open(sealed, digest.encode("ascii"))

    def __contains__(self, digest: str) -> bool:
        return self._path(digest).exists()

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:]


class BlobsForShow(Blobs):
    """What is stored can be read; what is put goes to memory alone, and is gone with this object."""

    def __init__(self, stored: Blobs, contents: Mapping[str, bytes]) -> None:
        super().__init__(stored._folder, stored._vault)
        self._contents = dict(contents)  # by their SHA-256 (hex)

    def put_all(self, contents: Iterable[bytes]) -> list[str]:
        """Keep bytes in memory and return their digests (hex), in order."""
        digests = []
        for data in contents:
            digests.append(sha256(data).hexdigest())
            self._contents[digests[-1]] = data
        return digests

    def get(self, digest: str) -> bytes:
        """The bytes behind a digest. Raises BadItem when they are missing or damaged."""
        return self._contents[digest] if digest in self._contents else super().get(digest)

    def __contains__(self, digest: str) -> bool:
        return digest in self._contents or super().__contains__(digest)


def _digest_of(path: Path) -> str:
    return path.parent.name + path.name


def _write_durably(path: Path, draft: Path, data: bytes) -> None:
    try:
        with open(draft, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)
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
