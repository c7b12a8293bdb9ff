"""Numbers of parcels as customers write them in a reply."""

from __future__ import annotations

import pytest

from mailbot.domain.parcels import parcel_number
from mailbot.domain.references import Place
from mailbot.domain.text_facts import Found, TextFacts

NOTHING = TextFacts()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Tracking number: RM 123 456 789 GB", "RM123456789GB"),
        ("The tracking no. is 00340434161094042557.", "00340434161094042557"),
        ("已寄出，运单号：SF1234567890123", "SF1234567890123"),
        ("快递单号是 773012345678901 谢谢", "773012345678901"),
        ("寄件單號 903412345678", "903412345678"),
        ("追跡番号は 1234-5678-9012 です", "123456789012"),
        ("Sendungsnummer lautet 00340434161094042557", "00340434161094042557"),
        ("numéro de suivi : 6A12345678901", "6A12345678901"),
        ("el número de seguimiento es PQ4R7T0612345670128014Z", "PQ4R7T0612345670128014Z"),
        ("I sent it today.", ""),
        ("my order number is TP2026030117", ""),
        ("Tracking number: TP2026030117", ""),  # that is the order
        ("tracking number: 12345", ""),
        ("tracking RM123456789GB or tracking RM987654321GB", ""),
        ("I paid 1234567890 for it", ""),
    ],
)
def test_the_number_that_is_called_one(text: str, number: str) -> None:
    assert parcel_number(text, NOTHING, ["TP2026030117"]) == number


@pytest.mark.parametrize(
    ("place", "number"), [(Place.NEW_TEXT, "SF1234567890123"), (Place.QUOTED_TEXT, ""), (Place.DOCUMENT, "")]
)
def test_a_number_of_the_shops_carriers_needs_no_name_but_counts_in_own_words_only(place: Place, number: str) -> None:
    said = TextFacts(tracking_numbers=(Found(value="SF1234567890123", place=place),))
    assert parcel_number("here it is", said, []) == number


def test_the_parcel_in_which_the_order_came_is_none() -> None:
    said = TextFacts(tracking_numbers=(Found(value="SF1234567890123", place=Place.NEW_TEXT),))
    assert parcel_number("it came as SF1234567890123", said, ["SF 1234567890123"]) == ""


@pytest.mark.parametrize("text", ["tracking" + ":" * 300_000, "tracking" + " " * 300_000 + "x", "suivi " * 50_000])
def test_a_text_that_is_made_to_be_slow_says_nothing(text: str) -> None:
    assert parcel_number(text, NOTHING, []) == ""
