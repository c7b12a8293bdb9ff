"""Text -> words in clauses, as tables of words compare it: without case, accents, contractions or script variants.

A word is a run of Latin (Greek, Cyrillic, …) letters and digits, or a single Chinese or Japanese character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailbot.domain.hanzi import TO_SIMPLIFIED

MOST_CHARACTERS = 20_000  # of a text that are read
MOST_WORDS_OF_A_CLAUSE = 60  # a longer one is cut: people who write without full stops change the subject in between
_WRAPPED_AT = 50  # columns; a shorter line was ended by its writer, not wrapped by a mail program
QUESTION = "?"
STOP = "."  # stands for every other punctuation mark; no phrase contains it

_WIDE = r"\u2e80-\u2fff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_TOKEN = re.compile(
    rf"(?P<wide>[{_WIDE}])|(?P<word>[^\W_{_WIDE}]+(?:'[^\W_{_WIDE}]+)*)|(?P<ask>\?)|(?P<line>\n\s*)"
    rf"|(?P<stop>[.,](?!\d)|[;:!()\[\]\u2026\u3001\u3002\u300c-\u300f]|\s-+\s)"
)
_ACCENTS = {
    code: base[0]
    for code in range(0xC0, 0x250)
    if len(base := unicodedata.normalize("NFD", chr(code))) > 1 and base[0].isascii()
}
_FOLD = {**TO_SIMPLIFIED, **_ACCENTS, **dict.fromkeys(range(0x300, 0x370)), 0xF8: "o", 0x153: "oe", 0xE6: "ae"} | {
    ord(mark): "'" for mark in "’‘`´"
}
_ENDINGS = {"'d": "would", "'ll": "will", "'re": "are", "'ve": "have", "'m": "am"}
_NOT = {"can't": "can", "won't": "will", "shan't": "shall"}
_IS = frozenset(("it", "that", "what", "where", "there", "who", "how", "he", "she", "when"))


@dataclass(frozen=True, kw_only=True)
class Words:
    """A text in words."""

    words: tuple[str, ...]  # with QUESTION and STOP between them
    clauses: tuple[int, ...]  # for each word the index of the first word of its clause


def fold(text: str) -> str:
    """Full width to half, lower case, no accents, simplified characters, straight apostrophes; at most
    MOST_CHARACTERS characters."""
    folded = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).casefold().translate(_FOLD)
    return folded[:MOST_CHARACTERS]


def split_words(text: str, spellings: Mapping[str, tuple[str, ...]]) -> Words:
    """`spellings`: short or slack ways to write a word -> the words meant."""
    return split_folded(fold(text), spellings)


def split_folded(folded: str, spellings: Mapping[str, tuple[str, ...]]) -> Words:
    """As `split_words`, of a text that was folded before."""
    words: list[str] = []
    clauses: list[int] = []
    first = 0
    line_began = 0
    for token in _TOKEN.finditer(folded):
        kind = token.lastgroup
        if kind == "wide":
            new: tuple[str, ...] = (token[0],)
        elif kind == "word":
            plain = token[0]
            new = spellings.get(plain) or ((plain,) if "'" not in plain else tuple(_spelt_out(plain, spellings)))
        elif kind == "line":
            wrapped = _columns(folded, line_began, token.start()) >= _WRAPPED_AT and token[0].count("\n") == 1
            line_began = token.end()
            if not wrapped:
                first = len(words)
            continue
        else:
            words.append(QUESTION if kind == "ask" else STOP)
            clauses.append(first)
            first = len(words)
            continue
        if len(words) - first >= MOST_WORDS_OF_A_CLAUSE:
            first = len(words)
        words.extend(new)
        clauses.extend([first] * len(new))
    return Words(words=tuple(words), clauses=tuple(clauses))


def _columns(text: str, start: int, end: int) -> int:
    """The width of a line, wide characters as two columns; only as far as it matters."""
    line = text[start : min(end, start + _WRAPPED_AT)]
    return len(line) + sum(character > "\u2e7f" for character in line)


def _spelt_out(word: str, spellings: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """don't -> do not; it's -> it is; customer's -> customer; l'article -> l article."""
    if word.endswith("n't"):
        yield _NOT.get(word, word[:-3])
        yield "not"
        return
    head, _, tail = word.rpartition("'")
    if f"'{tail}" in _ENDINGS:
        yield from (*head.split("'"), _ENDINGS[f"'{tail}"])
    elif tail == "s":
        yield from (*head.split("'"), "is") if head in _IS else head.split("'")
    else:
        for part in word.split("'"):
            yield from spellings.get(part, (part,))
