"""A text into lines: at spaces, and between Chinese or Japanese characters where their printers' rules allow it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

# Never begin a line (GB/T 15834, JIS X 4051): closing marks, small kana, the signs of a long or repeated sound.
_NO_START = frozenset(
    "、。，．：；？！）」』】》〉〕］｝〗…‥—～〜％℃°·・”’ー々ゝゞヽヾ"
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ!),.:;?]}%»›"
)
# Never end one: opening marks.
_NO_END = frozenset("（「『【《〈〔［｛〖“‘([{«‹¿¡„‚")

Measure = Callable[[str], float]


def broken(text: str, width: float, measure: Measure, most: int | None = None) -> list[str]:
    """The lines of `text`, each at most `width` as `measure` tells it; beyond `most` lines the last ends with "…".

    A word that is wider than a line is broken anywhere; only a single character may stick out.
    """
    lines: list[str] = []
    line = ""
    for chunk in _chunks(text):
        fits_a_line = measure(chunk.rstrip(" ")) <= width
        if not fits_a_line and line:
            lines.append(line)
            line = ""
        for part in (chunk,) if fits_a_line else chunk:
            if line and not unicodedata.combining(part[0]) and measure((line + part).rstrip(" ")) > width:
                lines.append(line)
                line = ""
            line += part
    lines = [stripped for each in (*lines, line) if (stripped := each.rstrip(" "))]
    if most is not None and len(lines) > most:
        last = lines[most - 1]
        while last and measure(last.rstrip(" ") + "…") > width:
            last = last[:-1]
        lines = [*lines[: most - 1], last.rstrip(" ") + "…"]
    return lines


def evenly_broken(text: str, width: float, measure: Measure) -> list[str]:
    """The same lines, made a little narrower where the last one would otherwise be a word or two."""
    lines = broken(text, width, measure)
    for share in (0.95, 0.9, 0.85, 0.8):
        if len(lines) < 2 or measure(lines[-1]) >= width / 4:
            break
        narrower = broken(text, width * share, measure)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def _chunks(text: str) -> list[str]:
    """What must not be parted, each with the spaces that follow it."""
    chunks: list[str] = []
    for character in text:
        if chunks and not _may_part(chunks[-1][-1], character):
            chunks[-1] += character
        else:
            chunks.append(character)
    return chunks


def _may_part(before: str, after: str) -> bool:
    if after == " " or after in _NO_START or before in _NO_END:
        return False
    return before == " " or _is_wide(before) or _is_wide(after)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
