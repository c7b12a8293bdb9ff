"""Conversations stay together, and only theirs: copies, people in copy, late answers, merges, renamed mails."""

from __future__ import annotations

import re
from typing import Any

from mailbot.demo.people import File, Person, body_text, header, reply, write
from tests.journeys.world import KATE, LIN, MALLORY, PHOTO, STAFF, SUPPORT, World, only

ROB = Person(name="Rob Murray", address="rob@mail.example")
IN_COPY = (("Cc", f"{ROB.name} <{ROB.address}>"),)


def question(world: World, person: Person = KATE, text: str = "How loud is the kettle?", **more: Any) -> bytes:
    return write(person, SUPPORT, "A question", text, at=world.now, **more)


def show(world: World, number: str = "T-100001") -> dict[str, Any]:
    found = world.json("tickets", "show", number)
    assert isinstance(found, dict)
    return found


def texts(world: World, number: str = "T-100001") -> list[str]:
    return [mail["text"].split("\n")[0] for mail in show(world, number)["messages"] if mail["direction"] == "in"]


def with_header(raw: bytes, name: str, value: str) -> bytes:
    """The mail with one header exchanged, or added on top."""
    line = f"{name}: {value}\r\n".encode()
    head, _, body = raw.partition(b"\r\n\r\n")
    head, found = re.subn(rb"(?im)^" + name.encode() + rb":.*(?:\r\n[ \t].*)*\r\n", line, head + b"\r\n")
    return (head if found else line + head) + b"\r\n" + body


def close(world: World) -> bytes:
    """Kate's return is carried through; gives the closing mail."""
    receipt = File(filename="receipt.jpg", content_type="image/jpeg", data=PHOTO)
    wish = write(KATE, SUPPORT, "Return", "I want to return TP2026110002", at=world.now, files=[receipt])
    form = reply(KATE, only(world.exchange(wish), KATE).raw, "Condition: unused\nReason: too small", at=world.now)
    notice = only(world.exchange(form), STAFF)
    for command in ("#approve TP-K17 × 1", "#received", "#inspect pass", "#refunded"):
        sent = world.exchange(reply(STAFF, notice.raw, command, at=world.now))
    assert show(world)["state"] == "closed"
    return only(sent, KATE).raw


def test_people_in_copy_stay_on_the_thread(world: World) -> None:
    sent = world.exchange(question(world, headers=IN_COPY))
    assert {mail.recipients for mail in sent} == {(KATE.address,), (STAFF.address,)}  # automatic answers: hers alone
    notice = only(sent, STAFF)

    sent = world.exchange(reply(STAFF, notice.raw, "About 60 dB.", at=world.now))
    hers, his = only(sent, KATE), only(sent, ROB)
    for mail in (hers, his):
        assert KATE.address in header(mail.raw, "To")
        assert ROB.address in header(mail.raw, "Cc")
        assert "About 60 dB." in body_text(mail.raw)
    assert header(hers.raw, "Reply-To") != header(his.raw, "Reply-To")

    sent = world.exchange(reply(ROB, his.raw, "And how heavy is it? I want a refund for TP2026110002.", at=world.now))
    assert [mail.recipients for mail in sent] == [(STAFF.address,)]  # read by people; it moves nothing
    assert ROB.address in body_text(sent[0].raw)
    assert len(texts(world)) == 3
    assert world.json("cases", "list") == []


def test_nobody_gets_into_copy_by_a_mail_that_nobody_vouches_for(world: World) -> None:
    notice = only(world.exchange(question(world, headers=IN_COPY, verdict="")), STAFF)
    sent = world.exchange(reply(STAFF, notice.raw, "About 60 dB.", at=world.now))
    assert [mail.recipients for mail in sent] == [(KATE.address,)]


def test_somebody_in_copy_hands_in_no_form(world: World) -> None:
    first = world.exchange(
        write(KATE, SUPPORT, "Return", "I want to return order TP2026110002", at=world.now, headers=IN_COPY)
    )
    form = reply(ROB, only(first, KATE).raw, "Condition: unused\nReason: too small", at=world.now)
    assert [mail.recipients for mail in world.exchange(form)] == [(STAFF.address,)]
    assert [case["state"] for case in show(world)["cases"]] == ["requested"]


def test_thanks_reopen_nothing(world: World) -> None:
    closing = close(world)
    assert world.exchange(reply(KATE, closing, "Thank you so much!\n\nKate", at=world.later(days=1))) == []
    assert world.exchange(reply(KATE, closing, "谢谢！", at=world.later(days=40))) == []
    assert show(world)["state"] == "closed"
    assert texts(world)[-2:] == ["Thank you so much!", "谢谢！"]


def test_an_answer_soon_after_the_end_reopens(world: World) -> None:
    closing = close(world)
    notice = only(world.exchange(reply(KATE, closing, "My bank shows nothing yet?", at=world.later(days=13))), STAFF)
    assert "T-100001" in header(notice.raw, "Subject")
    assert show(world)["state"] == "open"


def test_a_late_answer_opens_a_linked_ticket(world: World) -> None:
    closing = close(world)
    sent = world.exchange(reply(KATE, closing, "How heavy is it?", at=world.later(days=15)))
    assert "[T-100002]" in header(only(sent, KATE).raw, "Subject")
    assert "closed more than 14 days before" in body_text(only(sent, STAFF).raw)
    assert show(world)["state"] == "closed"
    assert show(world, "T-100002")["linked_to"] == "T-100001"
    # Whatever she answers from now on stays in the new one.
    world.exchange(reply(KATE, only(sent, KATE).raw, "Hello?", at=world.now))
    assert texts(world, "T-100002")[-1] == "Hello?"


def test_a_new_subject_on_top_of_an_old_conversation_is_a_new_matter(world: World) -> None:
    answer = only(world.exchange(question(world)), KATE)
    soon = with_header(reply(KATE, answer.raw, "And how heavy?", at=world.now), "Subject", "Its weight")
    world.exchange(soon)
    assert len(texts(world)) == 2
    late = reply(KATE, answer.raw, "Do you sell spare lids?", at=world.later(days=40))
    world.exchange(with_header(late, "Subject", "Spare lids"))
    assert show(world, "T-100002")["linked_to"] == "T-100001"
    assert show(world, "T-100002")["subject"] == "Spare lids"


def test_two_ways_to_the_desk_make_one_mail(world: World) -> None:
    raw = question(world)
    again = b"Delivered-To: help@tp.example\r\nReceived: from mx2.tp.example; somewhere else\r\n" + raw
    assert len(world.exchange(raw, again)) == 2  # the answer and the notice
    assert world.exchange(again.replace(b"mx2", b"mx3")) == []
    assert len(texts(world)) == 1
    assert world.json("reconcile")[0]["missing"] == 0
    # What a forger sent first doesn't stand in the way of the true mail.
    second = question(world, text="How heavy is it?")
    world.exchange(second.replace(b"dmarc=pass", b"dmarc=fail"))
    assert KATE.address in {mail.recipients[0] for mail in world.exchange(second)}


def test_one_message_id_on_two_mails_makes_two(world: World) -> None:
    first, second = question(world), question(world, text="How heavy is it?")
    second = with_header(second, "Message-ID", header(first, "Message-ID"))
    world.exchange(first, second)
    assert [texts(world, number) for number in ("T-100001", "T-100002")] == [
        ["How loud is the kettle?"],
        ["How heavy is it?"],
    ]


def test_empty_and_foreign_ids_bring_no_strangers_together(world: World) -> None:
    for person, reference in ((KATE, "<>"), (LIN, "<>"), (MALLORY, "< >, <@>, garbage")):
        headers = (("In-Reply-To", reference), ("References", reference))
        world.exchange(question(world, person, headers=headers))
    kate_wrote = show(world)["messages"][0]["message_id"]
    world.exchange(question(world, MALLORY, "Me too", headers=(("In-Reply-To", kate_wrote),)))
    assert [show(world, f"T-10000{n}")["customer_email"] for n in (1, 2, 3, 4)] == [
        KATE.address,
        LIN.address,
        MALLORY.address,
        MALLORY.address,
    ]


def test_an_id_that_a_relay_gave_is_learned_from_the_answer(world: World) -> None:
    world.write_settings(reply_address="")
    answer = only(world.exchange(question(world)), KATE).raw
    renamed = with_header(answer, "Message-ID", "<0100abcd@relay.example>")
    assert b"c1-" not in renamed.replace(header(answer, "References").encode(), b"")
    world.exchange(reply(KATE, renamed, "One more thing", at=world.now))  # found by its subject tag
    assert texts(world)[-1] == "One more thing"
    bare = reply(KATE, renamed, "And another one", at=world.now, keep_quote=False)
    bare = with_header(with_header(bare, "Subject", "Weight"), "References", "<0100abcd@relay.example>")
    world.exchange(bare)
    assert texts(world)[-1] == "And another one"
    stranger = with_header(bare, "From", MALLORY.address).replace(b"And another", b"Now let me")
    world.exchange(stranger)
    assert show(world, "T-100002")["customer_email"] == MALLORY.address


def test_an_id_that_a_relay_gave_is_learned_from_our_own_copy(world: World) -> None:
    answer = only(world.exchange(question(world)), KATE).raw
    renamed = with_header(answer, "Message-ID", "<0100abcd@relay.example>")
    assert world.exchange(renamed) == []
    bare = write(
        KATE, SUPPORT, "Weight", "And how heavy?", at=world.now, headers=(("In-Reply-To", "<0100abcd@relay.example>"),)
    )
    world.exchange(bare)
    assert texts(world)[-1] == "And how heavy?"


def test_staff_merge_two_tickets_of_one_customer(world: World) -> None:
    world.exchange(question(world))
    sent = world.exchange(question(world, text="Did you get my mail?"))
    assert world.exchange(reply(STAFF, only(sent, STAFF).raw, "#merge T-100001", at=world.now)) == []
    merged = show(world, "T-100002")
    assert (merged["state"], merged["merged_into"]) == ("closed", "T-100001")

    sent = world.exchange(reply(KATE, only(sent, KATE).raw, "It is about the kettle", at=world.now))
    assert texts(world)[-1] == "It is about the kettle"
    assert "[T-100001]" in header(only(sent, STAFF).raw, "Subject")


def test_tickets_of_two_people_are_never_merged(world: World) -> None:
    world.exchange(question(world, LIN, "水壶有多响？"))
    notice = only(world.exchange(question(world)), STAFF)
    for command, said in (
        ("#merge T-100001", "another address"),
        ("#合并T-100002", "this very ticket"),
        ("#merge T-100009", "there is no ticket T-100009"),
        ("#merge", "the number of the other ticket"),
    ):
        refused = only(world.exchange(reply(STAFF, notice.raw, command, at=world.later(minutes=1))), STAFF)
        assert said in " ".join(body_text(refused.raw).split()), command
    assert show(world, "T-100002")["merged_into"] is None


def test_who_only_guessed_the_tickets_number_hands_in_no_form(world: World) -> None:
    wish = write(KATE, SUPPORT, "Return", "I want to return TP2026110002", at=world.now)
    letter = only(world.exchange(wish), KATE)
    filled = "Condition: unused\nReason: too small"
    guessed = write(KATE, SUPPORT, "Re: [T-100001] Return", filled, at=world.now, verdict="")
    only(world.exchange(guessed), STAFF)
    assert show(world)["cases"][0]["state"] == "requested"
    assert len(texts(world)) == 2
    # Nobody vouches for this one either, but it names what only a reader of our mail can know.
    known = reply(KATE, letter.raw, filled, at=world.now, verdict="")
    world.exchange(known)
    assert show(world)["cases"][0]["state"] != "requested"
