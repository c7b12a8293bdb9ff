"""What the person wrote, without quotes and signature. In doubt more is kept: no word of a customer may get lost.

A forward keeps what the person wrote above it; where there is nothing above, what was forwarded is what they say. The
whole text is kept beside it in any case. Every step is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailbot.mail import quotes
from mailbot.mail.attributions import Attributions
from mailbot.mail.device_lines import is_device_line

_MAX_SIGNATURE = 8  # lines of a signature block; a longer one is kept
_MAX_STANDARD_SIGNATURE = 12  # lines below "-- " with its space, which nobody types by accident (RFC 3676, 4.3)
_MAX_SIGNATURE_LINE = 90  # characters
_MAX_HEADS = 500  # repeated heads that are looked for
# What a signature doesn't hold: somebody set the data of an order off with a row of dashes.
_MATTER = re.compile(
    r"order|serial|model|tracking|订单|訂單|单号|單號|型号|型號|序列号|序號|快递|快遞|退货|退貨|退款|换货|換貨|注文|返品|주문|반품|"
    r"bestell|rechnung|commande|pedido|ordine|encomenda|заказ|refund|return|[。！]|\bTP\d",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w")
_FOREIGN_QUOTE = re.compile(r"\s{0,3}[A-Z]{1,2}>")
_FENCES = frozenset({"|", "||", "| |"})  # of the table in which NetEase's app puts a signature


def reply_text(text: str) -> str:
    """`text` without quotes, forwards and signatures; `text` itself where that would leave nothing."""
    lines = text.split("\n")
    result = "\n".join(_tidy(_strip(lines)))
    return result if _WORD.search(result) else text


def _strip(lines: list[str]) -> list[str]:
    """Cut at the first place where something quoted begins; look on where the person wrote below or between."""
    kept: list[str] = []
    written = False  # did the person write something above?
    position = 0
    last = _last_own(lines)
    for start, end in _markers(lines):
        if start < position:
            continue
        above = lines[position:start]
        kept += above
        written = written or any(_own(line) for line in above)
        below = end + _quote_run(lines, end)
        if written:
            if below == end or last < below:
                return kept
            # Answers below or between the quotes: they are kept with the quotes that give them their meaning.
            position = end
        else:
            # An answer below its quote, or a forward: only the introduction (and the quote) goes.
            position = below if last >= below else end
            kept = [] if below > end else kept
    return kept + lines[position:]


def _markers(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Where the introductions of quotes begin and end, in order."""
    attributions = Attributions(lines)
    floor = heads = 0
    for index, line in enumerate(lines):
        if index < floor:
            continue
        stripped = line.lstrip()
        if not stripped:
            continue
        if not stripped.startswith(">"):
            if quotes.is_separator(line):
                floor = _separator_end(lines, index, attributions)
                yield index, floor
                continue
            if heads < _MAX_HEADS and quotes.header_kind(line) is not None:
                heads += 1
                block = quotes.header_block(lines, index)
                if block:
                    floor = index + block
                    # A subject that runs over: the lines up to the blank one belong to the head.
                    while floor < min(len(lines), index + block + 2) and lines[floor][:1] in (" ", "\t"):
                        if not lines[floor].strip():
                            break
                        floor += 1
                    yield index, floor
                    continue
        start = attributions.ending_at(index, floor)
        if start is not None:
            floor = index + 1
            yield start, floor


def _separator_end(lines: list[str], index: int, attributions: Attributions) -> int:
    """Behind a separator and the repeated head or the attribution below it, if there is one."""
    end = index + 1
    # NetEase's apps put the repeated head into a table.
    while end < min(len(lines), index + 12) and lines[end].lstrip().startswith("|"):
        end += 1
    ahead = next((n for n in range(end, min(len(lines), end + 4)) if lines[n].strip()), None)
    if ahead is None or lines[ahead].lstrip().startswith(">"):
        return end
    block = quotes.header_block(lines, ahead)
    if block:
        return ahead + block
    return ahead + 1 if attributions.ending_at(ahead, ahead) is not None else end


def _quote_run(lines: list[str], start: int) -> int:
    """How many lines from `start` are quoted (blank ones between included); 0 where something else comes first."""
    last = start
    mark = ""
    for index in range(start, len(lines)):
        stripped = lines[index].lstrip()
        if not stripped:
            continue
        mark = mark or stripped[0]
        if mark not in (">", "|") or stripped[0] != mark:
            break
        last = index + 1
    return last - start


def _last_own(lines: list[str]) -> int:
    """The last line that the person wrote, the signature apart; -1 where there is none."""
    body = _without_signature(lines)
    return next((index for index in range(len(body) - 1, -1, -1) if _own(body[index])), -1)


def _own(line: str) -> bool:
    """Does a line hold words of the writer?"""
    stripped = line.strip()
    return bool(
        stripped
        and not stripped.startswith(">")
        and stripped not in _FENCES
        and not quotes.is_rule(line)
        and not is_device_line(line)
        and not _FOREIGN_QUOTE.match(line)
    )


def _tidy(lines: list[str]) -> list[str]:
    """Without signature, trailing quotes, rules and device lines, and without blank lines around."""
    lines = _without_signature(lines)
    end = len(lines)
    while end and not _own(lines[end - 1]):
        end -= 1
    if end:
        lines = _without_signature(lines[:end])
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return lines[start:end]


def _without_signature(lines: list[str]) -> list[str]:
    """`lines` up to a signature delimiter, where what follows it looks like a signature and nothing else."""
    last = len(lines)
    first = -1  # the first line of the writer, once it is needed
    app = False
    while last and (not lines[last - 1].strip() or is_device_line(lines[last - 1])):
        last -= 1
        app = app or lines[last].strip().startswith("签名由")
    if app:
        last = _above_table(lines, last)
    for index in range(last - 1, max(0, last - 3 * _MAX_SIGNATURE) - 1, -1):
        line = lines[index]
        if not (quotes.is_signature_mark(line) or quotes.is_qq_signature_mark(line)):
            continue
        block = [text for text in lines[index + 1 : last] if text.strip()]
        most = _MAX_STANDARD_SIGNATURE if line.rstrip("\r") == "-- " else _MAX_SIGNATURE
        if len(block) > most or not all(_signature_like(text) for text in block):
            continue
        first = first if first >= 0 else _first_own(lines)
        if first < index:
            return lines[:index]
    return lines[:last] if app else lines


def _above_table(lines: list[str], last: int) -> int:
    """Above the table of fences and short lines in which NetEase's app puts name and address."""
    lowest = max(0, last - 12)
    fences = [index for index in range(lowest, last) if lines[index].strip() in _FENCES]
    if fences and all(len(line) <= 60 for line in lines[fences[0] : last]) and _first_own(lines) < fences[0]:
        return fences[0]
    return last


def _first_own(lines: list[str]) -> int:
    return next((index for index, line in enumerate(lines) if _own(line)), len(lines))


def _signature_like(line: str) -> bool:
    """Short and no question: a signature, not a sentence that somebody wrote below a row of dashes."""
    if len(line) > _MAX_SIGNATURE_LINE or "？" in line or "?" in line.replace("://", ""):
        return False
    return _MATTER.search(line) is None
