"""What attached files say: the text of a PDF, a code on a label, the writing on a photographed receipt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """How a text was got out of a file."""

    PDF = "the text of a PDF"
    CODE = "a QR or bar code"
    WRITING = "the writing in a picture"  # recognised, so a letter may be wrong
    FORWARDED = "a forwarded mail"  # somebody else's words


@dataclass(frozen=True, kw_only=True)
class Document:
    """A text that stood in an attached file."""

    filename: str  # of the attachment, safe to show
    sha256: str  # of the attachment's bytes, hex
    source: Source
    text: str  # lines parted by "\n"


@dataclass(frozen=True, kw_only=True)
class Documents:
    """All texts of a mail's attachments."""

    found: tuple[Document, ...] = ()  # in the order of the attachments
    notes: tuple[str, ...] = ()  # what could not be read and why, for staff
    unreadable: tuple[str, ...] = ()  # SHA-256 of the files that are damaged, or locked with a password
    missing: tuple[str, ...] = ()  # readers that are not installed and would have been asked, for the operator


NO_DOCUMENTS = Documents()
