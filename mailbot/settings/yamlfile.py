"""YAML with line numbers, so that a mistake in settings or rules can be pointed at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mailbot.errors import ConfigError

KeyPath = tuple[str | int, ...]

# The same in C: the table of wishes is read at every start.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, kw_only=True)
class YamlFile:
    """A parsed YAML file."""

    path: Path
    data: Mapping[str, Any]  # plain scalars, lists and mappings; {} for an empty file
    lines: Mapping[KeyPath, int]  # line of each key or list item, counted from 1

    def where(self, key: KeyPath) -> str:
        """`file:line` of the key, or of the nearest parent that stands in the file."""
        for length in range(len(key), 0, -1):
            line = self.lines.get(key[:length])
            if line is not None:
                return f"{self.path}:{line}"
        return str(self.path)


def read_yaml(path: Path) -> YamlFile:
    """Read a YAML file whose top is a mapping.

    Raises ConfigError with file and line for a missing file, bad syntax, a duplicate key or another top.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 (byte {error.start}); save the file as UTF-8") from None
    lines: dict[KeyPath, int] = {}
    try:
        loader = _LOADER(text)
        node = loader.get_single_node()
        if node is not None:
            _note_lines(node, (), lines, path)
        data = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ConfigError(f"{where}: not valid YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid YAML: {str(error).splitlines()[0]}") from None
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise ConfigError(f"{path}:1: expected keys and values at the top, found a {type(data).__name__}")
    return YamlFile(path=path, data=data, lines=lines)


def _note_lines(node: yaml.Node, prefix: KeyPath, lines: dict[KeyPath, int], path: Path) -> None:
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            key = (*prefix, str(key_node.value))
            line = key_node.start_mark.line + 1
            if key in lines:
                raise ConfigError(f"{path}:{line}: '{key_node.value}' stands twice (first in line {lines[key]})")
            lines[key] = line
            _note_lines(value_node, key, lines, path)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[(*prefix, index)] = item.start_mark.line + 1
            _note_lines(item, (*prefix, index), lines, path)


def expect(source: YamlFile, key: KeyPath, kind: type | tuple[type, ...], what: str) -> Any:
    """The value at the key; ConfigError with file and line, saying `what` was expected, if it isn't of that kind."""
    value: Any = source.data
    for part in key:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            raise ConfigError(f"{source.where(key)}: expected '{'.'.join(map(str, key))}': {what}") from None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise ConfigError(f"{source.where(key)}: {'.'.join(map(str, key))}: expected {what}")
    return value
