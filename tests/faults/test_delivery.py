"""A relay that defers, refuses, hangs up or never answers: nothing is lost, nothing is told twice by mistake (G10)."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Literal

import pytest
import yaml

from mailbot.demo.people import File, Person, body_text, header, reply, write
from mailbot.errors import ConfigError
from mailbot.settings import load_settings
from mailbot.store import outbox
from mailbot.store.outbox import OutgoingMail
from mailbot.wiring import open_store
from tests.journeys.world import KATE, PHOTO, ROOT, STAFF, SUPPORT, World, only, order
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpSink

NUMBER = "TP2026110002"
RECEIPT = File(filename="receipt.jpg", content_type="image/jpeg", data=PHOTO)


@pytest.fixture
def world(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink) -> World:
    """An installation with one order."""
    made = World(folder=tmp_path / "desk", dovecot=dovecot, sink=smtp_sink)
    made.import_orders(order(NUMBER, KATE))
    return made


def edit(world: World, path: str, value: object) -> None:
    """Change one key of the settings, given as in smtp.timeout."""
    settings = yaml.safe_load(world.settings_file.read_text(encoding="utf-8"))
    *parents, last = path.split(".")
    section = settings
    for name in parents:
        section = section[name]
    section[last] = value
    world.settings_file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")


def letters(world: World, template: str = "") -> list[OutgoingMail]:
    """Our own mails, oldest first."""
    with open_store(load_settings(world.settings_file)):
        return [mail for mail in reversed(outbox.in_state()) if template in ("", mail.template)]


def wish_for_a_return(world: World, person: Person = KATE) -> None:
    """A mail that is answered with one letter to the customer; staff hear of it only if it isn't Kate's."""
    number = NUMBER if person == KATE else "TP2026119999"  # no such order: there is no owner to be asked
    world.arrive(write(person, SUPPORT, "Return", f"I would like to return my kettle, order {number}.", at=world.now))


def settle_down(world: World) -> None:
    """Time goes by and more passes are made."""
    for _ in range(2):
        world.later(hours=1)
        world.poll()


# -- the relay says no


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_deferred_mail_is_tried_again_after_each_pause(world: World, stage: Literal["mail", "rcpt", "data"]) -> None:
    wish_for_a_return(world)
    world.sink.fail_next(code=451, stage=stage, times=2)
    result = world.poll()
    assert (result.exit_code, result.delivered.later, result.delivered.sent) == (0, 1, 0)
    (frozen,) = letters(world)
    assert (frozen.state, frozen.attempts) == ("queued", 1)
    assert "451" in frozen.last_error
    world.later(seconds=59)
    assert world.poll().delivered.later == 0
    world.later(seconds=1)  # the first pause is a minute, the second five
    assert world.poll().delivered.later == 1
    world.later(seconds=299)
    assert world.poll().delivered.sent == 0
    world.later(seconds=1)
    assert world.poll().delivered.sent == 1
    assert [mail.message_id for mail in world.sink.mails] == [frozen.message_id]
    (sent,) = letters(world)
    assert (sent.state, sent.attempts, sent.message_id) == ("sent", 3, frozen.message_id)


def test_a_mail_deferred_for_ever_is_given_up_and_staff_are_told(world: World) -> None:
    edit(world, "delivery.retry_minutes", [1, 5])
    wish_for_a_return(world)
    world.sink.refuse_recipient(KATE.address, 451)
    assert world.poll().delivered.later == 1
    world.later(minutes=1)
    assert world.poll().delivered.later == 1
    world.later(minutes=5)
    result = world.poll()
    assert (result.exit_code, result.delivered.dead, result.delivered.sent) == (1, 1, 1)
    (frozen, _notice) = letters(world)
    assert (frozen.state, frozen.attempts) == ("dead", 3)
    assert f"outbox retry {frozen.outbox_id}" in body_text(only(world.new_mails(), STAFF).raw)
    settle_down(world)
    assert world.new_mails() == []


@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_a_refused_mail_is_given_up_and_staff_are_told(world: World, stage: Literal["rcpt", "data"]) -> None:
    wish_for_a_return(world)
    world.sink.fail_next(code=550, stage=stage)
    result = world.poll()
    assert (result.exit_code, result.delivered.dead) == (1, 1)
    (frozen, _notice) = letters(world)
    assert frozen.state == "dead"
    notice = only(world.new_mails(), STAFF)
    assert "T-100001" in header(notice.raw, "Subject")
    for words in (f"mailbot outbox retry {frozen.outbox_id}", "550", KATE.address):
        assert words in body_text(notice.raw)
    settle_down(world)
    assert world.new_mails() == []


def test_staff_send_a_dead_mail_again(world: World) -> None:
    wish_for_a_return(world)
    world.sink.fail_next(code=550, stage="rcpt")
    world.poll()
    world.new_mails()
    (frozen, _notice) = letters(world)
    health = world.cli("health")
    assert health.returncode == 1
    assert "1 dead mails: mailbot outbox list --state dead" in health.stdout
    assert world.cli("outbox", "retry", str(frozen.outbox_id)).returncode == 0
    world.later(minutes=1)  # the command ran at the real time
    world.poll()
    assert only(world.new_mails(), KATE).message_id == frozen.message_id
    again = world.cli("outbox", "retry", str(frozen.outbox_id))
    assert again.returncode == 1
    assert "only dead or uncertain mails" in again.stderr


def test_a_refused_notice_to_staff_brings_no_other_notice(world: World) -> None:
    world.sink.refuse_recipient(STAFF.address, 550)
    world.arrive(write(KATE, SUPPORT, "Question", "How loud is the kettle?", at=world.now))
    assert world.poll().delivered.dead == 1
    settle_down(world)
    assert [(mail.template, mail.state) for mail in letters(world)] == [
        ("acknowledgement", "sent"),
        ("staff_notice", "dead"),
    ]
    incidents = world.json("health")["incidents"]  # type: ignore[index,call-overload]
    assert [incident["kind"] for incident in incidents] == ["dead_notice"]


def test_one_refused_customer_holds_up_nobody(world: World) -> None:
    people = [Person(name="", address=f"guest{number}@mail.example") for number in range(30)]
    for person in people:
        wish_for_a_return(world, person)
    world.sink.refuse_recipient(people[0].address, 550)
    world.sink.refuse_recipient(people[1].address, 451)
    world.poll()
    reached = [mail.recipients for mail in world.sink.mails if mail.recipients != (STAFF.address,)]
    assert sorted(reached) == sorted((person.address,) for person in people[2:])
    assert world.sink.connections <= load_settings(world.settings_file).smtp.connections


def test_wrong_smtp_password(tmp_path: Path, dovecot: Dovecot) -> None:
    with SmtpSink.start(username="desk", password="secret") as sink:
        world = World(folder=tmp_path / "desk", dovecot=dovecot, sink=sink)
        wish_for_a_return(world)
        edit(world, "smtp.username", "desk")
        edit(world, "smtp.password", "secret")
        wrong = world.cli("poll", env={**os.environ, "MAILBOT_SMTP__PASSWORD": "wrong"})
        assert (wrong.returncode, len(wrong.stderr.splitlines())) == (2, 1), wrong.stderr
        assert "smtp relay (127.0.0.1:" in wrong.stderr
        assert "refuses the login of 'desk'" in wrong.stderr
        assert "check username and password" in wrong.stderr
        assert sink.mails == []
        world.later(minutes=10)
        world.poll()
        assert sum(mail.recipients == (KATE.address,) for mail in sink.mails) == 1


def test_a_relay_that_wants_a_login_where_none_is_set(tmp_path: Path, dovecot: Dovecot) -> None:
    """530 (RFC 4954, 6) speaks of the settings and not of a mail: no mail may be given up for it."""
    with SmtpSink.start(username="desk", password="secret") as sink:
        world = World(folder=tmp_path / "desk", dovecot=dovecot, sink=sink)
        wish_for_a_return(world)
        wrong = world.cli("poll")
        edit(world, "smtp.username", "desk")
        edit(world, "smtp.password", "secret")
        world.later(minutes=10)
        world.poll()
        assert sum(mail.recipients == (KATE.address,) for mail in sink.mails) == 1
        assert wrong.returncode == 2, (wrong.stdout, wrong.stderr)
        assert "smtp relay (127.0.0.1:" in wrong.stderr


# -- the connection breaks when the relay may have the mail


def test_an_ordinary_mail_in_doubt_goes_out_again_with_its_message_id(world: World) -> None:
    wish_for_a_return(world)
    world.sink.drop_after_data()
    result = world.poll()
    assert (result.exit_code, result.delivered.later, result.delivered.uncertain) == (0, 1, 0)
    settle_down(world)
    (frozen,) = letters(world)
    assert (frozen.state, frozen.attempts) == ("sent", 2)  # the repetition is counted
    assert [mail.message_id for mail in world.sink.mails] == [frozen.message_id] * 2
    assert world.sink.mails[0].raw == world.sink.mails[1].raw


def to_the_refund(world: World) -> bytes:
    """Everything up to the staff's last decision; returns the mail that makes the desk send the refund notice."""
    first = write(KATE, SUPPORT, "Return", f"I would like to return my kettle, order {NUMBER}.", at=world.now)
    form = reply(KATE, only(world.exchange(first), KATE).raw, "Condition: unused", at=world.now, files=[RECEIPT])
    notice = only(world.exchange(form), STAFF)
    world.exchange(reply(STAFF, notice.raw, "#approve", at=world.now))
    world.exchange(reply(STAFF, notice.raw, "#received", at=world.now))
    world.new_mails()
    world.later(minutes=1)
    return reply(STAFF, notice.raw, "#inspect pass", at=world.now)


def notices(world: World) -> list[str | None]:
    """Message-IDs of the refund notices that the relay took."""
    (letter,) = letters(world, "refund_notice")
    return [mail.message_id for mail in world.sink.mails if mail.message_id == letter.message_id]


@pytest.mark.parametrize("how", ["dropped", "stalled"])
def test_a_refund_notice_in_doubt_that_the_sent_folder_shows(world: World, how: str) -> None:
    edit(world, "mailboxes.support.sent_folder", "Sent")
    edit(world, "smtp.timeout", 0.5)
    world.arrive(to_the_refund(world))
    world.sink.on_message = lambda mail: world.dovecot.append_many([mail.raw], "Sent")
    if how == "dropped":
        world.sink.drop_after_data()
    else:
        world.sink.stall_after_data(1.5)
    assert world.poll().delivered.uncertain == 1
    (letter,) = letters(world, "refund_notice")
    assert letter.state == "uncertain"
    world.later(seconds=299)
    world.poll()
    assert letters(world, "refund_notice")[0].state == "uncertain"
    world.later(seconds=2)
    assert world.poll().exit_code == 0
    assert letters(world, "refund_notice")[0].state == "sent"
    settle_down(world)
    assert len(notices(world)) == 1
    assert letters(world, "staff_delivery_failed") == []


def test_a_refund_notice_in_doubt_that_the_sent_folder_lacks(world: World) -> None:
    edit(world, "mailboxes.support.sent_folder", "Sent")
    world.arrive(to_the_refund(world))
    world.sink.drop_after_data()
    world.poll()
    world.later(seconds=299)
    world.poll()
    assert len(notices(world)) == 1
    world.later(seconds=2)
    assert world.poll().delivered.sent == 1
    settle_down(world)
    assert len(notices(world)) == 2
    assert letters(world, "refund_notice")[0].state == "sent"


def test_a_refund_notice_in_doubt_without_a_sent_folder_is_for_staff_to_decide(world: World) -> None:
    world.arrive(to_the_refund(world))
    world.sink.drop_after_data()
    world.poll()
    (letter,) = letters(world, "refund_notice")
    assert letter.state == "uncertain"
    told = only([mail for mail in world.new_mails() if mail.message_id != letter.message_id], STAFF)
    assert f"mailbot outbox retry {letter.outbox_id}" in body_text(told.raw)
    settle_down(world)
    assert (len(notices(world)), world.new_mails()) == (1, [])
    assert world.cli("outbox", "retry", str(letter.outbox_id)).returncode == 0
    world.poll()
    assert len(notices(world)) == 2
    assert letters(world, "refund_notice")[0].state == "sent"


@pytest.mark.parametrize("trouble", ["no such folder", "no server"])
def test_a_doubt_that_cannot_be_cleared_holds_up_no_other_mail(
    world: World, trouble: Literal["no such folder", "no server"]
) -> None:
    """The doubtful mail waits, unsent, until the sent folder can be read; the others go out."""
    edit(world, "mailboxes.support.sent_folder", "Sent" if trouble == "no server" else "Nowhere")
    world.arrive(to_the_refund(world))
    world.sink.drop_after_data()
    world.poll()
    world.new_mails()
    other = Person(name="Ole", address="ole@mail.example")
    wish_for_a_return(world, other)
    world.sink.fail_next(code=451, stage="mail")
    world.later(seconds=1)
    world.poll()  # the answer to Ole and the notice about him are frozen now, and one of the two waits
    (out_at_once,) = world.new_mails()
    world.later(minutes=10)
    if trouble == "no server":
        world.dovecot.halt()
    try:
        result = world.poll()
    finally:
        if trouble == "no server":
            world.dovecot.resume()
    assert result.exit_code == (75 if trouble == "no server" else 2)
    assert len(notices(world)) == 1
    (waited,) = world.new_mails()
    assert {*out_at_once.recipients, *waited.recipients} == {other.address, STAFF.address}


@pytest.mark.parametrize("code", [421, 0])
def test_a_lost_connection_costs_one_mail_a_pause_and_not_the_others(world: World, code: int) -> None:
    people = [Person(name="", address=f"guest{number}@mail.example") for number in range(10)]
    for person in people:
        wish_for_a_return(world, person)
    if code:
        world.sink.fail_next(code=code, stage="mail")
    else:
        world.sink.drop_after_data()
    result = world.poll()
    # Ten letters to customers, ten notices to staff.
    assert (result.exit_code, result.delivered.sent, result.delivered.later) == (0, 19, 1)
    settle_down(world)
    assert {mail.recipients[0] for mail in world.sink.mails} == {STAFF.address, *(p.address for p in people)}
    assert len({mail.message_id for mail in world.sink.mails}) == 20
    assert len(world.sink.mails) == (20 if code else 21)


# -- damage


def spoil(world: World, template: str) -> None:
    """Break one template of the installation."""
    shutil.copytree(ROOT / "templates", world.folder / "templates")
    edit(world, "templates", "templates")
    for language in ("en", "zh-Hans"):
        (world.folder / f"templates/{language}/{template}.md.j2").write_text("Oh\n\n{% if %}\n", encoding="utf-8")


def test_a_broken_template_of_the_notice_holds_up_no_other_mail(world: World) -> None:
    spoil(world, "staff_delivery_failed")
    people = [Person(name="", address=f"guest{number}@mail.example") for number in range(6)]
    for person in people:
        wish_for_a_return(world, person)
    world.sink.refuse_recipient(people[0].address, 550)
    for _ in range(3):
        world.later(minutes=10)
        with contextlib.suppress(ConfigError):
            world.poll()
    reached = [mail.recipients[0] for mail in world.sink.mails if mail.recipients != (STAFF.address,)]
    assert sorted(reached) == sorted(person.address for person in people[1:])  # each once


def test_a_broken_template_of_a_reminder_holds_up_no_mail(world: World) -> None:
    world.arrive(to_the_refund(world))
    assert world.poll().exit_code == 0
    spoil(world, "staff_refund_overdue")
    world.later(days=40)
    other = Person(name="Ole", address="ole@mail.example")
    wish_for_a_return(world, other)
    world.new_mails()
    with contextlib.suppress(ConfigError):
        world.poll()
    only(world.new_mails(), other)


def test_a_frozen_mail_whose_bytes_were_damaged_holds_up_no_other_mail(world: World) -> None:
    people = [Person(name="", address=f"guest{number}@mail.example") for number in range(4)]
    for person in people:
        wish_for_a_return(world, person)
    world.sink.fail_next(code=451, stage="mail", times=len(people))
    world.poll()
    database = sqlite3.connect(load_settings(world.settings_file).database)
    with database:
        # Whichever table keeps the sealed bytes, its rows are numbered as the mails are.
        (table,) = database.execute(
            "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE c.name = 'sealed'"
        ).fetchone()
        (sealed,) = database.execute(f"SELECT sealed FROM {table} WHERE rowid = 1").fetchone()
        spoiled = sealed[:-1] + bytes([sealed[-1] ^ 1])
        database.execute(f"UPDATE {table} SET sealed = ? WHERE rowid = 1", (spoiled,))
    database.close()
    settle_down(world)
    reached = {address for mail in world.sink.mails for address in mail.recipients}
    assert {person.address for person in people[1:]} <= reached
    assert letters(world)[0].state == "dead"  # and staff or `health` say so
    assert world.cli("health").returncode == 1
