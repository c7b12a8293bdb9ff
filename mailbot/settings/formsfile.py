"""rules/forms.yaml -> the forms that customers fill in (P3, P9); a mistake is named with file and line."""

from __future__ import annotations

from collections.abc import Mapping

from mailbot.domain.cases import CaseKind
from mailbot.domain.forms import FormField, form_labels
from mailbot.errors import ConfigError
from mailbot.settings.nearest import did_you_mean
from mailbot.settings.yamlfile import KeyPath, YamlFile, expect

FORM_FIELDS = ("order_number", "items", "wanted", "condition", "fault", "purchased_on", "proof", "reason")


def read_forms(source: YamlFile) -> Mapping[CaseKind, tuple[FormField, ...]]:
    """The lines of each form, in order. Raises ConfigError with file and line."""
    fields = _fields(source)
    forms = expect(source, ("forms",), dict, "a form for each of return, exchange and warranty")
    for name in forms:
        if name not in tuple(CaseKind):
            raise ConfigError(f"{source.where(('forms', str(name)))}: {name!r}: expected return, exchange or warranty")
    return {kind: _form(source, kind, fields) for kind in CaseKind}


def _form(source: YamlFile, kind: CaseKind, fields: Mapping[str, FormField]) -> tuple[FormField, ...]:
    key = ("forms", kind.value)
    names = expect(source, (*key, "lines"), list, "a list of fields")
    optional = expect(source, (*key, "optional"), list, "a list of fields, [] for none")
    if not names:
        raise ConfigError(f"{source.where((*key, 'lines'))}: expected at least one field")
    for index, name in enumerate(names):
        _known(source, (*key, "lines", index), name, fields)
        if name in names[:index]:
            raise ConfigError(f"{source.where((*key, 'lines', index))}: the field {name} stands twice in the form")
    for index, name in enumerate(optional):
        _known(source, (*key, "optional", index), name, names)
    return tuple(fields[name].as_required(required=name not in optional) for name in names)


def _known(source: YamlFile, key: KeyPath, name: object, known: Mapping[str, object] | list[str]) -> None:
    if not isinstance(name, str) or name not in known:
        hint = did_you_mean(name, known) if isinstance(name, str) else ""
        raise ConfigError(
            f"{source.where(key)}: expected one of {', '.join(known)}; found {name!r}{'; ' if hint else ''}{hint}"
        )


def _fields(source: YamlFile) -> dict[str, FormField]:
    """All fields; a label that stands twice would silently win over its twin."""
    fields: dict[str, FormField] = {}
    seen: dict[str, str] = {}
    for name in expect(source, ("fields",), dict, "the fields, each with label, hint and also"):
        _known(source, ("fields", str(name)), name, list(FORM_FIELDS))
        field = _field(source, name)
        for label in form_labels([field]):
            if label in seen:
                raise ConfigError(f"{source.where(('fields', name))}: the label {label!r} is also one of {seen[label]}")
            seen[label] = name
        fields[name] = field
    return fields


def _field(source: YamlFile, name: str) -> FormField:
    key = ("fields", name)
    raw = expect(source, key, dict, "a field with label, hint and also")
    for word in raw:
        if word not in ("label", "hint", "also"):
            raise ConfigError(f"{source.where((*key, str(word)))}: {word!r}: expected label, hint and also")
    also = expect(source, (*key, "also"), list, "a list of other labels") if "also" in raw else []
    return FormField(
        name=name,
        required=True,
        labels=_texts(source, (*key, "label"), "a label per language"),
        hints=_texts(source, (*key, "hint"), "a hint per language") if "hint" in raw else {},
        also=tuple(str(label) for label in also),
    )


def _texts(source: YamlFile, key: KeyPath, what: str) -> dict[str, str]:
    texts: dict[str, str] = expect(source, key, dict, what)
    for language, text in texts.items():
        if not isinstance(language, str) or not isinstance(text, str) or not text.strip():
            raise ConfigError(f"{source.where((*key, language))}: expected {what}, in quotes; found {text!r}")
    if not texts:
        raise ConfigError(f"{source.where(key)}: expected {what}")
    return texts
