"""A thank-you reopens nothing; whatever says more must be read."""

from __future__ import annotations

import pytest

from mailbot.domain.thanks import only_thanks

NAMES = ("Kate Murray", "Hans Müller", "王小明", "Li Na", "TP")


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Thank you so much for your quick help!\n\nBest regards,\nKate",
        "Got it, thanks 👍",
        "Thx a lot, Li Na!!",
        "Many thanks for your patience and support. Kate Murray",
        "thank you TP team",
        "谢谢",
        "好的，谢谢！",
        "收到，谢谢",
        "非常感谢您的帮助，祝您生活愉快！\n王小明",
        "退款已到账，谢谢！",
        "謝謝您的幫助",
        "辛苦了[抱拳]".replace("[抱拳]", "🙏"),
        "Vielen Dank für die schnelle Hilfe!\nViele Grüße\nHans Müller",
        "Merci beaucoup pour votre réponse rapide. Cordialement",
        "¡Muchas gracias por su ayuda!",
        "Grazie mille!",
        "Muito obrigado pela ajuda",
        "Dank u wel",
        "Bedankt voor uw snelle reactie",
        "ありがとうございました。",
        "ご対応いただき、ありがとうございます。",
        "빠른 답변 감사합니다!",
        "Большое спасибо за помощь!",
        "Tack så mycket för hjälpen!",
    ],
)
def test_only_thanks(text: str) -> None:
    assert only_thanks(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Kate Murray",
        "Best regards",
        "Thanks, but the kettle is still broken",
        "Thanks. When will I get my refund?",
        "thanks, refund",
        "Thanks, help",
        "no thanks",
        "Thanks for nothing",
        "Thanks, please help",
        "I want a refund thanks",
        "Thanks, order TP2026030117",
        "谢谢，但是还没收到退款",
        "还没收到退款，谢谢",
        "请帮我处理退款，谢谢",
        "谢谢，请退款",
        "麻烦处理，谢谢",
        "谢谢，还有一个问题",
        "不用谢谢",
        "Danke, aber nein",
        "Danke, Gerät ist wieder kaputt",
        "Merci de me rembourser",
        "Gracias, pero no funciona",
        "返金をお願いします。ありがとうございます。",
        "Спасибо, но чайник не работает",
        "Thank you " * 60,
    ],
)
def test_more_than_thanks(text: str) -> None:
    assert not only_thanks(text, NAMES)
