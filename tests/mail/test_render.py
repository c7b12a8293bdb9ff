"""The letters: all there, right in every language, and closed to whatever a stranger writes into a mail."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.cases import TABLE, Actor, CaseEvent, CaseState, letters
from mailbot.domain.letters import FormLine, Letter
from mailbot.errors import ConfigError
from mailbot.mail.render import MAX_SUBJECT, Templates
from mailbot.mail.sample_letters import sample_letter
from mailbot.mail.template_samples import sample_letters
from tests.mail.letters import (
    CUSTOMER,
    DIRECTORY,
    EVERY,
    LANGUAGES,
    STAFF_LANGUAGES,
    TEMPLATES,
    Page,
    copy_layout,
    render,
)


def test_nothing_is_wrong_with_the_templates_that_ship() -> None:
    assert TEMPLATES.check() == []


def test_every_letter_exists_in_every_language() -> None:
    assert TEMPLATES.languages() == LANGUAGES
    for language in LANGUAGES:
        there = {path.name.removesuffix(".md.j2") for path in (DIRECTORY / language).glob("[!_]*.md.j2")}
        assert there == set(TEMPLATES.names() if language in STAFF_LANGUAGES else CUSTOMER)


def test_every_letter_of_the_transitions_exists() -> None:
    assert letters() <= set(TEMPLATES.names())


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_staff_are_told_every_state_and_command_in_words(language: str) -> None:
    words = (DIRECTORY / language / "_words.md.j2").read_text("utf-8")
    staff_events = {row.event for row in TABLE if Actor.STAFF in row.by}
    for key in (*CaseState, *staff_events):
        assert f'  "{key.value}": ' in words
    assert CaseEvent.FORM_COMPLETE not in staff_events


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_text_and_html_say_the_same(name: str, language: str) -> None:
    for letter in sample_letters(name, language):
        rendered = render(name, language, letter)
        page = Page(rendered.html)
        # Each number, amount and date of one part is in the other, as often and in the same order; list
        # numbers ("1. ") are the program's own in HTML.
        text = re.sub(r"^\d\. ", "", rendered.text, flags=re.MULTILINE)
        assert re.findall(r"\d+", text) == re.findall(r"\d+", "".join(page.words).removeprefix(letter.brand.name))
        assert letter.brand.name in page.text
        assert "\ue000" not in rendered.html + rendered.text + rendered.subject
        assert f'<html lang="{language}"' in rendered.html
        assert "prefers-color-scheme: dark" in rendered.html
        assert "\n\n\n" not in rendered.text


NEVER_ASKED = {
    "en": "never ask for passwords or bank card numbers",
    "zh-Hans": "绝不会向您索要密码或银行卡号",
    "zh-Hant": "絕不會向您索取密碼或銀行卡號",
    "ja": "パスワードや銀行カードの番号をお尋ねすることは決してございません",
    "de": "fragen Sie niemals nach Passwörtern oder Bankkartennummern",
    "fr": "ne vous demandons jamais de mot de passe ni de numéro de carte bancaire",
    "es": "nunca le pediremos contraseñas ni números de tarjeta bancaria",
}


@pytest.mark.parametrize(("name", "language"), [each for each in EVERY if each[0] in CUSTOMER])
def test_customers_are_given_official_channels_and_a_warning(name: str, language: str) -> None:
    letter = sample_letter(language)
    rendered = render(name, language, letter)
    for part in (rendered.text, Page(rendered.html).text):
        for channel in (letter.brand.support_address, letter.brand.phone, letter.brand.chat_url, letter.brand.website):
            assert channel in part
        assert NEVER_ASKED[language] in part
    official = {letter.brand.chat_url, letter.brand.website, f"mailto:{letter.brand.support_address}"}
    assert set(Page(rendered.html).targets) == official


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_return_address_is_named_after_approval_only(language: str) -> None:
    street = sample_letter(language).brand.return_address[1]
    named = [name for name in TEMPLATES.names() if street in render(name, language).text]
    assert named == ["exchange_approved", "return_approved", "warranty_approved"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stranger_learns_nothing_of_an_order(language: str) -> None:
    full = sample_letter(language)
    assert full.order
    words = (text := render("order_not_confirmed", language)).text + text.subject
    order = full.order
    secrets = (order.number, order.buyer_name, order.lines[0].model, order.payment_method, order.tracking_number)
    # The greeting repeats the name that the sender gave; nothing else is known of anybody.
    words = words.replace(full.ticket.customer_name, "")
    assert not [secret for secret in secrets if secret in words]
    bare = replace(full, order=None, case=None)
    assert render("order_not_confirmed", language, bare) == render("order_not_confirmed", language)


@pytest.mark.parametrize(
    ("language", "colon"),
    [("en", ": "), ("de", ": "), ("fr", "\u00a0: "), ("zh-Hans", "："), ("zh-Hant", "："), ("ja", "：")],
)
def test_the_form_is_one_line_for_each_question(language: str, colon: str) -> None:
    letter = sample_letter(language)
    assert letter.case
    for name in ("return_form", "case_form_missing"):
        rendered = render(name, language)
        for line in letter.case.form:
            assert f"\n{line.label}{colon}{line.value}\n" in rendered.text
            # Nothing else looks like an answer, or a hint that is quoted back would be taken for one.
            assert rendered.text.count(line.label + colon.rstrip()) == 1
            assert re.search(re.escape(f"{line.label}{colon}{line.value}") + "(<br>|</p>)", rendered.html)


def test_only_missing_lines_are_asked_for() -> None:
    letter = sample_letter("en")
    assert letter.case
    asked = [line for line in letter.case.form if line.missing]
    listed = re.findall(r"^- (.+?)(?: \(.*\))?$", render("case_form_missing").text.split("Please reply")[0], re.M)
    assert listed == [line.label for line in asked]


def test_a_proof_that_is_there_is_not_asked_for() -> None:
    letter = sample_letter("en")
    assert letter.case
    form = tuple(replace(line, value="receipt.pdf", hint="", missing=False) for line in letter.case.form)
    known = replace(letter, case=replace(letter.case, form=form))
    assert "attach" not in render("return_form", "en", known).text
    assert "attach" in render("return_form").text


def test_refunds_name_amount_day_and_doubt() -> None:
    letter = sample_letter("zh-Hans")
    assert letter.refund
    refund = replace(letter.refund, amount=Decimal("1234.5"), currency="USD", due_on=date(2026, 10, 9))
    for provisional in (True, False):
        changed = replace(letter, refund=replace(refund, due_is_provisional=provisional))
        chinese = TEMPLATES.render("refund_notice", "zh-Hans", changed)
        english = TEMPLATES.render("refund_notice", "en", changed)
        assert ("US$1,234.50" in chinese.subject, "US$1,234.50" in english.subject) == (True, True)
        assert "5–7 个工作日，最迟 2026年10月9日" in chinese.text
        assert "5–7 working days, by October 9, 2026 at the latest" in english.text
        assert ("暂定" in chinese.text, "provisional" in english.text) == (provisional, provisional)


@pytest.mark.parametrize(
    ("wanted", "used"),
    [("zh-Hans", "zh-Hans"), ("zh-Hant", "zh-Hant"), ("zh", "zh-Hans"), ("zh-TW", "zh-Hant"), ("zh-HK", "zh-Hant"),
     ("zh-Hans-CN", "zh-Hans"), ("ZH-hans", "zh-Hans"), ("en-GB", "en"), ("de", "de"), ("de-AT", "de"), ("fr-CA", "fr"),
     ("it", "en"), ("und", "en"), ("", "en")],
)  # fmt: skip
def test_the_nearest_language_is_used(wanted: str, used: str) -> None:
    assert render("acknowledgement", wanted, sample_letter("en")).language == used


@pytest.mark.parametrize(
    "name",
    ["Win now: http://evil.example", "www.evil.example", "a@evil.example", "<b>x</b>", "Call 0900 123", "x" * 61,
     "[pay](x)"],
)  # fmt: skip
def test_an_advertisement_is_no_name(name: str) -> None:
    letter = sample_letter("en")
    rendered = render("acknowledgement", "en", replace(letter, ticket=replace(letter.ticket, customer_name=name)))
    assert rendered.text.startswith("Hello,\n")


@pytest.mark.parametrize("name", ["J.R. Sample", "Dr. Robin O'Sample-Example", "安样例", "Søren  Ünal"])
def test_a_name_is_a_name(name: str) -> None:
    letter = sample_letter("en")
    rendered = render("acknowledgement", "en", replace(letter, ticket=replace(letter.ticket, customer_name=name)))
    assert rendered.text.startswith(f"Dear {' '.join(name.split())},\n")


HOSTILE = st.text(max_size=200) | st.lists(
    st.sampled_from(
        ["[x](http://evil.example)", "![x](//evil.example/i)", "<http://evil.example>", "<img src=x>", "</p>", "`",
         "**b**", "# h", "> q", "- l", "1. l", "| a |", "---", "===", "\n", "\n\n", "\r\n", "    ", "\t", "&lt;", "```",
         "[r]: http://evil.example\n", "\\", "\ue000", "\ue001", "i\ue0010", "slot:0", 'href="slot:0"', "{{ 7 * 7 }}",
         "{% raw %}", "\x00", "\u202e", "\ud800", "\u2028", "https://evil.example", "javascript:alert(1)", "词"]
    ), max_size=12,
).map("".join)  # fmt: skip


@settings(deadline=None)  # the first letter of a language is compiled
@given(words=HOSTILE, language=st.sampled_from(LANGUAGES))
def test_nobody_s_words_become_markup(words: str, language: str) -> None:
    harmless = sample_letter(language)

    def say(text: str) -> Letter:
        case, mail, note, order = harmless.case, harmless.mail, harmless.note, harmless.order
        refund = harmless.refund
        assert case
        assert refund
        assert mail
        assert note
        assert order
        form = (FormLine(label="Reason", value=text, hint="x" + text, missing=True),)
        return replace(
            harmless,
            ticket=replace(harmless.ticket, subject=text, customer_name=text),
            order=replace(order, buyer_name=text, payment_method=text, tracking_number="x" + text),
            case=replace(
                case,
                items=(text,),
                reason="x" + text,
                staff_reason="x" + text,
                form=form,
                fault="x" + text,
                wanted="x" + text,
                tracking="x" + text,
                accepted=(text,),
                rejected=(text,),
                sent_reference="x" + text,
                sent_tracking="x" + text,
            ),
            refund=replace(refund, payment_method=text, deduction_reason="x" + text),
            mail=replace(
                mail,
                sender_name="x" + text,
                reply_to="x" + text,
                subject="x" + text,
                text="x" + text,
                warnings=(text,),
                attachments=(replace(mail.attachments[0], filename=text),),
            ),
            note=replace(note, remarks=(text,), evidence=(text,)),
            message="x" + text,
        )

    for name in (
        "return_form", "case_form_missing", "case_declined", "case_received", "exchange_due", "replacement_sent",
        "warranty_submitted", "refund_notice", "staff_reply", "staff_notice",
    ):  # fmt: skip
        written = render(name, language, say(words))
        page, model = Page(written.html), Page(render(name, language, say("harmless")).html)
        ignored = ("br", "span")  # a line break for each line; a span around a number
        assert [tag for tag in page.tags if tag not in ignored] == [tag for tag in model.tags if tag not in ignored]
        assert page.targets == model.targets
        assert "\n" not in written.subject
        assert "\r" not in written.subject + written.text
        assert 0 < len(written.subject) <= MAX_SUBJECT
        assert not re.search("[\x00\ue000\ue001\u202e\ud800]", written.text + written.html + written.subject)


def test_words_come_through_as_they_are() -> None:
    letter = sample_letter("en")
    assert letter.mail
    words = "1 * 2 * 3 < 4 & _so_ on\n# not a heading\n[a](b)"
    rendered = render("staff_notice", "en", replace(letter, mail=replace(letter.mail, text=words)))
    assert "> 1 * 2 * 3 < 4 & _so_ on\n> # not a heading\n> [a](b)\n" in rendered.text
    assert "1 * 2 * 3 < 4 & _so_ on # not a heading [a](b)" in Page(rendered.html).text


def test_a_form_answer_cannot_pose_as_another_line() -> None:
    letter = sample_letter("en")
    assert letter.case
    form = (FormLine(label="Reason", value="none\nOrder number: TP1", hint="", missing=False),)
    rendered = render("return_form", "en", replace(letter, case=replace(letter.case, form=form)))
    assert "\nReason: none Order number: TP1\n" in rendered.text


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A directory of templates with the layout that ships and nothing else."""
    return copy_layout(tmp_path)


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        ("Hi\n\n{{ ticket.nummer }}\n", 3, "nummer"),
        ("Hi\n\n{{ tikcet.number }}\n", 3, "tikcet"),
        ("Hi\n\n{% if brand %}x", 3, "endif"),
        ("Hi\n\n{{ brand.name|shout }}\n", 3, "shout"),
        ("Hi\n\ntext\n{{ case.number }}\n", 4, "number"),
        ("Hi\n\n{{ brand.name|money('CNY') }}\n", 3, ""),
        ("Hi\n\n{{ ticket.subject|link }}\n", 3, "brand.website only"),
        ("Hi\n\n{{ ().__class__.__mro__ }}\n", 3, "unsafe"),
        ("Hi\n\n{% include '_none.md.j2' %}\n", 3, "_none.md.j2"),
        ("Hi\nno blank line\n", 1, "subject"),
        ("\n\nno subject\n", 1, "subject"),
        ("", 1, "subject"),
    ],
)
def test_a_wrong_template_is_named_with_file_and_line(own: Path, body: str, line: int, says: str) -> None:
    (own / "en" / "note.md.j2").write_text(body, "utf-8")
    templates = Templates.load(own)
    with pytest.raises(ConfigError) as caught:
        templates.render("note", "en", replace(sample_letter("en"), case=None))
    assert f"en/note.md.j2:{line}: " in str(caught.value)
    assert says in str(caught.value)


def test_check_sees_what_the_samples_never_reach(own: Path) -> None:
    (own / "en" / "note.md.j2").write_text(
        "Hi\n\n{% if false %}{{ nobody }}{% endif %}\n{% if false %}{{ case.nummer }}{% endif %}\n"
        "{% macro x() %}y{% endmacro %}\nz\n",
        "utf-8",
    )
    (own / "de").mkdir()
    (own / "de" / "gruss.md.j2").write_bytes(b"Gr\xfc\xdfe\n\nHallo\n")
    problems = "\n".join(Templates.load(own).check())
    for expected in ("note.md.j2:3: 'nobody'", "note.md.j2:4: CaseView", "note.md.j2:5: macro",
                     "gruss.md.j2: not UTF-8", "de/note.md.j2: missing", "en/gruss.md.j2: missing"):  # fmt: skip
        assert expected in problems


def test_a_broken_layout_is_named_too(own: Path) -> None:
    (own / "en" / "note.md.j2").write_text("Hi\n\nyou\n", "utf-8")
    (own / "_layout.html.j2").write_text("<html>\n{{ boddy }}\n", "utf-8")
    with pytest.raises(ConfigError, match=r"_layout\.html\.j2:2: "):
        Templates.load(own).render("note", "en", sample_letter("en"))


def test_missing_directories_and_letters_say_what_to_do(tmp_path: Path, own: Path) -> None:
    with pytest.raises(ConfigError, match="mailbot init"):
        Templates.load(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="no letters"):
        Templates.load(own)
    with pytest.raises(ConfigError, match="no letter 'nothing'"):
        render("nothing")


def test_a_huge_mail_makes_a_bounded_letter() -> None:
    letter = sample_letter("en")
    assert letter.mail
    rendered = render("staff_notice", "en", replace(letter, mail=replace(letter.mail, text="word " * 1_000_000)))
    assert len(rendered.html) < 100_000
    assert "[…]" in rendered.text


def test_what_the_code_found_out_is_said_in_the_language_of_the_letter() -> None:
    chinese = TEMPLATES.render("staff_notice", "zh-Hans", sample_letter("zh-Hans"))
    assert "正文中的订单号 TP2026030117：来信邮箱就是购买人的邮箱" in chinese.text
    assert "可能是以下订单之一：TP2026030117, TP2026030118" in chinese.text
    english = TEMPLATES.render("staff_notice", "en", sample_letter("en"))
    assert "order number TP2026030117 in the new text: the buyer's own address" in english.text
