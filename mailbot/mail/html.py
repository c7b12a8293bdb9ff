"""HTML to text, in one bounded pass: enough to read what a person wrote, quotes marked with "> " as in plain text.

A scanner of our own instead of a library: linear on hostile input, no tree, and blockquotes stay recognisable.
"""

from __future__ import annotations

import html
import re

_NAME = re.compile(r"/?[A-Za-z][A-Za-z0-9:-]*")
_TAG = re.compile(r"""[^<>"']*+(?:"[^"]*+"[^<>"']*+|'[^']*+'[^<>"']*+)*+>""")
# Layouts set font-size:0 around text of a real size, so that hides nothing.
_HIDDEN = re.compile(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|max-height\s{0,3}:\s{0,3}0(?:px)?\s{0,3}[;\"'!]",
    re.IGNORECASE,
)
_HIDDEN_ATTRIBUTE = re.compile(r"\shidden(?=[\s>=/])", re.IGNORECASE)
_VALUE = re.compile(r"""=\s{0,3}(?:"[^"]*"?|'[^']*'?)""")
_HIDING = ("none", "hidden", "NONE", "HIDDEN", "max-height")
# The button "indent more" of Gmail and Outlook makes a blockquote around the writer's own words.
_INDENT = re.compile(r"border\s{0,3}:\s{0,3}(?:none|0)", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u034f\u200b\u2060\ufeff]")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0]+")
_CID = re.compile(r"cid:([^\s\"'<>)]{1,200})", re.IGNORECASE)
_MAX_TAG = 8_192  # characters of one tag
_MAX_QUOTE = 20  # nesting of blockquotes that is shown

_CODE = frozenset({"script", "style"})
_SKIPPED = frozenset({"head", "title", "template", "noscript", "object", "svg", "select"})
_BREAKS = frozenset({
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "includetail", "li", "main", "nav",
    "ol", "p", "pre", "section",
    "table", "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "table", "pre"})
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr"})


def referenced_cids(markup: str) -> frozenset[str]:
    """The Content-IDs that the HTML shows (RFC 2392), without "cid:"."""
    return frozenset(html.unescape(match[1]) for match in _CID.finditer(markup))


def to_text(markup: str) -> str:
    """The text of an HTML body. Linear in the length of `markup`, whatever is in it."""
    return _Writer().run(markup)


def _hides(attributes: str) -> bool:
    """Do the attributes of a tag say that its content isn't shown?"""
    if not any(word in attributes for word in _HIDING):
        return False
    return bool(_HIDDEN.search(attributes) or _HIDDEN_ATTRIBUTE.search(_VALUE.sub("", attributes)))


class _Writer:
    """Collects lines; knows whether a line is open, how deep the quote is and what is being skipped."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quote = 0
        self.pre = 0
        self.skipped = ""  # the tag whose content is left out
        self.depth = 0  # how many of that tag are open
        self.blank = True  # the last line is blank, or there is none
        self.hidden = -1  # where the content of an element that isn't shown begins, while it is open
        self.unhide = False  # an element that isn't shown was never closed: it is shown after all
        self.quotes: list[bool] = []  # of each open blockquote: does it quote?
        self.lists: list[int] = []  # of each open list: the number of its last item, -1 where it has none

    def run(self, markup: str) -> str:
        position, length = 0, len(markup)
        careful = True  # quotes in tags are balanced so far
        while position < length or self.hidden >= 0:
            if position >= length:
                # In doubt more is kept: the words behind an element that was never closed may be the customer's.
                position, self.hidden, self.skipped, self.unhide = self.hidden, -1, "", True
                self.end_line()
                continue
            start = markup.find("<", position)
            if start < 0:
                self.text(markup[position:])
                position = length
                continue
            self.text(markup[position:start])
            if markup.startswith("<!--", start):
                stop = markup.find("-->", start + 4)
                position = stop + 3 if stop >= 0 else length
                continue
            name = _NAME.match(markup, start + 1)
            if name is None and markup[start + 1 : start + 2] not in ("!", "?"):
                self.text("<")
                position = start + 1
                continue
            tag = _TAG.match(markup, start + 1, min(length, start + _MAX_TAG)) if careful else None
            if tag is not None:
                position = tag.end()
            else:
                # After one unbalanced quote the rest is read simply, so that no quote is looked for twice.
                careful = False
                stop = markup.find(">", start)
                position = stop + 1 if stop >= 0 else length
            if name is not None:
                self.tag(name[0].lower(), markup[name.end() : position], position)
        self.end_line()
        return "\n".join(self.lines).strip("\n")

    def text(self, text: str) -> None:
        if not text or self.skipped:
            return
        if "&" in text:
            text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
        if self.pre:
            first, *more = text.replace("\r\n", "\n").split("\n")
            self.line.append(first)
            for line in more:
                self.end_line(keep=True)
                self.line.append(line)
            return
        text = _SPACES.sub(" ", text)
        if not text.isascii():
            text = _INVISIBLE.sub("", text)
        if text.startswith(" ") and (not self.line or self.line[-1].endswith(" ")):
            text = text[1:]
        if text:
            self.line.append(text)

    def tag(self, name: str, attributes: str, position: int) -> None:
        closing = name.startswith("/")
        name = name.lstrip("/")
        void = name in _VOID or attributes.endswith("/>")
        if self.skipped:
            if name == self.skipped and not void:
                self.depth += -1 if closing else 1
                if self.depth <= 0:
                    self.skipped, self.hidden = "", -1
            elif name == "body" and self.skipped in ("head", "title"):
                self.skipped, self.hidden = "", -1  # an unclosed head
            return
        opens = not closing and not void
        if opens and (name in _CODE or (not self.unhide and (name in _SKIPPED or _hides(attributes)))):
            self.skipped, self.depth = name, 1
            self.hidden = -1 if name in _CODE else position
            return
        if name == "br":
            self.end_line(keep=True)
        elif name in ("td", "th") and self.line and not closing:
            self.line.append(" ")
        elif name in _BREAKS:
            self.block(name, attributes, closing)

    def block(self, name: str, attributes: str, closing: bool) -> None:
        """An element that stands on lines of its own."""
        self.end_line()
        inner_list = name in ("ul", "ol") and len(self.lists) > (1 if closing else 0)
        if name == "blockquote" and closing:
            self.end_quote()
        if name in _SPACED and not self.blank and not self.pre and not inner_list:
            self.end_line(keep=True)
        if name == "blockquote" and not closing:
            own = _INDENT.search(attributes) is not None and "cite" not in attributes
            self.quotes.append(not own)
            self.quote = min(_MAX_QUOTE, sum(self.quotes[:_MAX_QUOTE]))
        elif name == "pre":
            self.pre = max(0, self.pre + (-1 if closing else 1))
        elif name in ("ul", "ol"):
            if closing and self.lists:
                self.lists.pop()
            elif not closing and len(self.lists) < _MAX_QUOTE:
                self.lists.append(0 if name == "ol" else -1)
        elif name == "li" and not closing:
            if self.lists and self.lists[-1] >= 0:
                self.lists[-1] += 1
                self.line.append(f"{self.lists[-1]}. ")
            else:
                self.line.append("- ")

    def end_quote(self) -> None:
        """Close a blockquote, without the blank lines at its end."""
        if not self.quotes:
            return
        while self.lines and self.blank and self.lines[-1] and not self.lines[-1].strip("> "):
            self.lines.pop()
            self.blank = bool(self.lines) and not self.lines[-1].strip("> ")
        self.quotes.pop()
        self.quote = min(_MAX_QUOTE, sum(self.quotes[:_MAX_QUOTE]))

    def end_line(self, *, keep: bool = False) -> None:
        """Finish the line; an empty one counts only where the markup asks for it."""
        text = "".join(self.line).rstrip()
        self.line = []
        if not text and not keep:
            return
        if not text and self.blank and self.lines and self.lines[-1].lstrip("> ") == "" and len(self.lines) > 2 and (
            self.lines[-2].lstrip("> ") == ""
        ):  # fmt: skip
            return  # never more than two blank lines
        self.blank = not text
        self.lines.append(("> " * self.quote + text).rstrip())
