"""The language of an answer: the customer's own, in their script, else the last of settings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.domain.examples import facts

SEVEN = ("zh-Hans", "zh-Hant", "ja", "de", "fr", "es", "en")


@pytest.mark.parametrize(
    ("wanted", "known", "answer"),
    [
        (("zh-Hant",), SEVEN, "zh-Hant"),
        (("zh-Hans",), SEVEN, "zh-Hans"),
        (("zh-Hans",), ("zh-Hant", "en"), "zh-Hant"),  # the other script is nearer than another language
        (("zh-Hant",), ("zh-Hans", "en"), "zh-Hans"),
        (("de-AT",), SEVEN, "de"),
        (("it",), SEVEN, "en"),
        (("und", "fr"), SEVEN, "fr"),
        (("it", "ja"), SEVEN, "ja"),
        (("", ""), SEVEN, "en"),
        (("ko",), ("en", "ja"), "ja"),
    ],
)
def test_the_answer_s_language(wanted: tuple[str, ...], known: tuple[str, ...], answer: str) -> None:
    assert replace(facts(), known_languages=known).known(*wanted) == answer
