"""Sentences for staff in the letter's language."""

from __future__ import annotations

import copy
import pickle

from mailbot.domain.remarks import Remark, said

INNER = Remark("subject tag [{tag}]", tag="T-100001")
OUTER = Remark("{what}: {sender} is not part of that ticket", what=INNER, sender="{eve}@mail.example")
WORDS = {"subject tag [{tag}]": "主题 [{tag}]", "{what}: {sender} is not part of that ticket": "{sender} 与{what}无关"}


def test_a_remark_is_its_english_sentence() -> None:
    assert OUTER == "subject tag [T-100001]: {eve}@mail.example is not part of that ticket"
    assert OUTER in {"subject tag [T-100001]: {eve}@mail.example is not part of that ticket"}


def test_it_is_said_in_other_words_with_what_stands_in_it() -> None:
    assert said(OUTER, WORDS) == "{eve}@mail.example 与主题 [T-100001]无关"
    assert said("a delivery report", {"a delivery report": "送达报告"}) == "送达报告"


def test_what_has_no_words_or_wrong_ones_stays_english() -> None:
    assert said(OUTER, {}) == OUTER
    for slip in ("{nobody}", "{", "{0}", "{what.secret}"):
        assert said(OUTER, {OUTER.pattern: slip}) == OUTER


def test_a_copy_knows_its_words_too() -> None:
    for again in (copy.deepcopy(OUTER), pickle.loads(pickle.dumps(OUTER))):
        assert again == OUTER
        assert said(again, WORDS) == said(OUTER, WORDS)
