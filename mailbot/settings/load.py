"""Reading settings.yaml, then the environment on top of it; every mistake is named with file, line and key."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mailbot.errors import ConfigError
from mailbot.settings.environment import FromEnvironment, read_environment
from mailbot.settings.model import Settings
from mailbot.settings.problems import describe, where
from mailbot.settings.yamlfile import KeyPath, YamlFile, read_yaml


def load_settings(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the settings.

    On top of the file come MAILBOT_<SECTION>__<KEY> and MAILBOT_<KEY> variables, and either with _FILE behind it,
    whose value is the path of a file that holds the value (for secrets). Relative paths are taken from the folder
    of the settings file. Raises ConfigError naming file and line or variable, key and what was expected.
    """
    source, environment = _read(path, environ)
    try:
        settings = Settings.model_validate(_merge(source.data, environment.data))
    except ValidationError as error:
        raise ConfigError("\n".join(describe(error, source, environment))) from None
    return _anchor_paths(settings, path.resolve().parent)


def place_of(path: Path, key: KeyPath, environ: Mapping[str, str] | None = None) -> str:
    """Where a setting comes from, "settings.yaml:12: calendar", for mistakes that show only when it is used."""
    source, environment = _read(path, environ)
    return f"{where(key, source, environment)}: {'.'.join(map(str, key))}"


def _read(path: Path, environ: Mapping[str, str] | None) -> tuple[YamlFile, FromEnvironment]:
    if not path.exists():
        raise ConfigError(
            f"{path}: no such file; run mailbot in the folder that `mailbot init DIR` made, or name the file: "
            "mailbot --settings FILE …"
        )
    source = read_yaml(path)
    return source, read_environment(os.environ if environ is None else environ, source.data)


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def _anchor_paths(settings: Settings, folder: Path) -> Settings:
    def anchored(path: Path | None) -> Path | None:
        return None if path is None else folder / path.expanduser()

    def with_ca_file(section: Any) -> Any:
        return section.model_copy(update={"ca_file": anchored(section.ca_file)})

    return settings.model_copy(
        update={
            **{name: anchored(getattr(settings, name)) for name in ("data", "rules", "templates", "key_file")},
            "orders": settings.orders.model_copy(update={"drop_folder": anchored(settings.orders.drop_folder)}),
            "smtp": with_ca_file(settings.smtp),
            "mailboxes": {name: with_ca_file(mailbox) for name, mailbox in settings.mailboxes.items()},
        }
    )
