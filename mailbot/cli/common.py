"""What all commands share: where the settings are, and printing for people or as JSON."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from mailbot.cli.tables import Column, names, table_of
from mailbot.errors import ConfigError
from mailbot.settings import load_settings
from mailbot.wiring import Desk, open_desk, open_store

out = Console(highlight=False, emoji=False, soft_wrap=not sys.stdout.isatty())
err = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)

_STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most this many rows.")]


def settings_file(context: typer.Context) -> Path:
    """The file given by --settings."""
    path: Path = context.find_root().obj
    return path


@contextmanager
def desk(context: typer.Context) -> Iterator[Desk]:
    """A ready installation."""
    with open_desk(settings_file(context)) as opened:
        yield opened


@contextmanager
def store(context: typer.Context) -> Iterator[None]:
    """The database alone: lists need neither rules nor keys."""
    with open_store(load_settings(settings_file(context))):
        yield


def write_new(file: Path, content: bytes, *, overwrite: bool = False) -> None:
    """Write a file that isn't there yet, for its owner alone: it holds a customer's data.

    With `overwrite` a file that is there is replaced as a whole, or stays as it is.
    """
    target = file.with_name(f".{file.name}.{os.getpid()}") if overwrite else file
    try:
        with open(target, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as opened:
            opened.write(content)
        if overwrite:
            os.replace(target, file)
    except FileExistsError:
        raise ConfigError(f"{file}: there already; nothing is overwritten") from None
    except OSError as error:
        if overwrite:
            target.unlink(missing_ok=True)
        raise ConfigError(f"{file}: can't be written: {error.strerror}") from None


def write_new_durably(file: Path, content: bytes) -> None:
    """Write a file that isn't there yet, for its owner alone: after a crash it is there whole, or not at all.

    Raises ConfigError where it is there already or can't be written.
    """
    parent = file.absolute().parent
    try:
        with tempfile.NamedTemporaryFile(dir=parent, prefix=f".{file.name}.") as draft:  # mode 0600
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
            os.link(draft.name, file)  # unlike a rename it never replaces what is there
        folder = os.open(parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except FileExistsError:
        raise ConfigError(f"{file}: there already; nothing is overwritten") from None
    except OSError as error:
        raise ConfigError(f"{file}: can't be written: {error.strerror}") from None


def visible(text: str) -> str:
    """Text from outside without what steers a terminal or turns the writing direction (UAX #9); lines stay lines."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\t", "    "))


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=_plain)
    sys.stdout.write("\n")


def as_plain(value: Any) -> dict[str, Any]:
    """A dataclass as the mapping that --json prints."""
    return dataclasses.asdict(value)


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def print_table(title: str, columns: Sequence[str | Column], rows: Iterable[Sequence[object]]) -> None:
    """A table for people; cells are printed as they are, never as markup. A narrow window shows less."""
    cells = [[_cell(cell) for cell in row] for row in rows]
    if not cells:
        out.print(Text(f"{title}: none"))
        return
    table, left_out = table_of(names(columns), cells, out.width)
    table.title, table.title_justify, table.title_style = Text(title), "left", "bold"
    out.print(table)
    if left_out:
        out.print(Text(f"a wider window shows {', '.join(left_out)}, too", style="dim"))


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M %Z")
    if isinstance(value, (tuple, list)):
        return visible(", ".join(str(item) for item in value))
    return "" if value is None else visible(str(value))


def expect_one_of(option: str, value: str, words: Iterable[str]) -> None:
    """Refuse a misspelt word instead of finding nothing (exit code 2)."""
    allowed = list(words)
    if value and value not in allowed:
        raise ConfigError(f"{option} {value}: expected one of {', '.join(allowed)}")


def not_found(what: str) -> ConfigError:
    """The error for a number that isn't there."""
    return ConfigError(f"{what}: there is no such thing here; the matching `list` command shows what there is")
