"""Reading .csv files as people's programs write them: their encoding, their separator, their broken quotes.

A file is read as a stream: memory holds one record, however long the file is.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from mailbot.errors import ConfigError
from mailbot.store.order_rows import MAX_LINE

SEPARATORS = (",", ";", "\t")
MAX_CELL_LINES = 50  # lines that one row may span (line breaks inside quotes); more is a quote never closed
_UNDECODED = re.compile("[\udc80-\udcff]")  # what errors="surrogateescape" makes of bytes that aren't text


def encoding_of(path: Path) -> str:
    """Find the character encoding by reading the whole file: one early wrong guess would garble every name.

    A damaged byte in a UTF-8 file must not turn the rest into Chinese, so the lines vote. Text counts as
    GB18030 only when nearly all its characters are everyday ones (the GB 2312 block): German or Japanese
    text in an old encoding would decode too, as nonsense.
    """
    good = bad = high_bytes = everyday_bytes = 0
    with path.open("rb") as file:
        start = file.read(4)
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise ConfigError(f"{path} is UTF-16 text: save it as 'CSV UTF-8' and try again.")
        if start[:3] == b"\xef\xbb\xbf":
            return "utf-8-sig"
        file.seek(0)
        while line := file.readline(4 * MAX_LINE):  # no character has more than 4 bytes
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                bad += 1
                high_bytes += len(re.findall(rb"[\x80-\xff]", line))
                everyday_bytes += 2 * len(re.findall(rb"[\xa1-\xf7][\xa1-\xfe]", line))
    if bad <= good:
        return "utf-8"
    if everyday_bytes >= 0.8 * high_bytes:
        return "gb18030"
    raise ConfigError(f"{path} is neither UTF-8 nor Chinese GB18030 text: save it as 'CSV UTF-8' and try again.")


def lines_of(path: Path, encoding: str, on_bytes: Callable[[int], None] | None) -> Iterator[str]:
    """The lines with their ends; one of MAX_LINE characters stands for a longer one, whose rest is dropped."""
    with path.open("rb") as binary, io.TextIOWrapper(binary, encoding, errors="surrogateescape", newline="") as text:
        while line := text.readline(MAX_LINE):
            if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
                while (rest := text.readline(MAX_LINE)) and not rest.endswith(("\n", "\r")):
                    pass  # on to the end of the line
            if on_bytes is not None:
                on_bytes(binary.tell())
            yield line
        if on_bytes is not None:
            on_bytes(binary.tell())


def records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[str, list[str] | None]]:
    """Each record as it stands in the file and cut into cells; None for cells where the quoting is broken.

    A quote that is never closed costs its own line, not the rest of the file: the lines after it are read again.
    """
    ahead: deque[str] = deque()
    while True:
        if not ahead:
            ahead.extend(islice(lines, 1))
            if not ahead:
                return
        size, cells = 1, split_row([ahead[0]], delimiter)
        while cells is None and size < MAX_CELL_LINES and "".join(islice(ahead, size)).count('"') % 2:
            if len(ahead) == size:
                ahead.extend(islice(lines, 1))
                if len(ahead) == size:
                    break
            size += 1
            cells = split_row(list(islice(ahead, size)), delimiter)
        raw = "".join(ahead.popleft() for _ in range(1 if cells is None else size))
        yield raw, cells


def split_row(lines: list[str], delimiter: str) -> list[str] | None:
    """The cells of one record, [] for none; None where the quotes are not in order."""
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def unreadable(raw: str) -> str:
    """Why a record can't be used at all, "" where it can."""
    if len(raw) >= MAX_LINE:
        return f"is longer than {MAX_LINE} characters"
    if _UNDECODED.search(raw):
        return "has bytes that are not text in the encoding of the file"
    return ""
