"""Somebody quotes an order of somebody else: nothing is told, its owner may be asked and alone decides (G5)."""

from __future__ import annotations

from typing import Any

import pytest

from mailbot.demo.people import Person, body_text, header, reply, write
from tests.journeys.world import KATE, LIN, MALLORY, STAFF, SUPPORT, World, only

ROB = Person(name="Rob Murray", address="rob.murray@home.example")


def ask(world: World, person: Person = ROB, number: str = "TP2026110002", **more: Any) -> bytes:
    return write(person, SUPPORT, "Return", f"I'd like to return order {number}.", at=world.now, **more)


def question_to(world: World, owner: Person = KATE, **more: Any) -> bytes:
    """Rob asks about Kate's order; gives the question that the owner gets."""
    sent = world.exchange(ask(world, **more))
    assert {mail.recipients for mail in sent} == {(ROB.address,), (owner.address,), (STAFF.address,)}
    return only(sent, owner).raw


def test_the_owner_is_asked_and_the_sender_learns_nothing(world: World) -> None:
    sent = world.exchange(ask(world), ask(world, MALLORY, "TP2026119999"))
    answers = [body_text(only(sent, person).raw).replace("T-100002", "T-100001") for person in (ROB, MALLORY)]
    assert answers[0].replace("Rob Murray", "") == answers[1].replace("Mallory", "")
    question = only(sent, KATE).raw
    assert "TP2026110002" in body_text(question)
    assert "r…y@home.example" in body_text(question)
    assert "T-10000" not in question.decode() and ROB.address not in question.decode()  # noqa: PT018


def test_a_yes_lets_the_sender_speak_for_the_order(world: World) -> None:
    question = question_to(world)
    told = only(world.exchange(reply(KATE, question, "Yes.\n\nKate", at=world.now)), ROB)
    assert "[T-100001]" in header(told.raw, "Subject")
    form = only(world.exchange(reply(ROB, told.raw, "I want to return TP2026110002", at=world.now)), ROB)
    assert "Condition" in body_text(form.raw)
    assert world.json("cases", "list")[0]["order_number"] == "TP2026110002"
    # For this order and this person only, and not for a forger of his address.
    assert world.json("tickets", "show", "T-100001")["customer_email"] == ROB.address
    sent = world.exchange(ask(world, number="TP2026110002", verdict=""))
    assert "protect our customers' personal data" in body_text(only(sent, ROB).raw)


@pytest.mark.parametrize(
    ("text", "days", "verdict"),
    [
        ("No, I don't know anybody like that", 1, "dmarc=pass"),
        ("Yes, who is asking?", 1, "dmarc=pass"),
        ("Yes", 8, "dmarc=pass"),
        ("Yes", 1, "dmarc=fail"),
    ],
)
def test_anything_but_a_plain_yes_in_time_from_the_owner_grants_nothing(
    world: World, text: str, days: int, verdict: str
) -> None:
    question = question_to(world)
    sent = world.exchange(reply(KATE, question, text, at=world.later(days=days), verdict=verdict))
    assert ROB.address not in {mail.recipients[0] for mail in sent}
    assert STAFF.address in {mail.recipients[0] for mail in sent}
    sent = world.exchange(write(ROB, SUPPORT, "Return", "I want to return TP2026110002!", at=world.now))
    assert world.json("cases", "list") == []


@pytest.mark.parametrize("thief", [ROB, MALLORY])
def test_the_question_is_for_the_owner_alone(world: World, thief: Person) -> None:
    question = question_to(world)
    world.exchange(reply(thief, question, "Yes", at=world.now))
    world.exchange(write(ROB, SUPPORT, "Return", "I want to return TP2026110002!", at=world.now))
    assert world.json("cases", "list") == []


def test_the_question_opens_nothing_else(world: World) -> None:
    """Its token is for a yes, not for the ticket: what the owner writes stands with it, but she is no part of it."""
    question = question_to(world)
    world.exchange(reply(KATE, question, "Who is that?", at=world.now))
    assert world.json("tickets", "show", "T-100001")["participants"] == [ROB.address]


def test_owners_are_not_pestered(world: World) -> None:
    question_to(world)
    for person in (ROB, MALLORY):
        assert KATE.address not in {mail.recipients[0] for mail in world.exchange(ask(world, person))}
    # Nor may one person try number after number.
    assert LIN.address not in {mail.recipients[0] for mail in world.exchange(ask(world, ROB, "TP2026110001"))}


@pytest.mark.parametrize("verdict", ["", "dmarc=none", "dmarc=fail"])
def test_nobody_is_asked_for_a_sender_whom_nobody_vouches_for(world: World, verdict: str) -> None:
    assert KATE.address not in {mail.recipients[0] for mail in world.exchange(ask(world, verdict=verdict))}
