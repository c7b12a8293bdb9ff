"""Sentences for staff in the letter's language."""

from __future__ import annotations

import copy
import pickle
from datetime import date

from mailbot.domain.remarks import Day, Remark, joined, said

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


def test_a_day_takes_the_form_of_the_language() -> None:
    until = Remark("until {day}", day=Day(date(2026, 3, 31)))
    assert until == "until 2026-03-31"
    for one in (until, copy.deepcopy(until), pickle.loads(pickle.dumps(until))):
        assert said(one, {"until {day}": "到 {day}为止"}, lambda day: f"{day.month}月{day.day}日") == "到 3月31日为止"


def test_several_remarks_are_joined_in_the_language() -> None:
    several = joined([Remark("too late"), Remark("in time"), "a < b"])
    assert several == "too late; in time; a < b"
    assert said(several, {"{first}; {more}": "{first}；{more}", "too late": "已超期"}) == "已超期；in time；a < b"
    assert said(joined([Remark("in time"), Remark("too late")]), {"too late": "已超期"}) == "in time; 已超期"
    assert joined([]) == ""
