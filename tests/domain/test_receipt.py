"""Receipts held against orders: untidy ones that are right, and others that aren't of the order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from mailbot.domain.documents import Document, Source
from mailbot.domain.match import Ambiguous, Exact, OrderMatch, Probable
from mailbot.domain.orders import Order, OrderLine
from mailbot.domain.receipt import Aspect, Comparison, ReceiptCheck, compare, held_against, receipt_texts
from mailbot.domain.text_facts import TextReader
from mailbot.settings.cataloguefile import load_catalogue
from mailbot.settings.model import OrderSettings
from mailbot.settings.patterns import finder
from tests.domain.examples import ROOT, TODAY, order

PATTERNS = OrderSettings()
A, D, NO = Comparison.AGREES, Comparison.DIFFERS, Comparison.ABSENT
KETTLE = OrderLine(model="TP-K17", name="", serials=("SNK17A10001",), quantity=1, unit_price=Decimal("199.00"))
FILTER = OrderLine(model="TP-F9", name="", serials=(), quantity=2, unit_price=Decimal("12.50"))
ORDER = order(
    KETTLE, delivered_on=date(2026, 3, 6), discount=Decimal("20.00"), shipping_cost=Decimal("4.90")
)  # paid 183.90
OTHER = order(
    replace(KETTLE, serials=("SNK17A10002",)), number="TP2026011009", purchased_on=date(2026, 1, 10)
)  # the same kettle before


def held(
    *lines: str, source: Source = Source.PDF, about: Order = ORDER, others: tuple[Order, ...] = ()
) -> ReceiptCheck:
    reader = TextReader(
        find_serials=finder(PATTERNS.serial_pattern),
        find_tracking_numbers=finder(PATTERNS.tracking_pattern),
        catalogue=load_catalogue(ROOT / "rules" / "catalogue.yaml"),
        today=TODAY,
        country=about.country,
    )
    document = Document(filename="receipt.pdf", sha256="a" * 64, source=source, text="\n".join(lines))
    texts = receipt_texts([document], lambda place, text: reader.read([(place, text)]), finder(PATTERNS.number_pattern))
    return compare(texts, about, others, timedelta(days=PATTERNS.receipt_days))


def verdicts(check: ReceiptCheck) -> dict[Aspect, Comparison]:
    (one,) = check.receipts
    return {fact.aspect: fact.verdict for fact in one.facts}


def judged(check: ReceiptCheck, match: OrderMatch | None = None) -> OrderMatch:
    return held_against(match or Exact(order=ORDER, evidence=()), check)


def test_a_receipt_of_the_order_agrees_in_everything() -> None:
    check = held(
        "TP Store", "Order number: TP2026030117", "Date: 2 March 2026", "TP-K17 Kettle 1 x 199.00",
        "Serial: SNK17A10001", "Total: GBP 183.90",
    )  # fmt: skip
    assert set(verdicts(check).values()) == {A}
    assert check.remarks == ()
    assert isinstance(judged(check), Exact)


@pytest.mark.parametrize(
    "line",
    [
        "Total: £199.00", "Total £183.90", "Amount paid: 179.00 GBP", "Gesamtbetrag: 203,90 GBP", "合计：183.90",
        "合计 199.00 英镑", "Sum 199", "Subtotal £199.00",
    ],
)  # fmt: skip
def test_a_total_may_leave_out_delivery_or_discount(line: str) -> None:
    assert verdicts(held(line))[Aspect.TOTAL] is A


def test_a_total_may_be_of_a_part_of_the_order() -> None:
    both = order(KETTLE, FILTER)
    assert verdicts(held("Total £25.00", about=both))[Aspect.TOTAL] is A
    assert verdicts(held("Total £211.50", about=both))[Aspect.TOTAL] is A


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("Total: £250.00", D),
        ("Summe: 250,00 GBP", D),
        ("Total: $250.00 USD", NO),  # another currency can't be compared
        ("Total: 250.00", NO),  # nor can one that isn't named
        ("Kettle £250.00", NO),  # not called a total
    ],
)
def test_only_what_is_called_a_total_in_the_currency_of_the_order_differs(line: str, verdict: Comparison) -> None:
    assert verdicts(held("TP-K17", line))[Aspect.TOTAL] is verdict


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (["Date: 27 February 2026"], A),  # an invoice of the days before
        (["Invoice date", "9 March 2026"], A),  # and after the delivery
        (["Datum: 03.03.2026"], A),
        (["日期：2026年3月1日"], A),
        (["Order date: 1 March 2026", "Warranty until 1 March 2028"], A),
        (["Date: 5 November 2025"], D),
        (["Rechnungsdatum", "05.11.2025"], D),
        (["下单日期：2025年11月5日"], D),
        (["Fecha: 5 de noviembre de 2025"], D),
        (["Warranty until 5 November 2027"], NO),
        (["5 November 2025"], NO),  # no word says what it is
        (["Invoice due date: 5 May 2026"], NO),
        (["Printed on 5 November 2025"], NO),
    ],
)
def test_dates_have_some_room_and_only_that_of_the_purchase_differs(lines: list[str], verdict: Comparison) -> None:
    assert verdicts(held("TP-K17", *lines))[Aspect.DATE] is verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("S/N SNK17A10001", A),
        ("SN K17A 10001", A),
        ("Serial SNK17A10007", D),
        ("sneakers and snapshots", NO),
    ],
)
def test_serial_numbers(line: str, verdict: Comparison) -> None:
    assert verdicts(held("TP-K17", line))[Aspect.SERIAL] is verdict


def test_a_serial_number_differs_only_where_all_are_known() -> None:
    some = order(replace(KETTLE, quantity=2))
    assert verdicts(held("TP-K17", "Serial SNK17A10007", about=some))[Aspect.SERIAL] is NO


def test_recognised_letters_may_be_wrong() -> None:
    check = held("TP-K17", "Serial SNK17A1O001", "Order TP2026030l17", source=Source.WRITING)
    assert verdicts(check)[Aspect.SERIAL] is A
    assert verdicts(check)[Aspect.NUMBER] is NO


def test_another_number_and_another_model_differ() -> None:
    check = held("Order TP2026011199", "TP-V20 vacuum")
    assert verdicts(check)[Aspect.NUMBER] is D
    assert verdicts(check)[Aspect.MODEL] is D


def test_what_says_nothing_of_an_order_is_not_shown() -> None:
    assert held("Dear diary").receipts == ()


def test_a_total_alone_holds_nobody_up() -> None:
    check = held("TP-K17", "Total £250.00")
    assert isinstance(judged(check), Exact)
    assert check.remarks == (
        "receipt.pdf: the total £250.00 is not what was paid for TP2026030117, 183.90 GBP",
    )  # fmt: skip


def test_a_receipt_with_the_orders_number_is_that_orders_whatever_else_differs() -> None:
    check = held("Order TP2026030117", "Date: 5 November 2025", "Total £250.00", "Serial SNK17A10007")
    assert isinstance(judged(check), Exact)
    assert len(check.remarks) == 3


@pytest.mark.parametrize(
    "lines", [["Date: 5 November 2025"], ["Date: 5 November 2025", "Total £250.00"], ["Serial SNK17A10007"]]
)
def test_a_date_far_off_or_the_serial_of_another_piece_is_a_contradiction(lines: list[str]) -> None:
    weakened = judged(held("TP-K17", *lines))
    assert isinstance(weakened, Probable)
    assert weakened.order == ORDER
    assert weakened.conflicts[0].startswith("receipt.pdf: the ")


def test_an_invoice_made_out_later_still_fits_by_its_total() -> None:
    check = held("TP-K17", "Invoice date: 5 November 2025", "Total £183.90")
    assert isinstance(judged(check), Exact)
    assert "far from the purchase" in check.remarks[0]


def test_the_receipt_of_an_earlier_purchase_of_the_same_thing_is_seen() -> None:
    check = held("TP-K17 Kettle", "Date: 11 January 2026", "Total £199.00", others=(OTHER,))
    weakened = judged(check)
    assert isinstance(weakened, Ambiguous)
    assert [one.number for one in weakened.orders] == ["TP2026030117", "TP2026011009"]
    assert weakened.conflicts == ("receipt.pdf: the date 11 January 2026 fits TP2026011009, not TP2026030117",)


def test_recognised_writing_counts_where_two_things_differ() -> None:
    one = held("TP-K17", "Date: 5 November 2025", source=Source.WRITING)
    two = held("TP-K17", "Date: 5 November 2025", "Total £250.00", source=Source.WRITING)
    assert isinstance(judged(one), Exact)
    assert isinstance(judged(two), Probable)


def test_what_is_only_probable_is_not_made_better_or_worse() -> None:
    likely = Probable(order=ORDER, evidence=("one",))
    assert judged(held("TP-K17", "Total £183.90"), likely) == likely
    doubted = judged(held("TP-K17", "Serial SNK17A10007"), likely)
    assert isinstance(doubted, Probable)
    assert len(doubted.conflicts) == 1
