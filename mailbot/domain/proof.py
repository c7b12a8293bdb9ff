"""Which files prove which purchase (P3, P9): a readable picture or PDF that isn't evidently about another order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mailbot.domain.documents import Documents
from mailbot.domain.message import Attachment, FileFlag, IncomingMail
from mailbot.domain.remarks import Remark

_PHOTO_BYTES = 50_000  # a picture of this size in the body, or under the name of a logo, is none
# What mail programs and signatures call their pictures: "image001.png", "logo_tp.gif".
_LOGO = re.compile(
    r"(?:image\d{3}|logo|signature|sign|banner|icon|facebook|linkedin|twitter|instagram)\b", re.IGNORECASE
)


def is_proof(file: Attachment) -> bool:
    """A picture or a PDF, as a receipt would be (P3, P9), that can be opened; small ones in the body are logos.

    Phones place photos inline, too.
    """
    if file.is_harmful or not file.size or FileFlag.ENCRYPTED in file.flags:
        return False
    if FileFlag.TYPE_DIFFERS in file.flags and not file.detected_type:
        return False
    # Many mail programs call every file application/octet-stream, and a program may call itself a picture.
    kind = file.detected_type or file.content_type
    if kind == "application/pdf":
        return True
    may_be_logo = file.inline or _LOGO.match(file.filename.replace("_", " ")) is not None
    return kind.startswith("image/") and (not may_be_logo or file.size >= _PHOTO_BYTES)


@dataclass(frozen=True, kw_only=True)
class ProofFile:
    """A file that a customer sent, and what is known of it as a proof of purchase."""

    file: Attachment
    names: tuple[str, ...] = ()  # order numbers read in it, upper case; () also where nothing was read
    about: str = ""  # the order that the mail with it was about; "" where that wasn't known
    is_unreadable: bool = False  # damaged, or locked with a password

    def proves(self, order_number: str) -> bool:
        """Whether it is a proof of this purchase.

        A file that names orders proves those. One that names none proves the order that its mail was about, and any
        where that wasn't known: then nothing says that it is of another.
        """
        if not is_proof(self.file) or self.is_unreadable:
            return False
        return order_number in self.names if self.names else self.about in ("", order_number)


def proof_files(
    mail: IncomingMail, documents: Documents, about: str, find_numbers: Callable[[str], Iterable[str]]
) -> tuple[ProofFile, ...]:
    """The files of a mail; `find_numbers` tells the order numbers in a text."""
    named: dict[str, dict[str, None]] = {}
    for document in documents.found:
        numbers = (number.upper() for number in find_numbers(document.text))
        named.setdefault(document.sha256, {}).update(dict.fromkeys(numbers))
    return tuple(
        ProofFile(
            file=file,
            names=tuple(named.get(file.sha256, ())),
            about=about,
            is_unreadable=file.sha256 in documents.unreadable,
        )
        for file in mail.attachments
    )


def has_proof(files: Iterable[ProofFile], order_number: str) -> bool:
    """Whether any of the files proves the purchase."""
    return any(one.proves(order_number) for one in files)


def proof_remarks(files: Iterable[ProofFile], order_number: str) -> tuple[str, ...]:
    """For staff: which of the files are about other orders."""
    return tuple(
        Remark(
            "{file} names {other}: it is no proof of purchase of {number}",
            file=one.file.filename,
            other=", ".join(one.names),
            number=order_number,
        )
        for one in files
        if one.names and order_number not in one.names and is_proof(one.file)
    )
