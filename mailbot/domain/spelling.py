"""Which words of a table a written word may be: itself, one with the same beginning or end, or one a slip away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from mailbot.domain.words import fold

_SHORTEST = 5  # letters of a word that is worth correcting: a slip in a shorter one makes another word
_LONGEST = 24
_REMEMBERED = 20_000  # words, then all are forgotten

ANY = "*"  # "cancel*": any ending; "*rechnung": any beginning


class Lexicon(dict[str, tuple[str, ...]]):
    """Written word -> the words of the table that it stands for, worked out once per word.

    One slip of the pen (a letter missing, doubled, wrong, or two turned round) is forgiven in words of at least
    five letters, but none that makes another first letter of it. A word that the table or
    `known` contains is never corrected.
    """

    def __init__(self, entries: Iterable[str], known: Iterable[str] = ()) -> None:
        super().__init__()
        self._entries = frozenset(entries)
        self._known = frozenset(known)
        self._stems = {entry[:-1]: entry for entry in self._entries if len(entry) > 1 and entry.endswith(ANY)}
        self._tails = {entry[1:]: entry for entry in self._entries if len(entry) > 1 and entry.startswith(ANY)}
        self._slips = _slips(entry for entry in self._entries if ANY not in entry)
        self._stem_slips = _slips(self._stems)
        self._stem_lengths = sorted({len(stem) for stem in self._stems if len(stem) >= _SHORTEST})

    def __missing__(self, word: str) -> tuple[str, ...]:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = tuple(dict.fromkeys(self._exact(word)))
        if not found and _SHORTEST <= len(word) <= _LONGEST and word.isalpha() and word not in self._known:
            found = tuple(dict.fromkeys(self._nearly(word)))
        self[word] = found
        return found

    def _exact(self, word: str) -> Iterator[str]:
        if word in self._entries:
            yield word
        for length in range(1, min(len(word), _LONGEST) + 1):
            if word[:length] in self._stems:
                yield self._stems[word[:length]]
            if word[-length:] in self._tails:
                yield self._tails[word[-length:]]

    def _nearly(self, word: str) -> Iterator[str]:
        for sharp, plain in (("ae", "a"), ("oe", "o"), ("ue", "u")):  # umlauts where the keyboard has none
            if sharp in word:
                yield from self._exact(word.replace(sharp, plain))
        for candidate in (word, word[1] + word[0] + word[2:], *_deletions(word)):
            for entry in self._slips.get(candidate, ()):
                if _one_slip(word, entry):
                    yield entry
        for length in self._stem_lengths:
            for cut in {min(length + step, len(word)) for step in (-1, 0, 1)}:
                start = word[:cut]
                for candidate in (start, *_deletions(start)):
                    for stem in self._stem_slips.get(candidate, ()):
                        if len(stem) == length and _one_slip(start, stem):
                            yield self._stems[stem]


def _deletions(word: str) -> list[str]:
    """The word without one of its letters; the first letter stays."""
    return [word[:i] + word[i + 1 :] for i in range(1, len(word))]


def _slips(words: Iterable[str]) -> dict[str, list[str]]:
    """Word, or word without a letter -> the words; slips meet there (symmetric deletion)."""
    found: dict[str, list[str]] = {}
    for word in words:
        if _SHORTEST <= len(word) <= _LONGEST and word.isalpha():
            for key in {word, *_deletions(word)}:
                found.setdefault(key, []).append(word)
    return found


def _one_slip(one: str, other: str) -> bool:
    """Same word, or at most one letter is missing, added, wrong, or two neighbours are turned round."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, against = one[start:], other[start:]
    if len(rest) == len(against):
        return rest[1:] == against[1:] or (rest[:2] == against[:2][::-1] and rest[2:] == against[2:])
    return rest[1:] == against if len(rest) > len(against) else rest == against[1:]


@dataclass(frozen=True, kw_only=True)
class Homophones:
    """Characters that an input method offers for the same sounds, and that are sent by mistake."""

    meant: tuple[tuple[str, str], ...] = ()  # as written -> as meant, both folded: ("腿款", "退款")

    def put_right(self, text: str) -> str:
        """The text as it was meant, folded; at most `words.MOST_CHARACTERS` of it."""
        folded = fold(text)
        return self._written.sub(lambda found: self._meant[found[0]], folded) if self.meant else folded

    @cached_property
    def _meant(self) -> dict[str, str]:
        return dict(self.meant)

    @cached_property
    def _written(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, sorted(self._meant, key=len, reverse=True))))


NO_HOMOPHONES = Homophones()
