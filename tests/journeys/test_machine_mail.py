"""Machine mail over real servers: bounces, absence notices, ticket systems, held addresses (G4)."""

from __future__ import annotations

import sqlite3

from mailbot.demo.people import File, Person, body_text, header, reply, write
from tests.journeys.world import KATE, PHOTO, STAFF, SUPPORT, World, only
from tests.servers.smtp import ReceivedMail

RECEIPT = File(filename="receipt.jpg", content_type="image/jpeg", data=PHOTO)
DAEMON = Person(name="Mail Delivery System", address="MAILER-DAEMON@mx.mail.example")
PROVEN = b"Authentication-Results: mx.tp.example; dmarc=pass header.from=mx.mail.example\r\n"
FORGED = b"Authentication-Results: mx.tp.example; dmarc=fail header.from=mx.mail.example\r\n"
ASK = "I want to return order TP2026110002"


def bounce(
    sent: bytes, *, status: str = "5.1.1", action: str = "failed", recipient: str = KATE.address, ours: str = ""
) -> bytes:
    """What the customer's server says of a mail of ours."""
    return (
        "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.mail.example>\r\n"
        f"To: {SUPPORT}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <{status}.{action}.{hash((sent, recipient)) & 0xFFFFFF}@mx.mail.example>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nCondition: unused\r\n"  # a line that the return form has, too
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.mail.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} because of a test\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {ours or header(sent, 'Message-ID')}\r\n--b--\r\n"
    ).encode()


def vacation(sent: bytes, world: World, *headers: tuple[str, str], text: str = "I am out of the office.") -> bytes:
    """The customer's responder answers a mail of ours."""
    return write(
        KATE,
        header(sent, "Reply-To"),
        f"Automatic reply: {header(sent, 'Subject')}",
        text,
        at=world.now,
        headers=(("In-Reply-To", header(sent, "Message-ID")), *headers),
    )


def asked(world: World) -> ReceivedMail:
    """Kate asks for a return; the form that goes to her."""
    return only(world.exchange(write(KATE, SUPPORT, "Return", ASK, at=world.now)), KATE)


def refund(world: World) -> ReceivedMail:
    """A return up to its refund notice."""
    form = asked(world)
    answer = reply(KATE, form.raw, "Condition: unused", at=world.now, files=[RECEIPT])
    notice = only(world.exchange(answer), STAFF)
    sent = world.exchange(reply(STAFF, notice.raw, "#approve\n#received\n#inspect pass", at=world.now))
    return next(mail for mail in sent if "199.00" in body_text(mail.raw))


def test_a_hard_bounce_is_shown_told_once_and_stops_further_automatic_mail(world: World) -> None:
    form = asked(world)
    notice = only(world.exchange(bounce(form.raw)), STAFF)
    assert "mailbot addresses clear kate@mail.example" in body_text(notice.raw)
    ticket = world.json("tickets", "show", "T-100001")
    assert [message["origin"] for message in ticket["messages"] if message["direction"] == "in"] == ["human", "bounce"]
    assert ticket["cases"][0]["state"] == "requested"  # "Condition: unused" in a bounce is nobody's answer
    (flagged,) = world.json("addresses", "list")
    assert (flagged["address"], flagged["state"], flagged["status"]) == (KATE.address, "hard", "5.1.1")
    assert "because of a test" in flagged["reason"]

    assert world.exchange(bounce(form.raw, action="failed", status="5.1.10")) == []  # staff know

    # A mail that nobody vouches for clears nothing: the answer to it is held back, and staff get the mail.
    unproven = write(KATE, SUPPORT, "Question", "How loud is the kettle?", at=world.now, verdict="")
    only(world.exchange(unproven), STAFF)
    (held,) = world.json("outbox", "list", "--state", "dead")
    assert (held["template"], held["recipient"]) == ("acknowledgement", KATE.address)
    assert "nothing arrives" in held["last_error"]
    health = world.json("health")
    assert (health["ok"], health["held_back"], health["addresses"]) == (True, 1, {"hard": 1, "soft": 0})

    done = world.cli("addresses", "clear", KATE.address)
    assert f"mailbot outbox retry {held['id']}" in done.stdout
    assert world.json("addresses", "list") == []
    assert world.cli("outbox", "retry", str(held["id"])).returncode == 0
    only(world.exchange(), KATE)
    assert world.cli("addresses", "clear", KATE.address).returncode == 2


def test_a_relay_that_knows_of_no_such_address_says_what_a_bounce_would(world: World) -> None:
    for status, states in (("5.7.1", []), ("5.1.1", ["hard"])):
        world.sink.refuse_recipient(KATE.address, status=status)
        world.arrive(write(KATE, SUPPORT, f"Question about {status}", "How loud is the kettle?", at=world.now))
        world.poll()
        assert [row["state"] for row in world.json("addresses", "list")] == states


def test_a_proven_mail_from_a_hard_address_is_answered_again(world: World) -> None:
    form = asked(world)
    world.exchange(bounce(form.raw))
    sent = world.exchange(write(KATE, SUPPORT, "Question", "How loud is the kettle?", at=world.now))
    assert {mail.recipients[0] for mail in sent} == {KATE.address, STAFF.address}
    assert world.json("addresses", "list") == []


def test_letters_that_wait_when_the_address_turns_hard_are_held_back_too(world: World) -> None:
    form = asked(world)
    world.sink.fail_next(stage="rcpt", times=2)
    world.exchange(write(KATE, SUPPORT, "Question", "How loud is the kettle?", at=world.now))
    assert world.json("outbox", "list", "--state", "queued")
    world.exchange(bounce(form.raw))
    world.later(hours=1)
    assert [mail.recipients[0] for mail in world.exchange()] in ([], [STAFF.address])
    assert [mail["template"] for mail in world.json("outbox", "list", "--state", "dead")] == ["acknowledgement"]


def test_a_bounced_refund_notice_reaches_staff_each_time(world: World) -> None:
    notice = refund(world)
    for status in ("4.2.2", "4.2.1", "5.1.1", "5.1.2"):
        told = only(world.exchange(bounce(notice.raw, status=status)), STAFF)
        assert "told the customer of money" in body_text(told.raw)


def test_a_refund_notice_to_a_hard_address_is_held_back_and_staff_hear_of_it(world: World) -> None:
    form = asked(world)
    answer = reply(KATE, form.raw, "Condition: unused", at=world.now, files=[RECEIPT])
    decision = only(world.exchange(answer), STAFF)
    world.exchange(PROVEN + bounce(form.raw))
    sent = world.exchange(reply(STAFF, decision.raw, "#approve\n#received\n#inspect pass", at=world.now))
    sent += world.exchange()
    assert {mail.recipients[0] for mail in sent} == {STAFF.address}
    assert any("refund_notice to kate@mail.example: held back" in body_text(mail.raw) for mail in sent)
    assert len(world.json("refunds", "list")) == 1


def test_a_bounce_that_anybody_could_have_written_holds_back_nothing_that_staff_decided(world: World) -> None:
    """Whoever saw a mail of ours knows its Message-ID, and can write a bounce of it."""
    form = asked(world)
    answer = reply(KATE, form.raw, "Condition: unused", at=world.now, files=[RECEIPT])
    decision = only(world.exchange(answer), STAFF)
    world.exchange(bounce(form.raw))
    assert world.json("addresses", "list")[0]["state"] == "hard"
    sent = world.exchange(reply(STAFF, decision.raw, "#approve\n#received\n#inspect pass", at=world.now))
    assert any("199.00" in body_text(mail.raw) for mail in sent if mail.recipients == (KATE.address,))
    assert world.json("outbox", "list", "--state", "dead") == []


def test_a_bounce_whose_sender_is_forged_is_ignored(world: World) -> None:
    form = asked(world)
    assert world.exchange(FORGED + bounce(form.raw)) == []
    assert world.json("addresses", "list") == []
    assert len(world.json("tickets", "unfiled")) == 1


def test_a_bounce_counts_for_the_mail_that_it_returns_and_for_none_that_its_head_names(world: World) -> None:
    form = asked(world)
    ours = header(form.raw, "Message-ID")
    forged = f"In-Reply-To: {ours}\r\nReferences: {ours}\r\n".encode()
    world.exchange(forged + bounce(form.raw, ours="<somebody.elses@mail.example>"))
    assert world.json("addresses", "list") == []


def test_a_bounce_that_names_only_the_id_which_a_relay_gave_counts_for_its_recipient(world: World) -> None:
    form = asked(world)
    renamed = "<0102relay@amazonses.example>"
    world.exchange(
        write(
            KATE,
            header(form.raw, "Reply-To"),
            f"Re: {header(form.raw, 'Subject')}",
            "Thanks, I will fill it in.",
            at=world.now,
            headers=(("In-Reply-To", renamed),),
        )
    )
    world.exchange(bounce(form.raw, ours=renamed))
    assert [(row["address"], row["state"]) for row in world.json("addresses", "list")] == [(KATE.address, "hard")]
    world.exchange(bounce(form.raw, ours=renamed, recipient="victim@elsewhere.example"))
    assert len(world.json("addresses", "list")) == 1


def test_a_persons_mail_with_a_delivery_report_inside_is_read_by_staff(world: World) -> None:
    form = asked(world)
    inside = bounce(form.raw).partition(b"\r\n\r\n")[2].replace(b"Condition: unused", b"I got this back. What now?")
    head = write(KATE, header(form.raw, "Reply-To"), "Fwd: Undelivered Mail", "x", at=world.now)
    kept = [
        line
        for line in head.partition(b"\r\n\r\n")[0].split(b"\r\n")
        if not line.lower().startswith((b"content-", b"mime"))
    ]
    kept += [b"MIME-Version: 1.0", b'Content-Type: multipart/mixed; boundary="b"', b"", inside]
    notice = only(world.exchange(b"\r\n".join(kept)), STAFF)
    assert "What now?" in body_text(notice.raw)
    assert world.json("addresses", "list") == []


def test_a_participants_words_that_come_through_a_mailing_list_reach_staff(world: World) -> None:
    form = asked(world)
    through_a_list = (("List-Id", "<family.mail.example>"), ("In-Reply-To", header(form.raw, "Message-ID")))
    said = write(
        KATE, header(form.raw, "Reply-To"), "Re: Return", "It is dented, too.", at=world.now, headers=through_a_list
    )
    assert "It is dented" in body_text(only(world.exchange(said), STAFF).raw)
    away = write(
        KATE,
        header(form.raw, "Reply-To"),
        "Re: Return",
        "I am out of the office.",
        at=world.now,
        headers=through_a_list,
    )
    assert world.exchange(away) == []


def test_soft_bounces_are_told_once_and_add_up(world: World) -> None:
    world.write_settings(limits={"soft_bounces": 3})
    form = asked(world)
    only(world.exchange(bounce(form.raw, status="4.2.2")), STAFF)
    assert world.exchange(bounce(form.raw, status="4.2.1")) == []
    assert world.json("addresses", "list")[0]["state"] == "soft"
    only(world.exchange(bounce(form.raw, status="4.2.3")), STAFF)
    assert world.json("addresses", "list", "--state", "hard")[0]["count"] == 3


def test_a_delay_or_a_receipt_is_filed_and_told_to_nobody(world: World) -> None:
    form = asked(world)
    sent = world.exchange(bounce(form.raw, status="4.4.1", action="delayed"), bounce(form.raw, action="relayed"))
    assert sent == []
    assert len(world.json("tickets", "show", "T-100001")["messages"]) == 4
    assert world.json("addresses", "list") == []


def test_a_bounce_of_a_mail_that_we_never_sent_counts_for_nothing(world: World) -> None:
    form = asked(world)
    assert world.exchange(bounce(form.raw, ours="<c1-aaaaaaaaaaaaaaaa.00@tp.example>")) == []
    assert world.json("addresses", "list") == []
    assert len(world.json("tickets", "unfiled")) == 1


def test_a_bounce_that_names_somebody_else_flags_nobody_else(world: World) -> None:
    form = asked(world)
    world.exchange(bounce(form.raw, recipient="victim@elsewhere.example"))
    assert [(row["address"], row["state"]) for row in world.json("addresses", "list")] == [(KATE.address, "soft")]


def test_a_bounced_notice_to_staff_brings_no_other_notice(world: World) -> None:
    notice = only(world.exchange(write(KATE, SUPPORT, "Question", "How loud?", at=world.now)), STAFF)
    assert world.exchange(bounce(notice.raw, recipient=STAFF.address)) == []
    health = world.json("health")
    assert [incident["kind"] for incident in health["incidents"]] == ["bounce_of_staff_notice"]
    only(world.exchange(write(KATE, SUPPORT, "Another", "How heavy?", at=world.now)), STAFF)  # notices go on


def test_an_absence_notice_is_shown_and_is_no_answer(world: World) -> None:
    form = asked(world)
    filled = "I am out of the office.\n\nCondition: unused\nOrder TP2026110001"
    assert world.exchange(vacation(form.raw, world, ("Auto-Submitted", "auto-replied"), text=filled)) == []
    ticket = world.json("tickets", "show", "T-100001")
    assert ticket["cases"][0]["state"] == "requested"
    assert ticket["messages"][-1]["origin"] == "auto_reply"
    assert ticket["order_number"] == "TP2026110002"


def test_an_absence_notice_does_not_reopen_a_ticket_nor_bring_a_receipt(world: World) -> None:
    form = asked(world)
    with sqlite3.connect(world.folder / "var" / "mailbot.sqlite3") as database:
        database.execute("UPDATE ticket SET state = 'closed'")
    world.arrive(
        write(
            KATE,
            header(form.raw, "Reply-To"),
            "Automatic reply",
            "I am away.",
            at=world.now,
            files=[RECEIPT],
            headers=(("In-Reply-To", header(form.raw, "Message-ID")), ("Auto-Submitted", "auto-replied")),
        )
    )
    assert world.exchange() == []
    assert world.json("tickets", "show", "T-100001")["state"] == "closed"
    # The picture in it is no proof of purchase: the form still lacks it.
    gaps = world.exchange(reply(KATE, form.raw, "Condition: unused", at=world.now))
    assert "Proof" in body_text(only(gaps, KATE).raw)


def test_a_ticket_systems_mail_opens_a_ticket_for_staff_and_is_not_answered(world: World) -> None:
    system = Person(name="Service Desk", address="it@customer.example")
    ticket = write(
        system,
        SUPPORT,
        "INC0012345 kettle in meeting room 3",
        "A colleague reports: the kettle leaks. Please advise.",
        at=world.now,
        headers=(("Auto-Submitted", "auto-generated"), ("X-ServiceNow-Generated", "true"), ("Precedence", "bulk")),
    )
    sent = world.exchange(ticket)
    notice = only(sent, STAFF)
    assert len(sent) == 1
    assert "Auto-Submitted: auto-generated" in body_text(notice.raw)
    assert "the kettle leaks" in body_text(notice.raw)
    # Staff's words do reach them, and what the system says next reaches staff again.
    answer = only(world.exchange(reply(STAFF, notice.raw, "Please switch it off.", at=world.now)), system)
    again = write(
        system,
        header(answer.raw, "Reply-To"),
        f"Re: {header(answer.raw, 'Subject')}",
        "Switched off. What now?",
        at=world.now,
        headers=(("In-Reply-To", header(answer.raw, "Message-ID")), ("Auto-Submitted", "auto-generated")),
    )
    sent = world.exchange(again)
    assert "What now?" in body_text(only(sent, STAFF).raw)
    assert len(sent) == 1
    assert [row["number"] for row in world.json("tickets", "list")] == ["T-100001"]


def test_a_persons_mail_that_asks_for_no_automatic_answer_gets_none_and_lives(world: World) -> None:
    asking = write(KATE, SUPPORT, "Return", ASK, at=world.now, headers=(("X-Auto-Response-Suppress", "All"),))
    sent = world.exchange(asking)
    assert "X-Auto-Response-Suppress" in body_text(only(sent, STAFF).raw)
    assert len(sent) == 1
    assert world.json("cases", "list")[0]["state"] == "requested"


def test_forged_mail_uses_up_nobodys_cap(world: World) -> None:
    world.write_settings(limits={"replies_per_address_per_day": 2})
    for number in range(4):
        subject = f"Forged, {'abcd'[number]}"
        world.exchange(write(KATE, SUPPORT, subject, "Where is my order?", at=world.now, verdict="dmarc=none"))
    answered = [mail for mail in world.sink.mails if mail.recipients[0] == KATE.address]
    assert len(answered) == 2
    assert world.json("health")["caps_last_day"] == 2
    assert len(world.json("tickets", "list")) == 4
    only(world.exchange(write(KATE, SUPPORT, "Real", "Where is my order?", at=world.now)), KATE)
