"""Numbers printed on things, and slips of a finger in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.codes import code_key, is_one_slip

NUMBER = "TP2026030117"
DIGITS = st.text("0123456789", min_size=4, max_size=20)


@pytest.mark.parametrize("written", ["SN K17-001", "sn-k17/001", "ＳＮＫ１７ ００１", "SNK17001", " SNK17001\n"])
def test_one_key_for_all_ways_of_writing(written: str) -> None:
    assert code_key(written) == "SNK17001"


@given(st.text())
def test_any_text_has_a_key(text: str) -> None:
    assert not any(char.isspace() or char in "-_/." for char in code_key(text))


@given(st.text("ABCdef０１９-_/ .", max_size=200))
def test_a_key_is_its_own_key(text: str) -> None:
    assert code_key(code_key(text)) == code_key(text)


@pytest.mark.parametrize(
    ("written", "is_slip"),
    [
        ("TP2026030127", True),  # a digit exchanged
        ("TP2026030171", True),  # two changed places
        ("PT2026030117", True),
        ("TP202603017", True),  # one missing
        ("TP20260301177", True),  # one too many
        ("P2026030117", True),
        ("TP2026030117", False),  # right
        ("TP2026030128", False),  # two digits
        ("TP2026031171", False),
        ("TP2026010317", False),  # two that aren't neighbours
        ("TP20260301", False),
        ("", False),
    ],
)
def test_one_slip_and_no_more(written: str, is_slip: bool) -> None:
    assert is_one_slip(written, NUMBER) is is_slip


@given(DIGITS, st.data())
def test_every_slip_is_seen_from_both_sides(number: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(number) - 2))
    digit = data.draw(st.sampled_from("0123456789"))
    for written in (
        number[:at] + digit + number[at + 1 :],
        number[:at] + digit + number[at:],
        number[:at] + number[at + 1 :],
        number[:at] + number[at + 1] + number[at] + number[at + 2 :],
    ):
        assert is_one_slip(written, number) is (written != number)
        assert is_one_slip(number, written) is (written != number)
