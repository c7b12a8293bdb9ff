"""Characters that were sent for others of the same sounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.spelling import Homophones
from mailbot.domain.words import MOST_CHARACTERS, fold
from tests.domain.examples import book

SOME = Homophones(meant=(("腿款", "退款"), ("腿", "退"), ("运非", "运费")))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("腿款到哪了", "退款到哪了"),
        ("我要腿货", "我要退货"),
        ("運非多少", "运费多少"),
        ("大腿", "大退"),
        ("Refund?", "refund?"),
    ],
)
def test_they_are_put_right(written: str, meant: str) -> None:
    assert SOME.put_right(written) == meant


@given(st.text(max_size=60))
def test_nothing_else_changes(text: str) -> None:
    assert Homophones().put_right(text) == fold(text)
    assert len(SOME.put_right(text)) <= MOST_CHARACTERS


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("我要换或，壶身有划痕", "exchange"),
        ("帮我开张发漂", "invoice"),
        ("免运非吗", "delivery"),
        ("取肖定单", "cancel_order"),
    ],
)
def test_the_wish_is_understood(text: str, wish: str) -> None:
    assert book().wishes.wishes("", text)[0].name == wish
