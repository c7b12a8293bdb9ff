"""What was read from one attached file, whatever its name and mail: this is what is kept, by the file's SHA-256."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailbot.domain.documents import Document, Documents, Source
from mailbot.domain.message import Attachment

FORWARDED_TYPES = frozenset({"message/rfc822", "message/global"})
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/tiff", "image/webp", "image/bmp"})
PDF = "application/pdf"
MAIL = "message/rfc822"
OTHER_PICTURE = "image/heic"  # photos of some telephones; there is no reader for them, which is worth saying


@dataclass(frozen=True, kw_only=True)
class FileText:
    """A text that stood in a file."""

    source: Source
    text: str  # lines parted by "\n"; never blank
    inside: str = ""  # name of the file within the forwarded mail that the text stood in; "" for the file itself


@dataclass(frozen=True, kw_only=True)
class FileReading:
    """What a file says."""

    texts: tuple[FileText, ...] = ()
    notes: tuple[str, ...] = ()  # what of it could not be read and why
    missing: tuple[str, ...] = ()  # readers that would have been asked, but are not installed
    is_unreadable: bool = False  # damaged, or locked with a password: nobody can read it
    seconds: float = 0  # that reading it took; counted again when it is used again, so that a mail ends the same way


def kind_of(file: Attachment) -> str:
    """The type to read a file as, PDF, MAIL or one of the pictures; "" for one that holds nothing to read."""
    if file.is_harmful or not file.size:
        return ""
    if file.detected_type == PDF or file.detected_type in PICTURES or file.detected_type == OTHER_PICTURE:
        return file.detected_type
    # Some mail programs send a forwarded mail as mere bytes with that ending.
    if not file.detected_type and (file.content_type in FORWARDED_TYPES or file.filename.lower().endswith(".eml")):
        return MAIL
    return ""


def documents(readings: Iterable[tuple[Attachment, FileReading]], notes: Iterable[str] = ()) -> Documents:
    """The readings of a mail's files as one value; `notes` are about the mail as a whole."""
    found: list[Document] = []
    unreadable: list[str] = []
    said: list[str] = []
    missing: dict[str, None] = {}
    for file, reading in readings:
        found += [
            Document(
                filename=f"{text.inside} (in {file.filename})" if text.inside else file.filename,
                sha256=file.sha256,
                source=text.source,
                text=text.text,
            )
            for text in reading.texts
        ]
        said += [f"{file.filename}: {note}" for note in reading.notes]
        missing.update(dict.fromkeys(reading.missing))
        if reading.is_unreadable:
            unreadable.append(file.sha256)
    return Documents(found=tuple(found), notes=(*said, *notes), missing=tuple(missing), unreadable=tuple(unreadable))
