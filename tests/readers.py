"""Processes that read mail, kept from one pass of a test to the next: starting one takes longer than a pass."""

from __future__ import annotations

from mailbot.reader import Bench, Reader

_KEPT: dict[Bench, Reader] = {}


def kept_reader(bench: Bench) -> Reader:
    """A reader for this bench; `close_readers` ends it after the test."""
    return _KEPT.setdefault(bench, Reader(bench))


def close_readers() -> None:
    """End all that were kept."""
    while _KEPT:
        _KEPT.popitem()[1].close()
