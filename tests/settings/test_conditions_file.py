"""rules/conditions.yaml: a mistake is named with file, line and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbot.errors import ConfigError
from mailbot.settings.conditionsfile import read_conditions
from mailbot.settings.yamlfile import read_yaml
from tests.domain.examples import ROOT

SHIPPED = (ROOT / "rules" / "conditions.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  unused:\n", "  unsed:\n", "'unsed': expected sealed, opened, unused"),
        ("words:\n", "word:\n", "'word': expected negation, words and no misspellings"),
        ("near: [未,", "nearly: [未,", "'nearly': expected far, near, after, but"),
        ("en: [tried,", 'en: ["a*b",', "a star stands at the end or the beginning"),
        ("en: [tried,", "en: [1,", "1 is no word; put it in quotes"),
        ("  unclear:\n", "  sealed_:\n", "sealed_"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SHIPPED
    file = tmp_path / "conditions.yaml"
    file.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_conditions(read_yaml(file))
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{file}:")


def test_every_statement_needs_its_words(tmp_path: Path) -> None:
    file = tmp_path / "conditions.yaml"
    file.write_text(SHIPPED[: SHIPPED.index("  unclear:\n")], encoding="utf-8")
    with pytest.raises(ConfigError, match="unclear"):
        read_conditions(read_yaml(file))
