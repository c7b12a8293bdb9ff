"""One mail about two orders, over real IMAP and SMTP: each is worked on, and nobody is asked what the mail says."""

from __future__ import annotations

import json

import pytest

from mailbot.demo.people import body_text, write
from tests.journeys.world import KATE, LIN, MALLORY, STAFF, SUPPORT, World, order

FIRST, SECOND = "TP2026110002", "TP2026110009"
BOTH = f"Hello,\n\nI want to return {FIRST}, and where is {SECOND}?\n\nKate"


def letters(world: World, text: str, **more: str) -> list[tuple[str, str]]:
    """Who gets what."""
    sent = world.exchange(write(KATE, SUPPORT, "Two things", text, at=world.now, **more))
    return [(mail.recipients[0], body_text(mail.raw)) for mail in sent]


def ship_second(world: World) -> None:
    world.import_orders(order(SECOND, KATE, shipping_status="shipped", tracking_number="SF1234567"))


def test_one_goes_back_and_the_other_is_told_of(world: World) -> None:
    ship_second(world)
    sent = letters(world, BOTH)
    assert [reader for reader, _ in sent] == [KATE.address, KATE.address]
    form, status = sorted((text for _, text in sent), key=lambda text: "Condition" not in text)
    assert FIRST in form
    assert SECOND not in form
    assert "R-100001" in form
    assert "SF1234567" in status
    assert FIRST not in status
    ticket = world.json("tickets", "show", "T-100001")
    assert [one["number"] for one in ticket["orders"]] == [FIRST, SECOND]
    assert [case["order_number"] for case in ticket["cases"]] == [FIRST]
    assert ticket["state"] == "open"


def test_two_parcels_are_told_of_and_the_ticket_is_closed(world: World) -> None:
    ship_second(world)
    world.import_orders(order(FIRST, KATE, shipping_status="shipped", tracking_number="SF7654321"))
    sent = letters(world, f"Where are my orders {FIRST} and {SECOND}?")
    assert sorted("SF1234567" in text for _, text in sent) == [False, True]
    assert sorted("SF7654321" in text for _, text in sent) == [False, True]
    assert world.json("tickets", "show", "T-100001")["state"] == "closed"


def test_what_is_not_told_apart_is_read_by_a_person_with_both_orders(world: World) -> None:
    ship_second(world)
    text = f"I have {FIRST} and {SECOND}. I'd like to return the first, and where is my second parcel?"
    sent = dict(letters(world, text))
    assert set(sent) == {KATE.address, STAFF.address}
    assert "purchased on" not in sent[KATE.address]  # no list to choose from
    assert f"the mail is about several orders: {FIRST}, {SECOND}" in sent[STAFF.address]
    assert world.json("cases", "list") == []
    assert len(world.json("tickets", "show", "T-100001")["orders"]) == 2


@pytest.mark.parametrize("verdict", ["dmarc=none", "dmarc=fail"])
def test_an_unproven_sender_gets_nothing_of_either(world: World, verdict: str) -> None:
    ship_second(world)
    for reader, text in letters(world, BOTH, verdict=verdict):
        if reader != STAFF.address:
            assert SECOND not in text
            assert "SF1234567" not in text
    assert world.json("cases", "list") == []


def test_an_order_of_somebody_else_beside_ones_own_is_not_told_of(world: World) -> None:
    foreign = "TP2026117351"  # no slip of hers
    text = BOTH.replace(SECOND, foreign)
    world.import_orders(order(foreign, LIN, shipping_status="shipped", tracking_number="SF1234567"))
    for reader, letter in letters(world, text):
        if reader != STAFF.address:
            assert "SF1234567" not in letter
            assert foreign not in letter
    assert world.json("cases", "list") == []
    stranger = write(MALLORY, SUPPORT, "Two things", text, at=world.now)
    for mail in world.exchange(stranger):
        assert mail.recipients == (STAFF.address,) or foreign not in body_text(mail.raw)


def test_explain_says_what_becomes_of_each(world: World) -> None:
    ship_second(world)
    file = world.folder / "two.eml"
    file.write_bytes(write(KATE, SUPPORT, "Two things", BOTH, at=world.now))
    text = world.cli("explain", str(file)).stdout
    assert f"return for order {FIRST}; order_status for order {SECOND}" in " ".join(text.split())
    shown = json.dumps(world.json("explain", str(file)))
    assert "one of several orders" in shown or "where this parcel is" in shown
