"""A new mail of the buyer about an order with an open case joins that case and is answered; a stranger's isn't."""

from __future__ import annotations

import pytest

from mailbot.demo.people import File, body_text, header, write
from tests.journeys.test_threads import show
from tests.journeys.world import KATE, MALLORY, PHOTO, STAFF, SUPPORT, World, only

RECEIPT = File(filename="receipt.jpg", content_type="image/jpeg", data=PHOTO)


def wants_return(world: World) -> None:
    world.exchange(write(KATE, SUPPORT, "Return", "I want to return TP2026110002", at=world.now, files=[RECEIPT]))


def test_it_is_acknowledged_with_the_number_and_what_is_missing(world: World) -> None:
    wants_return(world)
    sent = world.exchange(write(KATE, SUPPORT, "My order", "TP2026110002: how loud is it?", at=world.now))
    letter = only(sent, KATE).raw
    assert "R-100001: we have received your message" in header(letter, "Subject")
    assert "We are still waiting for the following from you" in body_text(letter)
    assert "Condition" in body_text(letter)
    assert any("how loud is it?" in mail["text"] for mail in show(world)["messages"] if mail["direction"] == "in")
    assert len(world.json("tickets", "list")) == 1  # type: ignore[arg-type]
    assert "URGENT" not in header(only(sent, STAFF).raw, "Subject")


def test_its_words_fill_in_the_form(world: World) -> None:
    wants_return(world)
    text = "About my order TP2026110002: it is unused.\nReason: too small"
    sent = world.exchange(write(KATE, SUPPORT, "My kettle", text, at=world.now))
    assert "R-100001" in header(only(sent, KATE).raw, "Subject")
    assert world.json("cases", "show", "R-100001")["state"] == "submitted"  # type: ignore[index,call-overload]


@pytest.mark.parametrize("text", ["Ich widerrufe den Vertrag.", "我要退货", "我要撤销", "I want to return it."])
def test_a_declaration_of_withdrawal_is_urgent(world: World, text: str) -> None:
    wants_return(world)
    sent = world.exchange(write(KATE, SUPPORT, "TP2026110002", f"TP2026110002: {text}", at=world.now))
    only(sent, KATE)
    notices = [header(mail.raw, "Subject") for mail in sent if mail.recipients == (STAFF.address,)]
    assert any("URGENT" in subject for subject in notices)


def test_a_machine_that_answers_meets_the_caps(world: World) -> None:
    world.write_settings(limits={"replies_per_ticket_per_hour": 3})
    wants_return(world)
    mails = [write(KATE, SUPPORT, f"Mail {n}", f"TP2026110002: hello {n}", at=world.now) for n in range(6)]
    letters = [mail for one in mails for mail in world.exchange(one) if mail.recipients == (KATE.address,)]
    assert len(letters) == 2  # with the form: three


def test_a_stranger_is_told_nothing_of_it(world: World) -> None:
    wants_return(world)
    sent = world.exchange(write(MALLORY, SUPPORT, "Order", "TP2026110002: it is unused, I return it", at=world.now))
    assert all("R-100001" not in body_text(mail.raw) for mail in sent if mail.recipients == (MALLORY.address,))
    assert world.json("cases", "show", "R-100001")["state"] == "requested"  # type: ignore[index,call-overload]
