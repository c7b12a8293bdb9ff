"""What the data answers is answered at once, to the order's own proven address; the rest reaches a person (P15)."""

from __future__ import annotations

import pytest

from mailbot.demo.people import Person, body_text, header, reply, write
from tests.journeys.test_threads import close
from tests.journeys.world import KATE, LIN, MALLORY, STAFF, SUPPORT, World, only, order


@pytest.fixture
def under_way(world: World) -> World:
    world.import_orders(
        order("TP2026110003", KATE, shipping_status="shipped", tracking_number="SF1234567"),
        order("TP2026110004", LIN, shipping_status="in transit", tracking_number="SF7654321"),
    )
    return world


@pytest.mark.parametrize(
    ("person", "subject", "text", "said"),
    [
        (KATE, "My order", "Hello, where is my order TP2026110003?", "SF1234567"),
        (LIN, "查订单", "请问我的订单TP2026110004什么时候到？物流到哪里了", "运输途中"),
    ],
)
def test_where_the_parcel_is(under_way: World, person: Person, subject: str, text: str, said: str) -> None:
    world = under_way
    sent = world.exchange(write(person, SUPPORT, subject, text, at=world.now))
    assert [mail.recipients for mail in sent] == [(person.address,)]
    assert said in body_text(sent[0].raw)
    assert header(sent[0].raw, "Auto-Submitted") == "auto-replied"
    assert world.json("tickets", "list")[0]["state"] == "closed"
    # Whoever answers back reaches a person.
    only(world.exchange(reply(person, sent[0].raw, "It says so since Monday.", at=world.now)), STAFF)
    assert world.json("tickets", "list")[0]["state"] == "open"


@pytest.mark.parametrize(
    ("person", "number", "verdict"),
    [
        (KATE, "TP2026110003", ""),  # nobody vouches for her
        (KATE, "TP2026110003", "dmarc=fail"),
        (KATE, "TP2026110002", "dmarc=pass"),  # delivered, says the data; she misses it
        (MALLORY, "TP2026110003", "dmarc=pass"),  # not hers
    ],
)
def test_who_is_not_answered_from_the_data(under_way: World, person: Person, number: str, verdict: str) -> None:
    world = under_way
    sent = world.exchange(
        write(person, SUPPORT, "My order", f"Hello, where is my order {number}?", at=world.now, verdict=verdict)
    )
    assert STAFF.address in {mail.recipients[0] for mail in sent}
    for mail in sent:
        if mail.recipients == (person.address,):
            assert "SF1234567" not in mail.raw.decode()
            assert "Tracking" not in body_text(mail.raw)


def test_where_the_refund_is(world: World) -> None:
    close(world)
    text = "Hello, where is my refund for order TP2026110002?"
    sent = world.exchange(write(KATE, SUPPORT, "Refund", text, at=world.later(days=1)))
    answer = only(sent, KATE)
    assert len(sent) == 1
    assert "199.00" in body_text(answer.raw)
    assert "Paid on" in body_text(answer.raw)


@pytest.mark.parametrize(
    ("person", "subject", "text", "said"),
    [
        (
            KATE,
            "Warranty",
            "Hello, is my kettle from order TP2026110002 still under warranty?",
            "limited warranty until",
        ),
        (LIN, "保修", "请问订单TP2026110001的水壶还在保修期内吗？", "在有限保修期内，保修至"),
    ],
)
def test_whether_it_is_still_under_warranty(world: World, person: Person, subject: str, text: str, said: str) -> None:
    (sent,) = world.exchange(write(person, SUPPORT, subject, text, at=world.now))
    assert sent.recipients == (person.address,)
    assert said in body_text(sent.raw)
    assert world.json("tickets", "list")[0]["state"] == "closed"


def test_a_stranger_learns_of_no_warranty(world: World) -> None:
    text = "Hello, is the kettle from order TP2026110002 still under warranty?"
    for mail in world.exchange(write(MALLORY, SUPPORT, "Warranty", text, at=world.now)):
        if mail.recipients == (MALLORY.address,):
            assert "limited warranty" not in body_text(mail.raw)
