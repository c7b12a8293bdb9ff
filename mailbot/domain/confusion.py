"""How often the table of wishes is right about labelled sentences: precision, recall and who is taken for whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

OTHER = "other"  # no wish of the table


@dataclass(frozen=True, kw_only=True)
class IntentFigures:
    """One wish."""

    expected: int  # sentences that carry its label
    found: int  # sentences for which it came first
    correct: int  # both
    precision: float | None  # correct / found; None where none was found
    recall: float | None  # correct / expected; None where none was expected
    f1: float | None  # harmonic mean of both; None where one of them is


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """All wishes."""

    counted: int  # sentences whose label has a counterpart
    correct: int
    share: float | None  # correct / counted; None where nothing was counted
    left_out: Mapping[str, int]  # labels without a counterpart -> their sentences
    per_intent: Mapping[str, IntentFigures]  # by name, the most expected first
    confusion: Mapping[str, Mapping[str, int]]  # expected -> found -> sentences


def evaluate(pairs: Iterable[tuple[tuple[str, ...], str]], left_out: Mapping[str, int]) -> Evaluation:
    """`pairs`: the wishes that would be right for a sentence (not empty), and the one that came first, or OTHER.

    A label wider than a wish of ours has several right answers; a wrong one counts against the first of them.
    """
    cells: Counter[tuple[str, str]] = Counter()
    for right, found in pairs:
        cells[found if found in right else right[0], found] += 1
    expected: Counter[str] = Counter()
    got: Counter[str] = Counter()
    for (label, found), count in cells.items():
        expected[label] += count
        got[found] += count
    names = sorted({*expected, *got}, key=lambda name: (-expected[name], name))
    correct = sum(cells[name, name] for name in names)
    return Evaluation(
        counted=expected.total(),
        correct=correct,
        share=_ratio(correct, expected.total()),
        left_out=dict(left_out),
        per_intent={name: _figures(expected[name], got[name], cells[name, name]) for name in names},
        confusion={
            label: {found: cells[label, found] for found in names if cells[label, found]}
            for label in names
            if expected[label]
        },
    )


def _figures(expected: int, found: int, correct: int) -> IntentFigures:
    return IntentFigures(
        expected=expected,
        found=found,
        correct=correct,
        precision=_ratio(correct, found),
        recall=_ratio(correct, expected),
        f1=_ratio(2 * correct, expected + found) if expected and found else None,
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
