"""A number of this desk in a new mail leads its proven owner to the matter; nobody else learns whether it is one."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from mailbot.demo.people import File, Person, body_text, reply, write
from tests.journeys.matter import RECEIPT, Matter
from tests.journeys.test_enumeration import answers
from tests.journeys.test_threads import close, show
from tests.journeys.world import KATE, MALLORY, PHOTO, STAFF, SUPPORT, World, only

ANN = Person(name="Ann Archer", address="ann.archer@home.example")
WORDS = ("What happens with {}?", "Any news on {}?", "{}?", "Where is my refund {}?")


def refund_due(world: World) -> None:
    """Kate's return R-100001 in T-100001 is approved and inspected: RF-100001 is promised."""
    receipt = File(filename="receipt.jpg", content_type="image/jpeg", data=PHOTO)
    wish = write(KATE, SUPPORT, "Return", "I want to return TP2026110002", at=world.now, files=[receipt])
    form = reply(KATE, only(world.exchange(wish), KATE).raw, "Condition: unused\nReason: too small", at=world.now)
    notice = only(world.exchange(form), STAFF)
    for command in ("#approve TP-K17 × 1", "#received", "#inspect pass"):
        world.exchange(reply(STAFF, notice.raw, command, at=world.now))
    (one,) = refunds(world)
    assert one["number"] == "RF-100001"


def refunds(world: World) -> list[dict[str, Any]]:
    found = world.json("refunds", "list")
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("words", WORDS)
def test_a_refund_is_told_at_once_and_filed_where_it_belongs(world: World, words: str) -> None:
    refund_due(world)
    for number in ("T-100001", "R-100001", "RF-100001", "rf-100001"):
        world.later(hours=2)  # the caps
        sent = world.exchange(write(KATE, SUPPORT, f"Question {number}", words.format(number), at=world.now))
        assert [mail.recipients for mail in sent] == [(KATE.address,)], number
        said = body_text(sent[0].raw)
        assert "RF-100001" in said
        assert "to be paid by" in said
        assert words.format(number) in [mail["text"].strip() for mail in show(world)["messages"]]
    assert len(world.json("tickets", "list")) == 1  # type: ignore[arg-type]


def test_of_a_closed_matter_too(world: World) -> None:
    close(world)
    sent = world.exchange(write(KATE, SUPPORT, "Question", "Any news on RF-100001?", at=world.later(days=3)))
    assert "Paid on" in body_text(only(sent, KATE).raw)
    assert len(sent) == 1
    assert show(world)["state"] == "closed"


def test_what_the_data_does_not_answer_reaches_staff_in_that_ticket(world: World) -> None:
    matter = Matter(world, KATE)
    matter.opens("Return", "I want to return TP2026110002", RECEIPT)
    matter.customer_says("Condition: unused\nReason: too small")
    for command in ("#approve", "#received", "#inspect fail The lid is scratched"):
        matter.staff_say(command)
    world.later(hours=3)
    sent = matter.opens("Question", "What happens with R-100001?")
    assert list(sent) == [STAFF.address]
    assert sent[STAFF.address].startswith("[T-100001] how a case goes on")
    assert len(world.json("tickets", "list")) == 1  # type: ignore[arg-type]


def test_more_than_a_question_is_for_a_person(world: World) -> None:
    refund_due(world)
    text = "Any news on R-100001? And I want to change the delivery address of my new order."
    only(world.exchange(write(KATE, SUPPORT, "Question", text, at=world.now)), STAFF)


@pytest.mark.parametrize("verdict", ["dmarc=pass", "dmarc=none"])
def test_a_stranger_gets_the_same_answer_for_a_number_that_is_there_and_one_that_is_not(
    world: World, verdict: str
) -> None:
    refund_due(world)
    for kind, words in product(("T", "R", "RF"), (*WORDS, "I want to return {}")):
        world.later(days=1)  # the caps
        there, not_there = f"{kind}-100001", f"{kind}-100777"
        sent = world.exchange(
            write(MALLORY, SUPPORT, f"About {there}", words.format(there), at=world.now, verdict=verdict),
            write(ANN, SUPPORT, f"About {not_there}", words.format(not_there), at=world.now, verdict=verdict),
        )
        one, other = answers(sent, MALLORY, there), answers(sent, ANN, not_there)
        assert len(one) == 1
        assert one == other
        assert KATE.address not in str(one)


def test_her_own_address_without_proof_is_nobody(world: World) -> None:
    refund_due(world)
    text = "Any news on RF-100001?"
    sent = world.exchange(write(KATE, SUPPORT, "Question", text, at=world.now, verdict="dmarc=none"))
    assert "199.00" not in body_text(only(sent, KATE).raw)
    only(sent, STAFF)
    assert show(world, "T-100002")["linked_to"] == "T-100001"
