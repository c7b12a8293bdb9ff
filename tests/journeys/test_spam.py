"""Spam is kept and listed, and nobody is written to; a customer's answer reaches staff all the same (G4)."""

from __future__ import annotations

import sqlite3

import pytest
import yaml

from mailbot.demo.people import Person, reply, write
from mailbot.domain.spam import blocked_by, spam_mark
from mailbot.store.fields import utc_text
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


def with_spam_folder(world: World) -> None:
    settings = yaml.safe_load(world.settings_file.read_text(encoding="utf-8"))
    settings["mailboxes"]["support"]["folders"] = ["INBOX", {"name": "Spam", "spam": True}]
    world.settings_file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")


def test_a_mail_that_a_person_moved_out_of_the_spam_folder_is_decided_again(world: World) -> None:
    with_spam_folder(world)
    marked = spam(world, 1)  # the filter's header is the reason why it lay there
    world.dovecot.deliver(marked, "Spam")
    assert world.exchange() == []
    sent = world.exchange(marked)  # as IMAP moves it: the same bytes under a new UID
    assert {mail.recipients[0] for mail in sent} == {"customer1@mail.example", STAFF.address}
    assert world.json("tickets", "unfiled") == []
    assert len(world.json("tickets", "list")) == 1  # type: ignore[arg-type]
    world.dovecot.deliver(marked, "Spam")
    assert world.exchange(marked) == []  # once


def closed_ticket(world: World, person: Person) -> bytes:
    letter = next(m for m in world.exchange(question(world, 1)) if m.recipients == (person.address,))
    with sqlite3.connect(world.folder / "var" / "mailbot.sqlite3") as database:
        database.execute("UPDATE ticket SET state = 'closed', closed_at = ?", (utc_text(world.now),))
    return letter.raw


@pytest.mark.parametrize("days", [1, 100])
def test_a_marked_answer_in_a_closed_ticket_opens_it_again_however_late(world: World, days: int) -> None:
    person = Person(name="Customer 1", address="customer1@mail.example")
    letter = closed_ticket(world, person)
    world.later(days=days)
    answer = reply(person, letter, "You win a prize if you look at my kettle.", at=world.now)
    (notice,) = world.exchange(b"X-Spam-Flag: YES\r\n" + answer)
    assert b"marked as spam" in notice.raw
    assert world.json("tickets", "show", "T-100001")["state"] == "open"  # type: ignore[index,call-overload]


def test_a_clean_copy_is_decided_although_a_marked_one_came_first(world: World) -> None:
    person = Person(name="Customer 1", address="customer1@mail.example")
    mail = question(world, 1)
    assert world.exchange(b"X-Spam-Flag: YES\r\n" + mail) == []
    letter = next(m for m in world.exchange(mail) if m.recipients == (person.address,))
    answer = reply(person, letter.raw, "And how heavy is it?", at=world.now)
    for mark in (b"X-Spam-Flag: YES\r\n", b"List-Id: <family.mail.example>\r\n", b""):
        sent = world.exchange(mark + answer)
        assert [mail.recipients for mail in sent] == [(STAFF.address,)] or mark.startswith(b"List")
    assert world.exchange(b"X-Copy: 2\r\n" + answer) == []  # a clean copy settles it


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
