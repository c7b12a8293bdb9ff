"""A warranty case from the first mail to the closing letter, over real IMAP and SMTP (policy P1–P6)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.journeys.matter import RECEIPT, Matter
from tests.journeys.world import KATE, LIN, STAFF, World, order

STORY: dict[str, dict[str, Any]] = {
    "zh": {
        "customer": LIN,
        "order": "TP2026110001",
        "first": (
            "水壶坏了",
            "您好，订单TP2026110001的水壶用了一周就不加热了，按下开关灯也不亮。收据见附件，麻烦处理。",
        ),
        "told": "按下开关灯也不亮",
        "submitted": "保修申请 R-100001 已提交",
        "approved": "保修申请 R-100001：请寄来商品",
        "repair": "正在按照有限保修为您维修",
        "repaired": ("您的商品已修好并寄出（R-100001）", "运单号：SF1234567890", "TP-K17 × 1"),
        "due": "我们检测了您的商品，将为您更换",
        "replaced": "换货商品已寄出（R-100001）",
        "refund": ("这次保修不再维修或更换，改为退款", "退款金额：¥199.00"),
        "reason": "已超过保修期（一年）。",
        "declined": ("这次我们无法为您提供有限保修服务", "以上决定仅针对我们的有限保修"),
        "filter": ("滤网坏了", "您好，订单TP2026110001的净化器滤网才用几天就坏了，边框开裂。收据见附件，请保修。"),
        "torn": "边框开裂",
        "consumable": "滤网属于耗材，不在保修范围内。",
        "back": "可是我只用了几次，能不能再看看？",
    },
    "en": {
        "customer": KATE,
        "order": "TP2026110002",
        "first": (
            "Kettle broken",
            "Hello, my kettle from order TP2026110002 stopped heating after a week, the light stays dark. "
            "The receipt is attached.",
        ),
        "told": "the light stays dark",
        "submitted": "Warranty request R-100001 submitted",
        "approved": "Warranty request R-100001: please send us the product",
        "repair": "are now repairing it under our limited warranty",
        "repaired": ("Your repaired product is on its way (R-100001)", "Tracking number: SF1234567890", "TP-K17 × 1"),
        "due": "We have examined your product and will replace it.",
        "replaced": "Your replacement is on its way (R-100001)",
        "refund": ("Instead of a repair or a replacement, you will get your money back.", "Amount: £199.00"),
        "reason": "the warranty of one year has ended.",
        "declined": (
            "we cannot accept it under our limited warranty",
            "This decision is about our limited warranty only.",
        ),
        "filter": (
            "Filter broken",
            "Hello, the air purifier filter from order TP2026110002 is broken, the frame cracked after a few days. "
            "The receipt is attached.",
        ),
        "torn": "the frame cracked",
        "consumable": "filters are consumables, which the warranty doesn't cover.",
        "back": "But I used it only a few times, could you look again?",
    },
}


def told(matter: Matter, story: dict[str, Any]) -> str:
    """The fault told in the first mail is all that is needed: staff decide, nobody is asked again. Staff's notice."""
    said = matter.opens(*story["first"], RECEIPT)
    assert set(said) == {story["customer"].address, STAFF.address}
    letter = said[story["customer"].address]
    assert story["submitted"] in letter.splitlines()[0]
    assert story["told"] in letter
    assert "Decision wanted: warranty case R-100001" in said[STAFF.address].splitlines()[0]
    assert story["told"] in said[STAFF.address]
    assert matter.state() == "submitted"
    return said[STAFF.address]


def to_examination(matter: Matter, story: dict[str, Any]) -> None:
    """The case until the fault is found to be covered."""
    customer = story["customer"].address
    told(matter, story)
    said = matter.staff_say("#approve")
    assert story["approved"] in said[customer].splitlines()[0]
    assert "R-100001" in matter.slip()
    matter.staff_say("#received")
    # The customer hears what is done about it, not that there is something to be done about.
    assert matter.staff_say("#inspect pass") == {}
    assert matter.state() == "inspected_ok"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_repair_under_warranty(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"].address
    matter = Matter(world, story["customer"])
    to_examination(matter, story)
    assert story["repair"] in matter.staff_say("#repair")[customer]
    said = matter.staff_say("#repaired SF1234567890")
    for words in story["repaired"]:
        assert words in said[customer]
    assert (matter.state(), matter.ticket_state()) == ("repaired", "closed")
    assert world.json("refunds", "list") == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_replacement_under_warranty(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"].address
    matter = Matter(world, story["customer"])
    to_examination(matter, story)
    said = matter.staff_say("#replace")
    assert story["due"] in said[customer]
    assert "Replacement to be sent: warranty case R-100001" in said[STAFF.address]
    said = matter.staff_say("#replaced TP2026119001 SF1234567890")
    assert story["replaced"] in said[customer]
    assert (matter.state(), matter.ticket_state()) == ("replaced", "closed")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refund_under_warranty(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"].address
    matter = Matter(world, story["customer"])
    to_examination(matter, story)
    said = matter.staff_say("#refund")
    for words in story["refund"]:
        assert words in said[customer]
    matter.staff_say("#refunded")
    (paid,) = world.json("refunds", "list")
    assert (paid["amount"], paid["state"], matter.state(), matter.ticket_state()) == (
        "199.00", "settled", "refunded", "closed",
    )  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_warranty_that_has_ended_is_refused_and_goodwill_is_still_possible(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"].address
    world.import_orders(order(story["order"], story["customer"], days_ago=1200))
    matter = Matter(world, story["customer"])
    told(matter, story)
    said = matter.staff_say(f"#decline {story['reason']}")
    for words in (story["reason"], *story["declined"]):
        assert words in said[customer]
    assert (matter.state(), matter.ticket_state()) == ("declined", "closed")
    said = matter.customer_says(story["back"])
    assert list(said) == [STAFF.address]
    assert "#approve" in said[STAFF.address]
    assert matter.ticket_state() == "open"
    said = matter.staff_say("#approve")
    assert story["approved"] in said[customer]
    assert (matter.state(), matter.ticket_state()) == ("approved", "open")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_consumable_is_not_covered_and_staff_may_think_again(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"].address
    kettle = order(story["order"], story["customer"])
    filters = replace(kettle, lines=(replace(kettle.lines[0], model="TP-F12", name="Filter", serials=()),))
    world.import_orders(filters)
    matter = Matter(world, story["customer"])
    told(matter, {**story, "first": story["filter"], "told": story["torn"]})
    said = matter.staff_say(f"#decline {story['consumable']}")
    for words in (story["consumable"], *story["declined"]):
        assert words in said[customer]
    assert list(matter.customer_says(story["back"])) == [STAFF.address]
    assert story["approved"] in matter.staff_say("#approve")[customer]
    assert (matter.state(), world.json("refunds", "list")) == ("approved", [])
