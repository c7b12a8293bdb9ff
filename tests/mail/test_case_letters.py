"""The letters of returns, exchanges and warranty cases: each language, each kind, with and without each value."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.letters import CaseView, Letter, RefundView
from mailbot.domain.terms import Claim
from mailbot.mail.letter_values import write_day, write_money
from mailbot.mail.render import Rendered
from mailbot.mail.sample_letters import sample_letter
from mailbot.mail.template_samples import sample_letters
from tests.mail.letters import DIRECTORY, LANGUAGES, TEMPLATES, Page, render

KINDS = tuple(claim.value for claim in Claim)
OF_ONE_KIND = tuple(
    f"{kind}_{what}" for kind in KINDS for what in ("form", "submitted", "approved", "inspection_failed")
)
OF_EVERY_KIND = (
    "case_form_missing", "case_declined", "case_received", "case_withdrawn", "case_expired", "case_sent_back",
    "case_reminder",
)  # fmt: skip
REPLACEMENT = ("exchange_due", "exchange_late", "exchange_out_of_stock", "replacement_sent")
REPAIR = ("warranty_repair", "repaired_sent")
REFUND = ("refund_notice", "refund_settled", "refund_late", "refund_moved")
LETTERS = (*OF_ONE_KIND, *OF_EVERY_KIND, *REPLACEMENT, *REPAIR, *REFUND)
EVERY = [*product(LETTERS, LANGUAGES)]
SORRY = {
    "en": "sorry", "zh-Hans": "抱歉", "zh-Hant": "抱歉", "ja": "申し訳ございません", "de": "tut uns leid",
    "fr": "excuser", "es": "Lo sentimos",
}  # fmt: skip


def case_of(letter: Letter) -> CaseView:
    assert letter.case is not None
    return letter.case


def refund_of(letter: Letter) -> RefundView:
    assert letter.refund is not None
    return letter.refund


def said(rendered: Rendered) -> str:
    """Subject and words, without the footer."""
    return f"{rendered.subject}\n\n{rendered.text}".split("\n---\n")[0]


def about(name: str, language: str, kind: str = "", **values: object) -> str:
    """What the first sample of the letter, or the first about `kind`, says with other values of its case."""
    letter = next(each for each in sample_letters(name, language) if kind in ("", case_of(each).kind))
    return said(render(name, language, replace(letter, case=replace(case_of(letter), **values))))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", LETTERS)
def test_each_letter_is_tried_with_every_kind_that_it_may_be_about(name: str) -> None:
    kinds = {case_of(letter).kind for letter in sample_letters(name, "en")}
    if name in (*OF_EVERY_KIND, *REFUND):
        assert kinds == set(KINDS)
    elif name in REPLACEMENT:
        assert kinds == {"exchange", "warranty"}
    else:
        assert kinds == ({"warranty"} if name in REPAIR else {name.split("_")[0]})


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_every_sample_names_its_case_and_leaves_nothing_over(name: str, language: str) -> None:
    for letter in sample_letters(name, language):
        rendered = render(name, language, letter)
        case = case_of(letter)
        for words in (said(rendered), Page(rendered.html).text):
            assert not re.search(r"\{\{|\}\}|\{%|%\}|None|Decimal|slot:|[\ue000\ue001]", words)
        assert case.number in rendered.subject
        assert rendered.subject.strip() == rendered.subject != ""
        # Gaps where a value isn't, and a list that Markdown would take for the end of the paragraph before it.
        assert not re.search(r"\S {2,}| [,.]|\(\)|（）", said(rendered))
        assert not re.search(r"^(?!- |\d\. |>).+\n(?:- |1\. )", said(rendered), re.MULTILINE)


LATIN = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]")
# The national character sets tell the scripts apart: GB 2312 has simplified characters, Big5 traditional ones.
CHARACTER_SETS = {"zh-Hans": "gb2312", "zh-Hant": "big5", "ja": "cp932"}
KANA = re.compile("[\u3041-\u30fa]")
WRONG_MARKS = {
    **dict.fromkeys(CHARACTER_SETS, re.compile(r"[\u3040-\u9fff][,;:!?(]|[,;:!?)][\u3040-\u9fff]|[，。；：！？、] ")),
    "fr": re.compile(r"[^\u00a0\u202f][;?!]|[^\u00a0\u202f]:\s|'"),
    **dict.fromkeys(("en", "de", "es"), re.compile(r"\s[;:?!]")),
}
TOO_FAMILIAR = {
    "zh-Hans": "你",
    "zh-Hant": "你",
    "ja": "(?:だ|である|ね|よ)。",
    "de": r"\b[Dd](?:u|ich|ir|ein\w*|eure?)\b",
    "fr": r"\b[Tt](?:u|oi|on|es)\b",
    "es": r"\b(?:[Tt]ú|[Tt]us?|[Tt]e|[Vv]osotros)\b",
}


@pytest.mark.parametrize(("name", "language"), [*EVERY, *product(("warranty_ended",), LANGUAGES)])
def test_a_letter_keeps_to_the_script_and_the_manners_of_its_language(name: str, language: str) -> None:
    for letter in sample_letters(name, language):
        words = said(render(name, language, letter))
        if language in CHARACTER_SETS:
            strange = [each for each in words if LATIN.match(each) and not _can_be(each, CHARACTER_SETS[language])]
            assert strange == []
            assert bool(KANA.search(words)) == (language == "ja")
        else:
            assert LATIN.findall(words) == []
        # A subject has plain blanks only.
        assert WRONG_MARKS[language].findall(words.split("\n", 1)[1]) == []
        assert not re.search(TOO_FAMILIAR.get(language, "(?!)"), words)
        if language == "de":  # the greeting ends with a comma, so the sentence goes on
            assert re.search(r"^Guten Tag.*,\n\n(?:[a-zäöü]|Ihre?n?\b)", words, re.MULTILINE)


def _can_be(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_comes_from_the_rules_or_the_case(language: str) -> None:
    parts = {f"_{part}" for part in ("kinds", "fill_in", "answer_by", "send_in", "refund_parts")}
    for name in {*LETTERS, "warranty_ended", *parts}:
        source = (DIRECTORY / language / f"{name}.md.j2").read_text("utf-8")
        own = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|^[123]\. ", "", source, flags=re.MULTILINE)
        assert not re.search(r"\d|[一二三四五六七八九十]+ ?[日天年]", own), name


@pytest.mark.parametrize(("name", "language"), [*product(OF_EVERY_KIND, LANGUAGES)])
def test_a_letter_of_every_kind_speaks_of_the_kind_of_its_case(name: str, language: str) -> None:
    assert len({about(name, language, kind=kind) for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_who_pays_for_the_parcel_is_what_the_case_says(kind: str, language: str) -> None:
    name = f"{kind}_approved"
    theirs, ours = (about(name, language, shop_pays_shipping=pays) for pays in (False, True))
    assert theirs != ours
    assert len(theirs.split("TP Returns")) == len(ours.split("TP Returns")) == 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_slip_is_spoken_of_only_where_it_is_attached(kind: str, language: str) -> None:
    with_slip, without = (about(f"{kind}_approved", language, has_slip=slip) for slip in (True, False))
    slip = {"en": "slip", "zh-Hans": "寄回单", "zh-Hant": "寄回單", "ja": "返送票", "de": "Rücksendeschein",
            "fr": "bon de retour", "es": "hoja de devolución"}[language]  # fmt: skip
    assert (slip in with_slip, slip in without) == (True, False)
    # Whoever can't print writes the number on the parcel: it stands there either way.
    assert with_slip.count("R-100001") == without.count("R-100001")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_last_day_is_named_where_there_is_one(language: str) -> None:
    day = write_day(date(2027, 2, 28), language)
    for name in (*(f"{kind}_form" for kind in KINDS), *(f"{kind}_approved" for kind in KINDS)):
        assert day in about(name, language, waits_until=date(2027, 2, 28)), name
        assert "2027" not in about(name, language, waits_until=None)
    for waits_for in ("form", "parcel"):
        assert day in about("case_reminder", language, waits_for=waits_for, waits_until=date(2027, 2, 28))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reminder_asks_for_nothing_new(language: str) -> None:
    (letter, *_) = sample_letters("case_reminder", language)
    case = case_of(letter)
    for_form = about("case_reminder", language, waits_for="form")
    assert all(line.label in for_form for line in case.form)
    for_parcel = about("case_reminder", language, waits_for="parcel")
    assert not [line.label for line in case.form if line.missing and f"{line.label}:" in for_parcel]
    assert letter.brand.return_address[1] not in for_form + for_parcel


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_did_not_pass_is_named_with_its_reason(language: str) -> None:
    for name in ("refund_notice", "exchange_due"):
        partly = about(name, language, accepted=("AA-1 × 2",), rejected=("BB-2 × 3",), staff_reason="because so")
        wholly = about(name, language, accepted=("AA-1 × 2",), rejected=(), staff_reason="because so")
        assert "BB-2 × 3" in partly
        assert "> because so" in partly
        assert "because so" not in wholly
    assert partly != wholly


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_arrived_is_named_where_it_is_not_what_was_asked_for(language: str) -> None:
    assert "- AA-1 × 2" in about("case_received", language, arrived=("AA-1 × 2",))
    assert "×" not in about("case_received", language, arrived=())


AMOUNTS = st.decimals("0", "9999", places=2)


@settings(deadline=None)  # the first letter of a language is compiled
@given(st.sampled_from(LANGUAGES), AMOUNTS, AMOUNTS, AMOUNTS)
def test_the_parts_of_a_refund_are_shown_where_there_is_more_than_one(
    language: str, shipping: Decimal, restocking: Decimal, deduction: Decimal
) -> None:
    letter = sample_letters("refund_notice", language)[0]
    goods = Decimal("20000")
    amount = goods + shipping - restocking - deduction
    refund = replace(
        refund_of(letter), currency="EUR", goods=goods, shipping=shipping, restocking=restocking, deduction=deduction,
        amount=amount, deduction_reason="a dent",
    )  # fmt: skip
    text = render("refund_notice", language, replace(letter, refund=refund)).text
    parts = [part for part in (shipping, restocking, deduction) if part]
    listed = [write_money(part, "EUR", language) for part in (goods, *parts)]
    if parts:
        assert all(each in text for each in listed)
    else:
        assert text.count(write_money(goods, "EUR", language)) == 1
    assert ("a dent" in text) == bool(deduction)
    assert write_money(amount, "EUR", language) in text


def test_the_samples_of_refunds_add_up() -> None:
    for letter in sample_letters("refund_notice", "en"):
        refund = refund_of(letter)
        if refund.goods:
            assert refund.goods + refund.shipping - refund.restocking - refund.deduction == refund.amount


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_day_for_a_refund_stands_beside_the_one_that_was_promised(language: str) -> None:
    (letter, *_) = sample_letters("refund_moved", language)
    promised, now = date(2031, 5, 6), date(2031, 5, 20)
    refund = replace(refund_of(letter), due_before=promised, due_on=now)
    later = said(render("refund_moved", language, replace(letter, refund=refund)))
    sooner = replace(refund, due_before=now, due_on=promised)
    earlier = said(render("refund_moved", language, replace(letter, refund=sooner)))
    for text in (later, earlier):
        assert write_day(promised, language) in text
        assert write_day(now, language) in text
    assert SORRY[language] in later
    assert SORRY[language] not in earlier


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_late_says_so_and_names_no_new_day(language: str) -> None:
    (letter, *_) = sample_letters("refund_late", language)
    promised = date(2031, 5, 6)
    silent = said(render("refund_late", language, replace(letter, refund=replace(refund_of(letter), due_on=promised))))
    assert write_day(promised, language) in silent
    assert silent.count("2031") == 1
    late = about("exchange_late", language, send_by=promised)
    assert late.count("2031") == 1
    assert SORRY[language] in silent
    assert SORRY[language] in late


NO_RIGHTS = re.compile(
    r"no (?:other |further )?rights|keine (?:weiteren )?Rechte|aucun (?:autre )?droit|ningún (?:otro )?derecho|"
    r"没有.{0,4}权利|沒有.{0,4}權利|権利は(?:ございません|ありません)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_warranty_speaks_of_our_own_warranty_alone(language: str) -> None:
    rights = {"en": "other rights", "zh-Hans": "其他权利", "zh-Hant": "其他權利", "ja": "そのほかの権利",
              "de": "andere Rechte", "fr": "d’autres droits", "es": "otros derechos"}[language]  # fmt: skip
    for words in (
        about("case_declined", language, kind="warranty"),
        about("warranty_inspection_failed", language),
        said(render("warranty_ended", language, sample_letters("warranty_ended", language)[0])),
    ):
        assert rights in words
        assert not NO_RIGHTS.search(words)
    assert rights not in about("case_declined", language, kind="return")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_ended_warranty_names_the_day_and_no_piece_that_is_or_may_be_covered(language: str) -> None:
    letter = sample_letters("warranty_ended", language)[0]
    words = said(render("warranty_ended", language, letter))
    for line in letter.warranty:
        assert (line.model in words) == (line.is_clear and not line.is_covered)
        if line.until is not None and not line.is_covered:
            assert write_day(line.until, language) in words
    assert any(line.is_covered for line in letter.warranty)
    assert not all(line.is_clear for line in letter.warranty)


def test_a_preview_shows_what_the_policy_says_by_itself() -> None:
    for name in LETTERS:
        assert case_of(sample_letters(name, "en")[0]).shop_pays_shipping is False
    assert case_of(sample_letter("en")).kind == "return"


def test_no_letter_is_left_of_the_names_that_were_given_up() -> None:
    gone = {f"return_{what}" for what in ("form_missing", "declined", "received", "withdrawn")}
    assert not gone & set(TEMPLATES.names())
    assert not [path for path in Path(DIRECTORY).rglob("*.md.j2") if path.name.split(".")[0] in gone]
