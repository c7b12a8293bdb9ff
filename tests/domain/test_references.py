"""Where references stand in a mail."""

from __future__ import annotations

import pytest
import re2
import yaml

from mailbot.domain.documents import Document, Source
from mailbot.domain.message import Address, IncomingMail
from mailbot.domain.references import Place, References, find_references, texts_of
from mailbot.mail.tokens import find_tokens
from tests.domain.examples import RECEIPT, ROOT, mail

PATTERN = re2.compile(yaml.safe_load((ROOT / "settings.yaml").read_text(encoding="utf-8"))["orders"]["number_pattern"])
NUMBER = "TP2026030117"
TOKEN = "c17-abcdefghijklmnop"


def find(incoming: IncomingMail) -> References:
    texts = texts_of(incoming)
    return find_references(incoming, texts, lambda text: [m.group(0) for m in PATTERN.finditer(text)], find_tokens)


def test_what_is_looked_at_is_bounded_over_all_texts_and_the_weakest_give_way() -> None:
    files = tuple(
        Document(filename="a.pdf", sha256="0" * 64, source=source, text=f"{source} " * 40_000)
        for source in (Source.PDF, Source.FORWARDED, Source.WRITING, Source.CODE)
    )
    texts = texts_of(mail("my own words " * 10_000, quoted="quoted " * 40_000), files)
    assert sum(len(text) for _, text in texts) == 600_000
    assert [len(text) for place, text in texts if place is Place.NEW_TEXT] == [len("my own words " * 10_000)]
    assert [text for place, text in texts if place is Place.QUOTED_TEXT] == [""]


@pytest.mark.parametrize(
    ("incoming", "place"),
    [
        (mail(subject=f"Return {NUMBER}"), Place.SUBJECT),
        (mail(f"my order {NUMBER}."), Place.NEW_TEXT),
        (mail(f"订单{NUMBER}的水壶"), Place.NEW_TEXT),
        (mail(f"订单号：{NUMBER}，谢谢"), Place.NEW_TEXT),
        (mail(f"({NUMBER})"), Place.NEW_TEXT),
        (mail(f"order#{NUMBER}"), Place.NEW_TEXT),
        (mail("订单号：ＴＰ２０２６０３０１１７"), Place.NEW_TEXT),
        (
            mail(attachments=(RECEIPT.__class__(**{**vars(RECEIPT), "filename": f"{NUMBER}.pdf"}),)),
            Place.ATTACHMENT_NAME,
        ),
        (mail("Thanks", quoted=f"> your order {NUMBER}"), Place.QUOTED_TEXT),
        (mail(f"order {NUMBER}", subject=NUMBER, quoted=NUMBER), Place.SUBJECT),
        (mail(f"order {NUMBER}", quoted=NUMBER), Place.NEW_TEXT),
    ],
)
def test_an_order_number_and_its_strongest_place(incoming: IncomingMail, place: Place) -> None:
    (finding,) = find(incoming).order_numbers
    assert (finding.value, finding.place) == (NUMBER, place)


@pytest.mark.parametrize("text", [f"order {NUMBER}5", f"order A{NUMBER}", "TP20260301", "2026030117", "TP-K17"])
def test_what_only_resembles_an_order_number_is_none(text: str) -> None:
    assert find(mail(text)).order_numbers == ()


def test_a_number_typed_in_small_letters_is_found() -> None:
    (finding,) = find(mail(f"my order {NUMBER.lower()}")).order_numbers
    assert finding.value == NUMBER


def test_several_numbers_keep_their_order_and_come_once() -> None:
    found = find(mail("TP2026030118 and TP2026030117 and TP2026030118", subject="TP2026030119"))
    assert [f.value for f in found.order_numbers] == ["TP2026030119", "TP2026030118", "TP2026030117"]


def test_tags_come_from_the_subject_alone() -> None:
    assert find(mail("see [T-100002]", subject="Re: [T-100001] [t-100003] Return")).ticket_tags == (
        "T-100001",
        "T-100003",
    )


def test_message_ids_newest_first_and_each_once() -> None:
    incoming = mail(
        in_reply_to=("<3@x.example>",),
        references=("<1@x.example>", "<2@x.example>", "<3@x.example>"),
        quoted_message_ids=("<0@x.example>", "<1@x.example>"),
    )
    assert find(incoming).message_ids == ("<3@x.example>", "<2@x.example>", "<1@x.example>", "<0@x.example>")


@pytest.mark.parametrize(
    "incoming",
    [
        mail(to=(Address(name="", email=f"support+{TOKEN}@tp.example"),)),
        mail(cc=(Address(name="", email=f"support+{TOKEN}@tp.example"),)),
        mail(delivered_to=(f"support+{TOKEN}@tp.example",)),
        mail(in_reply_to=(f"<{TOKEN}.0123456789@tp.example>",)),
        mail(references=(f"<{TOKEN}.0123456789@tp.example>",)),
        mail(
            to=(Address(name="", email=f"support+{TOKEN}@tp.example"),),
            in_reply_to=(f"<{TOKEN}.0123456789@tp.example>",),
        ),
    ],
)
def test_a_token_in_a_recipient_or_a_message_id(incoming: IncomingMail) -> None:
    assert find(incoming).tokens == (TOKEN,)


def test_a_token_in_the_text_is_no_reference() -> None:
    assert find(mail(f"write to support+{TOKEN}@tp.example", subject=TOKEN)).tokens == ()


def test_a_mail_without_anything_refers_to_nothing() -> None:
    assert find(mail("", subject="")) == References(
        order_numbers=(), ticket_tags=(), quoted_tags=(), tokens=(), message_ids=()
    )
