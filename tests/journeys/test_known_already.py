"""Nobody is asked twice: what the customer said before the form is in it, whoever opens the case (P9)."""

from __future__ import annotations

import pytest

from tests.journeys.matter import RECEIPT, Matter
from tests.journeys.world import KATE, LIN, MALLORY, STAFF, World

FIRST = {
    "en": ("Exchange", "I'd like to exchange my TP-K17, order TP2026110002, for a TP-K20. It is unused."),
    "zh": ("换货", "您好，我想换货，TP-K17 换成 TP-K20，全新未使用。订单号 TP2026110001。"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_exchange_told_in_one_mail_needs_no_form(world: World, language: str) -> None:
    matter = Matter(world, KATE if language == "en" else LIN)
    said = matter.opens(*FIRST[language], RECEIPT)
    assert matter.state() == "submitted"
    assert matter.case()["items"] == ["TP-K17 × 1"]
    assert "TP-K20" in said[matter.customer.address]
    assert "TP-K20" in said[STAFF.address]
    assert "unused" in said[STAFF.address] or "未使用" in said[STAFF.address]


@pytest.mark.parametrize(("language", "command"), [("en", "#wanted TP-K18 white"), ("zh", "#换成 TP-K18 白色")])
def test_staff_correct_what_is_wanted_until_it_is_sent(world: World, language: str, command: str) -> None:
    matter = Matter(world, KATE if language == "en" else LIN)
    customer = matter.customer.address
    matter.opens(*FIRST[language], RECEIPT)
    assert customer not in matter.staff_say(command)  # no letter: staff write what there is to say
    assert matter.state() == "submitted"
    corrected = command.split(maxsplit=1)[1]
    assert corrected in matter.staff_say("#approve")[customer]
    matter.staff_say("#received")
    assert corrected in matter.staff_say("#inspect pass")[customer]
    matter.staff_say(f"{command}+")
    assert matter.state() == "exchange_due"
    assert f"{corrected}+" in matter.staff_say("#replaced TP2026119001 SF1234567890")[customer]
    assert STAFF.address in matter.staff_say(command)  # too late


STRANGE = "Hello, my kettle of order TP2026110002 behaves strangely: E3 blinks, then it stops."


@pytest.mark.parametrize(
    ("first", "command", "filled_in"),
    [
        (FIRST["en"], "", ("instead: TP-K20", "Condition: It is unused.", "Proof of purchase")),
        (("Strange kettle", STRANGE), "#warranty TP2026110002", ("E3 blinks, then it stops.", "TP-K17 × 1")),
    ],
    ids=["the customer opens it", "staff open it"],
)
def test_the_form_asks_for_the_rest_only(
    world: World, first: tuple[str, str], command: str, filled_in: tuple[str, ...]
) -> None:
    matter = Matter(world, KATE)
    said = matter.opens(*first)
    if command:
        said = matter.staff_say(command)
    assert [words for words in filled_in if words not in said[KATE.address]] == []
    matter.customer_says("The receipt is attached.", RECEIPT)
    assert matter.state() == "submitted"


def test_words_of_who_is_not_proven_fill_in_nothing(world: World) -> None:
    matter = Matter(world, MALLORY)
    matter.opens("Strange kettle", "Hello, my kettle of order TP2026110002 behaves strangely: E3 blinks.")
    world.later(hours=3)
    owner = Matter(world, KATE)
    owner.opens("Question", "How loud is the kettle of order TP2026110002?")
    form = owner.staff_say("#warranty TP2026110002")[KATE.address]
    assert "E3" not in form


def test_staff_open_a_case_of_which_all_is_told(world: World) -> None:
    matter = Matter(world, KATE)
    question = "Could you swap my TP-K17 of order TP2026110002, which is unused, or what do you suggest?"
    matter.opens("Which kettle?", question, RECEIPT)
    said = matter.staff_say("#exchange TP2026110002")
    assert matter.state() == "submitted"
    assert "is now complete" in said[KATE.address]
    assert "Decision wanted" in said[STAFF.address].splitlines()[0]
