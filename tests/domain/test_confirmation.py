"""Only a plain yes grants anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.confirmation import agrees, masked_address


@pytest.mark.parametrize(
    "text",
    [
        "Yes",
        "yes.",
        "\n\n  YES!\nKate",
        "I confirm.",
        "同意",
        "同意。\n王小明",
        "“同意”",
        "是的！",
        "确认",
        "OK",
        "はい。",
        "Ja",
        "Oui !",
    ],
)
def test_a_plain_yes(text: str) -> None:
    assert agrees(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No",
        "不同意",
        "Yes, but who is that?",
        "Hello\nYes",
        "不是",
        "Not ok",
        "我不同意",
        "yes no",
        "If he says yes",
        "> Yes"[2:] + "?? no",
    ],
)
def test_anything_else(text: str) -> None:
    assert not agrees(text)


@given(st.text(max_size=200))
def test_never_raises(text: str) -> None:
    agrees(text)


@pytest.mark.parametrize(
    ("email", "masked"),
    [("mallory@x.example", "m…y@x.example"), ("ab@x.example", "a…@x.example"), ("a@x.example", "a…@x.example")],
)
def test_an_address_is_shortened(email: str, masked: str) -> None:
    assert masked_address(email) == masked


@pytest.mark.parametrize(
    "text",
    [
        "OK?",
        "OK?\n\nWho is this? I do not agree!",
        "Yes\nbut only tomorrow",
        "是的\n但是我不同意",
        "Ja\naber nicht so",
        "yes\n" * 9,
    ],
)
def test_a_yes_with_anything_else_is_none(text: str) -> None:
    assert not agrees(text)


@pytest.mark.parametrize(
    "text",
    ["Ja, genau.", "はい、そうです。", "Sí, es ese.", "Oui, c’est bien celle-ci", "对", "Yes.\n\nBest regards\nKate"],
)
def test_the_plain_ways_to_say_yes(text: str) -> None:
    assert agrees(text)
