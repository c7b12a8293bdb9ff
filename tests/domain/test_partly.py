"""Pieces that customers count without naming a model."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.cases import CaseKind
from mailbot.domain.forms import write_items
from mailbot.domain.match import Exact
from mailbot.domain.ownwords import answers_in_own_words
from mailbot.domain.partly import pieces_told
from mailbot.domain.vocabulary.asked import new_case
from tests.domain.examples import book, facts, line, mail, order

FOUR = order(replace(line("TP-F9", 4), name="Water filter"))
TWO = order(replace(line("TP-K17", 2), name="Kettle"))
MIXED = order(replace(line("TP-K17", 2), name="Kettle"), replace(line("TP-F9", 4), name="Water filter"))
MIXED_ZH = order(replace(line("TP-K17", 2), name="电热水壶"), replace(line("TP-F9", 4), name="滤芯"))


@pytest.mark.parametrize(
    ("text", "bought", "items"),
    [
        ("I send back two of the four filters.", FOUR, "TP-F9 × 2"),
        ("I send back two of the four filters.", MIXED, "TP-F9 × 2"),
        ("其中两个滤芯要退", FOUR, "TP-F9 × 2"),
        ("其中两个滤芯要退", MIXED_ZH, "TP-F9 × 2"),
        ("Ich sende eins der beiden zurück.", TWO, "TP-K17 × 1"),
        ("The other kettle goes back.", MIXED, "TP-K17 × 1"),
        ("only one of them", TWO, "TP-K17 × 1"),
        ("I return both.", TWO, "TP-K17 × 2"),
        ("beide bitte", TWO, "TP-K17 × 2"),
        ("两个都退", TWO, "TP-K17 × 2"),
        ("Je renvoie deux des filtres", FOUR, "TP-F9 × 2"),
        ("Devuelvo uno de los dos", TWO, "TP-K17 × 1"),
        ("only one of them", MIXED, ""),
        ("two of the three filters", FOUR, ""),
        ("five of the filters", FOUR, ""),
        ("one of them is broken, I return both", TWO, ""),
        ("I return both.", FOUR, ""),
        ("Where is my money?", TWO, ""),
    ],
)
def test_what_is_counted(text: str, bought: object, items: str) -> None:
    assert write_items(pieces_told(text, bought)) == items  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "I don't want both",
        "Please don't return both, only one",
        "两个都不退",
        "I keep one of the filters",
        "My wife and I both dislike it",
        "On the other hand it is loud",
        "one of the reasons is noise",
        "We have two of these from another shop, this one goes back",
        "FİVE OF THE filters",
        "eınen der Filter",
    ],
)
def test_what_is_no_count_of_what_goes_back(text: str) -> None:
    two = order(line("TP-F9", 2))
    assert pieces_told(text, two) == ()


@given(
    st.text(),
    st.lists(st.sampled_from(("one of the ", "FİVE OF THE ", "both ", "two of the four ", "filters ")), max_size=6),
)
def test_no_words_are_an_error(text: str, parts: list[str]) -> None:
    pieces_told(text + "".join(parts), order(line("TP-F9", 4)))


def test_the_form_takes_it_over_and_asks_no_more() -> None:
    found = answers_in_own_words("I send back two of the four filters, unused.", ("items",), MIXED, book().conditions)
    assert found == {"items": "TP-F9 × 2"}


def test_the_first_mail_fills_it_in() -> None:
    told = facts(order=Exact(order=MIXED, evidence=()), mail=mail("I want to return two of the four filters."))
    assert write_items(new_case(told, CaseKind.RETURN, book()).items) == "TP-F9 × 2"
