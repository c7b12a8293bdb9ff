"""Short mails are common; order numbers and addresses are not words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.mail.language import detect
from tests.mail.language_samples import SENTENCES, UNSEEN, pairs


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order TP2026001234?", "en"),
        ("refund please", "en"),
        ("Package never arrived", "en"),
        ("Hi, the item arrived broken. 谢谢", "en"),
        ("我的订单还没到", "zh-Hans"),
        ("退货", "zh-Hans"),
        ("请问 order TP2026001234 什么时候发货", "zh-Hans"),
        ("請問我的訂單何時出貨？", "zh-Hant"),
        ("您好，我要退貨", "zh-Hant"),
        ("注文した商品が届きません", "ja"),
        ("주문한 상품이 도착하지 않았어요", "ko"),
        ("Wo ist mein Paket?", "de"),
        ("Bonjour, où est ma commande ?", "fr"),
        ("¿Dónde está mi pedido?", "es"),
        ("Mi pedido TP2026001234 no ha llegado", "es"),
        ("Dov'è il mio ordine?", "it"),
        ("Onde está a minha encomenda?", "pt"),
        ("Waar is mijn bestelling?", "nl"),
        ("Где мой заказ? Ещё не пришёл", "ru"),
        ("TP2026001234", "und"),
        ("alice@customer.example https://shop.example/where/is/the/order", "und"),
        ("", "und"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert detect(text) == language


def test_the_next_text_is_asked_where_the_first_says_nothing() -> None:
    assert detect("OK", "Ihre Bestellung ist nicht da") == "de"


def test_the_model_is_not_loaded_for_plain_cases() -> None:
    """`mailbot poll` starts from cron: the model would cost most of a second."""
    program = (
        "import sys; from mailbot.mail.parse import parse_mail\n"
        "parse_mail(b'From: a@b.example\\n\\nWhere is my order?'); print('py3langid' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, check=True, timeout=60)
    assert done.stdout.strip() == b"False"


def test_short_sentences_of_customers() -> None:
    sentences = pairs(SENTENCES)
    assert len(sentences) >= 200
    wrong = {text: (tag, detect(text)) for text, tag in sentences if detect(text) != tag}
    assert len(wrong) <= 0.02 * len(sentences), wrong


def test_sentences_that_the_tables_have_not_seen() -> None:
    sentences = pairs(UNSEEN)
    assert len(sentences) >= 120
    wrong = {text: (tag, detect(text)) for text, tag in sentences if detect(text) != tag}
    assert len(wrong) <= 0.05 * len(sentences), wrong


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("您好，我的 Robot Vacuum Cleaner TP-V20 Pro Max Edition 坏了", "zh-Hans"),
        ("TP-V20 Pro Max 吸尘器 Bluetooth 连不上 WiFi Router", "zh-Hans"),
        ("この TP-V20 Robot Vacuum Cleaner Pro が動きません", "ja"),
        ("我要 refund，please", "zh-Hans"),
        ("Hello, my order TP2026 has not arrived.\n\n张三\n示例公司 采购部\n电话", "en"),
        ("Hello,\nplease cancel my order.\n\nBest regards,\n李雷 Li Lei\n上海示例贸易有限公司", "en"),
        ("The seller wrote 已发货 but nothing came, please check", "en"),
        ("Please refund 退款", "en"),
        ("Bonjour, le Power Bank Ultra Slim ne marche pas", "fr"),
        ("> Wo ist mein Paket und wann kommt die Lieferung?\nJe n'ai rien reçu", "fr"),
    ],
)
def test_mixed(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("text", "prior", "language"),
    [
        ("ok", "de", "de"),
        ("TP2026001234", "fr", "fr"),
        ("123", "zh-Hant", "zh-Hant"),
        ("", "ja", "ja"),
        ("收到", "zh-Hant", "zh-Hant"),
        ("收到", "", "zh-Hans"),
        ("返品", "ja", "ja"),
        ("No", "it", "it"),
        ("No", "es", "es"),
        ("Hallo", "nl", "nl"),
        ("Tak", "da", "da"),
        ("Tak", "pl", "pl"),
        ("Where is my order?", "de", "en"),
        ("我要退货", "en", "zh-Hans"),
        ("謝謝您", "zh-Hans", "zh-Hant"),
        ("Merci", "de", "fr"),
    ],
)
def test_the_earlier_language_decides_what_the_words_do_not(text: str, prior: str, language: str) -> None:
    assert detect(text, prior=prior) == language


@given(st.text(max_size=300), st.sampled_from(["", "de", "zh-Hant", "ja", "xx"]))
@settings(max_examples=300, deadline=None)
def test_any_text_has_a_language_or_none(text: str, prior: str) -> None:
    assert detect(text, prior=prior)
