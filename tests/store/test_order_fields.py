"""What the cells of an order may hold, and rows that form one order."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from mailbot.domain.orders import Order, OrderLine
from mailbot.store.order_fields import language_tag
from mailbot.store.order_files import RejectedRow
from tests.store.order_exports import ORDER, read, reasons, text_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "orders.csv"


def test_rows_of_one_order_must_agree(file: Path) -> None:
    items = read(file, text_of({}, {"model": "TP-F9", "buyer_email": "eve@mail.example"}))
    assert reasons(items) == [
        "row 2: order TP2026030117 is not imported because of row 3",
        "row 3: buyer_email 'eve@mail.example' differs from 'lin@mail.example' in row 2",
    ]


def test_the_same_model_twice_is_merged_at_one_price_and_rejected_at_two(file: Path) -> None:
    again = {"model": "tp-k17", "serials": "SN2;SN3", "quantity": "1", "product_name": "白色"}
    (order,) = read(file, text_of({}, again))
    assert isinstance(order, Order)
    assert order.lines == (
        OrderLine(
            model="TP-K17",
            name="电热水壶 / 白色",
            serials=("SN1", "SN2", "SN3"),
            quantity=3,
            unit_price=Decimal("199.50"),
        ),
    )
    items = read(file, text_of({}, again | {"unit_price": "99"}))
    assert reasons(items)[1] == "row 3: model tp-k17 is in the order twice, at 199.50 and at 99.00"


@pytest.mark.parametrize(
    ("column", "text", "field", "value"),
    [
        ("order_number", " ｔｐ２０２６０３０１１７ ", "number", "TP2026030117"),
        ("order_number", '="TP2026030117"', "number", "TP2026030117"),
        ("buyer_name", "  Ada\n Quill ", "buyer_name", "Ada Quill"),
        ("buyer_email", " Lin@Mail.Example", "buyer_email", "lin@mail.example"),
        ("phone", "'+8610", "phone", "+8610"),
        ("country", "cn", "country", "CN"),
        ("language", "zh-HK", "language", "zh-Hant"),
        ("purchased_on", "2026/3/1 09:15:00", "purchased_on", date(2026, 3, 1)),
        ("purchased_on", "2026年3月1日", "purchased_on", date(2026, 3, 1)),
        ("delivered_on", "", "delivered_on", None),
        ("tracking_number", "", "tracking_number", ""),
    ],
)
def test_cells_are_tidied(file: Path, column: str, text: str, field: str, value: object) -> None:
    (order,) = read(file, text_of({column: text}))
    assert getattr(order, field) == value


@pytest.mark.parametrize("text", ["SN1 SN2", "SN1;SN2", "SN1|SN2", " SN1 | SN2 ", "SN1；SN2"])
def test_serials_are_separated_in_three_ways(file: Path, text: str) -> None:
    assert read(file, text_of({"serials": text})) == [ORDER]


@pytest.mark.parametrize(
    ("text", "currency", "price"),
    [
        ("0", "EUR", "0.00"), ("12,50", "EUR", "12.50"), ("1200.00", "JPY", "1200"), ("1.234", "KWD", "1.234"),
        ("１９９", "CNY", "199.00"), ("12.500", "USD", "12.50"),
    ],
)  # fmt: skip
def test_prices_have_the_decimals_of_their_currency(file: Path, text: str, currency: str, price: str) -> None:
    (order,) = read(file, text_of({"unit_price": text, "currency": currency}))
    assert isinstance(order, Order)
    assert str(order.lines[0].unit_price) == price


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("order_number", "TP 1", "order_number 'TP 1' must be"),
        ("order_number", "2.02603E+09", "shortened by the spreadsheet"),
        ("order_number", "", "order_number is missing"),
        ("buyer_name", " ", "buyer_name is missing"),
        ("buyer_name", "a\x00b", "buyer_name 'a\\x00b' has control characters"),
        ("buyer_name", "x" * 201, "buyer_name is longer than 200 characters"),
        ("buyer_email", "lin.mail.example", "buyer_email 'lin.mail.example' is not an e-mail address"),
        ("buyer_email", "lin@mail", "is not an e-mail address"),
        ("buyer_email", "a@b.example, c@d.example", "is not an e-mail address"),
        ("phone", "8.61E+12", "phone '8.61E+12' was shortened by the spreadsheet"),
        ("country", "China", "country 'China' is not a two-letter country code"),
        ("country", "UK", "GB"),
        ("language", "中文", "language '中文' is not a language code"),
        ("model", "", "model is missing"),
        ("serials", "SN1;1.2E+15", "serials '1.2E+15' was shortened"),
        ("quantity", "1.5", "quantity '1.5' is not a whole number"),
        ("quantity", "-1", "quantity '-1' is not a whole number"),
        ("unit_price", "-3", "unit_price '-3' is below 0"),
        ("unit_price", "1,250", "unit_price '1,250' is not a number"),
        ("unit_price", "NaN", "unit_price 'NaN' is not a number"),
        ("unit_price", "9.999", "unit_price '9.999' has more decimals than CNY has (2)"),
        ("currency", "RMB¥", "currency 'RMB¥' is not a three-letter currency code"),
        ("payment_method", "", "payment_method is missing"),
        ("purchased_on", "2026-02-30", "purchased_on '2026-02-30' is not a date like 2026-03-01"),
        ("purchased_on", "01.03.2026", "purchased_on '01.03.2026' is not a date"),
        ("delivered_on", "2026-02-28", "delivered_on 2026-02-28 is before purchased_on 2026-03-01"),
    ],
)
def test_a_reason_names_row_column_and_value(file: Path, column: str, text: str, reason: str) -> None:
    (item,) = read(file, text_of({column: text}))
    assert isinstance(item, RejectedRow)
    assert item.reason.startswith("row 2: ")
    assert reason in item.reason


@pytest.mark.parametrize(("currency", "price"), [("JPY", "12.5"), ("KWD", "1.2345")])
def test_too_many_decimals_for_the_currency(file: Path, currency: str, price: str) -> None:
    (reason,) = reasons(read(file, text_of({"unit_price": price, "currency": currency})))
    assert f"has more decimals than {currency} has" in reason


@pytest.mark.parametrize(
    ("text", "tag"),
    [("zh", "zh-Hans"), ("zh_CN", "zh-Hans"), ("ZH-cn", "zh-Hans"), ("zh-Hans-HK", "zh-Hans"), ("zh-SG", "zh-Hans"),
     ("zh-TW", "zh-Hant"), ("zh_HK", "zh-Hant"), ("zh-Hant", "zh-Hant"), ("en_US", "en"), ("de-AT", "de"),
     ("ja", "ja")],
)  # fmt: skip
def test_language_tags(text: str, tag: str) -> None:
    assert language_tag(text) == tag


def test_a_cell_full_of_combining_marks_takes_no_longer_than_its_length() -> None:
    started = time.monotonic()
    with pytest.raises(ValueError, match="is not a language code"):
        language_tag("\u0301\u0316" * 49_000)
    assert time.monotonic() - started < 8  # seconds; a tenth of one here, more than ten if it were quadratic
