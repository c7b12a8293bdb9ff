"""What the customer wants, scored by a readable table (rules/intents.yaml)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A phrase that speaks for or against a wish."""

    text: str  # matched without case; at word ends only where it begins or ends with a Latin letter
    weight: int  # positive speaks for the wish, negative against it

    def stands_in(self, words: str) -> bool:
        """`words` as `_folded` makes them."""
        return self._folded_text in words and self._pattern.search(words) is not None

    @cached_property
    def _folded_text(self) -> str:
        return _folded(self.text)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        before = r"(?<![a-z0-9])" if self._folded_text[:1].isascii() else ""
        after = r"(?![a-z0-9])" if self._folded_text[-1:].isascii() else ""
        return re.compile(before + re.escape(self._folded_text) + after)


@dataclass(frozen=True, kw_only=True)
class Intent:
    """One row of the table."""

    name: str  # "return"
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A wish that reached the threshold."""

    name: str
    score: int
    because: tuple[str, ...]  # the phrases found, with their weights: "退货 +3"


def score_wishes(subject: str, text: str, intents: tuple[Intent, ...], threshold: int) -> tuple[Wish, ...]:
    """The wishes in the subject and the customer's own words, best first; the table's order decides a draw.

    A phrase counts once, however often it stands there.
    """
    haystack = _folded(f"{subject}\n{text[:20_000]}")
    wishes = []
    for intent in intents:
        found = [phrase for phrase in intent.phrases if phrase.stands_in(haystack)]
        score = sum(phrase.weight for phrase in found)
        if score >= threshold:
            because = tuple(f"{phrase.text} {phrase.weight:+d}" for phrase in found)
            wishes.append(Wish(name=intent.name, score=score, because=because))
    return tuple(sorted(wishes, key=lambda wish: -wish.score))


def _folded(text: str) -> str:
    """Lower case, single blanks, straight apostrophes: mail programs turn them round."""
    return " ".join(text.split()).casefold().replace("’", "'").replace("‘", "'")
