"""rules/intents.yaml -> WishTable; a mistake is named with file and line."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache

from mailbot.domain.spelling import ANY, Homophones
from mailbot.domain.wishes import Alternative, Intent, Negation, Part, Phrase, WishTable
from mailbot.domain.words import QUESTION, STOP, fold, split_words
from mailbot.errors import ConfigError
from mailbot.settings.yamlfile import KeyPath, YamlFile, expect

NO_MISSPELLINGS = "no misspellings"
_KEYS = (
    "threshold",
    "alone",
    "instead",
    "mentioned",
    "negation",
    "negatable",
    "spellings",
    "homophones",
    NO_MISSPELLINGS,
    "groups",
    "sayings",
    "wishes",
    "guesses",
    "marks",
)
_TABLES = ("wishes", "guesses", "marks")
_NEGATION = ("far", "near", "after", "but")
_WIDE = "&"  # joins parts that stand in clauses near one another
_MOST_ALTERNATIVES = 2_000  # of one phrase, with its groups put in
_MOST_WORDS = 12  # side by side; a Chinese character is a word
_SHORTEST_STEM = 2  # letters before or after a star

Groups = Mapping[tuple[str, str], tuple[str, ...]]  # name, language -> words
Spellings = Mapping[str, tuple[str, ...]]
Splitter = Callable[[str], tuple[str, ...]]  # a piece of a phrase -> its words


def splitter(spellings: Spellings) -> Splitter:
    """Splits as mails are split, each piece once: the words of a group stand in many phrases."""
    return cache(lambda piece: split_words(piece, spellings).words)


def read_wishes(source: YamlFile) -> WishTable:
    """Raises ConfigError with file, line and what was expected."""
    for name in source.data:
        if name not in _KEYS:
            raise ConfigError(f"{source.where((name,))}: '{name}' is no part of this file; expected {', '.join(_KEYS)}")
    threshold = expect(source, ("threshold",), int, "a whole number of points")
    spellings = _spellings(source)
    split = splitter(spellings)
    groups = _groups(source)
    intents = _intents(source, "wishes", groups, split)
    sayings = []
    for language, index, text in words_by_language(source, ("sayings",)):
        where: KeyPath = ("sayings", language, index)
        sayings.append(Phrase(text=text, parts=parts_of(source, where, text, groups, split), weight=0))
    names = {intent.name for intent in intents}
    guesses = _intents(source, "guesses", groups, split) if "guesses" in source.data else ()
    marks = _intents(source, "marks", groups, split) if "marks" in source.data else ()
    for guess in guesses:
        if guess.name not in names:
            raise ConfigError(f"{source.where(('guesses', guess.name))}: there is no wish {guess.name!r}")
    return WishTable(
        intents=tuple(intents),
        threshold=threshold,
        negation=negation_of(source, groups, split),
        guesses=guesses,
        marks=marks,
        sayings=tuple(sayings),
        negatable=frozenset(_names(source, ("negatable",), names)),
        alone=frozenset(_names(source, ("alone",), names)),
        instead=tuple(_instead(source, names)),
        mentioned=tuple(_mentioned(source, names, threshold)),
        spellings=tuple(spellings.items()),
        homophones=Homophones(meant=tuple(_homophones(source))),
        known=no_misspellings(source),
    )


def _intents(source: YamlFile, section: str, groups: Groups, split: Splitter) -> tuple[Intent, ...]:
    intents = []
    for wish in expect(source, (section,), dict, "wishes, each with phrases by language"):
        phrases = tuple(_phrases(source, (section, wish), groups, split))
        intents.append(Intent(name=str(wish), phrases=phrases))
    return tuple(intents)


def _names(source: YamlFile, key: KeyPath, names: Collection[str]) -> Iterator[str]:
    for index, name in enumerate(_list(source, key)):
        if name not in names:
            raise ConfigError(f"{source.where((*key, index))}: there is no wish {name!r}")
        yield name


def _instead(source: YamlFile, names: Collection[str]) -> Iterator[tuple[str, str]]:
    if "instead" in source.data:
        for first in expect(source, ("instead",), dict, "wishes with those that they take the place of"):
            if first not in names:
                raise ConfigError(f"{source.where(('instead', first))}: there is no wish {first!r}")
            for second in _names(source, ("instead", first), names):
                yield first, second


def _mentioned(source: YamlFile, names: Collection[str], threshold: int) -> Iterator[tuple[str, int]]:
    if "mentioned" in source.data:
        for name in expect(
            source, ("mentioned",), dict, "wishes, each with the most points of one that is only told of"
        ):
            key: KeyPath = ("mentioned", name)
            if name not in names:
                raise ConfigError(f"{source.where(key)}: there is no wish {name!r}")
            most = expect(source, key, int, "a whole number of points")
            if most < threshold:
                raise ConfigError(f"{source.where(key)}: {most} points are below the threshold, {threshold}")
            yield str(name), most


def _phrases(source: YamlFile, wish: KeyPath, groups: Groups, split: Splitter) -> Iterator[Phrase]:
    for language in expect(source, wish, dict, "phrases by language"):
        key: KeyPath = (*wish, language)
        for text in expect(source, key, dict, "phrases with their weights"):
            weight = expect(source, (*key, text), int, "a weight such as 3 or -2")
            parts = parts_of(source, (*key, text), text, groups, split)
            yield Phrase(text=text, parts=parts, weight=weight, is_wide=_WIDE in text)


def parts_of(source: YamlFile, key: KeyPath, text: object, groups: Groups, split: Splitter) -> tuple[Part, ...]:
    """`send/give + back` -> both parts with their alternatives, groups put in.

    The language, whose words of a group are put in, is the part after the wish, or the last but one.
    """
    language = str(key[2] if key[0] in _TABLES else key[1])
    if not isinstance(text, str) or not text.strip():
        raise ConfigError(f"{source.where(key)}: {text!r} is no phrase; put it in quotes")
    if _WIDE in text and ("+" in text or key[0] not in _TABLES):
        reason = f"'{_WIDE}' joins parts of a wish, and none with '+' beside it"
        raise ConfigError(f"{source.where(key)}: {text!r}: {reason}")
    parts = []
    for part in text.split(_WIDE if _WIDE in text else "+"):
        alternatives: dict[Alternative, None] = {}
        for alternative in part.split("/"):
            for plain in _filled_in(source, key, alternative.strip(), groups, language):
                alternatives.setdefault(_side_by_side(source, key, plain, split))
                if len(alternatives) > _MOST_ALTERNATIVES:
                    raise ConfigError(f"{source.where(key)}: {text!r} stands for too many phrases; split it up")
        parts.append(tuple(alternatives))
    return tuple(parts)


def _filled_in(source: YamlFile, key: KeyPath, text: str, groups: Groups, language: str) -> Iterator[str]:
    """The text with each <group> replaced by each of its words in turn."""
    pieces: list[tuple[str, ...]] = []
    rest = text
    while "<" in rest:
        before, _, rest = rest.partition("<")
        name, closed, rest = rest.partition(">")
        if not closed or (name, language) not in groups:
            known = ", ".join(sorted(group for group, spoken in groups if spoken == language)) or "none"
            raise ConfigError(f"{source.where(key)}: no group <{name}> has words for {language}; there is: {known}")
        pieces += [(before,), groups[name, language]]
    pieces.append((rest,))
    for chosen in itertools.product(*pieces):
        yield "".join(chosen)


def _side_by_side(source: YamlFile, key: KeyPath, text: str, split: Splitter) -> Alternative:
    words: list[str] = []
    for piece in text.split():
        found = split(piece)
        if ANY in piece:
            inner = piece.strip(ANY)
            if piece.count(ANY) != 1 or inner == piece or len(found) != 1 or len(found[0]) < _SHORTEST_STEM:
                raise ConfigError(
                    f"{source.where(key)}: {piece!r}: a star stands at the end or the beginning of a Latin word"
                )
            words.append(found[0] + ANY if piece.endswith(ANY) else ANY + found[0])
        else:
            words.extend(found)
    if not 1 <= len(words) <= _MOST_WORDS or STOP in words or (QUESTION in words and len(words) > 1):
        raise ConfigError(
            f"{source.where(key)}: {text!r} is no phrase; expected 1 to {_MOST_WORDS} words without punctuation"
        )
    return tuple(words)


def negation_of(source: YamlFile, groups: Groups, split: Splitter) -> Negation:
    """The section `negation`, where there is one. Raises ConfigError with file and line."""
    found: dict[str, list[Alternative]] = {kind: [] for kind in _NEGATION}
    if "negation" in source.data:
        for language in expect(source, ("negation",), dict, "languages with far, near, after and but"):
            for kind in expect(source, ("negation", language), dict, "far, near, after and but"):
                key: KeyPath = ("negation", language, kind)
                if kind not in _NEGATION:
                    raise ConfigError(f"{source.where(key)}: '{kind}': expected {', '.join(_NEGATION)}")
                for index, text in enumerate(_list(source, key)):
                    for (part,) in [parts_of(source, (*key, index), text, groups, split)]:
                        found[kind].extend(part)
    far, near, after, but = (tuple(dict.fromkeys(found[kind])) for kind in _NEGATION)
    return Negation(far=far, near=near, after=after, but=but)


def no_misspellings(source: YamlFile) -> frozenset[str]:
    """Words that look like a slip of another one of the file and aren't. Raises ConfigError with file and line."""
    return frozenset(_list(source, (NO_MISSPELLINGS,)))


def _homophones(source: YamlFile) -> Iterator[tuple[str, str]]:
    if "homophones" in source.data:
        for written, meant in expect(
            source, ("homophones",), dict, "characters with those that they stand for"
        ).items():
            if not isinstance(written, str) or not isinstance(meant, str) or not written or not meant:
                raise ConfigError(f"{source.where(('homophones', written))}: homophones: expected characters for both")
            yield fold(written), fold(meant)


def _spellings(source: YamlFile) -> Spellings:
    if "spellings" not in source.data:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for written, meant in expect(source, ("spellings",), dict, "short words with what they mean").items():
        key: KeyPath = ("spellings", written)
        if not isinstance(written, str) or not isinstance(meant, str):
            raise ConfigError(f"{source.where(key)}: spellings: put both words in quotes")
        found_words = split_words(written, {}).words
        if len(found_words) != 1 or STOP in found_words:
            raise ConfigError(f"{source.where(key)}: {written!r}: expected a single word")
        found[found_words[0]] = split_words(meant, {}).words
    return found


def _groups(source: YamlFile) -> Groups:
    groups: dict[tuple[str, str], tuple[str, ...]] = {}
    if "groups" in source.data:
        for name in expect(source, ("groups",), dict, "groups, each with words by language"):
            for language, _, text in words_by_language(source, ("groups", name)):
                groups[str(name), language] = (*groups.get((str(name), language), ()), text)
    return groups


def words_by_language(source: YamlFile, key: KeyPath) -> Iterator[tuple[str, int, str]]:
    """Each word below `key` with its language and its place there. Raises ConfigError with file and line."""
    if key[0] in source.data:
        for language in expect(source, key, dict, "words by language"):
            for index, text in enumerate(_list(source, (*key, language))):
                yield language, index, text


def _list(source: YamlFile, key: KeyPath) -> list[str]:
    if key[0] not in source.data:
        return []
    items: list[str] = expect(source, key, list, "a list in brackets")
    for index, item in enumerate(items):
        if not isinstance(item, str) or not item.strip():
            raise ConfigError(f"{source.where((*key, index))}: {item!r} is no word; put it in quotes")
    return items
