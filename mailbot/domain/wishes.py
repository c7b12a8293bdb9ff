"""What the customer wants, scored by a readable table (rules/intents.yaml).

A row of the table is a phrase and a weight. A phrase is one or several parts joined by "+", which stand in one clause
in any order; a part is words that stand side by side, or several such alternatives with "/" between them. Parts
joined by "&" may stand in clauses that follow one another: a story is told in several. Three principles keep the
table short:

1. The more specific phrase counts: what lies wholly inside a longer phrase that was found is not counted on its own
   ("refund" within "refund + status").
2. A phrase that a negation turns round counts against its wish. A negation inside a phrase belongs to that phrase
   ("not working").
3. A row counts once for and once against, however often it stands in the mail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from mailbot.domain.spans import mask, mask_of, stand_apart
from mailbot.domain.spelling import NO_HOMOPHONES, Homophones, Lexicon
from mailbot.domain.stories import Story, Told
from mailbot.domain.words import STOP, split_folded

_MOST_CLAUSES = 80  # of a mail that are weighed, from the first in which anything of the table stands
_MOST_MATCHES = 60  # of a clause
_WORDS_SHOWN = 100  # more than a clause has, with what a phrase may reach over

Alternative = tuple[str, ...]  # words side by side: ("send", "back"), ("退", "货")
Part = tuple[Alternative, ...]  # any one of them


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A row of the table: words that speak for or against a wish."""

    text: str  # as written in the table
    parts: tuple[Part, ...]  # all of them in one clause
    weight: int  # positive speaks for the wish, negative against it
    is_wide: bool = False  # the parts may stand in clauses near one another; the weight counts once, for it alone


@dataclass(frozen=True, kw_only=True)
class Intent:
    """A wish and what speaks for it."""

    name: str  # "return"
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, kw_only=True)
class Negation:
    """Words that turn a phrase round."""

    far: Part = ()  # turns phrases that begin within `reach` words after it: "do not want"
    near: Part = ()  # turns a phrase that follows at once, or after one word: "not"
    after: Part = ()  # turns a phrase that ended at most `reach_back` words before it: 不要です
    but: Part = ()  # ends the reach of a negation: "but", sondern, 而是
    reach: int = 6
    reach_back: int = 3


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A wish that reached the threshold."""

    name: str
    score: int
    because: tuple[str, ...]  # the phrases found, with their weights: "退货 +3"
    is_mentioned: bool = False  # weak beside a stronger one: told of, not asked for ("I paid by card")


STATUS = "case_status"  # how a case goes on


def only_wish(wishes: Sequence[Wish]) -> str:
    """What a mail asks for if it is one thing only, else ""; what is merely mentioned doesn't count."""
    asked = [wish.name for wish in wishes if not wish.is_mentioned]
    return asked[0] if len(asked) == 1 else ""


class _Use(NamedTuple):
    """Where a run of words stands in the table."""

    row: int  # index into _rows; -1: it is a negation
    part: int  # of the row; or _FAR, _NEAR, _AFTER, _BUT


_FAR, _NEAR, _AFTER, _BUT = range(4)


class _Node:
    """A trie over words."""

    __slots__ = ("next", "uses")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.uses: list[_Use] = []


class _Found(NamedTuple):
    """A run of words of the table in a clause."""

    start: int  # index of the first word, counted from the beginning of the clause
    end: int  # behind the last
    use: _Use


class _Match(NamedTuple):
    """A row that holds in a clause."""

    intent: int  # index of the wish; -1 for a saying
    row: int
    weight: int
    mask: int  # which words it is made of, one bit each
    spans: tuple[tuple[int, int], ...]  # where its words stand


@dataclass(frozen=True, kw_only=True)
class WishTable:
    """rules/intents.yaml."""

    intents: tuple[Intent, ...]
    threshold: int  # points from which a wish is recognised
    negation: Negation = Negation()
    negatable: frozenset[str] = frozenset()  # wishes that a negation turns round; a state or a question is none
    guesses: tuple[Intent, ...] = ()  # weighed where nothing was found among the intents
    marks: tuple[Intent, ...] = ()  # no wishes, but what a mail must be looked at for: a declaration of withdrawal
    sayings: tuple[Phrase, ...] = ()  # look like a wish and are none: "return my call"
    alone: frozenset[str] = frozenset()  # wishes that count only where no other is found: thanks
    instead: tuple[tuple[str, str], ...] = ()  # where the first has more points, the second is not meant
    mentioned: tuple[tuple[str, int], ...] = ()  # with at most so many points it is only told of beside a stronger one
    spellings: tuple[tuple[str, tuple[str, ...]], ...] = ()  # short for: ("wanna", ("want", "to"))
    homophones: Homophones = NO_HOMOPHONES
    known: frozenset[str] = frozenset()  # words that are no misspelling of another

    def wishes(self, subject: str, text: str) -> tuple[Wish, ...]:
        """The wishes in the subject and the customer's own words, best first; the table's order decides a draw."""
        found = self.recognised(subject, text)
        return found or (self._guessing.wishes(subject, text) if self.guesses else ())

    def stated(self, text: str) -> frozenset[tuple[str, bool]]:
        """The intents that any phrase speaks of, each with whether a negation turns that phrase round."""
        return frozenset(
            (self.intents[match.intent].name, negation is not None)
            for clause, _ in self._clauses(text)
            for match, negation in self._weighed(clause)
            if match.intent >= 0
        )

    @cached_property
    def within_clauses(self) -> WishTable:
        """The table without phrases that reach over several clauses: where each clause may be about something else."""
        intents = tuple(
            replace(intent, phrases=tuple(phrase for phrase in intent.phrases if not phrase.is_wide))
            for intent in self.intents
        )
        return replace(self, intents=intents)

    def marked(self, name: str, subject: str, text: str) -> bool:
        """Whether the words bear a mark of rules/intents.yaml, whatever is wished beside it."""
        return any(mark.name == name for mark in self._marking.recognised(subject, text))

    @cached_property
    def _guessing(self) -> WishTable:
        return self._with(self.guesses)

    @cached_property
    def _marking(self) -> WishTable:
        return self._with(self.marks)

    def _with(self, intents: tuple[Intent, ...]) -> WishTable:
        return replace(self, intents=intents, guesses=(), marks=(), alone=frozenset(), instead=(), mentioned=())

    def recognised(self, subject: str, text: str) -> tuple[Wish, ...]:
        """As `wishes`, without the guesses."""
        scores = [0] * len(self.intents)
        because: list[list[str]] = [[] for _ in self.intents]
        counted: set[tuple[int, bool]] = set()
        story = Story()
        for clause, words in self._clauses(f"{subject}\n\n{text}"):
            weighed = list(self._weighed(clause))
            for row, told in story.goes_on(self._told(clause, weighed, words)):
                intent, phrase = self._rows[row]
                scores[intent] += phrase.weight
                because[intent].append(f"{told} {phrase.weight:+d}")
            for match, negation in weighed:
                weight = match.weight if negation is None else -match.weight
                if match.intent < 0 or (match.row, negation is None) in counted or (negation and match.weight < 0):
                    continue
                counted.add((match.row, negation is None))
                scores[match.intent] += weight
                because[match.intent].append(_reason(words, match, weight, negation))
        wishes = [
            Wish(name=intent.name, score=score, because=tuple(reasons))
            for intent, score, reasons in zip(self.intents, scores, because, strict=True)
            if score >= self.threshold
        ]
        points = {wish.name: wish.score for wish in wishes}
        replaced = {second for first, second in self.instead if points.get(first, 0) > points.get(second, 0)}
        wishes = [wish for wish in wishes if wish.name not in replaced]
        if any(wish.name not in self.alone for wish in wishes):
            wishes = [wish for wish in wishes if wish.name not in self.alone]
        return self._told_apart(sorted(wishes, key=lambda wish: -wish.score))

    def _told(
        self, clause: list[_Found], weighed: list[tuple[_Match, _Found | None]], words: tuple[str, ...]
    ) -> Iterator[Told]:
        """What belongs to wide phrases, is no part of a saying and turned round by no negation."""
        wide = [found for found in clause if found.use.row >= 0 and self._rows[found.use.row][1].is_wide]
        if not wide:
            return
        said = [match.mask for match, _ in weighed if match.intent < 0]
        free = self._free(clause, {match.mask for match, _ in weighed})
        for found in wide:
            own = mask(found.start, found.end)
            if any(own & mask == own for mask in said):
                continue
            intent, phrase = self._rows[found.use.row]
            if self._negatable[intent] and self._turning(((found.start, found.end),), free):
                continue
            shown = _joined(words[found.start : found.end])
            yield Told(row=found.use.row, part=found.use.part, parts=len(phrase.parts), words=shown)

    def _told_apart(self, wishes: list[Wish]) -> tuple[Wish, ...]:
        """The wishes, best first, with those marked that are only mentioned beside the best."""
        most = dict(self.mentioned)
        return tuple(
            replace(wish, is_mentioned=wish.score <= most.get(wish.name, 0) and wish.score < wishes[0].score)
            for wish in wishes
        )

    @cached_property
    def _rows(self) -> tuple[tuple[int, Phrase], ...]:
        """Each phrase with the index of its wish; -1 for a saying."""
        rows = [(index, phrase) for index, intent in enumerate(self.intents) for phrase in intent.phrases]
        return (*rows, *((-1, phrase) for phrase in self.sayings))

    @cached_property
    def _negatable(self) -> tuple[bool, ...]:
        """For each wish, and at last for the sayings."""
        return (*(intent.name in self.negatable for intent in self.intents), False)

    @cached_property
    def _trie(self) -> _Node:
        root = _Node()
        for row, (_, phrase) in enumerate(self._rows):
            for index, part in enumerate(phrase.parts):
                _grow(root, part, _Use(row=row, part=index))
        for index, part in enumerate((self.negation.far, self.negation.near, self.negation.after, self.negation.but)):
            _grow(root, part, _Use(row=-1, part=index))
        return root

    @cached_property
    def _lexicon(self) -> Lexicon:
        entries: set[str] = set()
        nodes = [self._trie]
        while nodes:
            node = nodes.pop()
            entries.update(node.next)
            nodes.extend(node.next.values())
        return Lexicon(entries, self.known)

    @cached_property
    def _spelt(self) -> dict[str, tuple[str, ...]]:
        return dict(self.spellings)

    def _clauses(self, text: str) -> Iterator[tuple[list[_Found], tuple[str, ...]]]:
        """What of the table stands in each clause, and the words from its beginning."""
        split = split_folded(self.homophones.put_right(text), self._spelt)
        lexicon, root = self._lexicon, self._trie
        meanings = [lexicon[word] for word in split.words]
        clause: list[_Found] = []
        begun, clauses = -1, 0
        for start, meaning in enumerate(meanings):
            if not meaning:
                continue
            nodes = [root.next[word] for word in meaning if word in root.next]
            end = start + 1
            while nodes:
                for node in nodes:
                    if node.uses:
                        if split.clauses[start] != begun:
                            if clause:
                                yield clause, split.words[begun : begun + _WORDS_SHOWN]
                            clause, begun, clauses = [], split.clauses[start], clauses + 1
                            if clauses > _MOST_CLAUSES:
                                return
                        clause.extend(_Found(start - begun, end - begun, use) for use in node.uses)
                if end == len(meanings):
                    break
                nodes = [node.next[word] for word in meanings[end] for node in nodes if word in node.next]
                end += 1
        if clause:
            yield clause, split.words[begun : begun + _WORDS_SHOWN]

    def _weighed(self, clause: list[_Found]) -> Iterator[tuple[_Match, _Found | None]]:
        """The matches of a clause that count, with the negation that turns them round."""
        matches = self._matches(clause)
        if not matches:
            return
        masks = {match.mask for match in matches}
        free = self._free(clause, masks)
        for match in matches:
            if any(match.mask != mask and match.mask & mask == match.mask for mask in masks):
                continue
            yield match, self._turning(match.spans, free) if self._negatable[match.intent] else None

    def _free(self, clause: list[_Found], masks: set[int]) -> list[_Found]:
        """The negations that are no part of a phrase, and what ends their reach."""
        free = []
        for found in clause:
            own = mask(found.start, found.end)
            if found.use.row < 0 and (found.use.part == _BUT or not any(own & mask == own for mask in masks)):
                free.append(found)
        return free

    def _turning(self, spans: Sequence[tuple[int, int]], free: list[_Found]) -> _Found | None:
        return next((found for found in free if self._turns(found, spans, free)), None)

    def _matches(self, clause: list[_Found]) -> list[_Match]:
        """What holds in the clause; of rows of one wish that are made of the same words only the weightiest."""
        spans: dict[int, dict[int, list[tuple[int, int]]]] = {}
        for found in clause:
            if found.use.row >= 0:
                spans.setdefault(found.use.row, {}).setdefault(found.use.part, []).append((found.start, found.end))
        best: dict[tuple[int, int], _Match] = {}
        for row, parts in spans.items():
            intent, phrase = self._rows[row]
            if phrase.is_wide or len(parts) < len(phrase.parts):
                continue
            if len(phrase.parts) == 1:
                choices: list[tuple[tuple[int, int], ...]] = [(span,) for span in parts[0]]
            elif stand_apart(list(parts.values())):
                choices = [tuple(span for _, part in sorted(parts.items()) for span in part)]
            else:
                continue
            for chosen in choices:
                match = _Match(intent, row, phrase.weight, mask_of(chosen), chosen)
                other = best.setdefault((intent, match.mask), match)
                if abs(other.weight) < abs(match.weight):
                    best[intent, match.mask] = match
        return list(best.values())[:_MOST_MATCHES]

    def _turns(self, negation: _Found, spans: Sequence[tuple[int, int]], free: list[_Found]) -> bool:
        if negation.use.part == _BUT:
            return False
        for start, end in spans:
            if negation.use.part == _AFTER:
                turned = end <= negation.start <= end + self.negation.reach_back
                between = (end, negation.start)
            else:
                reach = self.negation.reach if negation.use.part == _FAR else 1
                turned = negation.end <= start <= negation.end + reach
                between = (negation.end, start)
            if turned and not any(other.use.part == _BUT and between[0] <= other.start <= between[1] for other in free):
                return True
        return False


def _grow(root: _Node, part: Part, use: _Use) -> None:
    for alternative in part:
        node = root
        for word in alternative:
            node = node.next.setdefault(word, _Node())
        if use not in node.uses:
            node.uses.append(use)


def _reason(words: tuple[str, ...], match: _Match, weight: int, negation: _Found | None) -> str:
    """For people: "cancelling + order +5", "refund -4 (do not want)"."""
    outer = [
        (start, end)
        for start, end in match.spans
        if not any(a <= start and end <= b and b - a > end - start for a, b in match.spans)
    ]
    found = " + ".join(dict.fromkeys(_joined(words[start:end]) for start, end in outer))
    turned = f" ({_joined(words[negation.start : negation.end])})" if negation else ""
    return f"{found} {weight:+d}{turned}"


def _joined(words: tuple[str, ...]) -> str:
    """For people: blanks between words, none between Chinese characters."""
    text = ""
    for word in words:
        text += f" {word}" if text and word.isascii() and text[-1].isascii() else word
    return text.replace(STOP, "")
