"""Which order a mail is about; nobody but the buyer gets one (G5, P17)."""

from __future__ import annotations

import pytest

from mailbot.domain.match import Ambiguous, Exact, NoMatch, OrderMatch, match_order
from mailbot.domain.references import Place
from mailbot.domain.standing import Verdict
from tests.domain.examples import KATE, order, references, standing

OWN, OWN_TOO, FOREIGN, UNKNOWN = "TP2026030117", "TP2026030118", "TP2026030999", "TP0000000000"
ORDERS = {
    OWN: order(),
    OWN_TOO: order(number=OWN_TOO),
    FOREIGN: order(number=FOREIGN, buyer_email="eve@elsewhere.example"),
}
SUBJECT, NEW, NAME, QUOTED = Place.SUBJECT, Place.NEW_TEXT, Place.ATTACHMENT_NAME, Place.QUOTED_TEXT


def match(*numbers: tuple[str, Place], verdict: Verdict = Verdict.VERIFIED, sender: str = KATE) -> OrderMatch:
    return match_order(references(*numbers), ORDERS, sender=sender, standing=standing(verdict))


@pytest.mark.parametrize("place", list(Place))
@pytest.mark.parametrize("verdict", [Verdict.VERIFIED, Verdict.UNVERIFIED])
def test_the_buyers_own_order_is_exact_wherever_it_stands(place: Place, verdict: Verdict) -> None:
    found = match((OWN, place), verdict=verdict)
    assert isinstance(found, Exact)
    assert found.order.number == OWN
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
@pytest.mark.parametrize("place", list(Place))
def test_what_the_sender_is_not_entitled_to_is_no_match(number: str, verdict: Verdict, why: str, place: Place) -> None:
    found = match((number, place), verdict=verdict)
    assert isinstance(found, NoMatch)
    assert why in found.evidence[0]
    assert found.numbers_quoted is (place is not QUOTED)


@pytest.mark.parametrize("sender", ["", "eve@elsewhere.example", "KATE@mail.example", "kate@mail.example.evil.example"])
def test_only_the_buyers_address_counts(sender: str) -> None:
    assert isinstance(match((OWN, SUBJECT), sender=sender), NoMatch)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (((OWN, SUBJECT), (FOREIGN, NEW)), OWN),
        (((UNKNOWN, SUBJECT), (OWN, NEW)), OWN),
        (((OWN, NEW), (OWN_TOO, QUOTED)), OWN),  # the new words count before the quote
        (((FOREIGN, NEW), (OWN, QUOTED)), OWN),
        (((OWN_TOO, NAME), (OWN, QUOTED)), OWN_TOO),
    ],
)
def test_one_own_order_among_others_is_the_one(numbers: tuple[tuple[str, Place], ...], expected: str) -> None:
    found = match(*numbers)
    assert isinstance(found, Exact)
    assert found.order.number == expected


@pytest.mark.parametrize("places", [(SUBJECT, NEW), (NEW, NEW), (NEW, NAME), (QUOTED, QUOTED)])
def test_two_own_orders_are_ambiguous(places: tuple[Place, Place]) -> None:
    found = match((OWN, places[0]), (OWN_TOO, places[1]))
    assert isinstance(found, Ambiguous)
    assert [o.number for o in found.orders] == [OWN, OWN_TOO]


def test_two_own_orders_from_a_forged_sender_are_nothing() -> None:
    assert isinstance(match((OWN, SUBJECT), (OWN_TOO, NEW), verdict=Verdict.FAILED), NoMatch)


def test_no_number_is_no_match_and_says_so() -> None:
    assert match() == NoMatch(evidence=(), numbers_quoted=False)
