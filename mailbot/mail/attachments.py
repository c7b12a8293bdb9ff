"""Names, sizes and digests of attachments. The claimed name is hostile input: it is shown, never trusted."""

from __future__ import annotations

import hashlib
import mimetypes
import re
import unicodedata

from mailbot.domain.message import Attachment

MAX_ATTACHMENTS = 500
_MAX_NAME = 120  # characters, extension included
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "clock$", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}
)
_UNSAFE = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")
# The table of the machine's mimetypes differs between systems; names must not.
_TYPES = mimetypes.MimeTypes(filenames=())
_EXTENSIONS = {
    "text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv", "image/jpeg": ".jpg",
    "image/jpg": ".jpg", "image/pjpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/tiff": ".tif",
    "image/webp": ".webp", "image/heic": ".heic", "message/rfc822": ".eml", "message/global": ".eml",
    "message/delivery-status": ".txt", "message/feedback-report": ".txt", "message/disposition-notification": ".txt",
    "text/rfc822-headers": ".txt", "application/pdf": ".pdf", "application/zip": ".zip",
    "application/octet-stream": ".bin", "application/pgp-signature": ".asc", "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s", "application/ms-tnef": ".dat",
}  # fmt: skip


def safe_name(claimed: str | None, content_type: str, digest: str) -> str:
    """A file name that is safe to show and to write: no path, no control or bidi characters, never empty."""
    name = unicodedata.normalize("NFC", claimed or "")[:2_000]
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    # Cc control, Cf bidi and zero-width, Cs surrogates, Co private use, Zl and Zp line ends: none can be read.
    name = "".join(" " if char.isspace() else char for char in name if unicodedata.category(char) not in
                   ("Cc", "Cf", "Cs", "Co", "Cn") or char in "\t\r\n")  # fmt: skip
    name = _UNSAFE.sub("_", " ".join(name.split())).strip(" .").lstrip("-~")
    if not name.strip("_. "):
        return f"{_kind(content_type)}-{digest[:12]}{_extension(content_type)}"
    stem, dot, extension = name.rpartition(".")
    if name.partition(".")[0].strip().lower() in _RESERVED:
        name = "_" + name
        stem, dot, extension = name.rpartition(".")
    if len(name) > _MAX_NAME:
        keep = bool(dot) and len(extension) <= 10
        name = f"{stem[: _MAX_NAME - 1 - len(extension)]}.{extension}" if keep else name[:_MAX_NAME]
    if content_type in ("message/rfc822", "message/global") and not name.lower().endswith(".eml"):
        name = name[: _MAX_NAME - 4] + ".eml"
    return name


def numbered(name: str, taken: set[str]) -> str:
    """`name`, or "name (2).ext" and so on where it is taken (case apart); the result is added to `taken`."""
    candidate, number = name, 1
    match = _EXTENSION.search(name)
    stem, extension = (name[: match.start()], match[0]) if match and match.start() else (name, "")
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{stem[:_MAX_NAME]} ({number}){extension}"
    taken.add(candidate.casefold())
    return candidate


def describe(
    content: bytes, *, claimed: str | None, content_type: str, inline: bool, content_id: str | None, taken: set[str]
) -> Attachment:
    """The value that stands for an attachment's bytes; `taken` holds the names given so far in this mail."""
    digest = hashlib.sha256(content).hexdigest()
    return Attachment(
        filename=numbered(safe_name(claimed, content_type, digest), taken),
        content_type=content_type,
        size=len(content),
        sha256=digest,
        inline=inline,
        content_id=content_id,
    )


def _kind(content_type: str) -> str:
    main, _, sub = content_type.partition("/")
    return {"image": "image", "audio": "audio", "video": "video"}.get(main) or (
        re.sub(r"[^a-z0-9-]", "-", sub)[:40] if main == "message" else "attachment"
    )


def _extension(content_type: str) -> str:
    return (
        _EXTENSIONS.get(content_type)
        or _TYPES.guess_extension(content_type)
        or (".txt" if content_type.startswith("text/") else ".bin")
    )
