"""rules/shipping.yaml: read, and refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbot.errors import ConfigError
from mailbot.settings import load_settings
from mailbot.settings.shippingfile import read_shipping
from mailbot.settings.yamlfile import read_yaml

ROOT = Path(__file__).parents[2]
TABLE = read_shipping(read_yaml(ROOT / "rules" / "shipping.yaml"))


@pytest.mark.parametrize("status", ["in transit", "In_Transit", "IN-TRANSIT", " in  transit "])
def test_one_status_is_written_in_many_ways(status: str) -> None:
    assert TABLE.under_way(status)
    assert TABLE.words(status, "en") == "on its way"
    assert TABLE.words(status, "zh-Hans") == "运输途中"
    assert TABLE.words(status, "de") == "unterwegs zu Ihnen"
    assert TABLE.words(status, "ko") == "on its way"


def test_a_status_that_is_not_known_is_shown_as_written_and_is_not_under_way() -> None:
    assert TABLE.words("Held at customs", "zh-Hans") == "Held at customs"
    assert not TABLE.under_way("held at customs")
    assert not TABLE.under_way("delivered")
    assert not TABLE.under_way("")


def test_every_status_has_words_in_every_language_of_the_starter_set() -> None:
    languages = set(load_settings(ROOT / "settings.yaml", {}).languages)
    assert all(set(status.words) == languages for status in TABLE.statuses.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("statuses: []\nother: 1", None),
        ("statuses: x", ":1: statuses: expected a list of statuses"),
        ("statuses:\n- {name: a, under_way: true, words: {en: a}}\n- {name: A, under_way: true, words: {en: a}}",
         ":3: the status 'a' stands twice"),
        ("statuses:\n- {name: a, underway: true, words: {en: a}}",
         ":2: 'underway' is not part of a status; did you mean"),
        ("statuses:\n- {name: a, under_way: 1, words: {en: a}}", ":2: statuses.0.under_way: expected true or false"),
        ("statuses:\n- {name: a, under_way: true, words: {}}", ":2: expected words in at least one language"),
        ("statuses:\n- {name: a, under_way: true, words: {en: 1}}", ":2: en: expected words in quotes, found 1"),
        ("statuses:\n- {under_way: true, words: {en: a}}", ":2: expected 'statuses.0.name'"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(tmp_path: Path, text: str, expected: str | None) -> None:
    path = tmp_path / "shipping.yaml"
    path.write_text(text, encoding="utf-8")
    if expected is None:
        read_shipping(read_yaml(path))
        return
    with pytest.raises(ConfigError) as caught:
        read_shipping(read_yaml(path))
    assert str(caught.value).startswith(f"{path}{expected}"), caught.value
