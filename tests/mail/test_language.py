"""Short mails are common; order numbers and addresses are not words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mailbot.mail.language import detect


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
