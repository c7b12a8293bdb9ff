"""Letters in seven languages: complete, in their own words, amounts and days in their own form, readable everywhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from mailbot.domain.confirmation import agrees
from mailbot.mail.colours import contrast, palette
from mailbot.mail.letter_values import write_day, write_money
from mailbot.mail.render import Templates
from mailbot.mail.sample_letters import sample_letter
from mailbot.mail.template_samples import sample_letters
from tests.mail.letters import CUSTOMER, DIRECTORY, EVERY, LANGUAGES, Page, copy_layout, render

# Words that every English letter has some of, and that no letter in another language has.
ENGLISH = re.compile(r"\b(?:the|your|please|we|you|order|refund|return|reply|thank|and|with|of)\b", re.IGNORECASE)


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_nothing_is_left_over_in_a_letter(name: str, language: str) -> None:
    for letter in sample_letters(name, language):
        rendered = render(name, language, letter)
        assert rendered.language == language
        for part in (rendered.subject, rendered.text, Page(rendered.html).text):
            assert not re.search(r"^-\u00a0", part, re.MULTILINE)  # would be no item of the list
            assert not re.search(r"\{\{|\}\}|\{%|%\}|\{#|#\}|None|Undefined|slot:", part)
        if language in ("zh-Hans", "en") or name not in CUSTOMER:
            continue  # staff letters carry evidence and customers' words in whatever language
        words = re.sub(r"https?://\S+|\S+@\S+", " ", f"{rendered.subject}\n{rendered.text}")
        for value in (*letter.brand.return_address, letter.brand.phone_hours):
            words = words.replace(value, " ")
        assert ENGLISH.findall(words) == []
    assert ENGLISH.search(render(name, "en").text)


@pytest.mark.parametrize(
    ("language", "foreign"), [("zh-Hant", "们单货订检验谢请发这问"), ("zh-Hans", "們單貨訂檢驗謝請發這問")]
)
def test_each_chinese_letter_keeps_to_its_own_script(language: str, foreign: str) -> None:
    for path in (DIRECTORY / language).glob("*.md.j2"):
        assert not set(foreign) & set(path.read_text("utf-8")), path.name


@pytest.mark.parametrize(
    ("language", "currency", "written"),
    [
        ("zh-Hans", "CNY", "¥1,234"), ("zh-Hans", "JPY", "JP¥1,234"), ("zh-Hans", "USD", "US$1,234"),
        ("zh-Hant", "CNY", "CN¥1,234"), ("zh-Hant", "JPY", "JPY\u00a01,234"), ("zh-Hant", "TWD", "NT$1,234"),
        ("zh-Hant", "HKD", "HK$1,234"), ("ja", "JPY", "￥1,234"), ("ja", "CNY", "CNY\u00a01,234"),
        ("ja", "USD", "US$1,234"),
        ("en", "USD", "US$1,234"), ("en", "CAD", "CA$1,234"), ("en", "JPY", "JPY\u00a01,234"),
        ("en", "CNY", "CN¥1,234"),
        ("en", "KWD", "KWD\u00a01,234"), ("de", "EUR", "1.234,00\u00a0€"), ("de", "JPY", "1.234\u00a0JPY"),
        ("de", "USD", "1.234,00\u00a0US$"), ("fr", "EUR", "1\u202f234,00\u00a0€"),
        ("fr", "CAD", "1\u202f234,00\u00a0$CA"),
        ("es", "EUR", "1.234,00\u00a0€"), ("es", "JPY", "1.234\u00a0JPY"),
    ],
)  # fmt: skip
def test_an_amount_is_written_as_its_language_does_and_means_one_currency(
    language: str, currency: str, written: str
) -> None:
    amount = write_money(Decimal("1234"), currency, language)
    assert amount.removesuffix(".00").removesuffix(".000") == written


CURRENCIES = (
    "CNY", "JPY", "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "EUR", "GBP", "CHF", "KRW", "INR", "KWD",
    "BRL", "SEK", "NOK", "DKK", "PLN",
)  # fmt: skip


def test_no_two_currencies_look_alike() -> None:
    for language in LANGUAGES:
        amounts = {write_money(Decimal("5"), code, language) for code in CURRENCIES}
        assert len(amounts) == len(CURRENCIES)
        assert not [amount for amount in amounts if re.fullmatch(r"\$5\S*|5\S*\s\$", amount)]


def test_an_amount_stays_on_its_line_in_both_parts() -> None:
    rendered = render("refund_notice", "de", sample_letter("de"))
    assert "279,00\u00a0€" in rendered.text
    assert "279,00\u00a0€" in rendered.html


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("zh-Hans", "2026年3月1日", "2026年3月2日"), ("zh-Hant", "2026年3月1日", "2026年3月2日"),
        ("ja", "2026年3月1日", "2026年3月2日"), ("en", "March 1, 2026", "March 2, 2026"),
        ("de", "1. März 2026", "2. März 2026"), ("fr", "1er mars 2026", "2 mars 2026"),
        ("es", "1 de marzo de 2026", "2 de marzo de 2026"),
    ],
)  # fmt: skip
def test_a_day_is_written_as_its_language_does(language: str, first: str, second: str) -> None:
    assert (write_day(date(2026, 3, 1), language), write_day(date(2026, 3, 2), language)) == (first, second)


def test_a_yes_that_is_asked_for_is_understood() -> None:
    for language in LANGUAGES:
        text = render("confirm_access", language).text
        (word,) = re.findall("[“„「«]\\s*([^”“」»]+?)\\s*[”“」»]", text)
        assert agrees(word), language


def test_check_names_values_that_one_language_lacks_and_languages_that_nothing_is_written_in(tmp_path: Path) -> None:
    own = copy_layout(tmp_path)
    (own / "en" / "note.md.j2").write_text("Hi\n\n{% include '_end.md.j2' %}\n{{ case.number }}\n", "utf-8")
    (own / "en" / "_end.md.j2").write_text("{{ brand.name }}\n", "utf-8")
    (own / "en" / "staff_notice.md.j2").write_text("Hi\n\n{{ today|day }}\n", "utf-8")
    (own / "de").mkdir()
    (own / "de" / "note.md.j2").write_text("Hallo\n\n{{ brand.name }}\n", "utf-8")
    templates = Templates.load(own)
    assert [p.rpartition("/")[2] for p in templates.differences()] == [
        "note.md.j2: names no case.number, as en does; a letter says the same in every language"
    ]
    assert not [problem for problem in templates.check() if "staff" in problem]
    said = "\n".join(templates.check(("en", "fr"), "de"))
    assert "languages: there are no letters in fr; written are de, en" in said
    assert "staff.language: the letters to staff are written in en, not in de" in said


def test_a_folder_that_is_no_language_is_named(tmp_path: Path) -> None:
    own = copy_layout(tmp_path)
    (own / "klingonish").mkdir()
    (own / "klingonish" / "note.md.j2").write_text("Hi\n\n{{ today|day }}\n", "utf-8")
    assert "klingonish/note.md.j2:3: klingonish is no language" in "\n".join(Templates.load(own).check())


@pytest.mark.parametrize("color", ["#12435f", "#ffee00", "#ffffff", "#000000", "#e4002b", "#7f7f7f"])
def test_the_brand_s_colour_is_used_and_stays_readable(color: str) -> None:
    letter = sample_letter("en")
    html = render("acknowledgement", "en", replace(letter, brand=replace(letter.brand, color=color))).html
    assert f"background-color: {color}" in html
    colours = palette(color)
    for ink, ground in ((colours.on_bar, color), (colours.heading, "#ffffff"), (colours.heading_dark, "#1a1f24")):
        assert contrast(ink, ground) >= 4.5


def test_a_model_and_its_quantity_stay_in_one_piece() -> None:
    html = render("exchange_approved", "de", sample_letter("de", "exchange")).html
    assert 'erhalten Sie <span style="white-space: nowrap">TP-K18 × 1</span>.' in html


def test_an_e_mail_address_that_is_shortened_and_the_word_e_mail_stay_in_one_piece() -> None:
    html = render("confirm_access", "fr").html
    assert '<span style="white-space: nowrap">m…y@elsewhere.example</span>' in html
    assert '<span style="white-space: nowrap">e-mail</span>' in html
