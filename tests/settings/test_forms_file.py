"""rules/forms.yaml: mistakes are named with file and line, and the forms are worded in every language."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from mailbot.domain.cases import CaseKind
from mailbot.domain.forms import form_labels, read_form
from mailbot.errors import ConfigError
from mailbot.settings import load_settings
from mailbot.settings.formsfile import read_forms
from mailbot.settings.yamlfile import read_yaml

SHIPPED = Path(__file__).parents[2] / "rules" / "forms.yaml"
TEXT = SHIPPED.read_text(encoding="utf-8")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(SHIPPED, tmp_path))


def error_of(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        read_forms(read_yaml(path))
    return str(caught.value)


def _texts(field: str, key: str) -> str:
    """The lines of `key` under a field of the shipped forms."""
    form = TEXT.partition(f"\n  {field}:\n")[2]
    found = re.search(rf"^    {key}:.*\n(?:      .*\n)*", form, re.MULTILINE)
    assert found
    return found[0]


@pytest.mark.parametrize(
    ("old", "new", "at", "expected"),
    [
        ("\n  items:\n", "\n  item:\n", "  item:", "expected one of order_number, items"),
        ("lines: [order_number, items, fault", "lines: [order_number, items, faults", "faults", "did you mean"),
        ("lines: [order_number, items, fault", "lines: [items, items, fault", "[items, items", "stands twice"),
        ("lines: [order_number, items, fault", "lines: [[items], fault", "[[items]", "expected one of order_number"),
        ("lines: [order_number, items, fault, purchased_on, proof]", "lines: []", "lines: []", "expected at least one"),
        ("optional: [reason]", "optional: [fault]", "optional: [fault]", "expected one of order_number"),
        ("  warranty:\n", "  guarantee:\n", "guarantee", "expected return, exchange or warranty"),
        (_texts("items", "label"), "    label: Items\n", "label: Items", "a label per language"),
        (_texts("condition", "also"), "    also: State\n", "also: State", "a list of other labels"),
        (_texts("reason", "hint"), "    hint: optional\n", "hint: optional", "a hint per language"),
        (_texts("reason", "hint"), "    hints: {en: x}\n", "hints: {en: x}", "expected label, hint and also"),
        (_texts("items", "label"), "    label: {en: No}\n", "label: {en: No}", ""),
        (_texts("items", "label"), "    label: {}\n", "label: {}", ""),
        (_texts("reason", "hint"), "    hint: {en: }\n", "hint: {en: }", ""),
    ],
)
def test_a_mistake_in_the_forms(path: Path, old: str, new: str, at: str, expected: str) -> None:
    assert TEXT.count(old) == 1
    text = TEXT.replace(old, new)
    path.write_text(text, encoding="utf-8")
    line = next(n for n, row in enumerate(text.splitlines(), start=1) if at in row and not row.startswith("#"))
    message = error_of(path)
    assert message.startswith(f"{path}:{line}: "), message
    assert expected in message


def test_two_fields_with_the_same_label_are_refused(path: Path) -> None:
    path.write_text(TEXT.replace("also: [退货原因, ", "also: [状况, "), encoding="utf-8")
    assert "状况" in error_of(path)


def test_what_each_form_asks_for() -> None:
    forms = read_forms(read_yaml(SHIPPED))
    required = {kind: [field.name for field in form if field.required] for kind, form in forms.items()}
    assert required == {
        CaseKind.RETURN: ["order_number", "items", "condition", "proof"],
        CaseKind.EXCHANGE: ["order_number", "items", "condition", "proof"],
        CaseKind.WARRANTY: ["order_number", "items", "fault", "purchased_on", "proof"],
    }


@pytest.mark.parametrize("kind", CaseKind)
@pytest.mark.parametrize("language", load_settings(SHIPPED.parents[1] / "settings.yaml", {}).languages)
def test_each_form_is_worded_in_every_language_and_understood_in_each(language: str, kind: CaseKind) -> None:
    form = read_forms(read_yaml(SHIPPED))[kind]
    labels = form_labels(form)
    for field in form:
        assert language in field.labels
        assert not field.hints or language in field.hints
        colon = "：" if language[:2] in ("zh", "ja") else "\u00a0: "
        assert read_form(f"> {field.label(language)}{colon}42", labels) == {field.name: "42"}
