"""What the person wrote, without quotes and signature. In doubt more is kept: no word of a customer may get lost."""

from __future__ import annotations

import re

from mailbot.mail import quotes

MAX_LINES = 20_000  # of a text that is looked at; what is beyond is kept as it is
_MAX_SIGNATURE = 8  # lines of a signature block; a longer one is kept
_MAX_SIGNATURE_LINE = 90  # characters
_WORD = re.compile(r"\w")
_FOREIGN_QUOTE = re.compile(r"\s{0,3}[A-Z]{1,2}>")


def reply_text(text: str) -> str:
    """`text` without quotes, forwards and signatures; `text` itself where that would leave nothing."""
    lines = text.split("\n")
    lines, beyond = lines[:MAX_LINES], lines[MAX_LINES:]
    kept = _tidy(_strip(lines))
    if beyond and len(kept) == len(lines):
        kept += beyond
    result = "\n".join(kept)
    return result if _WORD.search(result) else text


def _strip(lines: list[str]) -> list[str]:
    """Cut at the first place where something quoted begins; look on where the person wrote below or between."""
    out: list[str] = []
    rest = lines
    for _ in range(50):  # attributions that are passed, not cut at
        found = _first_marker(rest)
        if found is None:
            return out + rest
        start, end = found
        before = out + rest[:start]
        after = rest[end:]
        quoted = _quote_run(after)
        if any(_own(line) for line in before):
            if not quoted:
                return before
            tail = _without_signature(after[quoted:])
            if not any(_own(line) for line in tail):
                return before
            # Answers below or between the quotes: they are kept with the quotes that give them their meaning.
            out, rest = before, after
        else:
            below = after[quoted:]
            out, rest = before, below if any(_own(line) for line in below) else after
            if not quoted:
                # A forward, or an answer below its attribution: only the introduction goes.
                out = before
    return out + rest


def _first_marker(lines: list[str]) -> tuple[int, int] | None:
    """Where the first introduction of a quote begins and ends."""
    for index, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith(">"):
            continue
        if quotes.is_separator(line):
            end = index + 1
            # NetEase's apps put the repeated head into a table.
            while end < min(len(lines), index + 12) and lines[end].lstrip().startswith("|"):
                end += 1
            ahead = next((n for n in range(end, min(len(lines), end + 4)) if lines[n].strip()), None)
            block = quotes.header_block(lines, ahead) if ahead is not None else 0
            return index, ahead + block if ahead is not None and block else end
        block = quotes.header_block(lines, index)
        if block:
            end = index + block
            # A subject that runs over: the lines up to the blank one belong to the head.
            while end < min(len(lines), index + block + 2) and lines[end][:1] in (" ", "\t") and lines[end].strip():
                end += 1
            return index, end
        count = quotes.attribution(lines, index)
        if count:
            return index, index + count
    return None


def _quote_run(lines: list[str]) -> int:
    """How many lines at the beginning are quoted (blank ones between included); 0 where something else comes first."""
    last = 0
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        if not line.lstrip().startswith((">", "|")):
            break
        last = index + 1
    return last


def _own(line: str) -> bool:
    """Does a line hold words of the writer?"""
    stripped = line.strip()
    return bool(
        stripped
        and not stripped.startswith((">", "|"))
        and not quotes.is_rule(line)
        and not quotes.is_device_line(line)
        and not _FOREIGN_QUOTE.match(line)
    )


def _tidy(lines: list[str]) -> list[str]:
    """Without signature, trailing quotes, rules and device lines, and without blank lines around."""
    lines = _without_signature(lines)
    written = any(_own(line) for line in lines)
    end = len(lines)
    while end and written and not _own(lines[end - 1]):
        end -= 1
    trimmed = _without_signature(lines[:end])
    start, end = 0, len(trimmed)
    while start < end and not trimmed[start].strip():
        start += 1
    while end > start and not trimmed[end - 1].strip():
        end -= 1
    return trimmed[start:end]


def _without_signature(lines: list[str]) -> list[str]:
    """`lines` up to a signature delimiter, where what follows it looks like a signature and nothing else."""
    last = len(lines)
    while last and (not lines[last - 1].strip() or quotes.is_device_line(lines[last - 1])):
        last -= 1
    lowest = max(0, last - 3 * _MAX_SIGNATURE)
    for index in range(last - 1, lowest - 1, -1):
        line = lines[index]
        marked = quotes.is_signature_mark(line) or quotes.is_qq_signature_mark(line)
        if marked and any(_own(before) for before in lines[:index]):
            block = [text for text in lines[index + 1 : last] if text.strip()]
            if len(block) <= _MAX_SIGNATURE and all(_signature_like(text) for text in block):
                return lines[:index]
    return lines


def _signature_like(line: str) -> bool:
    """Short and no question: a signature, not a sentence that somebody wrote below a row of dashes."""
    return len(line) <= _MAX_SIGNATURE_LINE and "?" not in line.replace("://", "") and "？" not in line
