"""A rendered letter into the bytes that are kept in the outbox and sent as they are (RFC 5322, 2045–2049, 2231).

Written out by hand because the bytes are part of what is promised: the same arguments give the same bytes,
every line is ASCII and short, and nothing that comes from outside can start a header line of its own.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

from mailbot.domain.message import Address
from mailbot.errors import BadItem
from mailbot.mail.render import Rendered

CRLF = b"\r\n"
MAX_SUBJECT = 180  # characters, tag included
MAX_NAME = 100  # characters of a display name
MAX_REFERENCES = 20  # the last ones; the first is kept besides, it is what programs thread by
AUTOMATIC = ("auto-replied", "auto-generated")  # RFC 3834, 5

_LINE = 76  # characters of a header line with encoded-words (RFC 2047, 2)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_REPLY_PREFIX = re.compile(r"(?:(?:re|aw|sv|回复|回覆|答复)\s*[:：]\s*)+", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]+")
_TAG = re.compile(r"[A-Z]+-[0-9]+")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_QUOTED_LOCAL = re.compile(r'"[ !#-\[\]-~]+"')
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.I)
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class OutgoingFile:
    """A file that goes with a mail."""

    filename: str  # any characters; "" isn't allowed
    content_type: str  # "type/subtype"; anything odd goes out as application/octet-stream
    data: bytes


def compose(
    *,
    rendered: Rendered,
    tag: str,
    from_name: str,
    from_address: str,
    to: Address,
    cc: Sequence[Address] = (),
    reply_to: str,
    message_id: str,
    date: datetime,
    in_reply_to: str | None,
    references: Sequence[str],
    auto_submitted: str,
    desk_id: str,
    attachments: Sequence[OutgoingFile] = (),
) -> bytes:
    """The mail, complete, with CRLF line ends; the same arguments give the same bytes.

    `tag` is the ticket number ("T-100001"; brackets are accepted, "" for none), `reply_to` may be "",
    `message_id` has its angle brackets, `date` is aware, `auto_submitted` is one of AUTOMATIC or "no".
    Ids of other people's mails that aren't valid are left out: a broken one would break the header.
    Raises BadItem where an address, the Message-ID or the tag can't be used; the message says which.
    """
    if not _MESSAGE_ID.fullmatch(message_id) or len(message_id) > 900:
        raise BadItem(f"Message-ID {message_id[:80]!r} isn't <id@host>; the mail was not written")
    if auto_submitted not in (*AUTOMATIC, "no"):
        raise BadItem(f"Auto-Submitted {auto_submitted!r}: expected one of {', '.join(AUTOMATIC)} or no")
    if not _TOKEN.fullmatch(desk_id):
        raise BadItem(f"desk id {desk_id!r}: expected letters, digits and hyphens only")
    if date.tzinfo is None:
        raise BadItem("the date of a mail needs a time zone")
    ids = _thread(in_reply_to, references)
    headers = [
        _mailbox_header("From", from_name, from_address),
        _mailbox_header("To", to.name, to.email),
        *([b"Cc: " + b",\r\n ".join(ascii_address(a.email).encode("ascii") for a in cc)] if cc else []),
        _text_header("Subject", subject_line(rendered.subject, tag)),
        b"Date: " + format_datetime(date).encode("ascii"),
        b"Message-ID: " + message_id.encode("ascii"),
    ]
    if reply_to:
        headers.append(_mailbox_header("Reply-To", "", reply_to))
    if in_reply_to and in_reply_to in ids:
        headers.append(b"In-Reply-To: " + in_reply_to.encode("ascii"))
    if ids:
        headers.append(b"References: " + "\r\n ".join(ids).encode("ascii"))
    if auto_submitted != "no":
        headers.append(b"Auto-Submitted: " + auto_submitted.encode("ascii"))
        headers.append(b"X-Auto-Response-Suppress: All")  # Exchange's way not to answer a machine
    headers.append(b"X-Mailbot-Desk: " + desk_id.encode("ascii"))
    if _TOKEN.fullmatch(rendered.language):
        headers.append(b"Content-Language: " + rendered.language.encode("ascii"))
    headers.append(b"MIME-Version: 1.0")
    seed = hashlib.sha256(message_id.encode("ascii")).hexdigest()[:32]
    body = _multipart(
        "alternative", f"=_a{seed}", (_text_part("plain", rendered.text), _text_part("html", rendered.html))
    )
    if attachments:
        body = _multipart("mixed", f"=_m{seed}", (body, *map(_file_part, attachments)))
    return CRLF.join(headers) + CRLF + body


def subject_line(subject: str, tag: str) -> str:
    """The subject with its tag once, "[T-100001] …"; an answer's is "Re: [T-100001] …" with a single "Re:".

    "Re:" leads, so that no mail program puts a second one before it.
    """
    words = " ".join(_CONTROL.sub(" ", subject).split())
    number = tag.strip("[]")
    if number:
        if not _TAG.fullmatch(number):
            raise BadItem(f"ticket tag {tag!r}: expected something like T-100001")
        words = " ".join(re.sub(rf"\[\s*{number}\s*\]", " ", words, flags=re.IGNORECASE).split())
    bare = _REPLY_PREFIX.sub("", words, count=1) if _REPLY_PREFIX.match(words) else words
    marks = ("Re: " if bare != words else "") + (f"[{number}] " if number else "")
    line = (marks + bare).strip()
    return line if len(line) <= MAX_SUBJECT else line[: MAX_SUBJECT - 1].rstrip() + "…"


def ascii_address(email: str) -> str:
    """The address as it may stand in a header and in RCPT TO: ASCII, an international domain in its A-label form.

    Raises BadItem where it is no address, or has a local part that needs SMTPUTF8 (RFC 6531), which isn't used.
    """
    local, at, domain = email.rpartition("@")
    if not local.isascii():
        raise BadItem("address with non-ASCII characters before the @: it would need SMTPUTF8; ask for another one")
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise BadItem(f"address with an impossible domain: {error}") from error
    # Some providers hand out local parts such as "a..b" or "a."; quoted, they are legal (RFC 5322, 3.4.1).
    if _LOCAL.fullmatch(local) and (".." in local or local[0] == "." or local[-1] == "."):
        local = f'"{local}"'
    if not at or not (_LOCAL.fullmatch(local) or _QUOTED_LOCAL.fullmatch(local)) or not _DOMAIN.fullmatch(domain):
        raise BadItem("not an e-mail address that can be written to; correct it or answer in another way")
    if len(local) > 256:  # RFC 5321 says 64; the reply tokens of other desks are longer
        raise BadItem("address with more than 256 characters before the @")
    return f"{local}@{domain}"


def _thread(in_reply_to: str | None, references: Iterable[str]) -> list[str]:
    """Valid ids, each once, oldest first: the first and the last MAX_REFERENCES of them."""
    everything = [*references, *([in_reply_to] if in_reply_to else [])]
    valid = [one for one in everything if len(one) <= 900 and _MESSAGE_ID.fullmatch(one)]
    if in_reply_to in valid:  # what is answered comes last (RFC 5322, 3.6.4)
        valid = [one for one in valid if one != in_reply_to] + [in_reply_to]
    ids = list(dict.fromkeys(valid))
    return ids if len(ids) <= MAX_REFERENCES + 1 else [ids[0], *ids[-MAX_REFERENCES:]]


def _encoded_words(text: str, room: int) -> bytes:
    """RFC 2047 "B" words, folded; `room` is what is left on the first line. No character is split."""
    words: list[bytes] = []
    piece = b""
    # "=?utf-8?B?" and "?=" take 12 characters, the leading space of a folded line one; four carry three bytes.
    limit = max((room - 12) // 4 * 3, 4)
    for character in text:
        data = character.encode("utf-8")
        if piece and len(piece) + len(data) > limit:
            words.append(piece)
            piece, limit = b"", (_LINE - 1 - 12) // 4 * 3
        piece += data
    words.append(piece)
    return b"\r\n ".join(b"=?utf-8?B?" + b64encode(word) + b"?=" for word in words)


def _text_header(name: str, text: str) -> bytes:
    """An unstructured header."""
    head = f"{name}: ".encode("ascii")
    plain = text.isascii() and "=?" not in text and len(text) + len(head) <= _LINE
    return head + (text.encode("ascii") if plain else _encoded_words(text, _LINE - len(head)))


def _mailbox_header(name: str, display: str, email: str) -> bytes:
    """`From`, `To` or `Reply-To` with a single mailbox."""
    head = f"{name}: ".encode("ascii")
    try:
        address = ascii_address(email)
    except BadItem as error:
        raise BadItem(f"{name}: {error}") from error
    display = " ".join(_CONTROL.sub(" ", display).split())[:MAX_NAME]
    spec = (f"<{address}>" if display else address).encode("ascii")
    if not display:
        return head + spec
    if display.isascii() and "=?" not in display and len(display) <= _LINE - len(head) - 2:
        phrase = b'"' + re.sub(r'(["\\])', r"\\\1", display).encode("ascii") + b'"'
    else:
        phrase = _encoded_words(display, _LINE - len(head))
    return head + phrase + b"\r\n " + spec


def _multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    """Headers and body; "=_" occurs in neither base64 nor quoted-printable, so no part holds the boundary."""
    mark = boundary.encode("ascii")
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"'.encode("ascii")
    pieces = [head, b""]
    for part in parts:
        pieces += [b"--" + mark, part]
    pieces += [b"--" + mark + b"--", b""]
    return CRLF.join(pieces)


def _text_part(subtype: str, text: str) -> bytes:
    data = re.sub("\r\n|\r|\n", "\r\n", text).replace("\x00", "").encode("utf-8", "replace")
    quoted = binascii.b2a_qp(data, istext=True)
    # Always encoded, so that no server on the way needs to touch the bytes; whichever is the shorter.
    if len(quoted) <= len(data) * 4 // 3:
        encoding, body = b"quoted-printable", quoted
    else:
        encoding, body = b"base64", _base64(data)
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: ".encode("ascii")
    return head + encoding + CRLF + CRLF + body


def _base64(data: bytes) -> bytes:
    encoded = b64encode(data)
    return CRLF.join([encoded[start : start + 76] for start in range(0, len(encoded), 76)])


def _file_part(file: OutgoingFile) -> bytes:
    name = " ".join(_CONTROL.sub(" ", file.filename).split())[-200:]
    if not name:
        raise BadItem("an attachment without a name; give it one")
    media_type = file.content_type.lower()
    # Neither multipart nor message may be base64 (RFC 2045, 6.4).
    if (
        not _MEDIA_TYPE.fullmatch(media_type)
        or len(media_type) > 120
        or media_type.startswith(("multipart/", "message/"))
    ):
        media_type = "application/octet-stream"
    head = (
        f"Content-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;{_filename_parameter(name)}\r\n\r\n"
    )
    return head.encode("ascii") + _base64(file.data)


def _filename_parameter(name: str) -> str:
    """The file name as RFC 2231 has it: plain where it is short and harmless, else percent-encoded and in pieces."""
    if re.fullmatch(r"[A-Za-z0-9 ._()+-]{1,60}", name):
        return f'\r\n filename="{name}"'
    pieces = re.findall(r"(?:%[0-9A-F]{2}|[^%]){1,18}", quote(name, safe="", encoding="utf-8"))
    if len(pieces) == 1:
        return f"\r\n filename*=utf-8''{pieces[0]}"
    pieces[0] = "utf-8''" + pieces[0]
    return ";".join(f"\r\n filename*{number}*={piece}" for number, piece in enumerate(pieces))
