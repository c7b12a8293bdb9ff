"""Answers to the form in words of the customer's own (P9)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.cases import CaseState
from mailbot.domain.effects import FillForm
from mailbot.domain.facts import Facts
from mailbot.domain.ownwords import answers_in_own_words, fault_told
from mailbot.domain.proof import ProofFile
from mailbot.domain.references import Place
from mailbot.domain.rules import decide
from mailbot.domain.standing import Verdict
from mailbot.domain.vocabulary.asked import (
    form_completed,
    form_has_gaps,
    form_so_far,
    sent_parcel,
    words_help,
)
from tests.domain.examples import (
    RECEIPT,
    RETURN_WISH,
    book,
    case,
    exact,
    facts,
    line,
    mail,
    order,
    references,
    standing,
    ticket,
)

TWO = order(line("TP-K17", 2), line("TP-F9", 1))
CONDITIONS = book().conditions


@pytest.mark.parametrize(
    ("text", "items", "condition"),
    [
        (
            "I'd send back one TP-K17. It is unused and still in its box.",
            "TP-K17 × 1",
            "It is unused and still in its box.",
        ),
        ("TP-F9 bitte. Der Filter ist unbenutzt.", "TP-F9 × 1", "Der Filter ist unbenutzt."),
        ("想退 TP-K17 两个里的一个。全新未使用，包装都在。", "TP-K17 × 1", "全新未使用，包装都在。"),
        ("Lo devuelvo, está sin abrir.", "", "Lo devuelvo, está sin abrir."),
        ("I'm looking for all the accessories, the receipt follows tomorrow.", "", ""),
        ("When do I get my money?", "", ""),
    ],
)
def test_what_is_answered(text: str, items: str, condition: str) -> None:
    found = answers_in_own_words(text, ("items", "condition"), TWO, CONDITIONS)
    assert (found.get("items", ""), found.get("condition", "")) == (items, condition)


MODELS = ("TP-K17", "TP-K18", "TP-F9", "TP-K20")


@pytest.mark.parametrize(
    ("text", "wanted", "items"),
    [
        ("Please exchange my TP-K17 for a TP-K18.", "TP-K18", "TP-K17 × 1"),
        ("想把 TP-K17 换成 TP-K18，可以吗？", "TP-K18", "TP-K17 × 1"),
        ("Ich möchte die TP-K17 gegen eine tp-k20 tauschen.", "TP-K20", "TP-K17 × 1"),
        ("Je voudrais un TP-K20 à la place du TP-K17.", "TP-K20", "TP-K17 × 1"),
        ("Quiero cambiar 2 uds TP-K17 por un TP-K18.", "TP-K18", "TP-K17 × 2"),
        ("TP-K17をTP-K18に交換したいです。", "TP-K18", "TP-K17 × 1"),
        # Both were bought: what stands behind "for" is wanted.
        ("Exchange the TP-K17 for a TP-F9, please.", "TP-F9", "TP-K17 × 1"),
        ("把 TP-F9 换成 TP-K17", "TP-K17", "TP-F9 × 1"),
        ("I'd like another TP-K17 for my TP-K17.", "", "TP-K17 × 1"),
        ("Is a TP-K18 or a TP-K20 better than my TP-K17?", "", "TP-K17 × 1"),
        ("Please exchange it for a TP-K99.", "", ""),
        ("Exchange it for the bigger one.", "", ""),
        ("I want to exchange it, but not for the TP-K18", "", ""),
        ("I want to exchange it, but not the TP-K18", "", ""),
        ("Exchange please. My neighbour's TP-K18 is fine", "", ""),
    ],
)
def test_what_an_exchange_is_to_bring(text: str, wanted: str, items: str) -> None:
    found = answers_in_own_words(text, ("items", "wanted"), TWO, CONDITIONS, MODELS)
    assert (found.get("wanted", ""), found.get("items", "")) == (wanted, items)


@given(st.text(), st.lists(st.sampled_from((*MODELS, "for a", "换成", "gegen", " ", ".", "TP-K18-X")), max_size=8))
def test_only_models_of_the_shop_are_wanted(text: str, parts: list[str]) -> None:
    found = answers_in_own_words(text + " ".join(parts), ("wanted",), TWO, CONDITIONS, MODELS)
    assert found.get("wanted", MODELS[0]) in MODELS


def test_what_isnt_asked_isnt_answered() -> None:
    assert answers_in_own_words("TP-K17, unused.", (), TWO, CONDITIONS) == {}


def reply(text: str, *, proof: bool) -> Facts:
    waiting = case(CaseState.NEEDS_INFO)
    return facts(mail=mail(text), ticket=ticket(case=waiting, has_proof=proof))


def test_words_that_say_the_last_thing_complete_the_form() -> None:
    told = reply("It is unused, in the original box.", proof=True)
    assert form_completed(told, book())
    assert form_so_far(case(CaseState.NEEDS_INFO), told, book())[0]["condition"] == "It is unused, in the original box."


def test_words_that_say_part_of_it_are_kept_and_read_by_a_person_too() -> None:
    told = reply("It is unused. Could you refund another card?", proof=False)
    assert not form_completed(told, book())
    assert not form_has_gaps(told, book())
    assert words_help(told, book())


def test_words_about_something_else_are_for_a_person() -> None:
    asked = reply("How long will it take?", proof=True)
    assert not form_completed(asked, book())
    assert not words_help(asked, book())


def test_words_of_who_may_only_have_guessed_the_tickets_number_move_nothing() -> None:
    unproven = standing(Verdict.UNVERIFIED)
    guessed = replace(reply("It is unused, in the original box.", proof=True), standing=unproven)
    assert not form_completed(guessed, book())
    assert not words_help(guessed, book())
    posted = facts(
        mail=mail("Tracking number: RM 123 456 789 GB"), ticket=ticket(case=case(CaseState.APPROVED)), standing=unproven
    )
    assert sent_parcel(posted) is None


@pytest.mark.parametrize(("named", "answers"), [("TP2026030117", True), ("TP2026030118", False)])
def test_what_is_said_of_another_order_answers_nothing_of_this_one(named: str, answers: bool) -> None:
    told = reply(f"It is unused, in the original box. {named}", proof=True)
    told = replace(told, references=references((named, Place.NEW_TEXT)))
    assert form_completed(told, book()) is answers


def test_a_receipt_of_who_may_only_have_guessed_the_tickets_number_completes_nothing() -> None:
    waiting = case(CaseState.NEEDS_INFO, answers={"order_number": "TP2026030117", "condition": "unused"})
    brings = facts(mail=mail("here"), ticket=ticket(case=waiting), proofs=(ProofFile(file=RECEIPT),))
    assert form_completed(brings, book())
    assert not form_completed(replace(brings, standing=standing(Verdict.UNVERIFIED)), book())


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("Guten Tag,\n\nder Kessel zeigt E3.\n\nMit freundlichen Grüßen\nGreta Vogel", "der Kessel zeigt E3."),
        ("您好：\n水壶漏水，\n底座也坏了。\n谢谢！\n林小满", "水壶漏水， 底座也坏了。"),
        ("Hello,\nit leaks.\nThanks\nKate", "it leaks."),
        ("Hello, it leaks.", "Hello, it leaks."),
        ("Thanks", "Thanks"),
        ("It leaks.\nThanks\nPS: it smells burnt.", "It leaks. Thanks PS: it smells burnt."),
    ],
)
def test_a_fault_is_told_without_the_forms_of_a_letter(written: str, fault: str) -> None:
    assert fault_told(written, ("Greta Vogel", "林小满", "Kate Murray")) == fault


@given(st.text())
def test_a_fault_is_never_lost(text: str) -> None:
    assert bool(fault_told(text)) == bool(text[:5000].split())


@pytest.mark.parametrize(
    ("number", "taken"), [("TP2026999999", ""), ("TP2026030117", "used daily"), ("", "used daily")]
)
def test_a_quoted_form_of_another_order_fills_in_nothing(number: str, taken: str) -> None:
    told = facts(order=exact(), wishes=(RETURN_WISH,), form={"order_number": number, "condition": "used daily"})
    (filled,) = [effect for effect in decide(told, book()).effects if isinstance(effect, FillForm)]
    assert filled.answers.get("condition", "") == taken
