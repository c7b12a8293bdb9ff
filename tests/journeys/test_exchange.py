"""An exchange from the first mail to the closing letter, over real IMAP and SMTP (policy P7–P12)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.matter import RECEIPT, Matter
from tests.journeys.world import KATE, LIN, STAFF, World

STORY: dict[str, dict[str, Any]] = {
    "zh": {
        "customer": LIN,
        "order": "TP2026110001",
        "first": ("换货", "您好，订单TP2026110001的水壶我想换货，换成白色的，收据见附件。"),
        "form": "商品状况：未使用，包装和配件齐全\n想换成：TP-K17 白色",
        "wanted": "TP-K17 白色",
        "approved": "您的换货申请 R-100001 已经通过审核，将为您换成：TP-K17 白色。",
        "slip": ("TP 换货单", "林小满"),
        "parcel": "您好，已经寄出了，快递单号是 YT8812345678901，请查收。",
        "tracking": "YT8812345678901",
        "received": "运单号是 YT8812345678901",
        "due": "您寄回的商品已经通过检查，换货商品正在准备中。",
        "sent": ("换货商品已寄出（R-100001）", "换货商品的订单号：TP2026119001", "运单号：SF1234567890"),
        "stock": "缺货",
        "rather": "没有货的话就退款吧。",
        "refund": ("这次换货改为退款", "退款金额：¥199.00", "按原支付方式退回（支付宝）"),
        "paid": "退款已完成：¥199.00（R-100001）",
    },
    "en": {
        "customer": KATE,
        "order": "TP2026110002",
        "first": ("Exchange", "Hello, I'd like to exchange my kettle, order TP2026110002, for a white one."),
        "form": "Condition: unused, everything in the box\nWhat you would like instead: TP-K17 white",
        "wanted": "TP-K17 white",
        "approved": "Your exchange request R-100001 has been approved. In exchange you will receive TP-K17 white.",
        "slip": ("TP Exchange slip", "Kate Murray"),
        "parcel": "Hello, I posted it this morning. The tracking number is GB 1234 5678 90. Kate",
        "tracking": "GB1234567890",
        "received": "(tracking number GB1234567890)",
        "due": "The product you sent back has passed our inspection, and your replacement is now being prepared.",
        "sent": (
            "Your replacement is on its way (R-100001)",
            "Order number of the replacement: TP2026119001",
            "Tracking number: SF1234567890",
        ),
        "stock": "out of stock",
        "rather": "If there is none left, please just refund me.",
        "refund": ("Instead of the replacement, you will get your money back.", "Amount: £199.00", "(Visa card)"),
        "paid": "Your refund of £199.00 has been paid (R-100001)",
    },
}


def to_inspection(matter: Matter, story: dict[str, Any]) -> None:
    """The exchange until its piece passed the inspection."""
    customer = story["customer"].address
    form = matter.opens(*story["first"], RECEIPT)
    assert list(form) == [customer]
    assert story["order"] in form[customer]
    said = matter.customer_says(story["form"])
    assert set(said) == {customer, STAFF.address}
    assert f"Wanted instead: {story['wanted']}" in said[STAFF.address]
    said = matter.staff_say("#approve")
    assert story["approved"] in said[customer]
    assert "1 Example Road" in said[customer]
    slip = matter.slip()
    for words in (*story["slip"], "R-100001", story["order"], "1 Example Road"):
        assert words in slip
    said = matter.customer_says(story["parcel"])
    assert list(said) == [STAFF.address]
    assert "The customer's parcel is on its way: exchange R-100001" in said[STAFF.address].splitlines()[0]
    assert "where the parcel is" not in said[STAFF.address]
    assert "not sure" not in said[STAFF.address]
    assert f"Customer's parcel: {story['tracking']}" in said[STAFF.address]
    assert matter.state() == "in_transit"
    assert story["received"] in matter.staff_say("#received")[customer]
    said = matter.staff_say("#inspect pass")
    assert story["due"] in said[customer]
    assert story["wanted"] in said[customer]
    assert said[STAFF.address].startswith("[T-100001] Replacement to be sent: exchange R-100001")
    assert "#replaced <order number> <tracking number>" in said[STAFF.address]
    assert matter.state() == "exchange_due"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_exchange_from_request_to_replacement(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"].address
    matter = Matter(world, story["customer"])
    to_inspection(matter, story)
    refused = matter.staff_say("#replaced")
    assert "#replaced <order number> <tracking number>" in refused[STAFF.address]
    said = matter.staff_say("#replaced TP2026119001 SF1234567890")
    assert list(said) == [customer]
    for words in story["sent"]:
        assert words in said[customer]
    case = matter.case()
    assert [event["to_state"] for event in case["events"]] == [
        "submitted", "approved", "in_transit", "received", "exchange_due", "replaced",
    ]  # fmt: skip
    assert [case[key] for key in ("items", "received", "damaged")] == [["TP-K17 × 1"], ["TP-K17 × 1"], []]
    parcels = (case["tracking"], case["sent_reference"], case["sent_tracking"])
    assert parcels == (story["tracking"], "TP2026119001", "SF1234567890")
    assert world.json("refunds", "list") == []
    assert matter.ticket_state() == "closed"
    assert matter.staff_say("#close") == {}
    assert matter.state() == "closed"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_exchange_out_of_stock_becomes_a_refund(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"].address
    matter = Matter(world, story["customer"])
    to_inspection(matter, story)
    said = matter.staff_say("#outofstock")
    assert story["stock"] in said[customer]
    assert matter.state() == "exchange_due"
    assert list(matter.customer_says(story["rather"])) == [STAFF.address]
    said = matter.staff_say("#refund")
    for words in story["refund"]:
        assert words in said[customer]
    (booked,) = world.json("refunds", "list")
    assert (booked["amount"], booked["state"], booked["case"]) == ("199.00", "open", "R-100001")
    said = matter.staff_say("#refunded")
    assert story["paid"] in said[customer]
    assert world.json("refunds", "list")[0]["state"] == "settled"
    assert (matter.state(), matter.ticket_state()) == ("refunded", "closed")
