"""The MIME tree of a mail as slices of its bytes (RFC 2045, 2046): bounded, linear in time, never an exception.

The standard library's parser is not used here for two reasons. It recurses and tests every line against every open
boundary, so a mail of a few hundred nested parts stops a worker; and it takes a message/rfc822 part apart, so that
the attachment can't be given back byte for byte and somebody else's text leaks into the mail that carries it.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.message import Message
from types import MappingProxyType

from mailbot.errors import BadItem
from mailbot.mail import smime, uuencode
from mailbot.mail.charset import decode_parameter, decode_raw_header, unbase64
from mailbot.mail.tnef import SIGNATURE, Winmail, read_winmail

MAX_PARTS = 500
MAX_DEPTH = 50
MAX_WRAPPED = 5  # a winmail.dat or signed mail inside another; each is a copy of its content
MAX_HEADER_BYTES = 262_144  # of one head; the body is found behind it all the same
MAX_HEADERS = 1_000  # fields of one head
_MAX_VALUE = 65_536  # bytes of one field
_MAX_STRUCTURED = 8_192  # characters of Content-Type and Content-Disposition that are looked at

# The lines that the standard library's parser accepts in a head, too.
_HEAD_LINE = re.compile(rb"(?:From [^\r\n]*|[\x21-\x39\x3b-\x7e]++[ \t]*:[^\r\n]*|[ \t][^\r\n]*)(?:\r\n|\n|\r|\Z)")
_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]+)[ \t]*:(.*)", re.DOTALL)
_LEADING_BLANK = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff|[ \t]*(?:\r\n|\n|\r)|\x00)+")
_CHARSET_HINT = re.compile(rb"charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_SHOWN = frozenset({"subject", "from", "to", "cc", "reply-to"})  # of these people read what had to be guessed
_SNIFF = re.compile(rb"^--([^\s-][^\r\n]{0,70}|-[^\r\n]{1,70})[ \t]*\r?\n(?=[A-Za-z-]{1,40}:|\r?\n)", re.MULTILINE)
WINMAIL = "application/ms-tnef"
_TNEF = frozenset({WINMAIL, "application/vnd.ms-tnef"})
_CMS = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_ENCRYPTED = frozenset({"multipart/encrypted", "application/pgp-encrypted"})
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,120}")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One entity: a leaf has bytes, a multipart has children."""

    headers: tuple[tuple[str, str], ...]  # (name in lower case, value as text, still folded and encoded), in order
    content_type: str  # "type/subtype" in lower case
    parameters: Mapping[str, str]  # of Content-Type, decoded, names in lower case
    disposition: str  # "inline", "attachment" or ""
    filename: str | None  # as claimed, decoded; unsafe
    raw: bytes  # the body as sent, transfer encoding and all
    children: tuple[Part, ...] = field(default=())  # of a multipart, or of a winmail.dat or signed part, unpacked

    def all(self, name: str) -> list[str]:
        """The values of every occurrence of a header, in order."""
        return [value for key, value in self.headers if key == name]

    def first(self, name: str) -> str:
        """The first occurrence of a header, or ""."""
        return next((value for key, value in self.headers if key == name), "")

    def content(self) -> bytes:
        """The body with its transfer encoding undone (RFC 2045, 6)."""
        encoding = self.first("content-transfer-encoding").partition(";")[0].strip().strip("\"'").lower()
        if encoding == "base64":
            return unbase64(self.raw)
        if encoding in ("quoted-printable", "quopri"):
            return binascii.a2b_qp(self.raw)
        if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
            return uuencode.decode(self.raw)
        return self.raw


@dataclass(frozen=True, kw_only=True)
class Tree:
    """A mail taken apart."""

    root: Part
    warnings: tuple[str, ...]  # what was cut or guessed, for people
    encrypted: bool  # a part of it can't be read without a key


def read_tree(raw: bytes) -> Tree:
    """Take a mail apart. Works on any bytes; what is beyond the bounds is named in the warnings."""
    reader = _Reader()
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    blank = _LEADING_BLANK.match(raw)
    start = blank.end() if blank else 0
    if start:
        reader.warn("bytes before the headers were skipped")
    hint = _CHARSET_HINT.search(raw[start : start + MAX_HEADER_BYTES])
    reader.hint = hint[1].decode("ascii") if hint else None
    root = reader.part(raw, start, len(raw), 0, "text/plain")
    return Tree(root=root, warnings=tuple(reader.warnings), encrypted=reader.encrypted)


def read_headers(raw: bytes) -> tuple[tuple[str, str], ...]:
    """Only the head of a message that another one carries."""
    head, _ = _Reader().head(raw, 0, min(len(raw), MAX_HEADER_BYTES))
    return head


class _Reader:
    """Carries the bounds and the warnings through one mail."""

    def __init__(self) -> None:
        self.parts = 0
        self.wrapped = 0  # how many wrappings the part in hand lies in
        self.encrypted = False
        self.hint: str | None = None
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    def head(self, raw: bytes, start: int, end: int) -> tuple[tuple[tuple[str, str], ...], int]:
        """The fields of a head and where its body begins."""
        position = start
        fields: list[list[bytes]] = []
        size = 0
        while position < end:
            match = _HEAD_LINE.match(raw, position, end)
            if match is None:
                break
            line = match[0]
            position = match.end()
            size += len(line)
            if size > MAX_HEADER_BYTES or len(fields) > MAX_HEADERS:
                self.warn("the headers were too long and were cut")
                continue
            if line[:1] in b" \t":
                if fields:
                    fields[-1].append(line)
                elif not line.strip():
                    break
            elif not line.startswith(b"From "):
                fields.append([line])
        for newline in (b"\r\n", b"\n", b"\r"):
            if raw.startswith(newline, position, end):
                position += len(newline)
                break
        headers = []
        for lines in fields[:MAX_HEADERS]:
            match = _FIELD.match(b"".join(lines))
            if match is not None:
                value = match[2][:_MAX_VALUE].strip(b" \t\r\n")
                name, guessed = match[1].decode("ascii").lower(), list[str]()
                headers.append((name, decode_raw_header(value, self.hint, guessed)))
                if guessed and self.parts <= 1 and name in _SHOWN:
                    self.warn(f"{name.title()}: {guessed[0]}")
        return tuple(headers), position

    def part(self, raw: bytes, start: int, end: int, depth: int, default_type: str) -> Part:
        """The entity between two offsets."""
        self.parts += 1
        headers, body = self.head(raw, start, end)
        content_type, parameters, disposition, filename = self.structured(headers, default_type)
        children: tuple[Part, ...] = ()
        if content_type.startswith("multipart/"):
            if depth >= MAX_DEPTH:
                self.warn(f"parts nested deeper than {MAX_DEPTH} were not opened")
                content_type = "application/octet-stream"
            else:
                children = self.children(raw, body, end, depth, content_type, parameters.get("boundary", ""))
                if not children:
                    self.warn("a multipart without its boundary was read as plain text")
                    content_type = "text/plain"
        self.encrypted = self.encrypted or content_type in _ENCRYPTED
        part = Part(
            headers=headers,
            content_type=content_type,
            parameters=parameters,
            disposition=disposition,
            filename=filename,
            raw=b"" if children else raw[body:end],
            children=children,
        )
        return part if children else self.unwrapped(part, depth)

    def unwrapped(self, part: Part, depth: int) -> Part:
        """A winmail.dat or an opaque signed part with its content as children; any other leaf as it is.

        Where unpacking fails the part stays a file, and a warning says so.
        """
        name = (part.filename or "").lower()
        tnef = part.content_type in _TNEF or name == "winmail.dat"
        if not tnef and part.content_type not in _CMS and not name.endswith(".p7m"):
            return part
        if self.wrapped >= MAX_WRAPPED:
            self.warn(f"parts wrapped more than {MAX_WRAPPED} times were not unpacked")
            return part
        content = part.content()
        self.wrapped += 1
        try:
            if not tnef:
                children = self.signed(content, depth, part.parameters.get("smime-type", ""))
            elif part.content_type in _TNEF or content.startswith(SIGNATURE):
                children = self.winmail(read_winmail(content))
            else:
                children = ()
        except BadItem as error:
            self.warn(f"a file could not be unpacked and was kept as it is: {error}")
            children = ()
        finally:
            self.wrapped -= 1
        if not children:
            return part
        return replace(part, raw=b"", children=children, content_type=WINMAIL if tnef else part.content_type)

    def signed(self, content: bytes, depth: int, claimed: str) -> tuple[Part, ...]:
        """The entity inside an opaque S/MIME part; nothing where it is encrypted, or a signed file and no mail."""
        if smime.kind(content) == "encrypted" or "enveloped" in claimed.lower():
            self.encrypted = True
            return ()
        inner = smime.signed_content(content)
        headers, _ = self.head(inner, 0, min(len(inner), MAX_HEADER_BYTES))
        if depth >= MAX_DEPTH or not any(name.startswith("content-") for name, _ in headers):
            return ()
        return (self.part(inner, 0, len(inner), depth + 1, "text/plain"),)

    def winmail(self, found: Winmail) -> tuple[Part, ...]:
        """The text and the files of a winmail.dat as parts."""
        if found.damaged:
            self.warn("the checksums of winmail.dat don't fit; its files may be damaged")
        bodies = [(kind, text) for kind, text in (("plain", found.text), ("html", found.html)) if text.strip()]
        texts = tuple(
            made(f"text/{kind}", text.encode("utf-8", "replace"), parameters={"charset": "utf-8"})
            for kind, text in bodies
        )
        if len(texts) > 1:
            texts = (replace(made("multipart/alternative", b""), children=texts),)
        files = []
        for file in found.files:
            if self.parts >= MAX_PARTS:
                self.warn(f"more than {MAX_PARTS} parts; the rest was left out")
                break
            self.parts += 1
            kind = file.content_type if _TYPE.fullmatch(file.content_type) else "application/octet-stream"
            headers = (("content-id", f"<{file.content_id}>"),) if file.content_id else ()
            files.append(made(kind, file.content, filename=file.name, disposition="attachment", headers=headers))
        return (*texts, *files)

    def children(self, raw: bytes, start: int, end: int, depth: int, kind: str, boundary: str) -> tuple[Part, ...]:
        spans = _spans(raw, start, end, boundary.encode("utf-8", "replace"), MAX_PARTS) if boundary else []
        if not spans:
            sniffed = _SNIFF.search(raw, start, min(end, start + _MAX_VALUE))
            if sniffed is not None:
                self.warn("the boundary of a multipart was wrong and was guessed")
                spans = _spans(raw, start, end, sniffed[1].rstrip(), MAX_PARTS)
        default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        out = []
        for left, right in spans:
            if self.parts >= MAX_PARTS:
                self.warn(f"more than {MAX_PARTS} parts; the rest was left out")
                break
            out.append(self.part(raw, left, right, depth + 1, default))
        return tuple(out)

    def structured(
        self, headers: tuple[tuple[str, str], ...], default: str
    ) -> tuple[str, dict[str, str], str, str | None]:
        """Content-Type, its parameters, the disposition and the claimed file name (RFC 2183, 2231, 2047)."""
        message = Message()
        for name in ("content-type", "content-disposition"):
            value = next((value for key, value in headers if key == name), None)
            if value is not None:
                message[name] = value.replace("\r", "").replace("\n", " ")[:_MAX_STRUCTURED]
        parameters = self.parameters(message, "content-type")
        claimed = str(message.get("content-type", "")).partition(";")[0].strip().strip("\"'").lower()
        content_type = claimed if _TYPE.fullmatch(claimed) else default
        if claimed in ("text", "html", "plain"):
            content_type = "text/html" if claimed == "html" else "text/plain"
        placed = self.parameters(message, "content-disposition")
        disposition = str(message.get("content-disposition", "")).partition(";")[0].strip().strip("\"'").lower()
        filename = placed.get("filename") or placed.get("name") or parameters.get("name") or parameters.get("filename")
        return content_type, parameters, disposition, filename

    def parameters(self, message: Message, name: str) -> dict[str, str]:
        if name not in message:
            return {}
        try:
            found = message.get_params([], name)
        except Exception:  # noqa: BLE001 - RFC 2231 continuations with odd numbers or charsets raise many things
            self.warn(f"the parameters of {name} could not be read")
            return {}
        out: dict[str, str] = {}
        for key, value in (found or [])[1:]:
            if key.lower() not in out or isinstance(value, tuple):  # RFC 6266, 4.3: the extended form counts
                out[key.lower()] = decode_parameter(value, self.hint)
        return out


def made(
    content_type: str,
    raw: bytes,
    *,
    parameters: Mapping[str, str] = MappingProxyType({}),
    filename: str | None = None,
    disposition: str = "",
    headers: tuple[tuple[str, str], ...] = (),
) -> Part:
    """A part that has no head of its own in the mail."""
    return Part(
        headers=headers,
        content_type=content_type,
        parameters=parameters,
        disposition=disposition,
        filename=filename,
        raw=raw,
    )


def _spans(raw: bytes, start: int, end: int, boundary: bytes, limit: int) -> list[tuple[int, int]]:
    """Where the parts between the delimiter lines of `boundary` lie; a missing last delimiter is forgiven."""
    delimiter = b"--" + boundary.rstrip()
    spans: list[tuple[int, int]] = []
    opened = -1
    position = start
    while True:
        at = raw.find(delimiter, position, end)
        if at < 0:
            break
        position = at + len(delimiter)
        if at > start and raw[at - 1 : at] not in (b"\n", b"\r"):
            continue
        line_end = raw.find(b"\n", position, min(end, position + 200))
        rest = raw[position : line_end if line_end >= 0 else min(end, position + 200)]
        closing = rest.startswith(b"--")
        if rest.removeprefix(b"--").strip(b" \t\r"):
            continue
        if opened >= 0:
            spans.append((opened, _before_break(raw, opened, at)))
        if closing or len(spans) > limit:
            opened = -1
            break
        opened = position = line_end + 1 if line_end >= 0 else end
    if opened >= 0:
        spans.append((opened, end))
    return spans


def _before_break(raw: bytes, start: int, at: int) -> int:
    """The line break before a delimiter belongs to the delimiter (RFC 2046, 5.1.1)."""
    if raw[at - 2 : at] == b"\r\n":
        return max(start, at - 2)
    return max(start, at - 1)
