"""Address headers and message ids (RFC 5322, 3.4 and 3.6.4) as real mail writes them. Nothing here raises."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailbot.domain.message import Address
from mailbot.mail.charset import decode_header

MAX_ADDRESSES = 500  # per header name; what is beyond is dropped and named in the warnings
_MAX_VALUE = 65_536  # characters of one header value that are looked at
_MAX_EMAIL = 320  # RFC 3696 erratum 1690: 64 + 1 + 255

_TOKEN = re.compile(
    r'"(?P<quoted>(?:[^"\\]|\\.){0,1000}+)"|(?P<comment>\()|<(?P<angle>[^<>]*+)>|'
    r'(?P<mark>[,;:])|(?P<word>[^",;:<>()]++)|(?P<other>.)',
    re.DOTALL,
)
_EMAIL = re.compile(
    r'(?:"(?:[^"\\\r\n]|\\.){1,64}+"|[^\s"<>()@'
    r",;:\\\[\]]{1,64})@(?:[\w.-]{1,255}|\[[0-9A-Fa-f:.Iv]{3,64}\])"
)
_BARE = re.compile(r'(?<![^\s"\'<(\[])[^\s"\'<>()@,;:\\\[\]]{1,64}@[\w-][\w.-]{0,254}')
_MESSAGE_ID = re.compile(r"<[ \t]*([^<>\s@]{1,200}@[^<>\s@]{1,200})[ \t]*>")
_BARE_ID = re.compile(r"[^<>\s@,;:\"()]{1,200}@[^<>\s@,;:\"()]{1,200}")
_PRINTABLE_ID = re.compile(r"[\x21-\x7e\u00a0-\U0010ffff]+")
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_AROUND = re.compile(r"[ \t]{0,20}([@.])[ \t]{0,20}")
_FOLD = re.compile(r"[\r\n]+[ \t]*|[\x00-\x08\x7f]")
_SPACES = re.compile(r"[\s\x00-\x1f\x7f]+")


def parse_addresses(values: Iterable[str]) -> tuple[Address, ...]:
    """Every mailbox of all occurrences of an address header, in order; groups are opened, garbage is left out."""
    found: list[Address] = []
    for value in values:
        value = value[:_MAX_VALUE]
        here = _scan(value)
        if not here and "=?" in value:
            # Some programs encode the whole header, addresses included.
            here = _scan(decode_header(value))
        found.extend(here)
        if len(found) >= MAX_ADDRESSES:
            break
    return tuple(found[:MAX_ADDRESSES])


def parse_email(text: str) -> str | None:
    """One addr-spec with its domain in lower case, or None where `text` holds none."""
    text = _COMMENT.sub("", text[: 4 * _MAX_EMAIL]) if "(" in text else text
    text = _AROUND.sub(r"\1", _FOLD.sub("", text)).strip(" \t<>'").removeprefix("mailto:").removeprefix("SMTP:")
    if text.startswith("@") and ":" in text:
        text = text.rpartition(":")[2]  # an obsolete route (RFC 5322, 4.4)
    if len(text) > _MAX_EMAIL or not _EMAIL.fullmatch(text):
        return None
    local, _, domain = text.rpartition("@")
    domain = domain.lower().rstrip(".")
    return f"{local}@{domain}" if domain.strip(".-") else None


def message_ids(values: Iterable[str], *, limit: int = 100) -> tuple[str, ...]:
    """The valid msg-ids of In-Reply-To or References headers, each once, with brackets; of too many the last ones."""
    found: dict[str, None] = {}
    for value in values:
        value = value[:_MAX_VALUE]
        ids = [match[1] for match in _MESSAGE_ID.finditer(value)]
        if not ids and _BARE_ID.fullmatch(value.strip()):
            ids = [value.strip()]
        for text in ids:
            if _PRINTABLE_ID.fullmatch(text):
                found[f"<{text}>"] = None
    return tuple(found)[-limit:]


def _scan(value: str) -> list[Address]:
    """One pass over the tokens of a header; an address ends at a comma, a semicolon or the end."""
    out: list[Address] = []
    words: list[str] = []
    comment: list[str] = []
    angle: str | None = None

    def close() -> None:
        nonlocal angle
        address = _mailbox(words, comment, angle)
        if address is not None:
            out.append(address)
        words.clear()
        comment.clear()
        angle = None

    position = 0
    while position < len(value) and len(out) < MAX_ADDRESSES:
        match = _TOKEN.match(value, position)
        if match is None:  # every character is a token of its own at least
            break
        position = match.end()
        if match["quoted"] is not None:
            words.append(re.sub(r"\\(.)", r"\1", match["quoted"], flags=re.DOTALL))
        elif match["comment"]:
            text, position = _comment(value, position)
            comment.append(text)
        elif match["angle"] is not None:
            if angle is not None and parse_email(angle):
                close()  # "A <a@x> B <b@x>": the comma was forgotten
            angle = match["angle"]
        elif match["mark"]:
            if match["mark"] == ":" and angle is None and not any("@" in word for word in words):
                words.clear()  # the name of a group, or "mailto:"
            elif match["mark"] != ":":
                close()
        elif match["word"]:
            words.append(match["word"])
    close()
    return out


_MAX_COMMENT = 500  # characters


def _comment(value: str, position: int) -> tuple[str, int]:
    """The text of a comment (which may nest) and the position behind it; an open one ends at the next comma."""
    depth, start = 1, position
    limit = min(len(value), start + _MAX_COMMENT)  # open ones would each be read to the end
    while position < limit:
        char = value[position]
        position += 2 if char == "\\" else 1
        if char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return value[start : position - 1], position
    stop = value.find(",", start)
    stop = len(value) if stop < 0 else stop
    return value[start:stop], stop


def _mailbox(words: list[str], comment: list[str], angle: str | None) -> Address | None:
    text = " ".join(word.strip() for word in words if word.strip())
    email = parse_email(angle) if angle is not None else None
    if email is None:
        email = parse_email(text) if text else None
        if email is not None:
            text = ""
        else:
            found = _BARE.search(angle or "") or _BARE.search(text)
            email = parse_email(found[0]) if found else None
            if email is None:
                return None
            text = text.replace(found[0], " ") if found else text
    name = display_name(text) or display_name(" ".join(comment))
    return Address(name=name, email=email)


def display_name(text: str) -> str:
    """A decoded display name on one line, without quotes around it; bounded."""
    name = _SPACES.sub(" ", decode_header(text)).strip()
    while len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    return name[:200]
