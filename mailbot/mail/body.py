"""Which parts of a mail are its text, and which are files (RFC 2046, 2183). The text is bounded and never raises."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailbot.mail import uuencode
from mailbot.mail.charset import decode
from mailbot.mail.html import referenced_cids, to_text
from mailbot.mail.structure import WINMAIL, Part, made

MAX_TEXT = 2_000_000  # characters of the whole text
MAX_HTML = 4_000_000  # bytes of HTML that are turned into text

_OCTETS = "application/octet-stream"


@dataclass(frozen=True, kw_only=True)
class Body:
    """What to read and what to keep as a file."""

    text: str  # line ends are "\n"
    files: tuple[Part, ...]  # leaves that are attachments, in order
    cids: frozenset[str]  # Content-IDs that the HTML refers to
    warnings: tuple[str, ...]


def read_body(root: Part, hint: str | None) -> Body:
    """Walk the tree once: text parts become text, everything else becomes a file. `hint`: a charset seen elsewhere."""
    walk = _Walk(hint)
    chosen = walk.visit(root)
    # The text of a winmail.dat is mostly the one that stands beside it once more.
    so_far = _squeezed(chosen)
    chosen += [text for text in walk.wrapped if _squeezed([text]) not in so_far]
    if not any(piece.strip() for piece in chosen) and walk.files and walk.files[0].content_type == "text/plain":
        # Gateways of phones give the only text a file name: it is read and kept.
        first = walk.files[0]
        if first.disposition != "attachment":
            chosen = walk.read(first)
    text = "\n".join(piece.strip("\n") for piece in chosen if piece.strip())
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT]
        walk.warn(f"the text was cut after {MAX_TEXT} characters")
    return Body(
        text=text,
        files=tuple(walk.files),
        cids=frozenset(walk.cids),
        warnings=tuple(walk.warnings),
    )


@dataclass
class _Walk:
    """What the walk has met so far."""

    hint: str | None
    files: list[Part] = field(default_factory=list)
    wrapped: list[str] = field(default_factory=list)  # texts out of a winmail.dat
    cids: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)

    def warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    def visit(self, part: Part) -> list[str]:
        """The texts of a part, in order. Of alternatives the plain one counts, unless it is empty."""
        if not part.children:
            return self.leaf(part)
        if part.content_type != "multipart/alternative":
            found = [text for child in part.children for text in self.visit(child)]
            if part.content_type == WINMAIL:
                self.wrapped += found
                found = []
            return found
        plain: list[str] = []
        rich: list[str] = []
        for child in part.children:
            found = self.visit(child)
            (plain if _is_plain(child) else rich).extend(found)
        return plain if any(text.strip() for text in plain) else rich

    def leaf(self, part: Part) -> list[str]:
        if part.content_type not in ("text/plain", "text/html") or part.disposition == "attachment" or part.filename:
            self.files.append(part)
            return []
        return self.read(part)

    def read(self, part: Part) -> list[str]:
        """The text of a text part, decoded and bounded."""
        content = part.content()
        markup = part.content_type == "text/html"
        if len(content) > (MAX_HTML if markup else MAX_TEXT * 4):
            content = content[: MAX_HTML if markup else MAX_TEXT * 4]
            self.warn("a text part was cut")
        if not markup:
            content, packed = uuencode.cut_out(content)
            self.files += [made(_OCTETS, file.content, filename=self.name(file.name, part)) for file in packed]
            if not all(file.whole for file in packed):
                self.warn("a uuencoded file is cut off")
        decoded = decode(content, part.parameters.get("charset"), hint=self.hint)
        if decoded.note:
            self.warn(decoded.note)
        text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
        if markup:
            self.cids.update(referenced_cids(text))
            text = to_text(text)
        return [text]

    def name(self, name: bytes, part: Part) -> str:
        return decode(name, part.parameters.get("charset"), hint=self.hint).text


def _squeezed(texts: list[str]) -> str:
    """The characters alone, to compare texts by."""
    return "".join("".join(texts).split())


def _is_plain(part: Part) -> bool:
    """Does the first text leaf under an alternative hold plain text?"""
    while part.children:
        part = part.children[0]
    return part.content_type == "text/plain"
