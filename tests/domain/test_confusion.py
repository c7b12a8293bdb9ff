"""Precision, recall and F1, computed by hand."""

from __future__ import annotations

import pytest

from mailbot.domain.confusion import evaluate


def test_the_figures_of_a_small_set() -> None:
    pairs = [(("a",), "a"), (("a",), "a"), (("a",), "b"), (("b",), "b"), (("b",), "other")]
    result = evaluate(pairs, {"strange": 2})
    assert (result.counted, result.correct, result.share) == (5, 3, 0.6)
    assert result.left_out == {"strange": 2}
    assert result.confusion == {"a": {"a": 2, "b": 1}, "b": {"b": 1, "other": 1}}
    a, b, other = (result.per_intent[name] for name in ("a", "b", "other"))
    assert (a.expected, a.found, a.correct) == (3, 2, 2)
    assert (a.precision, a.recall, a.f1) == (1.0, pytest.approx(2 / 3), pytest.approx(0.8))
    assert (b.precision, b.recall, b.f1) == (0.5, 0.5, 0.5)
    assert (other.precision, other.recall, other.f1) == (0.0, None, None)


def test_a_wide_label_has_several_right_answers() -> None:
    result = evaluate([(("a", "b"), "b"), (("a", "b"), "c")], {})
    assert result.correct == 1
    assert result.confusion == {"a": {"c": 1}, "b": {"b": 1}}


def test_nothing_to_count() -> None:
    result = evaluate([], {})
    assert (result.counted, result.share, result.per_intent) == (0, None, {})
