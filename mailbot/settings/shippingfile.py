"""rules/shipping.yaml -> ShippingTable; a mistake is named with file and line."""

from __future__ import annotations

from mailbot.domain.shipping import ShippingStatus, ShippingTable, status_key
from mailbot.errors import ConfigError
from mailbot.settings.nearest import did_you_mean
from mailbot.settings.yamlfile import KeyPath, YamlFile, expect

_KEYS = ("name", "under_way", "words")


def read_shipping(source: YamlFile) -> ShippingTable:
    """The table of the file. Raises ConfigError with file and line."""
    statuses: dict[str, ShippingStatus] = {}
    for index in range(len(expect(source, ("statuses",), list, "a list of statuses"))):
        name, status = _status(source, ("statuses", index))
        if name in statuses:
            raise ConfigError(f"{source.where(('statuses', index))}: the status {name!r} stands twice")
        statuses[name] = status
    return ShippingTable(statuses=statuses)


def _status(source: YamlFile, key: KeyPath) -> tuple[str, ShippingStatus]:
    for name in expect(source, key, dict, f"a status with the keys {', '.join(_KEYS)}"):
        if name not in _KEYS:
            hint = did_you_mean(str(name), _KEYS) or f"expected {', '.join(_KEYS)}"
            raise ConfigError(f"{source.where((*key, str(name)))}: {name!r} is not part of a status; {hint}")
    words = expect(source, (*key, "words"), dict, "the words per language, such as {en: shipped}")
    for language, text in words.items():
        if not isinstance(language, str) or not isinstance(text, str) or not text.strip():
            raise ConfigError(f"{source.where((*key, 'words'))}: {language}: expected words in quotes, found {text!r}")
    if not words:
        raise ConfigError(f"{source.where((*key, 'words'))}: expected words in at least one language")
    name = expect(source, (*key, "name"), str, "what the shop writes, in quotes")
    return status_key(name), ShippingStatus(
        under_way=expect(source, (*key, "under_way"), bool, "true or false"), words=words
    )
