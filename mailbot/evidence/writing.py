"""The writing in a picture, recognised (extra `ocr`): Chinese and Latin script, the models are in the package."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

_LONGEST_SIDE = 1_600  # pixels; larger ones take more time and memory and read nothing more
_SMALLEST_SIDE = 160  # pixels; nobody could read a smaller one
_SURE_ENOUGH = 0.6  # of 1
_MOST_LINES = 500
_Point = tuple[float, float]


def read_writing(picture: Image, threads: int) -> str:
    """Line by line what is written; "" where nothing is. A picture that lies on its side loses the order of lines."""
    if min(picture.size) < _SMALLEST_SIDE:
        return ""
    copy = picture.copy()
    copy.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    result = _engine(threads)(copy.convert("RGB"))
    if result.txts is None or result.boxes is None:
        return ""
    pieces = [
        (text, [(float(x), float(y)) for x, y in box])
        for text, box, score in zip(result.txts, result.boxes, result.scores, strict=True)
        if score >= _SURE_ENOUGH and text.strip()
    ]
    return "\n".join(_lines(pieces[:_MOST_LINES]))


@cache
def _engine(threads: int) -> Any:
    """Loads the models, which takes a second."""
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _lines(pieces: Sequence[tuple[str, Sequence[_Point]]]) -> list[str]:
    """Put pieces that stand beside each other on one line, however the picture leans.

    A box is four points, clockwise from the top left of the picture.
    """
    if not pieces:
        return []
    # Short pieces lean by chance: the longest ones tell.
    longest = sorted(pieces, key=lambda piece: -math.dist(piece[1][0], piece[1][1]))[:5]
    angle = median(math.atan2(box[1][1] - box[0][1], box[1][0] - box[0][0]) for _, box in longest)
    cos, sin = math.cos(-angle), math.sin(-angle)
    placed = []
    for text, box in pieces:
        x, y = sum(p[0] for p in box) / 4, sum(p[1] for p in box) / 4
        height = min(math.dist(box[0], box[3]), math.dist(box[0], box[1]))
        placed.append((x * sin + y * cos, x * cos - y * sin, height, text))
    lines: list[list[tuple[float, str]]] = []
    bottom = -math.inf
    for y, x, height, text in sorted(placed):
        if y > bottom:
            lines.append([])
            bottom = y + height / 2
        lines[-1].append((x, text))
    return ["  ".join(text.strip() for _, text in sorted(line)) for line in lines]
