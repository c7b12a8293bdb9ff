"""What is wrong with the settings, in plain words: where it stands, what is allowed there, and an example."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr, ValidationError

from mailbot.settings.environment import FromEnvironment
from mailbot.settings.nearest import did_you_mean
from mailbot.settings.shape import Place, all_keys, keys_of, place_at
from mailbot.settings.yamlfile import KeyPath, YamlFile

_COMPARED = {
    "greater_than": ("gt", "a number above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "a number below"),
    "less_than_equal": ("le", "at most"),
}
_KINDS = (
    (r"int_", "a whole number"),
    (r"(float_|decimal_|finite_number)", "a number"),
    (r"bool_", "true or false"),
    (r"(tuple|list)_type", "a list in brackets"),
    (r"(date|datetime)_", "a day"),
    (r"path_type", "the path of a file or folder"),
)
_EXAMPLES = {
    "a day": "2027-03-31",
    "a list in brackets": "[first, second]",
    "a whole number": "587",
    "a number": "60",
} | {"the path of a file or folder": "var"}


def describe(error: ValidationError, source: YamlFile, environment: FromEnvironment) -> list[str]:
    """One line for each mistake: "file:line: key: what was expected"."""
    found = error.errors(include_url=False, include_input=True)
    lines = []
    for item in found:
        key: KeyPath = tuple(part for part in item["loc"] if part != "[key]")
        here = item["loc"]
        if any(other["loc"][: len(here)] == here and len(other["loc"]) > len(here) for other in found):
            continue  # a list is also "too short" when one of its items is wrong
        what = _what(item["type"], item["msg"], item.get("ctx") or {}, item["input"], key)
        key, what = _narrowed(key, what)
        name = ".".join(str(part) for part in key) or "settings"
        lines.append(f"{where(key, source, environment)}: {name}: {what}")
    return lines


def where(key: KeyPath, source: YamlFile, environment: FromEnvironment) -> str:
    """ "settings.yaml:12", or the variable that set it."""
    variable = environment.variable(key)
    return f"environment: {variable}" if variable else source.where(key)


def _what(kind: str, message: str, context: Mapping[str, Any], value: Any, key: KeyPath) -> str:
    place = place_at(key)
    if kind == "missing":
        return f"is missing{_for_example(place, '; expected', key)}"
    if kind == "extra_forbidden":
        return f"is not a setting; {_meant(key)}"
    if kind in _COMPARED:
        name, words = _COMPARED[kind]
        return f"expected {words} {context[name]:g}, found {value}"
    if kind in ("enum", "literal_error"):
        return f"expected {context['expected']}"
    if kind == "string_type":
        return f"expected text{_for_example(place, ', such as', key)}; put numbers, dates and words like yes in quotes"
    if kind == "string_too_short":
        return f"is empty{_for_example(place, '; expected text such as', key)}"
    if kind in ("too_short", "too_long"):
        bound, limit = ("at least", "min_length") if kind == "too_short" else ("at most", "max_length")
        count = context[limit]
        return f"expected {bound} {count} item{'' if count == 1 else 's'}{_for_example(place, ', such as', key)}"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"expected a section, keys with values below it{_keys_like(place)}"
    for pattern, words in _KINDS:
        if re.match(pattern, kind):
            if words == "true or false":
                return f"expected {words}"
            example = _for_example(place, ", such as", key)
            return f"expected {words}{example or f', such as {_EXAMPLES[words]}'}"
    return _lower(message.removeprefix("Value error, "))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _narrowed(key: KeyPath, what: str) -> tuple[KeyPath, str]:
    """A check of a whole section begins its message with the key that it is about: "move_to: expected …"."""
    path, colon, rest = what.partition(": ")
    if colon and re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)*", path):
        longer: KeyPath = (*key, *(int(part) if part.isdigit() else part for part in path.split(".")))
        if place_at(longer) is not None:
            return longer, rest
    return key, what


def _meant(key: KeyPath) -> str:
    parent, name = place_at(key[:-1]), str(key[-1])
    elsewhere = [path for path in all_keys() if path.rpartition(".")[2] == name]
    if elsewhere:
        return f"did you mean {' or '.join(repr(path) for path in elsewhere[:2])}?"
    known: Sequence[str] = keys_of(parent.section) if parent is not None and parent.section is not None else ()
    return did_you_mean(name, known) or f"expected one of {', '.join(known)}"


def _keys_like(place: Place | None) -> str:
    if place is None or place.section is None:
        return ""
    if place.many:
        return ", such as support: {host: imap.tp.example, username: support@tp.example}"
    keys = keys_of(place.section)
    return f": {', '.join(keys[:4])}{'…' if len(keys) > 4 else ''}"


def _for_example(place: Place | None, before: str, key: KeyPath) -> str:
    """ " such as 587": the default of the key or an example given in the model, as YAML; "" for none."""
    if place is None or place.field is None:
        outer = place_at(key[:-1]) if key and isinstance(key[-1], int) else None
        default = _sample(outer)
        return f"{before} {_yaml(default[0])}" if isinstance(default, tuple | list) and default else ""
    sample = _sample(place)
    return f"{before} {_yaml(sample)}" if sample not in (None, "", ()) else ""


def _sample(place: Place | None) -> Any:
    if place is None or place.field is None:
        return None
    if place.field.examples:
        return place.field.examples[0]
    if place.field.is_required():
        return None
    default = place.field.get_default(call_default_factory=True)
    return None if isinstance(default, SecretStr) or place.section is not None else default


def _yaml(value: Any) -> str:
    if isinstance(value, tuple | list):
        return f"[{', '.join(_yaml(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
