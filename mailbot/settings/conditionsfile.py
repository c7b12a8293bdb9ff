"""rules/conditions.yaml -> words that tell the condition of a piece; a mistake is named with file and line."""

from __future__ import annotations

from mailbot.domain.conditions import STATEMENTS
from mailbot.domain.wishes import Intent, Phrase, WishTable
from mailbot.errors import ConfigError
from mailbot.settings.intents import (
    NO_MISSPELLINGS,
    Splitter,
    negation_of,
    no_misspellings,
    parts_of,
    splitter,
    words_by_language,
)
from mailbot.settings.nearest import did_you_mean
from mailbot.settings.yamlfile import YamlFile, expect


def read_conditions(source: YamlFile) -> WishTable:
    """A table with an intent for each of STATEMENTS. Raises ConfigError with file, line and what was expected."""
    for name in source.data:
        if name not in ("negation", "words", NO_MISSPELLINGS):
            expected = f"negation, words and {NO_MISSPELLINGS}"
            raise ConfigError(f"{source.where((str(name),))}: '{name}': expected {expected}")
    for name in expect(source, ("words",), dict, "words by what they say and language"):
        if name not in STATEMENTS:
            hint = did_you_mean(str(name), STATEMENTS)
            where = source.where(("words", str(name)))
            raise ConfigError(f"{where}: '{name}': expected {', '.join(STATEMENTS)}{'; ' if hint else ''}{hint}")
    split = splitter({})
    return WishTable(
        intents=tuple(Intent(name=name, phrases=_phrases(source, name, split)) for name in STATEMENTS),
        threshold=1,
        negation=negation_of(source, {}, split),
        negatable=frozenset(STATEMENTS),
        known=no_misspellings(source),
    )


def _phrases(source: YamlFile, name: str, split: Splitter) -> tuple[Phrase, ...]:
    expect(source, ("words", name), dict, "words by language")
    return tuple(
        Phrase(text=text, parts=parts_of(source, ("words", name, language, index), text, {}, split), weight=1)
        for language, index, text in words_by_language(source, ("words", name))
    )
