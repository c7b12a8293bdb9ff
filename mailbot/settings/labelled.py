"""Labelled sentences (CSV) and what their labels mean here (YAML), for measuring the table of wishes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from mailbot.domain.confusion import OTHER
from mailbot.errors import ConfigError
from mailbot.settings.yamlfile import expect, read_yaml

TEXT_COLUMNS = ("utterance", "text", "sentence", "instruction", "query", "message")
LABEL_COLUMNS = ("intent", "label")
_MOST_BYTES = 100_000_000
_DELIMITERS = ",;\t"


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One row."""

    text: str
    label: str  # as it stands in the file


def read_sentences(path: Path) -> list[Sentence]:
    """UTF-8 or GB 18030; comma, semicolon or tab; the first row names the columns, others than ours are passed over.

    Raises ConfigError for whatever makes the file unusable.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from None
    if len(raw) > _MOST_BYTES:
        raise ConfigError(f"{path}: more than {_MOST_BYTES // 1_000_000} MB; split it up")
    text = _decoded(path, raw)
    header, _, _ = text.partition("\n")
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = {name.strip().casefold(): name for name in reader.fieldnames or () if name}
        text_column = next((columns[name] for name in TEXT_COLUMNS if name in columns), None)
        label_column = next((columns[name] for name in LABEL_COLUMNS if name in columns), None)
        if text_column is None or label_column is None:
            raise ConfigError(
                f"{path}: expected a column 'text' or 'utterance' and a column 'intent' or 'label' in the first row; "
                f"found {', '.join(columns) or 'nothing'}"[:500]
            )
        return [
            Sentence(text=row[text_column] or "", label=(row[label_column] or "").strip())
            for row in reader
            if row[text_column] or row[label_column]
        ]
    except csv.Error as error:
        raise ConfigError(f"{path}:{reader.line_num}: not a CSV file: {error}") from None


def _decoded(path: Path, raw: bytes) -> str:
    if b"\0" in raw[:100_000]:
        raise ConfigError(f"{path}: not a text file; expected CSV in UTF-8 or GB 18030")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConfigError(f"{path}: neither UTF-8 nor GB 18030; save the file as UTF-8")


def read_labels(path: Path, wishes: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Label, as `plain_label` writes it -> the wishes that are right for it. Our own names mean themselves.

    Raises ConfigError with file and line.
    """
    source = read_yaml(path)
    known = [*wishes, OTHER]
    labels = {plain_label(name): (name,) for name in known}
    for label, meant in expect(source, ("labels",), dict, "labels with the wish that each stands for").items():
        names = meant if isinstance(meant, list) else [meant]
        for name in names:
            if name not in known:
                raise ConfigError(
                    f"{source.where(('labels', label))}: {label}: there is no wish {name!r}; expected "
                    f"{', '.join(known)}, or several of them in brackets"
                )
        if not names:
            raise ConfigError(f"{source.where(('labels', label))}: {label}: expected a wish")
        labels[plain_label(str(label))] = tuple(names)
    return labels


def plain_label(label: str) -> str:
    """ "Cancel-Order" -> "cancel_order"."""
    return re.sub(r"[\W_]+", "_", label.casefold()).strip("_")
