"""Machines set against each other: whatever hides what they are, the caps end it, and no mail is lost."""

from __future__ import annotations

import email
import email.policy
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mailbot.demo.people import Person, body_text, header, write
from tests.journeys.world import KATE, STAFF, SUPPORT, World, only
from tests.servers.dovecot import OTHER_USERS, PASSWORD, Dovecot
from tests.servers.smtp import ReceivedMail, SmtpSink

ROUNDS = 40  # far beyond every cap below
HELP = "help@shop.example"
OTHER_STAFF = Person(name="Ben", address="ben@staff.shop.example")
LIMITS = {"replies_per_address_per_day": 6, "replies_per_subject_per_day": 4, "replies_per_ticket_per_hour": 3}


@pytest.fixture
def other(tmp_path: Path, dovecot: Dovecot) -> Iterator[World]:
    """A second desk, with a mailbox, a relay, a key and a database of its own."""
    with SmtpSink.start() as sink:
        mailbox = {
            "host": dovecot.host,
            "port": dovecot.port,
            "security": "none",
            "username": OTHER_USERS[0],
            "password": PASSWORD,
        }
        yield World(
            folder=tmp_path / "other",
            dovecot=dovecot,
            sink=sink,
            changes={
                "brand": {"support_address": HELP, "name": "Shop"},
                "reply_address": "help+{token}@shop.example",
                "mailboxes": {"support": mailbox},
                "staff": {"members": [{"name": OTHER_STAFF.name, "address": OTHER_STAFF.address}]},
                "limits": LIMITS,
            },
        )


def carried(mail: ReceivedMail, world: World, *, disguised: bool, threaded: bool) -> bytes:
    """The mail as it arrives at the other side, where the way may have taken its marks away."""
    message = email.message_from_bytes(mail.raw, policy=email.policy.SMTP)
    if disguised:
        for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Mailbot-Desk"):
            del message[name]
    if not threaded:
        for name in ("In-Reply-To", "References", "Reply-To", "Message-ID"):
            del message[name]
        message["Message-ID"] = f"<{abs(hash((mail.raw, world.now)))}@carrier.example>"
        subject = re.sub(r"\[[^\]]*\]\s*", "", str(message["Subject"]))
        del message["Subject"]
        message["Subject"] = subject
        for part in message.walk():
            if part.get_content_maintype() == "text":
                text = re.sub(r"\[?T-\d+\]?", "", part.get_content())  # a number alone leads to its ticket, too
                part.set_content(text, subtype=part.get_content_subtype())
    domain = str(message["From"]).rpartition("@")[2].strip(">")
    verdict = f"Authentication-Results: mx.tp.example; dmarc=pass header.from={domain}\r\n"
    return verdict.encode() + message.as_bytes()


def set_against_each_other(here: World, there: World, *, disguised: bool, threaded: bool) -> int:
    """Both desks take each other's mail until nothing is on its way; returns how many mails went between them."""
    first = write(Person(name="Shop", address=HELP), SUPPORT, "Hello", "Is anybody there?", at=here.now)
    sent = here.exchange(first)
    count = 0
    for _ in range(ROUNDS):
        to_there = [mail for mail in sent if mail.recipients[0] == HELP]
        count += len(to_there)
        for mail in to_there:
            there.dovecot.deliver(carried(mail, there, disguised=disguised, threaded=threaded), user=OTHER_USERS[0])
        back = [mail for mail in there.exchange() if mail.recipients[0].startswith("support")]
        count += len(back)
        if not back:
            return count
        sent = here.exchange(*(carried(mail, here, disguised=disguised, threaded=threaded) for mail in back))
    raise AssertionError(f"they still write to each other after {ROUNDS} rounds")


@pytest.mark.parametrize(("disguised", "threaded"), [(False, True), (False, False), (True, True), (True, False)])
def test_two_desks_set_against_each_other_stop(world: World, other: World, *, disguised: bool, threaded: bool) -> None:
    world.write_settings(limits=LIMITS)
    count = set_against_each_other(world, other, disguised=disguised, threaded=threaded)
    assert count <= (2 * LIMITS["replies_per_address_per_day"] if disguised else 1)
    for desk in (world, other):
        got = world.dovecot.messages(user=desk.dovecot.username if desk is world else OTHER_USERS[0])
        health = desk.json("health")
        assert health["inbox"] == {"pending": 0, "done": len(got), "quarantined": 0}
    capped = world.json("health")["caps_last_day"] + other.json("health")["caps_last_day"]
    assert bool(capped) is (disguised and not threaded)  # the caps, and nothing else, ended the worst of them


@pytest.mark.parametrize("subject", ["Your message", "{subject}", "Ticket {number} received"])
def test_a_responder_without_any_mark_stops_within_the_cap(world: World, subject: str) -> None:
    world.write_settings(limits=LIMITS)
    sent = world.exchange(write(KATE, SUPPORT, "Hello", "Is anybody there?", at=world.now))
    answers = 0
    for number in range(ROUNDS):
        mine = [mail for mail in sent if mail.recipients[0] == KATE.address]
        if not mine:
            break
        answers += len(mine)
        said = subject.format(subject=header(mine[0].raw, "Subject"), number=4000 + number)
        sent = world.exchange(write(KATE, SUPPORT, said, f"We got your message no. {number}.", at=world.now))
    else:
        raise AssertionError("mailbot and the responder still write to each other")
    assert answers <= LIMITS["replies_per_subject_per_day"] + 1  # the first mail had a subject of its own
    stored = sum(
        len(
            [
                message
                for message in world.json("tickets", "show", row["number"])["messages"]
                if message["direction"] == "in"
            ]
        )
        for row in world.json("tickets", "list")
    )
    assert stored == answers + 1  # each of its mails is kept, the unanswered one too
    assert [mail for mail in sent if mail.recipients[0] == STAFF.address]  # and shown to staff


def test_responders_at_a_staff_address_and_at_the_customers_stop_within_the_caps(world: World) -> None:
    """The hardest case: both answer everything, as proven senders, with no mark at all."""
    world.write_settings(limits={**LIMITS, "staff_replies_per_ticket_per_hour": 3, "replies_per_ticket_per_hour": 50})
    sent = world.exchange(write(KATE, SUPPORT, "Hello", "Is anybody there?", at=world.now))
    total = 0
    for number in range(ROUNDS):
        answers = []
        for mail in sent:
            person = KATE if mail.recipients[0] == KATE.address else STAFF
            answers.append(
                write(
                    person,
                    header(mail.raw, "Reply-To"),
                    f"Re: {header(mail.raw, 'Subject')}",
                    f"I'm not here, no. {number}.",
                    at=world.now,
                    headers=(("In-Reply-To", header(mail.raw, "Message-ID")),),
                )
            )
        if not answers:
            break
        total += len(answers)
        sent = world.exchange(*answers)
    else:
        raise AssertionError("they still write to each other")
    assert total <= 30
    words = [
        mail for mail in world.sink.mails if "not here" in body_text(mail.raw) and mail.recipients[0] == KATE.address
    ]
    assert len(words) <= 3
    assert world.json("health")["caps_last_day"] >= 1


DESK = Person(name="Help Desk", address="desk@helper.example")
FEW = {"notices_per_ticket_per_hour": 4, "notices_per_sender_per_day": 5, "notices_per_subject_per_day": 3}


def help_desk(sent: list[ReceivedMail], world: World, number: int, *, threaded: bool) -> list[bytes]:
    """A machine without any mark, to which the staff address forwards, answers all that it gets."""
    answers = []
    for mail in sent:
        if mail.recipients[0] not in (STAFF.address, DESK.address):
            continue
        answers.append(
            write(
                DESK,
                header(mail.raw, "Reply-To") if threaded else SUPPORT,
                f"Re: {header(mail.raw, 'Subject')}" if threaded else "Your request",
                f"We got your message no. {number}, {len(answers)}.",
                at=world.now,
                headers=(("In-Reply-To", header(mail.raw, "Message-ID")),) if threaded else (),
            )
        )
    return answers


@pytest.mark.parametrize("threaded", [True, False])
def test_a_help_desk_behind_a_staff_address_stops_within_the_caps_on_notices(world: World, *, threaded: bool) -> None:
    world.write_settings(limits={**LIMITS, **FEW})
    sent = world.exchange(write(KATE, SUPPORT, "Hello", "Is anybody there?", at=world.now))
    notices = came = 0
    for number in range(ROUNDS):
        notices += sum(mail.recipients[0] == STAFF.address for mail in sent)
        answers = help_desk(sent, world, number, threaded=threaded)
        if not answers:
            break
        came += len(answers)
        sent = world.exchange(*answers)
    else:
        raise AssertionError("mailbot and the help desk still write to each other")
    assert notices <= (2 if threaded else 1 + FEW["notices_per_sender_per_day"])
    health = world.json("health")
    assert health["inbox"] == {"pending": 0, "done": came + 1, "quarantined": 0}
    stopped = {incident["kind"] for incident in health["incidents"]}
    assert stopped <= {"cap", "answer_to_notice"}
    assert stopped or threaded
    with sqlite3.connect(world.folder / "var" / "mailbot.sqlite3") as database:
        kept = database.execute("SELECT COUNT(*) FROM message WHERE direction = 'in'").fetchone()[0]
    assert kept == came + 1  # nothing is lost


def test_two_help_desks_behind_two_staff_addresses_stop_too(world: World) -> None:
    world.write_settings(limits={**LIMITS, **FEW})
    settings = yaml.safe_load(world.settings_file.read_text(encoding="utf-8"))
    settings["staff"]["members"].append({"name": OTHER_STAFF.name, "address": OTHER_STAFF.address})
    world.settings_file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    behind = {
        STAFF.address: DESK,
        DESK.address: DESK,
        OTHER_STAFF.address: Person(name="Crm", address="crm@other.example"),
        "crm@other.example": Person(name="Crm", address="crm@other.example"),
    }
    sent = world.exchange(write(KATE, SUPPORT, "Hello", "Is anybody there?", at=world.now))
    total = 0
    for number in range(ROUNDS):
        answers = [
            write(behind[mail.recipients[0]], SUPPORT, f"Your request, {number}a", f"Got {number}.", at=world.now)
            for mail in sent
            if mail.recipients[0] in behind
        ]
        if not answers:
            break
        total += len(answers)
        sent = world.exchange(*answers)
    else:
        raise AssertionError("they still write to each other")
    assert total < 150
    assert world.json("health")["caps_last_day"] >= 1


def test_a_flood_into_one_ticket_is_filed_whole_and_told_within_the_cap(world: World) -> None:
    world.write_settings(limits=FEW)
    letter = only(world.exchange(write(KATE, SUPPORT, "Hello", "Anybody?", at=world.now)), KATE)
    to = header(letter.raw, "Reply-To")
    more = [write(KATE, to, f"Re: {'abcdefgh'[n]}", f"More, {n}.", at=world.now) for n in range(8)]
    told = world.exchange(*more)
    assert len(told) == FEW["notices_per_ticket_per_hour"] - 1  # the first mail's notice counts
    assert "the last notice about this ticket" in body_text(told[-1].raw)
    assert len(world.json("tickets", "show", "T-100001")["messages"]) == 8 + 1 + 2 + len(told)
    assert world.json("health")["caps_last_day"] == 8 - len(told)
    world.later(hours=2)
    assert len(world.exchange(write(KATE, header(letter.raw, "Reply-To"), "Re: z", "Still?", at=world.now))) == 1
