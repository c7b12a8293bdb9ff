"""Nobody gets into somebody else's conversation: forged references, moved tokens, strange Reply-To (G5)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mailbot.demo.people import body_text, header, reply, write
from tests.journeys.world import KATE, LIN, MALLORY, STAFF, SUPPORT, World, only

FORM = "Order number: TP2026110002\nModel: TP-K17\nQuantity: 1\nReason: too small\nCondition: unused, complete"
TOKEN = re.compile(r"\+([csk]\d+-[a-z2-7]{16})@")


@pytest.fixture
def letter(world: World) -> bytes:
    """Kate asked for a return; what the desk answered her, with the form."""
    return only(world.exchange(write(KATE, SUPPORT, "Return", "I want to return TP2026110002", at=world.now)), KATE).raw


def show(world: World, number: str = "T-100001") -> dict[str, Any]:
    found = world.json("tickets", "show", number)
    assert isinstance(found, dict)
    return found


def state(world: World) -> tuple[object, ...]:
    """All that a stranger must not move: Kate's ticket and her case."""
    ticket = show(world)
    cases = world.json("cases", "list")
    assert isinstance(cases, list)
    return ticket["participants"], ticket["state"], len(ticket["messages"]), cases


def threaded(letter: bytes) -> list[tuple[str, str]]:
    """The headers by which a mail program ties an answer to the desk's letter."""
    ids = f"{header(letter, 'References')} {header(letter, 'Message-ID')}".split()
    return [("In-Reply-To", ids[-1]), ("References", " ".join(ids))]


def token_of(letter: bytes) -> str:
    found = TOKEN.search(header(letter, "Reply-To"))
    assert found is not None
    return found[1]


def test_forged_references_open_no_door(world: World, letter: bytes) -> None:
    """Neither to a stranger nor to a customer, whether somebody vouches for their addresses or not."""
    before = state(world)
    subject = f"Re: {header(letter, 'Subject')}"
    sent = world.exchange(
        *(
            write(
                thief, SUPPORT, subject, f"{FORM}\n{verdict}", at=world.now, verdict=verdict, headers=threaded(letter)
            )
            for thief in (MALLORY, LIN)
            for verdict in ("dmarc=pass", "dmarc=none", "dmarc=fail")
        ),
        write(MALLORY, SUPPORT, "Re: [T-100001] Your return", FORM, at=world.now),
    )
    assert state(world) == before
    for mail in sent:
        assert KATE.address not in mail.recipients or "T-10000" not in mail.raw.decode()
        if {MALLORY.address, LIN.address} & {*mail.recipients}:
            assert KATE.name not in body_text(mail.raw)
            assert "[T-100001]" not in header(mail.raw, "Subject")
    # What staff write to Kate later reaches her alone.
    notice = only(world.exchange(write(KATE, SUPPORT, "More", "any news? TP2026110002", at=world.now)), STAFF)
    answers = world.exchange(reply(STAFF, notice.raw, "Soon.", at=world.now))
    assert [mail.recipients for mail in answers] == [(KATE.address,)]


def test_a_token_is_worth_nothing_to_another_sender(world: World, letter: bytes) -> None:
    before = state(world)
    token = token_of(letter)
    mails = []
    for verdict in ("dmarc=pass", "dmarc=none"):
        for name in ("To", "Cc", "References", "In-Reply-To"):
            to = f"support+{token}@tp.example" if name == "To" else SUPPORT
            value = f"support+{token}@tp.example" if name == "Cc" else f"<{token}.0a1b2c@tp.example>"
            headers = [] if name == "To" else [(name, value)]
            mails.append(
                write(MALLORY, to, "My return", f"{FORM}\n{name}", at=world.now, verdict=verdict, headers=headers)
            )
    world.exchange(*mails)
    assert state(world) == before


def test_a_token_moved_to_another_ticket_is_none(world: World, letter: bytes) -> None:
    """Lin has a ticket and a token of his own; with another ticket's number, or another purpose, it is worthless."""
    his = only(world.exchange(write(LIN, SUPPORT, "退货", "我要退货 TP2026110001", at=world.now)), LIN).raw
    before, own = state(world), token_of(his)
    kates = token_of(letter)
    assert (own[:2], kates[:2]) == ("c2", "c1")
    moved = [
        own.replace("c2", "c1"),  # another ticket
        own.replace("c2", "s1"),  # another purpose and ticket
        own.replace("c2", "k1"),
        f"c1-{own[3:11]}{kates[11:]}",  # halves of two
        kates,  # another recipient
        kates.replace("c1", "s1"),
        kates.upper(),
    ]
    places = [f"support+{token}@tp.example" for token in moved]
    world.exchange(*(write(LIN, to, "#approve", f"#approve\n{FORM}", at=world.now) for to in places))
    assert state(world) == before


def test_staff_powers_do_not_come_with_a_customers_token(world: World, letter: bytes) -> None:
    """Nor by the customer's own commands in her own ticket."""
    world.exchange(reply(KATE, letter, "#approve TP-K17 x 1\n#refunded", at=world.now))
    cases = world.json("cases", "list")
    assert isinstance(cases, list)
    assert [case["state"] for case in cases] == ["requested"]


def test_a_strange_reply_to_gets_nothing_of_the_owner(world: World) -> None:
    """Whoever replaced Reply-To on the way reads no answer: answers go to From."""
    mail = write(
        KATE, SUPPORT, "Return", "I want to return TP2026110002", at=world.now, headers=[("Reply-To", MALLORY.address)]
    )
    sent = world.exchange(mail)
    assert MALLORY.address not in {address for one in sent for address in one.recipients}
    assert only(sent, KATE)


def test_the_owners_address_elsewhere_than_in_from_proves_nothing(world: World) -> None:
    text = "I want to return TP2026110002"
    names = ("Sender", "Reply-To", "Return-Path", "Resent-From", "X-Original-From")
    mails = [write(MALLORY, SUPPORT, name, text, at=world.now, headers=[(name, KATE.address)]) for name in names]
    sent = world.exchange(*mails)
    assert world.json("cases", "list") == []
    asked = [mail for mail in sent if KATE.address in mail.recipients]
    assert len(asked) == 1  # whether Mallory may speak for the order, and that is all
    assert "T-10000" not in asked[0].raw.decode()
