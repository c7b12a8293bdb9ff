"""The words of the slip: `<language>/slip.yaml` beside the letters, each key exactly once in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from mailbot.domain.cases import CaseKind
from mailbot.errors import ConfigError
from mailbot.mail.slip.glyphs import visible
from mailbot.settings.yamlfile import expect, read_yaml

WORDS_FILE = "slip.yaml"


@dataclass(frozen=True, kw_only=True)
class SlipWords:
    """What stands on a slip in one language."""

    language: str  # BCP 47, the folder's name
    title: Mapping[CaseKind, str]
    case_number: Mapping[CaseKind, str]
    order_number: str
    date: str
    customer: str
    send_by: str
    model: str
    name: str
    quantity: str
    steps: str  # heading
    pack: Mapping[CaseKind, str]  # first step (P5, P8, P11)
    enclose: str  # the upper part goes into the parcel
    attach: str  # the lower part goes onto it
    ship: str
    cut: str  # on the dotted line
    send_to: str  # above the return address
    continued: str  # below a list that goes on on the next page

    def sentences(self) -> tuple[str, ...]:
        """Every word that can be printed."""
        values = [getattr(self, field.name) for field in fields(self) if field.name != "language"]
        return tuple(each for value in values for each in ((value,) if isinstance(value, str) else value.values()))


def read_words(directory: Path, language: str) -> SlipWords:
    """The words in `directory`/`language`.

    Raises ConfigError with file and line for a key that is missing, unknown or empty.
    """
    source = read_yaml(directory / language / WORDS_FILE)
    known = [field.name for field in fields(SlipWords) if field.name != "language"]
    for key in source.data:
        if key not in known:
            raise ConfigError(f"{source.where((key,))}: a slip has no {key!r}; expected {', '.join(known)}")

    def one(*key: str) -> str:
        # No-break spaces are meant; other blanks come from the wrapped lines of YAML.
        words = visible(expect(source, key, str, "a sentence").replace("\n", " ")).split(" ")
        if not any(words):
            raise ConfigError(f"{source.where(key)}: {'.'.join(key)} is empty; write what the slip should say")
        return " ".join(filter(None, words))

    def each(key: str) -> Mapping[CaseKind, str]:
        for kind in expect(source, (key,), dict, f"a sentence for each of {', '.join(CaseKind)}"):
            if kind not in tuple(CaseKind):
                known = ", ".join(CaseKind)
                raise ConfigError(f"{source.where((key, str(kind)))}: {key}: expected {known}, not {kind!r}")
        return {kind: one(key, kind.value) for kind in CaseKind}

    return SlipWords(
        language=language, title=each("title"), case_number=each("case_number"), order_number=one("order_number"),
        date=one("date"), customer=one("customer"), send_by=one("send_by"), model=one("model"), name=one("name"),
        quantity=one("quantity"), steps=one("steps"), pack=each("pack"), enclose=one("enclose"), attach=one("attach"),
        ship=one("ship"), cut=one("cut"), send_to=one("send_to"), continued=one("continued"),
    )  # fmt: skip
