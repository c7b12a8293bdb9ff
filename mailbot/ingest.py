"""Files -> inbox: .eml, mbox, Maildir and standard input take the same way as mail from a server."""

from __future__ import annotations

import mailbox
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailbot.errors import ConfigError
from mailbot.settings.model import LimitSettings
from mailbot.store import ledger
from mailbot.store.blobs import Blobs


@dataclass(frozen=True, kw_only=True)
class IngestResult:
    """What came in."""

    seen: int  # mails that the source held
    new: int  # of those, contents not known before
    problems: tuple[str, ...] = ()  # mails that were left out, and why


def ingest(source: str, limits: LimitSettings, blobs: Blobs) -> IngestResult:
    """Take mails from a file (.eml or mbox), a folder (Maildir, or .eml files) or "-" (one mail on stdin).

    A mail above `limits.message_bytes` is left out and named in `problems`. Raises ConfigError when there is no such
    thing.
    """
    seen = new = 0
    problems: list[str] = []
    for where, raw in _read_source(source):
        if len(raw) > limits.message_bytes:
            problems.append(f"{where}: {len(raw)} bytes, more than limits.message_bytes ({limits.message_bytes})")
            continue
        digest = blobs.put(raw)
        new += ledger.record_file(digest, len(raw), datetime.now(UTC))
        seen += 1
    return IngestResult(seen=seen, new=new, problems=tuple(problems))


def _read_source(source: str) -> Iterator[tuple[str, bytes]]:
    if source == "-":
        yield "standard input", sys.stdin.buffer.read()
        return
    path = Path(source)
    try:
        if path.is_dir():
            yield from _read_folder(path)
        elif _is_mbox(path):
            yield from _read_mbox(path)
        else:
            yield str(path), path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file or folder") from None
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from None


def _read_folder(path: Path) -> Iterator[tuple[str, bytes]]:
    parts = ("cur", "new") if (path / "cur").is_dir() and (path / "new").is_dir() else (".",)
    pattern = "*" if parts != (".",) else "*.eml"
    files = sorted(file for part in parts for file in (path / part).glob(pattern) if file.is_file())
    if not files and parts == (".",):
        raise ConfigError(f"{path}: neither a Maildir nor a folder with .eml files")
    for file in files:
        yield str(file), file.read_bytes()


def _is_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(5) == b"From "


def _read_mbox(path: Path) -> Iterator[tuple[str, bytes]]:
    box = mailbox.mbox(str(path), create=False)
    try:
        for key in box.iterkeys():
            yield f"{path} (mail {int(key) + 1})", box.get_bytes(key)
    finally:
        box.close()
