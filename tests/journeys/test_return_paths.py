"""Returns off the straight road, from the first mail to the closing letter, over real IMAP and SMTP (P7–P13)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from mailbot.demo.people import Person
from tests.journeys.matter import RECEIPT, Matter
from tests.journeys.world import KATE, LIN, ROOT, STAFF, World, order

WANG = Person(name="Wang Fang", address="wangfang@staff.tp.example")
MEMBERS = [{"name": one.name, "address": one.address} for one in (STAFF, WANG)]
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])

STORY: dict[str, dict[str, Any]] = {
    "zh": {
        "customer": LIN,
        "order": "TP2026110001",
        "first": ("我想退货", "你好，订单TP2026110001的水壶不想要了，申请退货，收据见附件。"),
        "form": "商品状况：全新未使用，配件齐全",
        "three": "商品状况：全新未使用，配件齐全\n商品：TP-K17 × 3",
        "late": "已经超过了这个期限",
        "filled_in": "请填写退货申请 R-100001",
        "approved": "退货申请 R-100001 已通过，请寄回商品",
        "scratched": "外壳有划痕",
        "part": ("其中一部分已通过检查", "退款金额：¥189.00", "商品：¥199.00", "其他扣款：¥10.00，原因：外壳有划痕",
                 "本次退款的商品：", "不予退款的商品：", "TP-K17 × 1"),
        "less": ("退款金额：¥189.00", "其他扣款：¥10.00，原因：外壳有划痕"),
        "failed": ("商品没有通过检查，目前无法办理退款", "底部有明显使用痕迹"),
        "worn": "底部有明显使用痕迹",
        "give_back": "那请把水壶寄回给我吧。",
        "sent_back": ("您的商品已寄回给您（R-100001）", "运单号：SF1234567890"),
        "refund": ("退款通知：¥199.00（R-100001）", "按原支付方式退回（支付宝）"),
        "keep": "不好意思，我还是想留着用，不退了。",
        "withdrawn": ("退货申请 R-100001 已撤销", "商品由您继续保留"),
    },
    "en": {
        "customer": KATE,
        "order": "TP2026110002",
        "first": ("Return", "Hello, I would like to return my kettle, order TP2026110002."),
        "form": "Condition: unused, everything in the box",
        "three": "Condition: unused, everything in the box\nItems: TP-K17 × 3",
        "late": "this period has passed for your order",
        "filled_in": "Please fill in your return request R-100001",
        "approved": "Return request R-100001 approved",
        "scratched": "the housing is scratched",
        "part": ("Part of it has passed", "Amount: £189.00", "Products: £199.00",
                 "Less a deduction: £10.00. Reason: the housing is scratched", "Refunded:", "Not refunded:",
                 "TP-K17 × 1"),
        "less": ("Amount: £189.00", "Less a deduction: £10.00. Reason: the housing is scratched"),
        "failed": ("it did not pass, so we cannot refund it as things stand", "the base shows clear signs of use"),
        "worn": "the base shows clear signs of use",
        "give_back": "Then please send the kettle back to me.",
        "sent_back": ("Your product is on its way back to you (R-100001)", "Tracking number: SF1234567890"),
        "refund": ("Your refund of £199.00 (R-100001)", "the original payment method (Visa card)"),
        "keep": "Sorry, I'd rather keep it after all.",
        "withdrawn": ("Return request R-100001 withdrawn", "You keep the product"),
    },
}  # fmt: skip


def with_limits(world: World, **limits: dict[str, int]) -> None:
    """The desk by rules that let one person, or the rules, decide up to these amounts; two people work there."""
    rules = world.folder / "rules"
    shutil.copytree(ROOT / "rules", rules)
    returns = rules / "returns.yaml"
    text = returns.read_text(encoding="utf-8")
    for name, amounts in limits.items():
        assert f"{name}: {{}}" in text
        text = text.replace(f"{name}: {{}}", f"{name}: {yaml.safe_dump(amounts, default_flow_style=True).strip()}")
    returns.write_text(text, encoding="utf-8")
    world.write_settings(rules=str(rules), staff={"members": MEMBERS})


def submitted(matter: Matter, story: dict[str, Any], form: str = "form") -> dict[str, str]:
    """The return until its form is complete; the last letters."""
    assert list(matter.opens(*story["first"], RECEIPT)) == [matter.customer.address]
    return matter.customer_says(story[form])


@LANGUAGES
def test_a_late_return_that_staff_take_back_in_goodwill(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"].address
    today = datetime.now(UTC).date()
    late = order(story["order"], story["customer"], days_ago=45, delivered_on=today - timedelta(days=43))
    world.import_orders(late)
    matter = Matter(world, story["customer"])
    said = matter.opens(*story["first"], RECEIPT)
    assert story["late"] in said[customer]
    assert "Return or exchange asked for too late" in said[STAFF.address]
    assert world.json("cases", "list") == []
    assert story["filled_in"] in matter.staff_say("#return")[customer]
    assert story["approved"] in matter.staff_say("#approve")[customer].splitlines()[0]
    assert "R-100001" in matter.slip()
    matter.staff_say("#received")
    said = matter.staff_say("#inspect pass")
    for words in story["refund"]:
        assert words in said[customer]
    assert (matter.state(), world.json("refunds", "list")[0]["amount"]) == ("refund_due", "199.00")


@LANGUAGES
def test_two_of_three_pieces_arrive_and_one_of_them_is_damaged(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"].address
    kettles = order(story["order"], story["customer"])
    world.import_orders(replace(kettles, lines=(replace(kettles.lines[0], quantity=3),)))
    matter = Matter(world, story["customer"])
    assert "TP-K17 × 3" in submitted(matter, story, "three")[STAFF.address]
    assert "TP-K17 × 3" in matter.staff_say("#approve")[customer]
    assert "3 × TP-K17 were bought: 4 can't be" in matter.staff_say("#received TP-K17 × 4")[STAFF.address]
    assert "TP-K17 × 2" in matter.staff_say("#received TP-K17 × 2")[customer]
    said = matter.staff_say(f"#inspect pass damaged TP-K17 × 1 deduct 10.00 {story['scratched']}")
    for words in story["part"]:
        assert words in said[customer]
    assert said[customer].count(story["scratched"]) == 1
    (booked,) = world.json("refunds", "list")
    assert (booked["amount"], booked["state"]) == ("189.00", "open")
    matter.staff_say("#refunded")
    assert (matter.state(), matter.ticket_state()) == ("refunded", "closed")


@LANGUAGES
def test_what_fails_the_inspection_goes_back_to_the_customer(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"].address
    matter = Matter(world, story["customer"])
    submitted(matter, story)
    matter.staff_say("#approve")
    matter.staff_say("#received")
    said = matter.staff_say(f"#inspect fail {story['worn']}")
    for words in story["failed"]:
        assert words in said[customer]
    assert list(matter.customer_says(story["give_back"])) == [STAFF.address]
    said = matter.staff_say("#sendback SF1234567890")
    for words in story["sent_back"]:
        assert words in said[customer]
    assert (matter.state(), matter.ticket_state(), world.json("refunds", "list")) == ("closed", "closed", [])


@LANGUAGES
def test_a_second_look_passes_what_had_failed(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"].address
    matter = Matter(world, story["customer"])
    submitted(matter, story)
    matter.staff_say("#approve")
    matter.staff_say("#received")
    matter.staff_say(f"#inspect fail {story['worn']}")
    said = matter.staff_say("#inspect pass")
    for words in story["refund"]:
        assert words in said[customer]
    assert story["worn"] not in said[customer]
    assert (matter.state(), world.json("refunds", "list")[0]["amount"]) == ("refund_due", "199.00")


@LANGUAGES
def test_a_large_refund_is_booked_when_a_second_person_agrees(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"].address
    with_limits(world, second_person_above={"CNY": 100, "GBP": 100})
    matter = Matter(world, story["customer"])
    said = submitted(matter, story)
    assert set(said) == {customer, STAFF.address, WANG.address}
    matter.staff_say("#approve")
    matter.staff_say("#received")
    said = matter.staff_say(f"#inspect pass deduct 10.00 {story['scratched']}")
    assert customer not in said  # who hears of money when it is booked
    assert "A second person has to agree to the refund: return R-100001" in said[WANG.address].splitlines()[0]
    assert f"{STAFF.address} decided for a refund of 189.00" in said[WANG.address]
    assert f"are deducted: {story['scratched']}" in said[WANG.address]
    assert "#agree" in said[WANG.address]
    assert world.json("refunds", "list") == []
    refused = matter.staff_say("#agree")
    assert f"somebody else than {STAFF.address} must agree" in refused[STAFF.address]
    said = matter.staff_say("#agree", by=WANG)
    for words in story["less"]:
        assert words in said[customer]
    assert "#agree is not possible" in matter.staff_say("#agree", by=WANG)[WANG.address]
    (booked,) = world.json("refunds", "list")
    assert (booked["amount"], booked["state"]) == ("189.00", "open")


@LANGUAGES
def test_the_rules_approve_within_the_owners_limit(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"].address
    with_limits(world, approve_at_once_up_to={"CNY": 200, "GBP": 200})
    matter = Matter(world, story["customer"])
    said = submitted(matter, story)
    assert story["approved"] in said[customer].splitlines()[0]
    assert "R-100001" in matter.slip()
    assert "Approved by rule: return R-100001" in said[STAFF.address].splitlines()[0]
    assert [event["actor"] for event in matter.case()["events"]] == ["customer", "rules"]
    assert matter.state() == "approved"


@LANGUAGES
def test_a_customer_who_keeps_it_after_all(world: World, language: str) -> None:
    story = STORY[language]
    customer = story["customer"].address
    matter = Matter(world, story["customer"])
    submitted(matter, story)
    matter.staff_say("#approve")
    said = matter.customer_says(story["keep"])
    assert list(said) == [STAFF.address]
    assert "#withdraw" in said[STAFF.address]
    assert matter.state() == "approved"
    said = matter.staff_say("#withdraw")
    for words in story["withdrawn"]:
        assert words in said[customer]
    assert (matter.state(), matter.ticket_state()) == ("withdrawn", "closed")
