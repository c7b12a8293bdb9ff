"""Which order a mail is about; nobody but the buyer gets one (G5, P17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mailbot.domain.corrections import Correction
from mailbot.domain.documents import Document, Source
from mailbot.domain.match import Ambiguous, Exact, NoMatch, OrderMatch, Probable, foreign_order
from mailbot.domain.match import match_order as decide
from mailbot.domain.match_basis import Known, Reading
from mailbot.domain.orders import Order
from mailbot.domain.own_codes import find_own_codes
from mailbot.domain.references import Place, find_references, texts_of
from mailbot.domain.standing import Verdict
from mailbot.domain.text_facts import TextReader
from mailbot.settings import load_settings
from mailbot.settings.cataloguefile import load_catalogue
from mailbot.settings.patterns import finder
from tests.domain.examples import KATE, ROOT, TODAY, line, mail, order, references, standing

EVE = "eve@elsewhere.example"
OWN, OWN_TOO, FOREIGN, UNKNOWN = "TP2026030117", "TP2026030444", "TP2026030999", "TP0000000000"
KETTLE = replace(line("TP-K17"), serials=("SNK1700100",))
FRYER = line("TP-F9", price="499.00")
ORDERS = {
    OWN: order(KETTLE, tracking_number="EX200300400CN", phone="+447700900123"),
    OWN_TOO: order(FRYER, number=OWN_TOO, purchased_on=date(2026, 2, 10)),
    FOREIGN: order(replace(KETTLE, serials=("SNK1700999",)), number=FOREIGN, buyer_email=EVE),
}
SUBJECT, NEW, NAME, QUOTED = Place.SUBJECT, Place.NEW_TEXT, Place.ATTACHMENT_NAME, Place.QUOTED_TEXT
SETTINGS = load_settings(ROOT / "settings.yaml", {}).orders
READER = TextReader(
    find_serials=finder(SETTINGS.serial_pattern),
    find_tracking_numbers=finder(SETTINGS.tracking_pattern),
    catalogue=load_catalogue(ROOT / "rules" / "catalogue.yaml"),
    today=TODAY,
    country="GB",
)


def reading(text: str, *, subject: str = "Hello", quoted: str = "", documents: tuple[Document, ...] = ()) -> Reading:
    texts = texts_of(mail(text, subject=subject, quoted=quoted), documents)
    return Reading(
        references=find_references(mail(text), texts, finder(SETTINGS.number_pattern), lambda _: ()),
        said=READER.read(texts),
        codes=find_own_codes(texts, [o for o in ORDERS.values() if o.buyer_email == KATE]),
        text=text,
    )


def match(
    text: str = "",
    *,
    said: Reading | None = None,
    sender: str = KATE,
    verdict: Verdict = Verdict.VERIFIED,
    own: tuple[Order, ...] | None = None,
    subject: str = "Hello",
    quoted: str = "",
    documents: tuple[Document, ...] = (),
    **known: object,
) -> OrderMatch:
    said = said or reading(text, subject=subject, quoted=quoted, documents=documents)
    if own is None:
        own = tuple(o for o in ORDERS.values() if o.buyer_email == sender)
    return decide(
        said,
        Known(quoted=ORDERS, own=own, **known),  # type: ignore[arg-type]
        sender=sender,
        standing=standing(verdict),
        today=TODAY,
        recent=timedelta(days=400),
    )


def numbers(*numbers: tuple[str, Place]) -> Reading:
    return Reading(references=references(*numbers), said=READER.read([]))


def receipt(text: str, source: Source = Source.PDF) -> tuple[Document, ...]:
    return (Document(filename="receipt.pdf", sha256="0" * 64, source=source, text=text),)


def kind(found: OrderMatch) -> tuple[str, tuple[str, ...]]:
    match found:
        case Exact(order=one) | Probable(order=one):
            return type(found).__name__, (one.number,)
        case Ambiguous(orders=several):
            return "Ambiguous", tuple(one.number for one in several)
        case NoMatch():
            return "NoMatch", ()


@pytest.mark.parametrize("place", [place for place in Place if place is not Place.WRITING])
@pytest.mark.parametrize("verdict", [Verdict.VERIFIED, Verdict.UNVERIFIED])
def test_the_buyers_own_order_is_exact_wherever_it_stands(place: Place, verdict: Verdict) -> None:
    found = match(said=numbers((OWN, place)), verdict=verdict)
    assert kind(found) == ("Exact", (OWN,))
    assert found.evidence == (f"order number {OWN} in {place}: the buyer's own address",)


@pytest.mark.parametrize(
    ("number", "verdict", "why"),
    [
        (FOREIGN, Verdict.VERIFIED, "belongs to another address"),
        (UNKNOWN, Verdict.VERIFIED, "no such order"),
        (OWN, Verdict.FAILED, "authentication failed"),
        (FOREIGN, Verdict.FAILED, "belongs to another address"),
    ],
)
@pytest.mark.parametrize("place", [place for place in Place if place is not QUOTED])
def test_what_the_sender_is_not_entitled_to_is_no_match(number: str, verdict: Verdict, why: str, place: Place) -> None:
    found = match(said=numbers((number, place)), verdict=verdict)
    assert isinstance(found, NoMatch)
    assert why in found.evidence[0]
    assert found.numbers_quoted


@pytest.mark.parametrize("sender", ["", EVE, "KATE@mail.example", "kate@mail.example.evil.example"])
def test_only_the_buyers_address_counts(sender: str) -> None:
    assert isinstance(match(said=numbers((OWN, SUBJECT)), sender=sender, own=tuple(ORDERS.values())[:2]), NoMatch)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (((OWN, SUBJECT), (FOREIGN, NEW)), ("Exact", (OWN,))),
        (((UNKNOWN, SUBJECT), (OWN, NEW)), ("Exact", (OWN,))),
        (((OWN, NEW), (OWN_TOO, QUOTED)), ("Exact", (OWN,))),  # the new words count before the quote
        (((OWN_TOO, NAME), (OWN, QUOTED)), ("Exact", (OWN_TOO,))),
        (((FOREIGN, NEW), (OWN, QUOTED)), ("NoMatch", ())),  # they ask about another one now
        (((OWN, NEW), (OWN_TOO, NEW)), ("Ambiguous", (OWN, OWN_TOO))),
        (((OWN, SUBJECT), (OWN_TOO, NAME)), ("Ambiguous", (OWN, OWN_TOO))),
        (((OWN, QUOTED), (OWN_TOO, QUOTED)), ("Ambiguous", (OWN, OWN_TOO))),
        (((OWN, NEW), (OWN_TOO, Place.DOCUMENT)), ("Ambiguous", (OWN, OWN_TOO))),
        (((OWN, NEW), (FOREIGN, Place.DOCUMENT)), ("Probable", (OWN,))),
        (((OWN, NEW), (UNKNOWN, Place.DOCUMENT)), ("Probable", (OWN,))),
        (((OWN, NEW), ("TP2026030177", Place.WRITING)), ("Exact", (OWN,))),  # misread by one sign
        (((FOREIGN, NEW), (OWN, Place.DOCUMENT)), ("Probable", (OWN,))),
        (((OWN, Place.WRITING),), ("Probable", (OWN,))),  # recognised, and nothing else says so
    ],
)
def test_several_numbers(places: tuple[tuple[str, Place], ...], expected: tuple[str, tuple[str, ...]]) -> None:
    assert kind(match(said=numbers(*places))) == expected


def test_whether_the_other_number_exists_changes_nothing() -> None:
    for place in Place:
        for own_place in Place:
            one, other = (match(said=numbers((OWN, own_place), (n, place))) for n in (FOREIGN, UNKNOWN))
            assert kind(one) == kind(other)


def test_contradictions_are_named() -> None:
    found = match(f"My kettle of order {OWN}", documents=receipt(f"Order {OWN_TOO}"))
    assert found.conflicts == (
        f"the mail names {OWN}, but order number {OWN_TOO} in an attached document leads to {OWN_TOO}",
    )
    found = match(f"Order {OWN_TOO}: the kettle TP-K17 leaks")
    assert kind(found) == ("Ambiguous", (OWN_TOO, OWN))
    assert found.conflicts == (f"{OWN_TOO} is named, but the model named is in {OWN}",)
    found = match(f"Order {OWN}, see the receipt", documents=receipt("Order TP2025010101"))
    assert kind(found) == ("Probable", (OWN,))
    assert found.conflicts == (f"{OWN} is named, but TP2025010101 stands in an attached document",)
    assert match("My TP-A8 is broken").conflicts == ("the sender bought no TP-A8",)


def test_a_model_to_change_to_is_no_contradiction() -> None:
    found = match(f"Please change the TP-K17 of order {OWN} for a TP-F9")
    assert kind(found) == ("Exact", (OWN,))


@pytest.mark.parametrize("text", ["serial SN K1700100", "parcel EX200300400CN", "TP 2026 0301 17", "order 2026030117"])
def test_other_numbers_of_the_buyers_name_the_order_too(text: str) -> None:
    assert kind(match(text)) == ("Exact", (OWN,))
    assert kind(match(text, verdict=Verdict.FAILED)) == ("NoMatch", ())
    assert kind(match(text, sender=EVE, own=(ORDERS[FOREIGN],), said=numbers())) == ("Probable", (FOREIGN,))


def test_numbers_of_other_peoples_things_name_nothing() -> None:
    found = match("serial SN K1700999", by_code=(ORDERS[FOREIGN],))
    assert not isinstance(found, Exact)
    assert f"a serial or tracking number leads to {FOREIGN}, which belongs to another address" in found.evidence


@pytest.mark.parametrize("text", ["TP2026030171", "TP202603017", "order 2026030118", "subject"])
def test_one_slip_is_probable_never_exact(text: str) -> None:
    found = match("hello", subject="TP2026030171") if text == "subject" else match(text)
    assert kind(found) == ("Probable", (OWN,))
    assert kind(match(text, sender=EVE)) != ("Probable", (OWN,))


def test_a_slip_and_the_right_number_are_the_right_number() -> None:
    assert kind(match(f"TP2026030171 (see {OWN})")) == ("Exact", (OWN,))
    assert kind(match("TP2026030171", documents=receipt(f"Order {OWN}"))) == ("Exact", (OWN,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My kettle TP-K17 leaks", ("Probable", (OWN,))),
        ("The one that I bought on 10 February 2026", ("Probable", (OWN_TOO,))),
        ("I paid £499.00 for it", ("Probable", (OWN_TOO,))),
        ("Where is my order?", ("Ambiguous", (OWN, OWN_TOO))),
        ("My TP-A8 is broken", ("NoMatch", ())),
        ("My air purifier is broken", ("Ambiguous", (OWN, OWN_TOO))),  # people call things what they like
    ],
)
def test_without_a_number_the_description_chooses(text: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert kind(match(text)) == expected
    assert kind(match(text, verdict=Verdict.FAILED)) == ("NoMatch", ())


@pytest.mark.parametrize(
    "text",
    [
        f"I do not mean {OWN}, the other order please. I want to return it.",
        f"I want to return my vacuum cleaner, not the kettle {OWN}.",
        f"My earlier order {OWN} arrived fine. Where is the new one?",
        f"{OWN}?? no.",
        f"不是{OWN}，是另一个订单",
        f"Nicht die Bestellung {OWN}",
    ],
)
def test_a_number_that_is_denied_is_not_acted_on(text: str) -> None:
    assert not isinstance(match(text), Exact)


@pytest.mark.parametrize(
    "text",
    [
        f"I have not received my order {OWN} yet.",
        f"Order {OWN} does not work.",
        f"订单{OWN}还没收到，不想要了",
        f"Order no. {OWN}",
        f"Ich habe die Bestellung {OWN} nicht erhalten.",
    ],
)
def test_a_denial_of_something_else_is_none_of_the_number(text: str) -> None:
    assert kind(match(text)) == ("Exact", (OWN,))


@pytest.mark.parametrize(
    "text",
    [
        "I want to return it.\n\nKate Murray\nTel. 202-603-0117",
        "+44 2026 030 117",
        "invoice INV-2026030117 from another shop",
        "https://shop.example/o/2026030117?x=1",
        "2026030117",  # nobody says what it is
    ],
)
def test_digits_alone_name_no_order(text: str) -> None:
    assert not isinstance(match(text), Exact)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Not the kettle TP-K17", (OWN, OWN_TOO)),
        ("Why do you ask for the TP-K17? It is the other.", (OWN, OWN_TOO)),
        ("No, the TP-K17 is fine, I want to return the other thing", (OWN,)),
        ("Yes\n\nbut it's not that order, mine is from another shop", (OWN,)),
    ],
)
def test_a_no_to_our_question_is_no_answer(text: str, asked: tuple[str, ...]) -> None:
    assert not isinstance(match(text, asked=asked), Exact)


def test_a_receipt_of_another_product_is_a_contradiction() -> None:
    found = match(f"I want to return {OWN}", documents=receipt(f"Order {OWN}, TP-A8, 399.99"))
    assert kind(found) == ("Probable", (OWN,))
    assert found.conflicts == (f"{OWN} is named, but what is attached names TP-A8",)


def test_a_product_is_found_in_older_orders_too() -> None:
    old = order(line("TP-H2"), number="TP2024010100", purchased_on=TODAY - timedelta(days=800))
    assert kind(match("My TP-H2 is broken", own=(ORDERS[OWN], ORDERS[OWN_TOO], old))) == ("Probable", (old.number,))


def test_the_only_order_is_probable() -> None:
    found = match("Where is it?", own=(ORDERS[OWN],))
    assert kind(found) == ("Probable", (OWN,))
    assert found.evidence == (f"{OWN} is the only order that the sender made lately",)
    old = order(purchased_on=TODAY - timedelta(days=401))
    assert kind(match("Where is it?", own=(old,))) == ("NoMatch", ())


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("Yes", (OWN,), ("Exact", (OWN,))),
        ("No, another one", (OWN,), ("Probable", (OWN,))),
        ("the kettle TP-K17", (OWN, OWN_TOO), ("Exact", (OWN,))),
        ("yes", (OWN, OWN_TOO), ("Ambiguous", (OWN, OWN_TOO))),
        (f"{OWN_TOO}", (OWN,), ("Exact", (OWN_TOO,))),
        ("Yes", (FOREIGN,), ("Ambiguous", (OWN, OWN_TOO))),
    ],
)
def test_the_answer_to_our_question(text: str, asked: tuple[str, ...], expected: tuple[str, tuple[str, ...]]) -> None:
    assert kind(match(text, asked=asked)) == expected


def test_our_own_question_in_the_quote_is_no_answer() -> None:
    assert kind(match("I am not sure", quoted=f"> Is it about {OWN}?", asked=(OWN,))) == ("Probable", (OWN,))


def test_what_staff_said_of_a_wrong_number_is_remembered() -> None:
    said = Correction(
        order_number=OWN, written=(UNKNOWN,), by="Lina", ticket_id=1, said_at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    found = match(f"Order {UNKNOWN}", corrections=(said,))
    assert kind(found) == ("Exact", (OWN,))
    assert f"staff said in T-100001 that {OWN} is meant" in found.evidence
    assert kind(match("Order TP1111111111", corrections=(said,))) == ("NoMatch", ())
    foreign = replace(said, order_number=FOREIGN)
    assert kind(match(f"Order {UNKNOWN}", corrections=(foreign,))) == ("NoMatch", ())


def test_granted_orders_need_a_proven_sender() -> None:
    assert kind(match(said=numbers((FOREIGN, NEW)), granted={FOREIGN})) == ("Exact", (FOREIGN,))
    found = match(said=numbers((FOREIGN, NEW)), granted={FOREIGN}, verdict=Verdict.UNVERIFIED)
    assert kind(found) == ("NoMatch", ())


def test_the_candidates_come_with_points() -> None:
    found = match(f"Order {OWN}, kettle TP-K17 bought on 1 March 2026", quoted=f"TP-F9 and {OWN_TOO}")
    assert kind(found) == ("Exact", (OWN,))
    assert [(one.order.number, one.points) for one in found.candidates] == [(OWN, 155), (OWN_TOO, 60)]
    assert "order number TP2026030117 in the new text (100)" in found.candidates[0].because


def test_the_owner_of_one_foreign_order_may_be_asked() -> None:
    said, known = numbers((FOREIGN, NEW)), Known(quoted=ORDERS)
    found = match(said=said)
    assert foreign_order(said, known, found, standing()) == ORDERS[FOREIGN]
    assert foreign_order(said, known, found, standing(Verdict.UNVERIFIED)) is None
    two = numbers((FOREIGN, NEW), (UNKNOWN, NEW))
    assert foreign_order(two, known, match(said=two), standing()) is None


def test_a_number_of_the_buyers_own_counts_however_many_orders_they_have() -> None:
    known = Known(quoted={OWN: ORDERS[OWN]}, own=(ORDERS[OWN_TOO],))  # the newest alone were looked up
    found = decide(
        reading(f"I want to return {OWN}"),
        known,
        sender=KATE,
        standing=standing(),
        today=TODAY,
        recent=timedelta(days=400),
    )
    assert isinstance(found, Exact)
    assert found.order.number == OWN
