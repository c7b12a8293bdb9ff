"""Names, sizes and digests of attachments. The claimed name is hostile input: it is shown, never trusted."""

from __future__ import annotations

import hashlib
import mimetypes
import re
import unicodedata

from mailbot.domain.message import Attachment
from mailbot.mail.hazards import Budget, inspect

MAX_ATTACHMENTS = 500
_MAX_NAME = 120  # characters, extension included
_MAX_NAME_BYTES = 200  # in UTF-8; file systems stop at 255
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "clock$", "conin$", "conout$"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"}
)
_UNSAFE = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f")  # letters and marks that show nothing
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
    name = "".join(" " if char.isspace() or char in _BLANK else char for char in name if unicodedata.category(char)
                   not in ("Cc", "Cf", "Cs", "Co", "Cn") or char in "\t\r\n")  # fmt: skip
    name = _UNSAFE.sub("_", " ".join(name.split())).strip(" .").lstrip("-~")
    if not name.strip("_. "):
        return f"{_kind(content_type)}-{digest[:12]}{_extension(content_type)}"
    if name.partition(".")[0].strip().lower() in _RESERVED:
        name = "_" + name
    if content_type in ("message/rfc822", "message/global") and not name.lower().endswith(".eml"):
        name += ".eml"
    return _shortened(name)


def _shortened(name: str, suffix: str = "") -> str:
    """`name` with `suffix` before its extension, within the bounds; the extension is kept."""
    match = _EXTENSION.search(name)
    stem, extension = (name[: match.start()], match[0]) if match and match.start() else (name, "")
    stem = stem[: _MAX_NAME - len(extension) - len(suffix)]
    while len((stem + suffix + extension).encode()) > _MAX_NAME_BYTES:
        stem = stem[:-1]
    return f"{stem.rstrip(' .') or '_'}{suffix}{extension}"


def numbered(name: str, taken: set[str]) -> str:
    """`name`, or "name (2).ext" and so on where it is taken (case apart); the result is added to `taken`."""
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = _shortened(name, f" ({number})")
    taken.add(candidate.casefold())
    return candidate


def describe(
    content: bytes,
    *,
    claimed: str | None,
    content_type: str,
    inline: bool,
    content_id: str | None,
    taken: set[str],
    budget: Budget,
) -> Attachment:
    """The value that stands for an attachment's bytes.

    `taken` holds the names given so far in this mail, `budget` what its archives may still unpack to.
    """
    digest = hashlib.sha256(content).hexdigest()
    detected, flags = inspect(content, claimed=claimed, content_type=content_type, budget=budget)
    return Attachment(
        filename=numbered(safe_name(claimed, content_type, digest), taken),
        content_type=content_type,
        size=len(content),
        sha256=digest,
        inline=inline,
        content_id=content_id,
        detected_type=detected,
        flags=flags,
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
