"""The return slip, read back as a customer's viewer and a warehouse's scanner read it."""

from __future__ import annotations

import shutil
import unicodedata
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.cases import CaseKind
from mailbot.domain.slip import Slip, SlipPiece
from mailbot.errors import ConfigError
from mailbot.mail.letter_values import write_day
from mailbot.mail.render import Templates
from mailbot.mail.sample_letters import sample_letter
from mailbot.mail.slip import read_words, write_slip
from mailbot.mail.slip.glyphs import BOLD, REGULAR, cut_font, writable
from mailbot.mail.slip.lines import broken, evenly_broken
from mailbot.mail.slip.sample import sample_slip, slip_problems

TEMPLATES = Path(__file__).parents[2] / "templates"
LANGUAGES = ("zh-Hans", "zh-Hant", "ja", "de", "fr", "es", "en")
BRAND = sample_letter("en").brand
MM = 72 / 25.4
CUT = 108 * MM
ADDRESSES = {
    "zh-Hans": ("TP 售后服务中心", "广东省深圳市南山区示例路 1 号 101 室", "邮编 518000"),
    "zh-Hant": ("TP 售後服務中心", "臺北市信義區範例路 1 號 3 樓"),
    "ja": ("TP 返品センター", "〒100-0001 東京都千代田区見本町 1-2-3"),
    "de": ("TP Rücksendungen", "Musterstraße 12", "12345 Köln"),
}


def slip_in(language: str, **changes: Any) -> Slip:
    slip = sample_slip(language, BRAND)
    return replace(slip, return_address=ADDRESSES.get(language, BRAND.return_address), **changes)


def written(slip: Slip, language: str) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(write_slip(slip, read_words(TEMPLATES, language)))


def text_of(document: pypdfium2.PdfDocument, page: int = 0) -> str:
    """All the text of the page, its lines joined as they are read."""
    return str(document[page].get_textpage().get_text_bounded())


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("kind", CaseKind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_can_be_read_back(language: str, kind: CaseKind) -> None:
    slip, words = slip_in(language, kind=kind), read_words(TEMPLATES, language)
    document = written(slip, language)
    assert len(document) == 1
    text = squeezed(text_of(document))
    assert slip.send_by is not None
    expected = [
        words.title[kind], words.case_number[kind], words.order_number, words.date, words.customer, words.send_by,
        words.model, words.name, words.quantity, words.steps, words.pack[kind], words.enclose, words.attach, words.ship,
        words.cut, words.send_to, slip.order_number, slip.customer_name, write_day(slip.issued_on, language),
        write_day(slip.send_by, language), slip.pieces[0].name, *slip.return_address,
    ]  # fmt: skip
    assert [each for each in expected if squeezed(each) not in text] == []
    assert text.count("R-100001") == 2
    # Nothing else: no stray glyph, no placeholder.
    allowed = Counter(
        squeezed("".join([*expected, "R-100001" * 2, words.title[kind], "TP", "TP-K17TP-F02", "12", "1.2.3.4."]))
    )
    assert Counter(text) == allowed


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_halves_carry_both_codes(language: str) -> None:
    picture = written(slip_in(language, case_number="R-204817"), language)[0].render(scale=2).to_pil().convert("L")
    for half in (
        (0, 0, picture.width, int(picture.height * 189 / 297)),
        (0, int(picture.height * 190 / 297), *picture.size),
    ):
        codes = zxingcpp.read_barcodes(picture.crop(half))
        assert {(code.format, code.text) for code in codes} == {
            (zxingcpp.BarcodeFormat.QRCode, "R-204817"),
            (zxingcpp.BarcodeFormat.Code128, "R-204817"),
        }


def test_the_same_slip_is_the_same_file() -> None:
    words = read_words(TEMPLATES, "zh-Hans")
    first = write_slip(slip_in("zh-Hans"), words)
    write_slip(slip_in("zh-Hans", customer_name="另一位客户"), words)
    assert write_slip(slip_in("zh-Hans"), words) == first


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_is_small_and_brings_its_letters(language: str) -> None:
    content = write_slip(slip_in(language), read_words(TEMPLATES, language))
    assert len(content) < 60_000
    assert content.count(b"/Subtype /TrueType") == content.count(b"/FontFile2 ") >= 2
    assert b"/Subtype /Type1" not in content


def test_characters_have_the_form_of_their_language() -> None:
    forms = {language: cut_font("直骨", language, REGULAR) for language in ("zh-Hans", "zh-Hant", "ja")}
    assert len(set(forms.values())) == 3
    assert cut_font("直", "de", BOLD) != cut_font("直", "de", REGULAR)
    with pytest.raises(ValueError, match=r"U\+1F600"):
        cut_font("😀", "de", REGULAR)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Łukasz Žižka-Őry", "Łukasz Žižka-Őry"),
        ("Nguyễn Thị Hồng", "Nguyễn Thị Hồng"),
        ("Ολυμπία Παπαδοπούλου", "Ολυμπία Παπαδοπούλου"),
        ("Пётр Їжак", "Пётр Їжак"),
        ("김민준", "김민준"),
        ("吉田 髙", "吉田 髙"),
        ("Zoe\u0308 😀✨", "Zoë"),
        ("Eve\u202e\u0007\u200b", "Eve"),
        ("<b>Bold</b>", ""),  # none that we'd greet somebody by
        ("محمد علي", ""),  # needs shaping: rather no name than a misspelt one
        ("דוד Cohen", ""),
        ("สมชาย", ""),
        ("Bro\ufffdken", "Broken"),
    ],
)
def test_a_name_is_written_right_or_left_out(name: str, shown: str) -> None:
    words = read_words(TEMPLATES, "en")
    text = text_of(written(slip_in("en", customer_name=name), "en"))
    assert (words.customer in text) == bool(shown)
    assert squeezed(shown) in squeezed(text)
    assert not set(squeezed(name)) - set(squeezed(shown)) & set(text) - set(
        squeezed(text_of(written(slip_in("en"), "en")))
    )


def test_a_rare_character_is_printed_though_it_cannot_be_copied() -> None:
    common, rare = (written(slip_in("ja", customer_name=name), "ja")[0].render(scale=2) for name in ("吉田", "𠮷田"))
    assert common.to_pil().tobytes() != rare.to_pil().tobytes()
    assert cut_font("𠮷", "ja", REGULAR) != cut_font("吉", "ja", REGULAR)


def test_what_is_unknown_is_not_asked_for() -> None:
    words = read_words(TEMPLATES, "en")
    slip = slip_in("en", order_number="", customer_name="", send_by=None, pieces=())
    text = text_of(written(slip, "en"))
    for word in (words.order_number, words.customer, words.send_by, words.model, words.quantity):
        assert word not in text
    assert words.date in text


def test_many_pieces_go_on_on_further_pages_and_all_are_there() -> None:
    name = "双层防烫不锈钢电热水壶，家用大容量自动断电（限量版）保温壶。" * 7
    pieces = tuple(SlipPiece(model=f"TP-M{number:03}", name=name[:200], quantity=number) for number in range(1, 41))
    document = written(slip_in("zh-Hans", pieces=pieces), "zh-Hans")
    texts = [text_of(document, page) for page in range(len(document))]
    assert len(document) <= 4
    assert [sum(text.count(piece.model) for text in texts) for piece in pieces] == [1] * 40
    words = read_words(TEMPLATES, "zh-Hans")
    assert [words.continued in text for text in texts] == [True] * (len(texts) - 1) + [False]
    assert all("R-100001" in text for text in texts)
    assert len(write_slip(slip_in("zh-Hans", pieces=pieces), words)) < 200_000


def _character_boxes(page: Any) -> list[tuple[str, float, float, float, float]]:
    text = page.get_textpage()
    boxes = [(text.get_text_range(place, 1), *text.get_charbox(place)) for place in range(text.count_chars())]
    return [box for box in boxes if box[0].strip()]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [0, 7, 8, 12])
def test_nothing_overlaps_or_leaves_its_place(language: str, count: int) -> None:
    long = "Donaudampfschifffahrtsgesellschaftskapitänskajütentürschloss" * 4
    pieces = tuple(SlipPiece(model=long[: 9 * n], name=long[: 30 * n], quantity=10**n) for n in range(1, count + 1))
    slip = slip_in(language, pieces=pieces, order_number=long[:90], customer_name="Maximilian " * 5, brand_name=long)
    slip = replace(slip, return_address=(long[:120], "2", "3", "4", "5"))
    document = written(slip, language)
    words = read_words(TEMPLATES, language)
    for number in range(len(document)):
        boxes = _character_boxes(document[number])
        for _, left, bottom, right, top in boxes:
            assert 17 * MM < left < right < 193 * MM
            assert 7 * MM < bottom < top < 288 * MM
        ordered = sorted(boxes, key=lambda box: box[1])
        for place, (_, left, bottom, right, top) in enumerate(ordered):
            for _, left2, bottom2, right2, top2 in ordered[place + 1 :]:
                if left2 >= right:
                    break
                width, height = min(right, right2) - left2, min(top, top2) - max(bottom, bottom2)
                assert width < 1.5 or height < 1.5, (words.language, left, bottom, left2, bottom2)
    above = [box for box in _character_boxes(document[0]) if box[2] > CUT + 2]
    assert squeezed(words.ship) in squeezed(text_of(document))
    assert min(box[2] for box in above) > CUT + 3 * MM


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"brand_name": "TP 😀"}, r"brand.name: 'TP 😀' can't be printed: no font has 😀 \(U\+1F600\)"),
        ({"return_address": ("شارع", "Cairo")}, "the return address: 'شارع' can't be printed"),
        ({"return_address": ("line",) * 20}, "the return address has 20 lines in the smallest type"),
    ],
)
def test_half_an_address_is_worse_than_none(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        write_slip(replace(slip_in("en"), **changes), read_words(TEMPLATES, "en"))


ODD = st.text(alphabet=st.characters(exclude_categories=()), max_size=60) | st.text(
    alphabet=st.sampled_from("aß字（」。ー😀\u0301\u202e\u00ad\u200d\u00a0 \n\tع<&>{%\\\ufffd\ud800가𠮷"), max_size=80
)


@settings(max_examples=40, deadline=None)
@given(
    name=ODD,
    order=ODD,
    pieces=st.lists(st.tuples(ODD, ODD, st.integers(1, 10**6)), max_size=12),
    language=st.sampled_from(LANGUAGES),
)
def test_no_string_breaks_a_slip(name: str, order: str, pieces: list[tuple[str, str, int]], language: str) -> None:
    slip = slip_in(
        language,
        customer_name=name,
        order_number=order,
        pieces=tuple(SlipPiece(model=model, name=what, quantity=count) for model, what, count in pieces),
    )
    words = read_words(TEMPLATES, language)
    content = write_slip(slip, words)
    assert len(content) < 200_000
    document = pypdfium2.PdfDocument(content)
    text = "".join(text_of(document, page) for page in range(len(document)))
    assert "\ufffd" not in text
    assert squeezed(words.ship) in squeezed(text)
    shown = writable(f"{name}{order}{''.join(model + what for model, what, _ in pieces)}", language)[0]
    misread = {chr(int(f"{ord(each):X}"[:4], 16)) for each in shown if ord(each) > 0xFFFF}  # they print right
    strange = (
        set(squeezed(text)) - set(shown) - misread - set("".join(words.sentences())) - set("".join(slip.return_address))
    )
    assert not {each for each in strange if unicodedata.category(each) in ("So", "Lo", "Cn", "Co")} - set(
        write_day(date(2026, 3, 18), language)
    )


WIDTH = 10


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("   ", []),
        ("aaa bbb ccc ddd", ["aaa bbb", "ccc ddd"]),
        ("Donaudampfschiff", ["Donaudampf", "schiff"]),
        ("an Donaudampfschiff", ["an", "Donaudampf", "schiff"]),
        ("Donaudampf 。", ["Donaudampf", "。"]),
        ("一二三四五六七八九十百", ["一二三四五六七八九十", "百"]),
        ("一二三四五六七八九十。", ["一二三四五六七八九", "十。"]),  # no mark begins a line
        ("一二三四五六七八九（十）", ["一二三四五六七八九", "（十）"]),  # none that opens ends one
        ("ああああああああしゃい", ["ああああああああしゃ", "い"]),
        ("あああああああああしゃい", ["あああああああああ", "しゃい"]),
        ("プロトコルコンピューター", ["プロトコルコンピュー", "ター"]),
        ("请寄往 TP-K17 售后", ["请寄往 TP-K17", "售后"]),
        ("mode\u00a0: oui non", ["mode\u00a0: oui", "non"]),  # a no-break space is none to part at
    ],
)
def test_lines_end_where_printers_end_them(text: str, lines: list[str]) -> None:
    assert broken(text, WIDTH, len) == lines


def test_what_is_left_over_is_cut_with_a_sign() -> None:
    assert broken("aaa bbb ccc ddd eee", WIDTH, len, 1) == ["aaa bbb…"]
    assert broken("aaa bbb", WIDTH, len, 1) == ["aaa bbb"]


def test_no_word_stands_alone_where_the_lines_above_can_give() -> None:
    assert broken("aaaa bbbb cccc dd", 14, len) == ["aaaa bbbb cccc", "dd"]
    assert evenly_broken("aaaa bbbb cccc dd", 14, len) == ["aaaa bbbb", "cccc dd"]


@given(text=st.text(alphabet=st.sampled_from("ab字（」。ー 　"), max_size=60), width=st.integers(3, 20))
def test_lines_keep_every_character_and_their_width(text: str, width: int) -> None:
    lines = broken(text, width, len)
    assert squeezed("".join(lines)) == squeezed(text)
    assert all(0 < len(line) <= width for line in lines)


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    return tmp_path / "templates"


def _changed(directory: Path, old: str, new: str) -> list[str]:
    file = directory / "fr" / "slip.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    return slip_problems(Templates.load(directory), BRAND)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('cut: "Découper ici"\n', "", "fr/slip.yaml: expected 'cut': a sentence"),
        ('cut: "Découper ici"', 'cutt: "Découper ici"', "fr/slip.yaml:26: a slip has no 'cutt'; expected title"),
        ('cut: "Découper ici"', 'cut: " "', "fr/slip.yaml:26: cut is empty"),
        ('cut: "Découper ici"', "cut: [1]", "fr/slip.yaml:26: cut: expected a sentence"),
        ("  exchange: ", "  swap: ", "fr/slip.yaml:5: title: expected return, exchange, warranty, not 'swap'"),
        ("Découper ici", "Découper ici ✄😀", "the words of the slip in fr: 'Découper ici"),
        ("Découper ici", "Découper ici", ""),
        ("Placez la partie", "Placez la partie " * 300, "fr/slip.yaml: the steps are too long for the page"),
    ],
)
def test_a_mistake_in_the_words_is_found_and_named(copies: Path, old: str, new: str, says: str) -> None:
    problems = _changed(copies, old, new)
    assert len(problems) == bool(says)
    assert says in "".join(problems)


def test_a_language_without_words_is_named(copies: Path) -> None:
    (copies / "ja" / "slip.yaml").unlink()
    (problem,) = slip_problems(Templates.load(copies), BRAND)
    assert problem.endswith("ja/slip.yaml: no such file")
