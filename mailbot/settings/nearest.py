""" "Did you mean …?", for every name that an operator can misspell."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_NEAR = 0.5  # measured on transposed, shortened and half remembered names; below it the guesses turn silly


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """ "did you mean 'smtp'?", with up to two names, the nearest first; "" where nothing is near."""
    plain = {candidate: _plain(candidate) for candidate in known}
    wanted = _plain(name)
    scores = {candidate: _nearness(wanted, text) for candidate, text in plain.items()}
    best = max(scores.values(), default=0.0)
    near = sorted((c for c, score in scores.items() if score >= max(_NEAR, best - 0.1)), key=lambda c: -scores[c])
    return "did you mean " + " or ".join(repr(candidate) for candidate in near[:2]) + "?" if near else ""


def _plain(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.casefold().replace("_", " ")))


def _nearness(wanted: str, candidate: str) -> float:
    if max(len(wanted), len(candidate)) < 4:  # any two of them look alike
        return float(wanted == candidate)
    ratio = difflib.SequenceMatcher(None, wanted[:100], candidate[:100]).ratio()
    words, others = set(wanted.split()), set(candidate.split())
    if words and (words <= others or others <= words):  # "the wish" for "the wish is", "user" for "user name"
        ratio = max(ratio, 0.6 + 0.4 * min(len(words), len(others)) / max(len(words), len(others)))
    return ratio
