"""What the person wrote, whatever mail program and language: nothing of it is ever lost, next to nothing is added."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.mail.attributions import MAX_TRIED, Attributions
from mailbot.mail.reply import reply_text
from tests.mail.reply_samples import DESK, Sample, samples

SAMPLES = list(samples())
WORD = re.compile(r"\w+")


def lost(expected: str, got: str) -> list[str]:
    """The words of `expected` that `got` does not hold in the same order."""
    there = iter(WORD.findall(got))
    return [word for word in WORD.findall(expected) if not any(word == other for other in there)]


def test_the_samples_are_many() -> None:
    assert len(SAMPLES) > 500
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES)


def test_no_word_is_lost_in_any_client_and_language() -> None:
    assert [sample.name for sample in SAMPLES if lost(sample.expected, reply_text(sample.text))] == []


def test_nearly_all_are_exact() -> None:
    inexact = [sample.name for sample in SAMPLES if reply_text(sample.text).strip() != sample.expected.strip()]
    assert len(inexact) <= len(SAMPLES) * 0.02, inexact


def with_windows_line_ends(sample: Sample) -> str:
    return sample.text.replace("\n", "\r\n")


def test_line_ends_of_windows_change_nothing() -> None:
    inexact = [
        sample.name
        for sample in SAMPLES
        if reply_text(with_windows_line_ends(sample)).replace("\r", "").strip() != sample.expected.strip()
    ]
    assert len(inexact) <= len(SAMPLES) * 0.02, inexact


# The person's own words, although they look like something that a mail program writes.
OWN_WORDS = [
    "I sent the parcel back.\nSent with DHL on Monday.",
    "Where is it?\nSent by mail on 2 May, not here yet.",
    "Gesendet am Montag mit der Post.",
    "Hello\nFrom my phone I can't open the link.",
    "照片如下\n来自我的手机的照片打不开",
    "我从我的旧地址发送的包裹丢了",
    "My data:\n| Name | Alice |\n| Order | TP2026001234 |",
    f"Hello,\nOn 2 Nov 2026 at 10:15 I wrote to you at {DESK}:\nmy parcel is lost.\nNobody answered.",
    'Hello,\nOn 2 Nov 2026 at 10:15 your colleague wrote:\n"We will refund you".\nBut nothing came.',
    f"您好，\n我在2026年11月2日 10:15给 {DESK} 写信：\n包裹丢了。\n没有人回复。",
    "您好，\n你们在2026年11月2日 10:15写道：\n会退款。\n但是没有收到。",
    "订单信息：\n----------------\n订单号：TP2026001234\n型号：X5",
    "Details:\n--\nOrder: TP2026001234\nModel: X5",
    "寄件信息\n发件人：张三\n收件人：李四\n地址：上海市",
    "Please ship\nFrom: Shanghai\nTo: London\nby Monday.",
    "Note: from: us: to: you: nothing",
    "On Monday the screen broke.\nOn Tuesday I wrote:\nplease help.",
    "It says the following:\nerror 42 at 10:15\nThat is all.",
    "第一点：屏幕坏了\n第二点：2026年11月2日收到：\n第三点：要退货",
    "a\n\n-----\n\nb is below a rule",
    "price list\n=====\n5 > 3\nand 3 < 5",
]


@pytest.mark.parametrize("text", OWN_WORDS)
def test_own_words_that_look_like_a_quote_are_kept(text: str) -> None:
    assert lost(text, reply_text(text)) == []


@pytest.mark.parametrize("above", OWN_WORDS)
def test_own_words_are_kept_above_a_quote(above: str) -> None:
    text = f"{above}\n\nOn Mon, Nov 2, 2026 at 10:15 AM Shop Desk <{DESK}> wrote:\n\n> Hello\n"
    assert lost(above, reply_text(text)) == []
    assert "Shop Desk" not in reply_text(text)


def test_a_forward_keeps_the_words_above_it_and_without_any_the_forwarded_ones() -> None:
    head = "---------- Forwarded message ---------\nFrom: Shop <a@b.example>\nDate: 2 Nov 2026\nSubject: Bill\nTo: c"
    assert reply_text(f"Here is the bill.\n\n{head}\n\nTotal: 5\n") == "Here is the bill."
    assert reply_text(f"{head}\n\nTotal: 5\n") == "Total: 5"


def test_what_holds_nothing_but_a_quote_is_kept_whole() -> None:
    text = f"On Mon, Nov 2, 2026 at 10:15 AM Shop Desk <{DESK}> wrote:\n> Hello"
    assert "Hello" in reply_text(text)
    assert reply_text("> only\n> quotes") == "> only\n> quotes"


def test_a_signature_in_a_table_of_an_app() -> None:
    text = "屏幕坏了\n\n| |\n张三\n|\n|\nzhang@customer.example\n|\n签名由网易邮箱大师定制\n"
    assert reply_text(text) == "屏幕坏了"


HOSTILE = {
    "attributions": f"On 2 Nov 2026 at 10:15 A <{DESK}> wrote:\n",
    "tells": "On 2 Nov 2026 at 10:15 I wrote:\n",
    "colons": "2026 a@b.example : \n",
    "wrapped": "On 2 Nov 2026 10:15 A <\n",
    "marked": "> wrote:\n",
    "heads": "From: a\nSubject: b\n\n",
    "whole heads": "From: a@b.example\nTo: c\nSubject: d\n",
    "separators": "-----Original Message-----\n",
    "signatures": "--\n\n",
    "devices": "Sent from my phone\n",
    "long device": "Sent from " + "phone " * 25 + "\n",
    "answers": f"On 2 Nov 2026 10:15 A <{DESK}> wrote:\n> a\nb\n",
    "tables": "|\n",
    "underscores": "____\na\n",
    "one line": f"On 2 Nov 2026 10:15 A <{DESK}> wrote: ",
    "cjk": "在 2026年11月2日 10:15，写道：\n",
    "turkish": "x dan " * 15 + "\n",
}


def calls(function: Callable[[str], str], text: str) -> int:
    """How many Python and C functions a call of `function` calls: work that no other process disturbs."""
    count = 0

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        function(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", HOSTILE)
def test_work_grows_no_faster_than_the_text(name: str) -> None:
    piece = HOSTILE[name]
    small, large = (calls(reply_text, f"hello\n{piece * (size // len(piece))}x") for size in (20_000, 200_000))
    assert large <= 11 * small + 10_000


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", HOSTILE)
def test_two_megabytes_are_read_in_seconds(name: str) -> None:
    piece = HOSTILE[name]
    for start in ("", "hello\n"):
        began = time.process_time()
        reply_text(f"{start}{piece * (2_000_000 // len(piece))}x")
        assert time.process_time() - began < 15.0


def test_attributions_are_tried_a_bounded_number_of_times() -> None:
    lines = ["2026 a@b.example :"] * (10 * MAX_TRIED)
    attributions = Attributions(lines)
    found = [attributions.ending_at(index, 0) for index in range(len(lines))]
    assert not any(found)
    assert attributions.tried > MAX_TRIED


PIECES = st.sampled_from(
    ["On 2 Nov 2026 at 10:15, ", "Shop <a@b.example>", " wrote:", "\n", "\n\n", "> ", "hello ", "|", "写道：",
     "-----Original Message-----", "From: a@b.example\n", "Subject: x\n", "To: y\n", "-- \n", "在 2026年11月2日，",
     "Sent from my iPhone",
     "发自我的iPhone", "________", "| |", "签名由网易邮箱大师定制", "a", ":", "\u200e", "\u00a0", "word "]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40))
@settings(max_examples=400, deadline=None)
def test_odd_pieces_never_end_in_nothing(pieces: list[str]) -> None:
    text = "".join(pieces)
    got = reply_text(text)
    assert lost(got, text) == []  # nothing is invented, and the order stays
    assert not WORD.search(text) or WORD.search(got)


@given(st.sampled_from(SAMPLES), st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_what_was_stripped_once_stays(sample: Sample, blank: int) -> None:
    once = reply_text("\n" * blank + sample.text)
    assert lost(sample.expected, once) == []
