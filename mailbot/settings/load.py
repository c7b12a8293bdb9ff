"""Reading settings.yaml, then the environment on top of it; every mistake is named with file, line and key."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from mailbot.errors import ConfigError
from mailbot.settings.model import Settings
from mailbot.settings.yamlfile import KeyPath, YamlFile, read_yaml

PREFIX = "MAILBOT_"
_EXPECTED = {
    "missing": "is missing",
    "extra_forbidden": "is not a setting; look for a typing mistake, settings.yaml of `mailbot init` shows them all",
}


class _Environment(Settings, BaseSettings):
    """Never instantiated: it tells pydantic-settings how MAILBOT_SMTP__PASSWORD nests into smtp.password."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")


def load_settings(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the settings.

    On top of the file come MAILBOT_<SECTION>__<KEY> variables, and MAILBOT_<SECTION>__<KEY>_FILE, whose
    value is the path of a file that holds the value (for secrets). Relative paths are taken from the folder
    of the settings file. Raises ConfigError naming file, line, key and what was expected.
    """
    environ = os.environ if environ is None else environ
    source = read_yaml(path)
    from_environment = _environment_values(environ)
    merged = _merge(source.data, from_environment)
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        raise ConfigError("\n".join(_problems(error, source, from_environment))) from None
    return _anchor_paths(settings, path.resolve().parent)


def _environment_values(environ: Mapping[str, str]) -> dict[str, Any]:
    variables: dict[str, str] = {}
    for name, value in environ.items():
        upper = name.upper()
        if not upper.startswith(PREFIX) or "__" not in upper:
            continue
        if upper.endswith("_FILE") and not upper.endswith(("__CA_FILE", "__KEY_FILE")):
            secret = Path(value)
            try:
                variables[upper.removesuffix("_FILE").lower()] = secret.read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(f"{name}: the file {secret} can't be read: {error}") from None
        else:
            variables[upper.lower()] = value
    source = EnvSettingsSource(_Environment, env_prefix=PREFIX, env_nested_delimiter="__", case_sensitive=False)
    source.env_vars = variables
    try:
        return dict(source())
    except ValueError as error:
        raise ConfigError(f"environment: {error}") from None


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def _problems(error: ValidationError, source: YamlFile, environment: Mapping[str, Any]) -> list[str]:
    lines = []
    found = error.errors(include_url=False, include_input=False)
    for item in found:
        key: KeyPath = tuple(item["loc"])
        if any(other["loc"][: len(key)] == key and len(other["loc"]) > len(key) for other in found):
            continue  # a list is also "too short" when one of its items is wrong
        name = ".".join(str(part) for part in key)
        what = _EXPECTED.get(item["type"]) or item["msg"].removeprefix("Value error, ")
        where = "environment" if _stands_in(environment, key) else source.where(key)
        lines.append(f"{where}: {name or 'settings'}: {what[:1].lower() + what[1:]}")
    return lines


def _stands_in(values: Any, key: KeyPath) -> bool:
    for part in key:
        if not isinstance(values, Mapping) or part not in values:
            return False
        values = values[part]
    return bool(key)


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
