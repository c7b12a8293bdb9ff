"""Products are found by any name, as whole words or, where words aren't parted, wherever they stand."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.catalogue import Catalogue, Product, catalogue_of


def product(model: str, *aliases: str) -> Product:
    return Product(
        model=model,
        aliases=aliases,
        category="",
        warranty_months=24,
        is_consumable=False,
        manual="",
        faq_tags=(),
    )


SHOP = catalogue_of(
    [
        product("TP-K17", "kettle", "电热水壶", "Wasserkocher"),
        product("TP-K20", "kettle", "恒温水壶", "temperature kettle"),
        product("TP-T3", "electric toothbrush", "电动牙刷", "電動歯ブラシ"),
        product("TP-T3H", "brush head", "电动牙刷头"),
        product("TP-H2", "Föhn", "sèche-cheveux", "ﾄﾞﾗｲﾔｰ"),
    ]
)


def models(text: str, shop: Catalogue = SHOP) -> list[str]:
    return [" ".join(finding.models) for finding in shop.find_models(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My TP-K17 leaks", ["TP-K17"]),
        ("my tp k17, it leaks", ["TP-K17"]),
        ("TPK17", ["TP-K17"]),
        ("ＴＰ－Ｋ１７坏了", ["TP-K17"]),
        ("我的TP-K17坏了", ["TP-K17"]),
        ("TP-K170 or XTP-K17 or K17", []),  # whole words
        ("TP-T3H", ["TP-T3H"]),
        ("the kettle is loud", ["TP-K17 TP-K20"]),  # two have that name
        ("a temperature kettle", ["TP-K20"]),  # longest first
        ("kettles", []),
        ("Mein Wasserkocher", ["TP-K17"]),
        ("FÖHN, SÈCHE-CHEVEUX", ["TP-H2", "TP-H2"]),
        ("我买的电热水壶不能用", ["TP-K17"]),
        ("电动牙刷头", ["TP-T3H"]),
        ("电动牙刷，头", ["TP-T3"]),
        ("電動歯ブラシが壊れました", ["TP-T3"]),
        ("ドライヤーの音", ["TP-H2"]),
        ("electric\ntoothbrush", ["TP-T3"]),
        ("electric. And then: toothbrush", []),
        ("TP-K17 and TP-T3 and TP-K17", ["TP-K17", "TP-T3"]),
        ("", []),
    ],
)
def test_names_in_text(text: str, expected: list[str]) -> None:
    assert models(text) == expected


def test_a_finding_says_what_stood_there() -> None:
    (finding,) = SHOP.find_models("Hello, Electric-Toothbrush!")
    assert finding.written == "electric-toothbrush"


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    SHOP.find_models(text)


@given(
    st.sampled_from(sorted(SHOP.products)),
    st.text(" .,;:!?\n。，、", min_size=1),
    st.text(" .,;:!?\n。，、", min_size=1),
)
def test_a_model_is_found_between_any_marks(model: str, before: str, after: str) -> None:
    assert models(f"x{before}{model}{after}x") == [model]


@given(st.lists(st.text(min_size=1, max_size=30), max_size=10), st.text(max_size=50))
def test_any_names_make_a_catalogue(names: list[str], text: str) -> None:
    catalogue_of([product("TP-1", *names)]).find_models(text)


def test_ten_thousand_names_and_a_long_text_take_one_walk() -> None:
    """Names that all begin alike, and a text that nearly is one of them at every place."""
    names = ["a " * 30 + f"b{number}" for number in range(10_000)] + ["电" * 35 + "机"]
    shop = catalogue_of([product("TP-1", *names)])
    started = time.monotonic()
    assert shop.find_models("a " * 100_000) == ()
    assert shop.find_models("电" * 100_000) == ()
    assert time.monotonic() - started < 60  # seconds; a tenth of them here, and hours if it were quadratic
