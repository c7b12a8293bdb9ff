"""A fault told with its remedy is one wish: the first mail opens a warranty case, over real IMAP and SMTP (P1-P6)."""

from __future__ import annotations

import pytest

from tests.journeys.matter import RECEIPT, Matter
from tests.journeys.world import KATE, LIN, STAFF, World

FIRST = {
    "en: a code on the display": (
        KATE,
        "It shows E3, please send me a replacement. The receipt for TP2026110002 is attached.",
        "Warranty request R-100001 submitted",
    ),
    "en: repair or replace": (
        KATE,
        "My kettle from order TP2026110002 stopped working. Repair it or replace it, please; the receipt is attached.",
        "Warranty request R-100001 submitted",
    ),
    "zh": (
        LIN,
        "您好，订单TP2026110001的水壶坏了，能换个新的吗？收据见附件。",
        "保修申请 R-100001 已提交",
    ),
    "de": (
        KATE,
        "Guten Tag, das Gerät aus der Bestellung TP2026110002 ist defekt, ich hätte gern Ersatz.",
        "Garantieantrag R-100001",
    ),
}


@pytest.mark.parametrize("name", list(FIRST))
def test_a_fault_and_the_wish_for_another_one_open_a_warranty_case(world: World, name: str) -> None:
    customer, text, subject = FIRST[name]
    matter = Matter(world, customer)
    said = matter.opens("TP", text, RECEIPT)
    assert set(said) == {customer.address, STAFF.address}
    assert subject in said[customer.address].splitlines()[0]
    assert matter.state() == "submitted"
    assert matter.case()["kind"] == "warranty"


def test_a_wrong_article_is_exchanged(world: World) -> None:
    matter = Matter(world, KATE)
    said = matter.opens(
        "TP", "You sent the wrong color with TP2026110002, please send a replacement in white.", RECEIPT
    )
    assert "exchange request R-100001" in said[KATE.address].splitlines()[0]
    assert matter.case()["kind"] == "exchange"
