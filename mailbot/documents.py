"""The texts of a mail's attachments: taken from the store, or read in the extracting process and kept there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mailbot.domain.documents import NO_DOCUMENTS, Documents
from mailbot.domain.message import Attachment, IncomingMail
from mailbot.domain.readings import FileReading, documents, kind_of
from mailbot.errors import BadItem, TryAgainLater
from mailbot.evidence.packed import packed, unpacked
from mailbot.evidence.readers import engine
from mailbot.extractor import Extractor
from mailbot.store import readings
from mailbot.store.blobs import Blobs
from mailbot.store.vault import Vault

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class MailBounds:
    """How much of one mail's files is read (settings: evidence)."""

    files: int  # 0 for none
    file_bytes: int
    seconds: float  # no file is begun later than this


@dataclass(frozen=True, kw_only=True)
class DocumentReader:
    """Reads attachments; a mail without any costs nothing, and no process is started for it."""

    extractor: Extractor
    bounds: MailBounds
    vault: Vault
    blobs: Blobs

    def of_stored(self, mail: IncomingMail) -> Documents:
        """Of a mail whose attachments are stored; what is read is kept. Outside of a transaction: it takes seconds."""
        return read_all(mail, self.bounds, lambda file: self._reading(file, None))

    def of_file(self, mail: IncomingMail, contents: Mapping[str, bytes]) -> Documents:
        """Of a mail from elsewhere, its attachments by SHA-256; what was read before is used, nothing is kept."""
        return read_all(mail, self.bounds, lambda file: self._reading(file, contents))

    def _reading(self, file: Attachment, contents: Mapping[str, bytes] | None) -> FileReading:
        by = engine(self.extractor.bench.bounds)
        try:
            kept = readings.get(file.sha256, by, self.vault)
            if kept is not None:
                return unpacked(kept)
            content = self.blobs.get(file.sha256) if contents is None else contents[file.sha256]
        except BadItem as error:
            return FileReading(notes=(str(error),))
        reading = read_one(self.extractor, file, content)
        if contents is None and not isinstance(reading, _NotStarted):
            # Also what ended in a note: what `explain` shows later is what was decided on.
            readings.keep(file.sha256, by, packed(reading), self.vault)
        return reading


@dataclass(frozen=True, kw_only=True)
class _NotStarted(FileReading):
    """The process was not there, which is no fault of the file."""


def read_one(extractor: Extractor, file: Attachment, content: bytes) -> FileReading:
    """What the extracting process says of a file; a note where there is no such process."""
    try:
        return extractor.read(content, kind_of(file))
    except TryAgainLater as error:
        log.warning("%s", error)
        return _NotStarted(notes=("not read, the process that reads files could not be started",))


def read_all(mail: IncomingMail, bounds: MailBounds, read: Callable[[Attachment], FileReading]) -> Documents:
    """The readings of a mail's files within the bounds, real attachments before pictures of the body."""
    readable = {file.sha256: file for file in mail.attachments if kind_of(file)}
    if not readable or not bounds.files:
        return NO_DOCUMENTS
    notes: list[str] = []
    found: dict[str, FileReading] = {}
    spent = 0.0
    for file in sorted(readable.values(), key=lambda file: file.inline):
        if len(found) == bounds.files:
            notes.append(f"only {bounds.files} of {len(readable)} files were read (evidence.files)")
            break
        if spent >= bounds.seconds:
            notes.append(f"only {len(found)} of {len(readable)} files were read in time (evidence.mail_seconds)")
            break
        if file.size > bounds.file_bytes:
            found[file.sha256] = FileReading(notes=("not read, it is larger than evidence.file_bytes",))
            continue
        found[file.sha256] = read(file)
        spent += found[file.sha256].seconds
    return documents(((file, found[file.sha256]) for file in readable.values() if file.sha256 in found), notes)
