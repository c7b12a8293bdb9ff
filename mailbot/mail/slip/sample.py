"""A slip to try the words, the fonts and the brand with: for `mailbot check` and for previews."""

from __future__ import annotations

from datetime import date

from mailbot.domain.cases import CaseKind
from mailbot.domain.letters import Brand
from mailbot.domain.slip import Slip, SlipPiece
from mailbot.errors import ConfigError
from mailbot.mail.render import Templates
from mailbot.mail.sample_words import sample_words
from mailbot.mail.slip.page import write_slip


def sample_slip(language: str, brand: Brand) -> Slip:
    """A slip where every field has a value."""
    words = sample_words(language)
    return Slip(
        kind=CaseKind.RETURN,
        case_number="R-100001",
        order_number="TP2026030117",
        issued_on=date(2026, 3, 18),
        send_by=date(2026, 4, 1),
        customer_name=words.customer,
        pieces=(
            SlipPiece(model="TP-K17", name=words.product, quantity=1),
            SlipPiece(model="TP-F02", name="", quantity=2),
        ),
        brand_name=brand.name,
        brand_color=brand.color,
        return_address=brand.return_address,
    )


def slip_problems(templates: Templates, brand: Brand) -> list[str]:
    """What is wrong with the words of the slip, in any language, and with the brand on it; each problem once."""
    problems = []
    for language in templates.languages():
        try:
            write_slip(sample_slip(language, brand), templates.slip_words(language))
        except ConfigError as error:
            problems.append(str(error))
    return list(dict.fromkeys(problems))
