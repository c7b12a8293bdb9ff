"""Reading the form back as people really fill it in, and what goes back by their own words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.cases import CaseKind
from mailbot.domain.forms import Item, attached_form, form_labels, missing_fields, read_form, read_items, write_items
from tests.domain.examples import book, line, order

FIELDS = book().forms[CaseKind.RETURN]
LABELS = form_labels(FIELDS)
FILLED = {"order_number": "TP2026030117", "items": "TP-K17 × 1", "condition": "unused", "proof": "attached"}
ENGLISH = "Order number: TP2026030117\nItems to return: TP-K17 × 1\nCondition: unused\nProof of purchase: attached"
CHINESE = "订单号：TP2026030117\n退货商品：TP-K17 × 1\n商品状况：unused\n购买凭证：attached"


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH,
        CHINESE,
        "\n".join(reversed(ENGLISH.splitlines())),
        ENGLISH.upper().replace("UNUSED", "unused").replace("ATTACHED", "attached"),
        ENGLISH.replace(": ", "："),
        ENGLISH.replace(": ", " : "),
        CHINESE.replace("：", ":"),
        CHINESE.replace("订单号", "订 单 号"),
        "\n".join(f"> {row}" for row in ENGLISH.splitlines()),
        "\n".join(f">> {row}" for row in CHINESE.splitlines()),
        "\n".join(f"> > | {row}" for row in ENGLISH.splitlines()),
        "\n".join(f"  - {row}" for row in ENGLISH.splitlines()),
        "\n".join(f"• {row}" for row in CHINESE.splitlines()),
        ENGLISH.replace("\n", "\r\n"),
        ENGLISH.replace("\n", "\n\n"),
        f"Hello,\n\nhere it is:\n{ENGLISH}\n\nBest wishes\nKate",
        "Order no.: TP2026030117\nItem: TP-K17 × 1\nState: unused\nReceipt: attached",
        "訂單號：TP2026030117\n退貨商品：TP-K17 × 1\n商品狀況：unused\n購買憑證：attached",
        "Order number: TP2026030117\n退货商品：TP-K17 × 1\nCondition: unused\n凭证：attached",
        # A hint that the customer left in, of whatever form.
        ENGLISH.replace("Condition", "Condition (unused, clean, original packaging, all accessories?)"),
        CHINESE.replace("商品状况", "商品状况（是否未使用、包装和配件齐全）"),
    ],
)
def test_the_form_is_understood_in_any_order_language_case_and_quote(text: str) -> None:
    assert read_form(text, LABELS) == FILLED


def test_a_form_filled_in_inside_the_quote_of_qq_mail() -> None:
    text = (
        "已填写，谢谢\n\n\n------------------ 原始邮件 ------------------\n"
        '发件人: "TP" <support@tp.example>;\n发送时间: 2026年3月20日(星期五) 下午5:00\n'
        '收件人: "林小满" <lin@qq.example>;\n主题: 请填写退货申请 R-100001 [T-100001]\n\n'
        "订单号：TP2026030117\n退货商品：TP-K17 × 1\n商品状况：全新未拆封\n购买凭证：见附件\n退货原因：\n"
    )
    assert read_form(text, LABELS) == {
        "order_number": "TP2026030117",
        "items": "TP-K17 × 1",
        "condition": "全新未拆封",
        "proof": "见附件",
    }


@pytest.mark.parametrize("empty", ["", " ", "____", "……", "...", "-", "——", "\u3000"])
def test_a_line_that_was_left_empty_is_no_answer(empty: str) -> None:
    assert read_form(f"Condition: {empty}\nReason: too small", LABELS) == {"reason": "too small"}


def test_the_last_line_that_says_something_counts() -> None:
    assert read_form("Condition: used\nCondition: unused\nCondition:", LABELS) == {"condition": "unused"}


@pytest.mark.parametrize(
    "text",
    [
        "In my condition I can't come.",
        "What is the reason? I don't know: nobody told me.",
        "My conditions: none",
        "https://tp.example/condition",
        "Note: unused",
        ":",
        "：",
        f"{'x' * 200}: y",
    ],
)
def test_ordinary_sentences_are_no_form(text: str) -> None:
    assert read_form(text, LABELS) == {}


def test_an_answer_is_one_line_of_bounded_length() -> None:
    (answer,) = read_form("Reason: " + "too  small " * 500, LABELS).values()
    assert answer.startswith("too small too small")
    assert len(answer) <= 500


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_no_text_makes_reading_fail(text: str) -> None:
    assert all(value.strip() for value in read_form(text, LABELS).values())
    assert all(1 <= item.quantity <= 3 for item in read_items(text, order(line("TP-K17", 3), line("TP-F9", 2))))


TWO = order(line("TP-K17", 2), line("TP-F9", 3))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("全部", {"TP-K17": 2, "TP-F9": 3}),
        ("所有商品", {"TP-K17": 2, "TP-F9": 3}),
        ("整单退", {"TP-K17": 2, "TP-F9": 3}),
        ("all", {"TP-K17": 2, "TP-F9": 3}),
        ("All of it", {"TP-K17": 2, "TP-F9": 3}),
        ("the whole order", {"TP-K17": 2, "TP-F9": 3}),
        ("everything", {"TP-K17": 2, "TP-F9": 3}),
        ("整單退", {"TP-K17": 2, "TP-F9": 3}),
        ("すべて返品", {"TP-K17": 2, "TP-F9": 3}),
        ("Alles.", {"TP-K17": 2, "TP-F9": 3}),
        ("die ganze Bestellung", {"TP-K17": 2, "TP-F9": 3}),
        ("tous les articles", {"TP-K17": 2, "TP-F9": 3}),
        ("Todo", {"TP-K17": 2, "TP-F9": 3}),
        ("la bouilloire avec tous les accessoires", {}),
        ("der Wasserkocher, alles in der Packung", {}),
        ("TP-K17 2 個", {"TP-K17": 2}),
        ("TP-K17、2点", {"TP-K17": 2}),
        ("2 Stück TP-K17", {"TP-K17": 2}),
        ("2 unidades TP-K17", {"TP-K17": 2}),
        ("TP-K17, 2 pièces", {"TP-K17": 2}),
        ("TP-K17", {"TP-K17": 1}),
        ("tp-k17 x2", {"TP-K17": 2}),
        ("TP-K17 X 2", {"TP-K17": 2}),
        ("TP-K17 × 2", {"TP-K17": 2}),
        ("TP-K17×2", {"TP-K17": 2}),
        ("TP-K17 *2", {"TP-K17": 2}),
        ("TP-K17 2件", {"TP-K17": 2}),
        ("TP-K17 2 台", {"TP-K17": 2}),
        ("TP-K17, 2 pcs", {"TP-K17": 2}),
        ("TP-K17 x2, TP-F9 x 3", {"TP-K17": 2, "TP-F9": 3}),
        ("TP-F9 3个，TP-K17 1个", {"TP-F9": 3, "TP-K17": 1}),
        ("TP-F9 and TP-K17", {"TP-F9": 1, "TP-K17": 1}),
        ("TP-K17 x 99", {"TP-K17": 2}),  # never more than was bought
        ("the kettle", {}),  # two models: somebody must say which
        ("smaller one", {}),
        ("", {}),
        ("allergy medicine", {}),
    ],
)
def test_items_of_an_order_of_two_models(text: str, expected: dict[str, int]) -> None:
    assert {item.model: item.quantity for item in read_items(text, TWO)} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 x TP-K17", {"TP-K17": 2}),
        ("2台TP-K17", {"TP-K17": 2}),
        ("2 x TP-K17, 3 x TP-F9", {"TP-K17": 2, "TP-F9": 3}),
        ("1 x TP-K17, 3 x TP-F9", {"TP-K17": 1, "TP-F9": 3}),
    ],
)
def test_a_number_may_stand_before_the_model(text: str, expected: dict[str, int]) -> None:
    assert {item.model: item.quantity for item in read_items(text, TWO)} == expected


@pytest.mark.parametrize(
    "text",
    [
        "TP-K17 x 1, all accessories included",
        "TP-K17 1件，全部配件齐全",
        "TP-K17, 所有配件都在",
        "Not all, only TP-K17",
        "不是全部，只退TP-K17",
    ],
)
def test_a_named_model_wins_over_a_word_like_all(text: str) -> None:
    """Whoever reads "all accessories" as "all products" refunds the whole order."""
    assert {item.model: item.quantity for item in read_items(text, TWO)} == {"TP-K17": 1}


PREFIXES = order(line("TP-K1", 2), line("TP-K17", 2))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TP-K17 x2", {"TP-K17": 2}),
        ("TP-K17", {"TP-K17": 1}),
        ("TP-K1 x2", {"TP-K1": 2}),
        ("TP-K1, TP-K17 x2", {"TP-K1": 1, "TP-K17": 2}),
        ("TP-K17 x2, TP-K1", {"TP-K1": 1, "TP-K17": 2}),
    ],
)
def test_a_model_whose_name_begins_another_is_not_taken_for_it(text: str, expected: dict[str, int]) -> None:
    assert {item.model: item.quantity for item in read_items(text, PREFIXES)} == expected


def test_letters_that_grow_in_upper_case_do_not_shift_the_number() -> None:
    assert read_items("Größe zu groß, bloß TP-K17x2", TWO) == (Item(model="TP-K17", quantity=2),)


@pytest.mark.parametrize(
    ("text", "quantity"), [("the kettle", 1), ("2件", 2), ("3 pieces", 3), ("x 7", 3), ("水壶", 1)]
)
def test_an_order_of_one_model_needs_no_model(text: str, quantity: int) -> None:
    assert read_items(text, order(line("TP-K17", 3))) == (Item(model="TP-K17", quantity=quantity),)


@given(st.integers(1, 5), st.integers(1, 5), st.sampled_from(["K17", "K1", "A"]), st.sampled_from(["F9", "K2", "B-1"]))
@settings(max_examples=60, deadline=None)
def test_what_is_printed_is_understood_again(one: int, two: int, first: str, second: str) -> None:
    bought = order(line(f"TP-{first}", 5), line(f"TP-{second}", 5))
    items = (Item(model=f"TP-{first}", quantity=one), Item(model=f"TP-{second}", quantity=two))
    assert read_items(write_items(items), bought) == items


@pytest.mark.parametrize(
    ("answers", "has_items", "has_proof", "missing"),
    [
        ({}, False, False, ("order_number", "items", "condition", "proof")),
        ({"order_number": "TP2026030117"}, True, True, ("condition",)),
        ({"order_number": "TP2026030117", "condition": "unused"}, True, True, ()),
        ({"order_number": "TP2026030117", "condition": "unused", "proof": "I have it"}, True, False, ("proof",)),
        ({"order_number": "TP2026030117", "condition": "unused", "items": "hm"}, False, True, ("items",)),
    ],
)
def test_what_is_still_missing(
    answers: dict[str, str], has_items: bool, has_proof: bool, missing: tuple[str, ...]
) -> None:
    assert missing_fields(FIELDS, answers, has_items=has_items, has_proof=has_proof) == missing


def test_a_form_on_paper_is_read_and_a_receipt_is_none() -> None:
    receipt = "Receipt\nOrder number: TP2026030117\nItems: TP-K17 × 1, TP-F9 × 2\nDate of purchase: 2026-03-01"
    form = "Order number: TP2026030117\nItems: TP-F9 × 1\nCondition: unused"
    assert attached_form([receipt], LABELS) == {}
    assert attached_form([receipt, form], LABELS) == read_form(form, LABELS)
