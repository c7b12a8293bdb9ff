"""What customers want, by the shipped rules/intents.yaml: short mails as people write them."""

from __future__ import annotations

import pytest

from mailbot.domain.wishes import Intent, Phrase, score_wishes
from tests.domain.examples import book

# The mail -> its wishes, the strongest first; "" for none: such a mail goes to staff.
MAILS: dict[str, str] = {
    # Returns, English.
    "Hello, I would like to return my kettle, order TP2026110002.": "return",
    "I want to send it back, it is too small.": "return",
    "Can I get my money back? I changed my mind.": "return",
    "I no longer want the kettle. Please refund me.": "return",
    "How do I return this item?": "return",
    "Please tell me how to send back the kettle, I'd like a refund.": "return",
    "I'm returning the blender I bought last week.": "return",
    "What is your return policy? I'd like to return my toaster.": "return",
    "Return request for order TP2026110002": "return",
    "We've never opened the box. Is it possible to return it within 30 days?": "return",
    "I'd like my money back please, a refund to my card is fine.": "return",
    "Sorry, I don't want it any more. Refund please.": "return",
    "Returns: TP2026110002, unopened": "return",
    "I don’t want it. Can I have a refund?": "return",
    "Please start a return for me. Unused, still in the box.": "return",
    # Returns, Chinese.
    "你好，订单TP2026110001的水壶不想要了，申请退货，收据见附件。": "return",
    "我想退货": "return",
    "可以七天无理由退吗？": "return",
    "买错型号了，想退掉，怎么操作？": "return",
    "这个水壶我不想要了，能退款吗？": "return",
    "请问怎么把商品寄回并退款？": "return",
    "申请退款，商品未拆封，可以寄回。": "return",
    "我要退貨，商品未使用": "return",
    "收到后不喜欢，要退。": "return",
    "能不能退了？还没拆封。": "return",
    # Not, or no longer, a return.
    "I don't want to return it, I just have a question about the lid.": "",
    "I do not wish to return the kettle.": "",
    "I don’t want to return it, I only need a new lid.": "",
    "Please cancel my return, I am keeping it.": "",
    "Please return my call.": "",
    "Many happy returns to your team!": "",
    "What is your return policy?": "",
    "不是退货，只是想问一下怎么开发票。": "",
    "我不想退货了，谢谢。": "",
    "不用退货了，问题解决了。": "",
    "取消退货，我决定留下。": "",
    # Exchanges.
    "I'd like to exchange it for the white one.": "exchange",
    "Could I swap it for a bigger one?": "exchange",
    "Could you send me a replacement?": "exchange",
    "我想换货，换成白色的。": "exchange",
    "可以换一台吗？": "exchange",
    "不退货，想调换成大号的。": "exchange",
    # Warranty.
    "My kettle is broken, is it under warranty?": "warranty",
    "It stopped working after two months.": "warranty",
    "The blender doesn't work.": "warranty",
    "It doesn’t work any more.": "warranty",
    "It won't turn on.": "warranty",
    "The lid broke off. Can you repair it?": "warranty",
    "水壶坏了，还在保修期内吗？": "warranty",
    "用了两个月就不工作了，怎么维修？": "warranty",
    "开机没反应，是不是故障？": "warranty",
    # Where is my order?
    "Where is my order TP2026110002?": "order_status",
    "What's the tracking number?": "order_status",
    "My parcel has not arrived yet.": "order_status",
    "When will it be shipped?": "order_status",
    "我的快递到哪了？": "order_status",
    "还没收到货，什么时候到？": "order_status",
    "请问发货了吗？物流单号多少？": "order_status",
    # Where is my refund?
    "Where is my refund? You approved the return two weeks ago.": "refund_status",
    "I returned the kettle two weeks ago and am still waiting for my refund.": "refund_status",
    "When will I get my refund?": "refund_status",
    "What is my refund status?": "refund_status",
    "已经退货了，退款什么时候到账？": "refund_status",
    "还没收到退款": "refund_status",
    "请查一下退款进度": "refund_status",
    "货已退回，退款到账要几天？": "refund_status",
    # How does it work?
    "How do I descale the kettle?": "technical",
    "Where can I find the manual?": "technical",
    "How can I clean the filter?": "technical",
    "这个怎么用？有说明书吗？": "technical",
    "请问怎么清洗滤网？": "technical",
    # Several wishes at once.
    "It is broken. I want my money back, please refund me.": "return warranty",
    "水壶坏了，我要退货。": "return warranty",
    "还没收到货，我要退款。": "return order_status",
    "为什么不能退？才买了三天。": "return",
    "Can I return it or exchange it?": "exchange return",
    # Nothing that the table knows.
    "Hello": "",
    "Thank you very much!": "",
    "请问你们几点下班？": "",
    "Do you have a shop in Berlin?": "",
    "": "",
}  # fmt: skip


def wishes(text: str, subject: str = "") -> list[str]:
    return [wish.name for wish in score_wishes(subject, text, book().intents, book().wish_threshold)]


@pytest.mark.parametrize(("text", "expected"), list(MAILS.items()))
def test_the_wishes_of_a_mail(text: str, expected: str) -> None:
    assert wishes(text) == expected.split()


@pytest.mark.parametrize("text", [text for text, wish in MAILS.items() if wish == "return"])
def test_a_wish_in_the_subject_counts_as_well(text: str) -> None:
    assert "return" in wishes("Hello", subject=text)


def test_there_are_mails_for_every_wish() -> None:
    assert len(MAILS) >= 60
    assert {intent.name for intent in book().intents} <= {wish for found in MAILS.values() for wish in found.split()}


def score(phrases: dict[str, int], text: str) -> int | None:
    row = Intent(name="x", phrases=tuple(Phrase(text=text, weight=weight) for text, weight in phrases.items()))
    found = score_wishes("", text, (row,), 1)
    return found[0].score if found else None


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("return", "RETURN it", True),
        ("return", "(return)", True),
        ("return", "returns", False),
        ("return", "unreturned", False),
        ("return", "我要return一下", True),
        ("send back", "send\n  back", True),
        ("send back", "sendback", False),
        ("don't want", "I don't want", True),
        ("don't want", "I don’t want", True),  # as telephones write it
        ("退货", "我要退货了", True),
        ("退 货", "退\n货", True),
        ("a.b", "aXb", False),
    ],
)
def test_how_a_phrase_is_compared(phrase: str, text: str, found: bool) -> None:
    assert (score({phrase: 1}, text) is not None) is found


def test_each_phrase_counts_once_and_against_counts_against() -> None:
    assert score({"return": 3}, "return return return") == 3
    assert score({"return": 3, "refund": 2}, "return, refund") == 5
    assert score({"return": 3, "policy": -1}, "return policy") == 2
    assert score({"return": 3, "policy": -3}, "return policy") is None


def test_the_table_decides_a_draw_and_the_evidence_is_named() -> None:
    rows = tuple(Intent(name=name, phrases=(Phrase(text="x", weight=3),)) for name in ("b", "a"))
    found = score_wishes("", "x", rows, 3)
    assert [wish.name for wish in found] == ["b", "a"]
    assert found[0].because == ("x +3",)


def test_a_very_long_mail_is_read_in_bounded_time() -> None:
    assert wishes("我想退货。" + "a " * 2_000_000) == ["return"]
