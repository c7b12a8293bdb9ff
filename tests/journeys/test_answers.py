"""What the data answers is answered at once, to the order's own proven address; the rest reaches a person (P15)."""

from __future__ import annotations

import pytest

from mailbot.demo.people import Person, body_text, header, reply, write
from mailbot.domain.orders import OrderLine
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


def test_the_warranty_of_the_product_named_is_told_where_a_consumable_is_in_the_order_too(world: World) -> None:
    """The law may cover the filter: nobody is told that it isn't covered."""
    kettle = order("TP2026110009", KATE).lines[0]
    filters = OrderLine(**{**vars(kettle), "model": "TP-F9", "name": "Filter", "serials": ()})
    world.import_orders(order("TP2026110009", KATE, country="DE", lines=(kettle, filters)))
    text = "Hello, is the kettle TP-K17 from order TP2026110009 still under warranty?"
    (answer,) = world.exchange(write(KATE, SUPPORT, "Warranty", text, at=world.now))
    assert answer.recipients == (KATE.address,)
    assert "under our limited warranty until" in body_text(answer.raw)
    assert "rights by law" in body_text(answer.raw)
    assert "TP-F9" not in body_text(answer.raw)

    text = "Hello, is my order TP2026110009 still under warranty?"
    sent = world.exchange(write(KATE, SUPPORT, "Everything", text, at=world.now))
    said = " ".join(body_text(only(sent, KATE).raw).split())
    assert "under our limited warranty until" in said
    assert "Filter (TP-F9): our records don't answer this for sure" in said
    assert "not covered" not in said
    only(sent, STAFF)


def refund_booked(world: World) -> None:
    """Kate's return of TP2026110002 is refunded; she has a second order without one."""
    close(world)
    world.import_orders(order("TP2026110008", KATE, days_ago=5))


def test_the_one_refund_is_meant_where_somebody_asks_for_theirs(world: World) -> None:
    refund_booked(world)
    sent = world.exchange(write(KATE, SUPPORT, "Money", "Hello, where is my refund?", at=world.later(days=1)))
    answer = only(sent, KATE)
    assert len(sent) == 1
    assert "TP2026110002" in body_text(answer.raw)
    assert "Paid on" in body_text(answer.raw)


@pytest.mark.parametrize("verdict", ["dmarc=none", "dmarc=fail"])
def test_nobody_learns_of_a_refund_without_proof(world: World, verdict: str) -> None:
    refund_booked(world)
    text = "Hello, where is my refund?"
    sent = world.exchange(write(KATE, SUPPORT, "Money", text, at=world.later(days=1), verdict=verdict))
    only(sent, STAFF)
    for mail in sent:
        if mail.recipients == (KATE.address,):
            assert "TP2026110002" not in mail.raw.decode()


def test_without_any_refund_nobody_is_asked_which_order(world: World) -> None:
    """No answer to that question would help: a person looks."""
    world.import_orders(order("TP2026110008", KATE, days_ago=5))
    sent = world.exchange(write(KATE, SUPPORT, "Money", "Hello, where is my refund?", at=world.now))
    assert "which of these" not in body_text(only(sent, KATE).raw)
    assert "TP2026110008" not in body_text(only(sent, KATE).raw)
    only(sent, STAFF)


@pytest.mark.parametrize(
    "text",
    [
        "Hello, what is your return policy for order TP2026110002?",
        "Who pays for the return shipping if I return my kettle?",
        "How long do I have to return my kettle?",
    ],
)
def test_a_question_about_the_terms_of_returns_starts_none(world: World, text: str) -> None:
    world.import_orders(order("TP2026110008", KATE, days_ago=5))
    sent = world.exchange(write(KATE, SUPPORT, "A question", text, at=world.now))
    assert header(only(sent, KATE).raw, "Subject").endswith("We have received your message")
    only(sent, STAFF)
    assert world.json("cases", "list") == []


@pytest.mark.parametrize(
    ("person", "subject", "text", "calm", "urgent"),
    [
        (
            KATE,
            "A strange call",
            "Somebody pretending to be from your company asked for my card number. Is this a scam?",
            "Thank you for your report",
            "URGENT · Report of a possible fraud: A strange call",
        ),
        (
            LIN,
            "有人冒充你们",
            "有人冒充你们客服，要我提供银行卡号和验证码，是不是诈骗？",
            "感谢您的举报",
            "URGENT · Report of a possible fraud: 有人冒充你们",
        ),
    ],
)
def test_a_report_of_a_fraud_is_answered_calmly_and_brought_first(
    world: World, person: Person, subject: str, text: str, calm: str, urgent: str
) -> None:
    sent = world.exchange(write(person, SUPPORT, subject, text, at=world.now))
    answer = only(sent, person)
    assert header(answer.raw, "Subject").endswith(calm)
    assert "https://tp.example/chat" in body_text(answer.raw)
    assert header(only(sent, STAFF).raw, "Subject").endswith(urgent)
    # The same within a conversation.
    again = world.exchange(reply(person, answer.raw, text, at=world.later(minutes=5)))
    assert header(only(again, person).raw, "Subject").endswith(calm)
    assert "URGENT · Report of a possible fraud" in header(only(again, STAFF).raw, "Subject")


def test_the_list_of_notices_says_what_each_is_about(world: World) -> None:
    text = "Hello, I need an invoice for my kettle, order TP2026110002."
    notice = only(world.exchange(write(KATE, SUPPORT, "My kettle", text, at=world.now)), STAFF)
    assert header(notice.raw, "Subject") == "[T-100001] invoice · TP2026110002 · New message: My kettle"
