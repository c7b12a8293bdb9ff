"""How is my return? Answered at once from the data, to its proven buyer and to nobody else (G5, P17)."""

from __future__ import annotations

import pytest

from mailbot.demo.people import Person, body_text, header, write
from tests.journeys.matter import RECEIPT, Matter
from tests.journeys.world import KATE, LIN, MALLORY, STAFF, SUPPORT, World, only

ORDERS = {KATE: "TP2026110002", LIN: "TP2026110001"}
OPENING = {
    KATE: ("Return", "I want to return {}."),
    LIN: ("退货", "我想退货，订单号 {}。"),
}
FORM = {KATE: "Condition: unused\nReason: too small", LIN: "商品状况：未使用\n退货原因：太小"}
QUESTION = {
    KATE: ("My return", "Any news on my return of order {}?"),
    LIN: ("退货进度", "订单 {} 的退货处理得怎么样了？"),
}
SAID = {
    KATE: ("still waiting for your details", "is reviewing it", "waiting for your parcel", "inspecting the product"),
    LIN: ("还在等待您补充", "正在审核", "正在等待您寄出包裹", "正在检查商品"),
}


def ask(matter: Matter) -> dict[str, str]:
    """Hours later, in a new mail."""
    matter.world.later(hours=3)  # the caps
    subject, text = QUESTION[matter.customer]
    return matter.opens(subject, text.format(ORDERS[matter.customer]))


@pytest.mark.parametrize("customer", [KATE, LIN], ids=["en", "zh"])
def test_at_every_step_the_buyer_hears_where_it_stands(world: World, customer: Person) -> None:
    matter = Matter(world, customer)
    form, review, parcel, inspection = SAID[customer]
    subject, text = OPENING[customer]
    first = matter.opens(subject, text.format(ORDERS[customer]), RECEIPT)
    asked = ask(matter)
    assert list(asked) == [customer.address]  # nobody else has to do anything
    assert form in asked[customer.address]
    assert "R-100001" in asked[customer.address].splitlines()[0]
    assert first != asked

    matter.customer_says(FORM[customer])
    asked = ask(matter)
    assert review in asked[customer.address]
    assert set(asked) == {customer.address, STAFF.address}  # it is our turn: staff see that somebody waits

    matter.staff_say("#approve")
    asked = ask(matter)
    assert parcel in asked[customer.address]
    assert set(asked) == {customer.address}

    matter.staff_say("#received")
    assert inspection in ask(matter)[customer.address]
    assert len(world.json("tickets", "list")) == 1  # type: ignore[arg-type]


def test_asked_in_the_thread_and_by_number(world: World) -> None:
    matter = Matter(world, KATE)
    matter.opens("Return", "I want to return TP2026110002.", RECEIPT)
    world.later(hours=3)
    assert "still waiting for your details" in matter.customer_says("Any news on my return?")[KATE.address]
    world.later(hours=3)
    assert "still waiting for your details" in matter.opens("Hello", "What about R-100001?")[KATE.address]


@pytest.mark.parametrize("customer", [KATE, LIN], ids=["en", "zh"])
def test_who_names_no_order_means_the_only_case(world: World, customer: Person) -> None:
    matter = Matter(world, customer)
    subject, text = OPENING[customer]
    matter.opens(subject, text.format(ORDERS[customer]), RECEIPT)
    world.later(hours=3)
    words = {KATE: "How is my return?", LIN: "我的退货到哪一步了？"}[customer]
    asked = matter.opens("Hello" if customer is KATE else "你好", words)
    assert SAID[customer][0] in asked[customer.address]
    assert len(world.json("tickets", "list")) == 1  # type: ignore[arg-type]


def test_words_that_bring_more_are_more(world: World) -> None:
    """A form, a photo or a second wish beside the question is not lost in an answer to the question alone."""
    matter = Matter(world, KATE)
    matter.opens("Return", "I want to return TP2026110002.", RECEIPT)
    said = matter.customer_says("Any news on my return?\n\nCondition: unused\nReason: too small")
    assert matter.state() == "submitted"
    assert STAFF.address in said
    world.later(hours=3)
    assert list(matter.customer_says("Any news on my return? Here is a photo.", RECEIPT)) == [STAFF.address]


@pytest.mark.parametrize("verdict", ["dmarc=none", "dmarc=fail"])
def test_who_is_not_proven_hears_nothing_of_it(world: World, verdict: str) -> None:
    matter = Matter(world, KATE)
    matter.opens("Return", "I want to return TP2026110002.", RECEIPT)
    world.later(hours=3)
    text = "Any news on my return of order TP2026110002?"
    for mail in world.exchange(write(KATE, SUPPORT, "My return", text, at=world.now, verdict=verdict)):
        if mail.recipients == (KATE.address,):
            assert "R-100001" not in header(mail.raw, "Subject") + body_text(mail.raw)


def test_a_stranger_hears_nothing_of_it(world: World) -> None:
    Matter(world, KATE).opens("Return", "I want to return TP2026110002.", RECEIPT)
    text = "Any news on my return of order TP2026110002?"
    sent = world.exchange(write(MALLORY, SUPPORT, "My return", text, at=world.now))
    assert "R-100001" not in body_text(only(sent, MALLORY).raw)
