"""Who withdraws from the contract is heard at once: a legal period runs; who only asks is not taken for one."""

from __future__ import annotations

import pytest

from mailbot.demo.people import write
from tests.domain.examples import book
from tests.journeys.matter import RECEIPT, Matter
from tests.journeys.world import KATE, STAFF, SUPPORT, World

DECLARED = (
    "Hiermit widerrufe ich den Kaufvertrag zur Bestellung TP2026110002.",
    "I hereby withdraw from the contract for order TP2026110002.",
    "I want to use my right to cancel the purchase TP2026110002.",
    "Je me rétracte de ma commande TP2026110002.",
    "Desisto del contrato del pedido TP2026110002.",
    "注文 TP2026110002 の契約を解除します。",
    "我要撤销订单 TP2026110002 的买卖合同。",
)


@pytest.mark.parametrize("words", DECLARED)
def test_a_declaration_is_seen(words: str) -> None:
    assert book().wishes.marked("withdrawal", "", words)


@pytest.mark.parametrize(
    "words",
    [
        "How is my return of order TP2026110002 going?",
        "Wie ist der Stand meiner Rückgabe zur Bestellung TP2026110002?",
        "订单 TP2026110002 的退货进度怎么样了？",
        "I want to return order TP2026110002.",
        "How do I withdraw money from my bank? Just kidding, where is my parcel?",
        "Please cancel order TP2026110002.",
    ],
)
def test_nothing_else_is_taken_for_one(words: str) -> None:
    assert not book().wishes.marked("withdrawal", "", words)


def test_staff_see_at_once_that_somebody_withdraws(world: World) -> None:
    matter = Matter(world, KATE)
    said = matter.opens("Widerruf", DECLARED[0])
    assert "URGENT" in said[STAFF.address].splitlines()[0]
    assert KATE.address in said
    world.later(hours=3)
    assert "URGENT" in matter.opens("Widerruf", DECLARED[1])[STAFF.address].splitlines()[0]
    world.later(hours=3)
    asked = matter.opens("Question", "Do I have to send the box of order TP2026110002 along?")
    assert "URGENT" not in asked[STAFF.address].splitlines()[0]


def test_a_protest_says_nothing_of_the_condition(world: World) -> None:
    matter = Matter(world, KATE)
    matter.opens("Widerruf", DECLARED[0], RECEIPT)
    matter.customer_says(
        "Ich habe bereits widerrufen und brauche keinen Antrag auszufüllen. Wohin soll ich es schicken?"
    )
    shown = world.cli("cases", "show", "R-100001").stdout
    assert "R-100001" in shown
    assert "brauche" not in shown
    assert matter.state() == "requested"


def test_an_unproven_declaration_is_seen_too(world: World) -> None:
    mail = write(KATE, SUPPORT, "Widerruf", DECLARED[0], at=world.now, verdict="dmarc=none")
    assert any(sent.recipients == (STAFF.address,) for sent in world.exchange(mail))
