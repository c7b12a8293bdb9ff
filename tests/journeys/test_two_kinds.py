"""Two cases of different kinds in one ticket, over real IMAP and SMTP: each goes its own way to its own end."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from mailbot.demo.people import Person, header, write
from mailbot.domain.orders import Order
from tests.journeys.matter import RECEIPT, Matter
from tests.journeys.world import KATE, LIN, STAFF, SUPPORT, World, order

FAN = "TP2026110011"
STORY: dict[str, dict[str, Any]] = {
    "zh": {
        "customer": LIN,
        "kettle": "TP2026110001",
        "both": (
            "退货和换货",
            f"您好！\n\n订单TP2026110001的水壶我想退货。\n\n订单{FAN}的风扇我想换货。\n\n收据都在附件里。",
        ),
        "returned": "商品状况：全新未使用\n订单号：TP2026110001",
        "exchanged": f"商品状况：全新未使用\n订单号：{FAN}",
        "return": ("退货", "订单TP2026110001的水壶我想退货，收据见附件。"),
        "too": f"另外，订单{FAN}的风扇坏了，不转了，收据见附件。",
        "forms": ["请填写退货申请 R-100001", "请填写换货申请 R-100002"],
        "refund": ("退款通知：¥199.00（R-100001）", "TP-F9"),
        "sent": ("换货商品已寄出（R-100002）", "TP-K17"),
        "repaired": "您的商品已修好并寄出（R-100002）",
    },
    "en": {
        "customer": KATE,
        "kettle": "TP2026110002",
        "both": (
            "Return and exchange",
            f"Hello,\n\nI want to return TP2026110002.\n\nI'd like to exchange {FAN}.\n\nThe receipts are attached.",
        ),
        "returned": "Condition: unused\nOrder number: TP2026110002",
        "exchanged": f"Condition: unused\nOrder number: {FAN}",
        "return": ("Return", "I want to return order TP2026110002, the receipt is attached."),
        "too": f"Besides, the fan of my order {FAN} is broken, it doesn't turn any more. Its receipt is attached.",
        "forms": ["Please fill in your return request R-100001", "Please fill in your exchange request R-100002"],
        "refund": ("Your refund of £199.00 (R-100001)", "TP-F9"),
        "sent": ("Your replacement is on its way (R-100002)", "TP-K17"),
        "repaired": "Your repaired product is on its way (R-100002)",
    },
}
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def fan(buyer: Person) -> Order:
    """The second thing that they bought."""
    bought = order(FAN, buyer)
    line = replace(bought.lines[0], model="TP-F9", serials=("SN2",), unit_price=Decimal("88.00"))
    return replace(bought, lines=(line,))


def states(world: World) -> dict[str, tuple[str, str]]:
    """Kind and state of each case."""
    return {case["number"]: (case["kind"], case["state"]) for case in world.json("cases", "list")}  # type: ignore[union-attr]


@LANGUAGES
def test_one_mail_returns_one_order_and_exchanges_another(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"]
    world.import_orders(fan(customer))
    matter = Matter(world, customer)
    forms = world.exchange(write(customer, SUPPORT, *story["both"], at=world.now, files=[RECEIPT]))
    # Two letters may overtake one another.
    by_subject = {header(form.raw, "Subject").removeprefix("[T-100001] "): form.raw for form in forms}
    assert sorted(by_subject) == sorted(story["forms"])
    assert all(form.recipients == (customer.address,) for form in forms)
    returned, exchanged = (by_subject[subject] for subject in story["forms"])
    matter.newest[customer.address] = returned
    said = matter.customer_says(story["returned"])
    assert "R-100001" in said[customer.address]
    assert states(world) == {"R-100001": ("return", "submitted"), "R-100002": ("exchange", "requested")}
    matter.newest[customer.address] = exchanged
    said = matter.customer_says(story["exchanged"])
    assert "R-100002" in said[customer.address]
    assert states(world) == {"R-100001": ("return", "submitted"), "R-100002": ("exchange", "submitted")}

    assert "#approve R-100001" in matter.staff_say("#approve")[STAFF.address]  # which one?
    for line in ("#approve R-100001", "#received R-100001"):
        matter.staff_say(line)
    words, not_this = story["refund"]
    said = matter.staff_say("#inspect R-100001 pass")
    assert words in said[customer.address]
    assert not_this not in said[customer.address]
    matter.staff_say("#refunded R-100001")
    assert matter.ticket_state() == "open"
    for line in ("#approve", "#received", "#inspect pass"):  # one is left: it needs no number
        matter.staff_say(line)
    words, not_this = story["sent"]
    said = matter.staff_say("#replaced TP2026119001 SF1234567890")
    assert words in said[customer.address]
    assert not_this not in said[customer.address]
    assert states(world) == {"R-100001": ("return", "refunded"), "R-100002": ("exchange", "replaced")}
    assert [refund["amount"] for refund in world.json("refunds", "list")] == ["199.00"]  # type: ignore[union-attr]
    assert matter.ticket_state() == "closed"


@LANGUAGES
def test_a_fault_told_of_in_the_ticket_of_a_return_is_a_case_of_its_own(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"].address
    world.import_orders(fan(story["customer"]))
    matter = Matter(world, story["customer"])
    assert list(matter.opens(*story["return"], RECEIPT)) == [customer]
    said = matter.customer_says(story["too"], replace(RECEIPT, filename="fan.jpg", data=RECEIPT.data + b"\0"))
    assert "R-100002" in said[customer]
    assert "Decision wanted: warranty case R-100002" in said[STAFF.address].splitlines()[0]
    assert states(world) == {"R-100001": ("return", "requested"), "R-100002": ("warranty", "submitted")}
    matter.staff_say("#approve R-100002")
    matter.staff_say("#received R-100002")
    assert "R-100002" in matter.staff_say("#inspect R-100002 pass\n#repair R-100002")[customer]
    said = matter.staff_say("#repaired R-100002 SF1234567890")
    assert story["repaired"] in said[customer]
    assert states(world) == {"R-100001": ("return", "requested"), "R-100002": ("warranty", "repaired")}
    assert matter.ticket_state() == "open"
