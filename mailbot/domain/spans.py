"""Which words of a clause something is made of: one bit for each word."""

from __future__ import annotations

from collections.abc import Sequence

Span = tuple[int, int]  # index of the first word and of the one behind the last


def mask(start: int, end: int) -> int:
    """One bit for each word of a span."""
    return (1 << end) - (1 << start)


def mask_of(spans: Sequence[Span]) -> int:
    """The bits of several spans."""
    bits = 0
    for span in spans:
        bits |= mask(*span)
    return bits


def stand_apart(parts: Sequence[Sequence[Span]]) -> bool:
    """Whether each part, with the spans where it may stand, can be given words of its own."""
    taken = 0
    for part in sorted(parts, key=len):  # the one with the least choice first
        free = next((bits for span in part if not (bits := mask(*span)) & taken), None)
        if free is None:
            return False
        taken |= free
    return True
