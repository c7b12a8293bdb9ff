"""Spam is kept and listed, and nobody is written to; a customer's answer reaches staff all the same (G4)."""

from __future__ import annotations

import pytest
import yaml

from mailbot.demo.people import Person, reply, write
from mailbot.domain.spam import blocked_by, spam_mark
from tests.journeys.world import STAFF, SUPPORT, World


def question(world: World, number: int) -> bytes:
    person = Person(name=f"Customer {number}", address=f"customer{number}@mail.example")
    return write(person, SUPPORT, f"Question {number}", f"How loud is kettle {number}?", at=world.now)


def answered(world: World) -> list[str]:
    return [mail.recipients[0] for mail in world.sink.mails if mail.recipients[0] != STAFF.address]


def spam(world: World, number: int, header: str = "X-Spam-Flag: YES") -> bytes:
    return header.encode() + b"\r\n" + question(world, number)


def test_spam_is_kept_and_listed_and_nobody_is_written_to(world: World) -> None:
    world.write_settings(spam={"blocklist": ["customer3@mail.example", "bad.example"]})
    settings = yaml.safe_load(world.settings_file.read_text(encoding="utf-8"))
    settings["mailboxes"]["support"]["folders"] = ["INBOX", {"name": "Spam", "spam": True}]
    world.settings_file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    world.arrive(spam(world, 1))
    world.arrive(spam(world, 2, "X-Spam-Status: No, score=-1"))
    world.arrive(question(world, 3))
    world.arrive(question(world, 5).replace(b"customer5@mail.example", b"someone@deep.bad.example"))
    world.dovecot.deliver(question(world, 4), "Spam")
    assert world.poll().exit_code == 0
    assert answered(world) == ["customer2@mail.example"]
    assert len(world.sink.mails) == 2  # the answer and the notice
    reasons = {message["sender"]: message["reason"] for message in world.json("tickets", "unfiled")}  # type: ignore[attr-defined]
    assert reasons == {
        "customer1@mail.example": "X-Spam-Flag: YES",
        "customer3@mail.example": "spam.blocklist: customer3@mail.example",
        "someone@deep.bad.example": "spam.blocklist: bad.example",
        "customer4@mail.example": "folder support/Spam",
    }


def test_an_answer_in_a_ticket_reaches_staff_whatever_a_filter_says(world: World) -> None:
    person = Person(name="Customer 1", address="customer1@mail.example")
    letter = next(m for m in world.exchange(question(world, 1)) if m.recipients == (person.address,))
    answer = reply(person, letter.raw, "It says win a prize on the lid.", at=world.now)
    sent = world.exchange(b"X-Spam-Flag: YES\r\n" + answer)
    assert [mail.recipients for mail in sent] == [(STAFF.address,)]
    assert b"marked as spam" in sent[0].raw


@pytest.mark.parametrize(
    ("found", "marked"),
    [
        ("x-spam-flag: YES", True),
        ("X-SPAM-FLAG:yes", True),
        ("x-spam-status: Yes, score=9.1", True),
        ("x-spam-status: No, score=1.0", False),
        ("x-spam-flag: NO", False),
        ("x-other: YES", False),
    ],
)
def test_headers_of_filters(found: str, marked: bool) -> None:
    wanted = ("X-Spam-Flag: YES", "X-Spam-Status: Yes")
    assert bool(spam_mark((found,), wanted, "imap:support/INBOX", frozenset())) is marked


@pytest.mark.parametrize(
    ("sender", "entry"),
    [
        ("a@bad.example", "bad.example"),
        ("a@mail.bad.example", "bad.example"),
        ("a@notbad.example", ""),
        ("one@good.example", "one@good.example"),
        ("anotherone@good.example", ""),
        ("", ""),
    ],
)
def test_the_blocklist_names_addresses_and_domains(sender: str, entry: str) -> None:
    assert blocked_by(sender, ("bad.example", "one@good.example")) == entry
