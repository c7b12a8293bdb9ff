"""A complaint about somebody at the desk reaches somebody else, and never them (P23)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailbot.demo.people import Person, body_text, header, reply, write
from tests.journeys.test_threads import show
from tests.journeys.world import KATE, STAFF, SUPPORT, World, only, order
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import ReceivedMail, SmtpSink

ANNA = Person(name="Anna Schmidt", address="anna@staff.tp.example")
BOSS = Person(name="Boss", address="boss@tp-group.example")
COMPLAINT = "I want to complain: this is the rudest treatment ever. PURPLE COW."


def desk_of(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink, *members: Person, deputy: str = "") -> World:
    people = [{"name": member.name, "address": member.address} for member in members]
    staff = {"members": people, "complaints_to": deputy}
    made = World(folder=tmp_path / "desk", dovecot=dovecot, sink=smtp_sink, changes={"staff": staff})
    made.import_orders(order("TP2026110002", KATE))
    return made


@pytest.fixture
def two(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink) -> World:
    """Li Na and Anna are at the desk."""
    return desk_of(tmp_path, dovecot, smtp_sink, STAFF, ANNA)


def answered(world: World, by: Person = STAFF) -> ReceivedMail:
    """Kate asked something, somebody answered; her copy of the answer."""
    sent = world.exchange(write(KATE, SUPPORT, "A question", "How loud is the kettle?", at=world.now))
    return only(world.exchange(reply(by, only(sent, by).raw, "Read the manual.", at=world.now)), KATE)


def readers(sent: list[ReceivedMail]) -> set[str]:
    return {mail.recipients[0] for mail in sent}


def said_to(world: World, person: Person) -> str:
    """Everything that somebody ever got."""
    return "".join(
        mail.raw.decode() + body_text(mail.raw) for mail in world.sink.mails if person.address in mail.recipients
    )


def number_of(mail: ReceivedMail) -> str:
    return header(mail.raw, "Subject").partition("[")[2].partition("]")[0]


def test_whom_it_is_about_never_reads_it(two: World) -> None:
    world = two
    answer = answered(world)
    sent = world.exchange(reply(KATE, answer.raw, COMPLAINT, at=world.now))
    assert readers(sent) == {KATE.address, ANNA.address}
    notice = only(sent, ANNA)
    assert "PURPLE COW" in body_text(notice.raw)
    assert "it came in T-100001" in " ".join(body_text(notice.raw).split())
    assert "Complaint about a colleague" in header(notice.raw, "Subject")
    number = number_of(notice)
    assert number != "T-100001"
    kept = show(world, number)
    assert (kept["linked_to"], kept["kept_from"], kept["wish"]) == ("T-100001", [STAFF.address], "complaint")

    # Anna answers in the complaint's ticket, Kate answers back.
    hers = only(world.exchange(reply(ANNA, notice.raw, "I am sorry for that.", at=world.now)), KATE)
    back = world.exchange(reply(KATE, hers.raw, "Thank you, but PURPLE COW again.", at=world.now))
    assert readers(back) == {ANNA.address}
    # Kate writes on in the old conversation: Li Na reads that, and nothing of the complaint.
    on = world.exchange(reply(KATE, answer.raw, "About the kettle: does it whistle?", at=world.now))
    assert readers(on) == {STAFF.address, ANNA.address}
    assert "PURPLE COW" not in said_to(world, STAFF)
    assert number not in said_to(world, STAFF)
    assert not any("PURPLE COW" in one["text"] for one in show(world)["messages"])


def test_a_second_complaint_joins_the_first(two: World) -> None:
    world = two
    answer = answered(world)
    number = number_of(only(world.exchange(reply(KATE, answer.raw, COMPLAINT, at=world.now)), ANNA))
    sent = world.exchange(reply(KATE, answer.raw, "I complain again! PURPLE COW!", at=world.now))
    assert readers(sent) == {ANNA.address}
    assert number_of(sent[0]) == number
    assert "PURPLE COW" not in said_to(world, STAFF)


@pytest.mark.parametrize(
    ("text", "reader"),
    [("Your Anna Schmidt was rude to me, I complain!", STAFF), ("I complain about Li Na, who was rude.", ANNA)],
)
def test_a_new_mail_that_names_somebody(two: World, text: str, reader: Person) -> None:
    world = two
    sent = world.exchange(write(KATE, SUPPORT, "Complaint", text, at=world.now))
    assert readers(sent) == {KATE.address, reader.address}


def test_a_new_mail_about_nobody_by_name_is_kept_from_who_answered_lately(two: World) -> None:
    world = two
    answered(world, by=ANNA)
    sent = world.exchange(write(KATE, SUPPORT, "Complaint", COMPLAINT, at=world.now))
    assert readers(sent) == {KATE.address, STAFF.address}


def test_a_complaint_about_nobody_at_the_desk_reaches_all(two: World) -> None:
    sent = two.exchange(write(KATE, SUPPORT, "Complaint", "I complain about your courier!", at=two.now))
    assert readers(sent) == {KATE.address, STAFF.address, ANNA.address}


def test_a_forged_complaint_is_no_way_around(two: World) -> None:
    """Nobody answers it, and whom it is about doesn't read it either."""
    sent = two.exchange(write(KATE, SUPPORT, "Complaint", "I complain about Li Na!", at=two.now, verdict="dmarc=fail"))
    assert readers(sent) == {ANNA.address}


@pytest.mark.parametrize("members", [(STAFF,), (STAFF, ANNA)])
def test_where_no_member_is_left_it_goes_to_whom_the_settings_name(
    tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink, members: tuple[Person, ...]
) -> None:
    world = desk_of(tmp_path, dovecot, smtp_sink, *members, deputy=BOSS.address)
    answer = answered(world)
    if len(members) > 1:
        other = [mail for mail in world.sink.mails if mail.recipients[0] == ANNA.address]
        world.exchange(reply(ANNA, other[0].raw, "It is quiet.", at=world.now))
    sent = world.exchange(reply(KATE, answer.raw, COMPLAINT, at=world.now))
    assert readers(sent) == {KATE.address, BOSS.address}
    # The boss answers as staff do; nothing of it comes to those whom it is about.
    hers = only(world.exchange(reply(BOSS, only(sent, BOSS).raw, "I will see to it.", at=world.now)), KATE)
    assert readers(world.exchange(reply(KATE, hers.raw, "PURPLE COW, thanks", at=world.now))) <= {BOSS.address}
    assert "PURPLE COW" not in said_to(world, STAFF)
    # Other mail isn't theirs to read.
    fresh = world.exchange(write(KATE, SUPPORT, "Other", "Does the kettle whistle?", at=world.now))
    assert BOSS.address not in readers(fresh)


def test_where_all_wrote_and_nobody_else_is_named_all_get_it_and_health_says_so(two: World) -> None:
    world = two
    answer = answered(world)
    other = [mail for mail in world.sink.mails if mail.recipients[0] == ANNA.address]
    world.exchange(reply(ANNA, other[0].raw, "It is quiet.", at=world.now))
    sent = world.exchange(reply(KATE, answer.raw, COMPLAINT, at=world.now))
    assert readers(sent) == {KATE.address, STAFF.address, ANNA.address}
    health: Any = json.loads(world.cli("health", "--json").stdout)
    assert "complaint_reaches_all" in {one["kind"] for one in health["incidents"]}


def test_whom_it_is_about_learns_nothing_by_merging(two: World) -> None:
    """The numbers of tickets follow one another; trying them tells no more than a number that isn't there."""
    world = two
    answer = answered(world)
    world.exchange(reply(KATE, answer.raw, COMPLAINT, at=world.now))
    notices = [mail for mail in world.sink.mails if mail.recipients[0] == STAFF.address]
    said = []
    for number in ("T-100002", "T-100009"):
        sent = world.exchange(reply(STAFF, notices[0].raw, f"#merge {number}", at=world.now))
        said.append(body_text(only(sent, STAFF).raw).replace(number, "N"))
    assert said[0] == said[1]
