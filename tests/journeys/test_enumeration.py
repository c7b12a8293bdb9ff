"""A stranger can't tell by any answer whether an order exists (G5, P17).

Two strangers write the same words, one about something that is there, one about something that isn't. What each of them
gets is compared whole: how many mails, their headers and every part, with nothing masked but the two names, the clue
itself and what is new in every mail (ids, tokens, ticket numbers).
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import product

import pytest

from mailbot.demo.people import Person, write
from mailbot.domain.orders import OrderLine
from tests.journeys.world import KATE, LIN, STAFF, SUPPORT, World, order
from tests.servers.smtp import ReceivedMail

ANN = Person(name="Ann Archer", address="ann.archer@home.example")
BOB = Person(name="Bob Barker", address="bob.barker@away.example")


@dataclass(frozen=True, kw_only=True)
class Clue:
    """Something that is known of an order, and its like of no order."""

    there: str
    not_there: str


OWN = re.compile(r"TP20261\d{3}07")  # what strangers are given as orders of their own

CLUES = {
    "number": Clue(there="TP2026110002", not_there="TP2026115552"),
    "small letters": Clue(there="tp2026110002", not_there="tp2026115552"),
    "spaces": Clue(there="TP 2026 1100 02", not_there="TP 2026 1155 52"),
    "slip": Clue(there="TP2026110020", not_there="TP2026115520"),
    "serial": Clue(there="SN K17A0000002", not_there="SN K17A9999992"),
    "tracking number": Clue(there="EE100200302CN", not_there="EE100200999CN"),
    "phone": Clue(there="+44 7700 900102", not_there="+44 7700 900999"),
    "amount and day": Clue(there="GBP 47.11 on 3 May", not_there="GBP 58.22 on 4 May"),
}
WISHES = {
    "return": "I want to return my kettle, {}.",
    "status": "Where is my parcel? {}",
    "refund": "When will I get my refund for {}?",
    "cancel": "Please cancel {}.",
    "warranty": "The kettle {} is broken, I claim the warranty.",
    "warranty question": "Is {} still under warranty?",
    "nothing": "{}",
}


@pytest.fixture
def peopled(world: World) -> World:
    """Kate's order can be found by everything that an order has; each stranger has an order too."""
    kettle = order("TP2026110002", KATE).lines[0]
    lines = (OrderLine(**{**vars(kettle), "serials": ("SNK17A0000002",)}),)
    world.import_orders(
        order("TP2026110002", KATE, lines=lines, phone="+44 7700 900102", tracking_number="EE100200302CN"),
        order("TP2026110006", Person(name="Carl", address="carl@home.example")),
    )
    return world


def plain(mail: ReceivedMail, person: Person, clue: str) -> list[str]:
    """A mail with everything in it, in a form in which two of them can be compared."""
    message = email.message_from_bytes(mail.raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    lines = [f"{name}: {value}" for name, value in message.items()]
    for part in message.walk():
        lines.append(part.get_content_type())
        if not part.is_multipart():
            lines += str(part.get_content()).splitlines()
    return [_masked(line, person, clue) for line in lines]


def _masked(line: str, person: Person, clue: str) -> str:
    local, _, domain = person.address.partition("@")
    for word in (clue, clue.upper(), clue.replace(" ", "").upper()):
        line = line.replace(word, "CLUE")
    line = line.replace(person.address, "ADDRESS").replace(person.name, "NAME").replace(person.name.split()[0], "FIRST")
    line = line.replace(f"{local}=", "LOCAL=").replace(domain, "DOMAIN")
    line = re.sub(r"\b[csk]\d+-[a-z2-7]{16}", "TOKEN", line)
    line = re.sub(r"<[^<>@\s]+@[^<>@\s]+>", lambda found: found[0] if "support@" in found[0] else "<ID>", line)
    line = re.sub(r"\bT-\d{6}\b", "T-N", line)
    line = re.sub(OWN, "OWN", line)
    line = re.sub(r'boundary="[^"]*"', "boundary", line)
    return re.sub(r"\b[0-9a-f]{16,}\b", "HEX", line)


def answers(sent: list[ReceivedMail], person: Person, clue: str) -> list[list[str]]:
    return [plain(mail, person, clue) for mail in sent if person.address in mail.recipients]


def ask(world: World, person: Person, text: str, clue: str, verdict: str) -> bytes:
    words = text.format(clue)
    return write(person, SUPPORT, f"About {clue}", words, at=world.now, verdict=verdict)


def pairs() -> Iterator[tuple[Clue, str, Person, Person]]:
    """Each clue with each wish, and two people who never wrote before."""
    for count, (clue, text) in enumerate(product(CLUES.values(), WISHES.values())):
        ann = Person(name=f"Ann Archer{count:02}", address=f"ann{count:02}@home.example")
        bob = Person(name=f"Bob Barker{count:02}", address=f"bob{count:02}@away.example")
        yield clue, text, ann, bob


def differences(world: World, verdict: str, clues: Collection[str] = tuple(CLUES)) -> list[str]:
    """Clues and words for which the answers to the two differ; all are asked at once."""
    asked = [pair for pair in pairs() if pair[0] in [CLUES[name] for name in clues]]
    mails = []
    for clue, text, ann, bob in asked:
        mails += [ask(world, ann, text, clue.there, verdict), ask(world, bob, text, clue.not_there, verdict)]
    sent = world.exchange(*mails)
    found = []
    for clue, text, ann, bob in asked:
        there, not_there = answers(sent, ann, clue.there), answers(sent, bob, clue.not_there)
        assert len(there) == (0 if verdict == "dmarc=fail" else 1)
        assert KATE.name not in str(there)
        if there != not_there:
            found.append(f"{clue.there}: {text}")
    return found


@pytest.mark.parametrize("verdict", ["dmarc=pass", "dmarc=none", "dmarc=fail"])
def test_what_is_there_and_what_is_not_bring_the_same_answer(peopled: World, verdict: str) -> None:
    assert differences(peopled, verdict) == []


def test_customers_with_orders_of_their_own_learn_no_more(peopled: World) -> None:
    """Nor does it show in what they are told about their own."""
    orders = []
    for count, (_, _, ann, bob) in enumerate(pairs()):
        orders += [order(f"TP20261{count * 2:03}07", ann), order(f"TP20261{count * 2 + 1:03}07", bob)]
    peopled.import_orders(*orders)
    assert differences(peopled, "dmarc=pass") == []


def test_a_number_near_to_an_own_one_tells_nothing_of_its_neighbour(peopled: World) -> None:
    """Ann's and Bob's own are both one slip away from a number that is there, or isn't."""
    peopled.import_orders(order("TP2026110012", ANN), order("TP2026110402", BOB), order("TP2026110022", KATE))
    mails = [
        ask(peopled, ANN, WISHES["return"], "TP2026110022", "dmarc=pass"),
        ask(peopled, BOB, WISHES["return"], "TP2026110409", "dmarc=pass"),
    ]
    sent = peopled.exchange(*mails)
    there, not_there = answers(sent, ANN, "TP2026110022"), answers(sent, BOB, "TP2026110409")
    assert [line.replace("TP2026110012", "OWN") for line in there[0]] == [
        line.replace("TP2026110402", "OWN") for line in not_there[0]
    ]


def test_asking_again_and_again_brings_the_same_each_time(peopled: World) -> None:
    """Neither the owner's answer pending, nor the caps, nor the thread tell the two apart."""
    clue = CLUES["number"]
    for _ in range(4):
        sent = peopled.exchange(
            ask(peopled, ANN, WISHES["status"], clue.there, "dmarc=pass"),
            ask(peopled, BOB, WISHES["status"], clue.not_there, "dmarc=pass"),
        )
        there, not_there = answers(sent, ANN, clue.there), answers(sent, BOB, clue.not_there)
        assert there == not_there


def test_an_order_with_an_open_case_looks_like_none(peopled: World) -> None:
    peopled.exchange(write(KATE, SUPPORT, "Return", "I want to return TP2026110002", at=peopled.now))
    cases = peopled.json("cases", "list")
    assert isinstance(cases, list)
    assert len(cases) == 1
    assert differences(peopled, "dmarc=pass", ["number", "serial"]) == []


def test_a_list_of_numbers_tells_nothing_of_any_of_them(peopled: World) -> None:
    real, made_up = [f"TP202611000{n}" for n in (1, 2, 6)], [f"TP202611555{n}" for n in (1, 2, 6)]
    sent = peopled.exchange(
        write(ANN, SUPPORT, "Orders", f"Return {', '.join(real)} please", at=peopled.now),
        write(BOB, SUPPORT, "Orders", f"Return {', '.join(made_up)} please", at=peopled.now),
    )
    assert answers(sent, ANN, ", ".join(real)) == answers(sent, BOB, ", ".join(made_up))
    assert {mail.recipients for mail in sent} == {(ANN.address,), (BOB.address,), (STAFF.address,)}


def test_the_comparison_would_see_a_difference(peopled: World) -> None:
    """The owner's answer is another one than a stranger's."""
    sent = peopled.exchange(
        ask(peopled, ANN, WISHES["return"], "TP2026110002", "dmarc=pass"),
        ask(peopled, KATE, WISHES["return"], "TP2026110002", "dmarc=pass"),
        ask(peopled, LIN, WISHES["return"], "TP2026115552", "dmarc=pass"),
    )
    assert answers(sent, ANN, "TP2026110002") != answers(sent, KATE, "TP2026110002")
    assert answers(sent, LIN, "TP2026115552")
