"""A number with a slip, or none at all: the customer is asked, from their own orders only (G5)."""

from __future__ import annotations

import pytest

from mailbot.demo.people import Person, body_text, header, reply, write
from tests.journeys.world import KATE, LIN, MALLORY, STAFF, SUPPORT, World, only, order


def first_question(world: World, person: Person, text: str, subject: str = "Hello", **more: str) -> bytes:
    """What the desk asks after a mail; nobody else is written to."""
    (sent,) = world.exchange(write(person, SUPPORT, subject, text, at=world.now, **more))
    assert sent.recipients == (person.address,)
    return sent.raw


def test_a_slip_is_asked_about_and_a_yes_opens_the_case(world: World) -> None:
    asked = first_question(world, KATE, "I'd like to return my order TP2026110020, please.")
    text = body_text(asked)
    assert "TP2026110002, purchased on" in text
    assert 'reply "yes"' in text
    form = only(world.exchange(reply(KATE, asked, "Yes, please.\n\nKate", at=world.now)), KATE)
    assert "Condition" in body_text(form.raw)
    assert [case["order_number"] for case in world.json("cases", "list")] == ["TP2026110002"]
    assert "[T-100001]" in header(form.raw, "Subject")


def test_several_orders_are_listed_and_one_is_named(world: World) -> None:
    world.import_orders(order("TP2026115555", LIN, days_ago=3))
    asked = first_question(world, LIN, "你好，我想退货，刚买的水壶不想要了。", "退货")
    text = body_text(asked)
    assert text.index("TP2026115555") < text.index("TP2026110001")  # the newest first
    assert "TP2026110002" not in asked.decode()
    form = only(world.exchange(reply(LIN, asked, "是TP2026115555这一笔", at=world.now)), LIN)
    assert "商品状况" in body_text(form.raw)
    assert [case["order_number"] for case in world.json("cases", "list")] == ["TP2026115555"]


def test_who_is_asked_twice_reaches_a_person(world: World) -> None:
    asked = first_question(world, KATE, "I want to return my order TP2026110020")
    only(world.exchange(reply(KATE, asked, "I am not sure, can you look?", at=world.now)), STAFF)
    assert world.json("cases", "list") == []


def test_where_the_only_parcel_is(world: World) -> None:
    world.import_orders(order("TP2026110002", KATE, shipping_status="shipped", tracking_number="SF1234567"))
    asked = first_question(world, KATE, "Hi, where is my order? It should be here by now.", "My parcel")
    assert "TP2026110002" in body_text(asked)
    assert "SF1234567" not in asked.decode()
    (answer,) = world.exchange(reply(KATE, asked, "yes", at=world.now))
    assert "SF1234567" in body_text(answer.raw)
    assert world.json("tickets", "list")[0]["state"] == "closed"


@pytest.mark.parametrize(("person", "verdict"), [(KATE, ""), (MALLORY, "dmarc=pass"), (KATE, "dmarc=fail")])
def test_nobody_unproven_is_shown_an_order(world: World, person: Person, verdict: str) -> None:
    text = "I'd like to return my order TP2026110020, please."
    for mail in world.exchange(write(person, SUPPORT, "Hello", text, at=world.now, verdict=verdict)):
        if mail.recipients != (STAFF.address,):
            assert "TP2026110002" not in mail.raw.decode()
            assert "purchased on" not in body_text(mail.raw)
