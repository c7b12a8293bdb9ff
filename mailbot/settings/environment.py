"""MAILBOT_… variables on top of settings.yaml; a name that is no setting is refused, never passed over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from mailbot.errors import ConfigError
from mailbot.settings.accounts import MailboxSettings
from mailbot.settings.model import Settings
from mailbot.settings.nearest import did_you_mean
from mailbot.settings.shape import Place, all_keys, keys_of, place_at
from mailbot.settings.yamlfile import KeyPath

PREFIX = "MAILBOT_"
_FILE = "_FILE"
_OTHERS = ("MAILBOT_CORPUS", "MAILBOT_REQUIRE_SERVERS", "MAILBOT_TEST_MAILS")  # what the test suite is told


@dataclass(frozen=True, kw_only=True)
class FromEnvironment:
    """What the environment sets."""

    data: Mapping[str, Any]  # nested as settings.yaml
    names: Mapping[KeyPath, str]  # the variable that set each key

    def variable(self, key: KeyPath) -> str:
        """The variable that set the value at `key`, or what it is part of; "" for none."""
        for length in range(len(key), 0, -1):
            if name := self.names.get(key[:length]):
                return name
        return next((name for path, name in self.names.items() if path[: len(key)] == key), "") if key else ""


def read_environment(environ: Mapping[str, str], in_file: Mapping[str, Any]) -> FromEnvironment:
    """MAILBOT_<SECTION>__<KEY>, MAILBOT_<KEY> for keys of the first level, and either with _FILE behind it.

    Lists are written as JSON. `in_file` is what settings.yaml says: only mailboxes that stand there can be named.
    Raises ConfigError naming every variable that can't be used.
    """
    data: dict[str, Any] = {}
    names: dict[KeyPath, str] = {}
    problems: list[str] = []
    for name in sorted(environ):
        if not name.upper().startswith(PREFIX) or name.upper() in _OTHERS:
            continue
        try:
            key, value = _read(name, environ[name], in_file)
            if key in names:
                raise ConfigError(f"environment: {name} and {names[key]} set the same key; remove one of them")
        except ConfigError as error:
            problems.append(str(error))
            continue
        names[key] = name
        below = data
        for part in key[:-1]:
            below = below.setdefault(part, {})
        below[key[-1]] = value
    if problems:
        raise ConfigError("\n".join(problems))
    return FromEnvironment(data=data, names=names)


def _read(name: str, text: str, in_file: Mapping[str, Any]) -> tuple[tuple[str, ...], Any]:
    upper = name.upper()
    key = _key(upper)
    place = place_at(key)
    if place is None and upper.endswith(_FILE):
        key = _key(upper.removesuffix(_FILE))
        place = place_at(key)
        if place is not None:
            text = _content(name, text)
    if place is None or not key:
        raise ConfigError(_unknown(name, upper))
    _refuse_unknown_mailbox(name, key, in_file)
    return key, _value(name, key, place, text)


def _key(upper: str) -> tuple[str, ...]:
    return tuple(part.lower() for part in upper.removeprefix(PREFIX).split("__"))


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise ConfigError(f"{name}: the file {path} can't be read: {error}") from None


def _value(name: str, key: KeyPath, place: Place, text: str) -> Any:
    if not place.many and place.section is None:
        # "" takes back what the file says where nothing is a value of its own.
        nothing = place.field is not None and not place.field.is_required() and place.field.default is None
        return None if nothing and text in ("", "null") else text
    if place.section is not None and not place.many and not text.lstrip().startswith("{"):
        first = keys_of(place.section)[0].upper()
        raise ConfigError(
            f"environment: {name}: {'.'.join(map(str, key))} is a section; set its keys one by one, as "
            f"{name.upper()}__{first}"
        )
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        example = '{"support": {"host": "imap.tp.example"}}' if key == ("mailboxes",) else _example(place)
        raise ConfigError(
            f"environment: {name}: {'.'.join(map(str, key))}: expected a list or section written as JSON, such as "
            f"{example}"
        ) from None


def _example(place: Place) -> str:
    default = place.field.get_default() if place.field is not None and not place.field.is_required() else None
    if default and all(isinstance(item, str | int | float) for item in default):
        return json.dumps(list(default))
    return '["first", "second"]' if place.section is None else '[{"name": "…"}]'


def _unknown(name: str, upper: str) -> str:
    wanted = upper.removeprefix(PREFIX)
    parts = _key(upper)
    section: type[BaseModel] = Settings
    before = ""
    if parts[:1] == ("mailboxes",) and len(parts) > 2:
        section, before = MailboxSettings, f"MAILBOXES__{parts[1].upper()}__"
    known = [before + key.replace(".", "__").upper() for key in all_keys(section)]
    if wanted.endswith(_FILE):
        known = [key if key.endswith(_FILE) else key + _FILE for key in known]
    hint = did_you_mean(wanted, known).replace(" '", f" '{PREFIX}")
    hint = hint or "expected MAILBOT_<SECTION>__<KEY>, as MAILBOT_SMTP__HOST"
    return f"environment: {name}: is not a setting; {hint}"


def _refuse_unknown_mailbox(name: str, key: tuple[str | int, ...], in_file: Mapping[str, Any]) -> None:
    """A misspelt mailbox would be a second one without a host."""
    boxes = in_file.get("mailboxes")
    if key[:1] != ("mailboxes",) or len(key) < 3 or not isinstance(boxes, Mapping) or str(key[1]) in boxes:
        return
    there = ", ".join(map(str, boxes)) or "none"
    hint = did_you_mean(str(key[1]), map(str, boxes)) or f"settings.yaml has: {there}"
    raise ConfigError(f"environment: {name}: there is no mailbox '{key[1]}' in settings.yaml; {hint}")
