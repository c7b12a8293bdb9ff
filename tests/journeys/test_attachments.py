"""What comes with a mail and can't be taken at its word: programs, encryption, a mail without From."""

from __future__ import annotations

import base64
import struct

from mailbot.demo.people import File, body_text, header, write
from tests.journeys.world import KATE, LIN, PHOTO, STAFF, SUPPORT, World, only

PROGRAM = b"MZ" + b"\0" * 58 + struct.pack("<I", 64) + b"PE\0\0" + b"harmful" * 100
RECEIPT = PHOTO


def test_a_program_is_named_to_staff_and_never_handed_on(world: World) -> None:
    files = [
        File(filename="invoice.pdf.exe", content_type="application/pdf", data=PROGRAM),
        File(filename="receipt.jpg", content_type="image/jpeg", data=RECEIPT),
    ]
    sent = world.exchange(write(KATE, SUPPORT, "How loud", "How loud is the kettle?", at=world.now, files=files))
    notice = only(sent, STAFF).raw
    assert "invoice.pdf.exe" in body_text(notice)
    assert "program" in body_text(notice)
    assert base64.b64encode(PROGRAM)[:60] not in notice
    assert base64.b64encode(RECEIPT)[:60] in notice
    shown = world.cli("tickets", "show", "T-100001").stdout
    assert "invoice.pdf.exe" in shown
    assert "executable" in shown
    (mail, *_) = world.json("tickets", "show", "T-100001")["messages"]  # type: ignore[index]
    assert [(file["filename"], file["flags"]) for file in mail["attachments"]] == [
        ("invoice.pdf.exe", ["type_differs", "executable", "disguised_name"]),
        ("receipt.jpg", []),
    ]
    for _ in range(2):  # kept as it came; nothing is overwritten
        done = world.cli("tickets", "save", "T-100001", "invoice.pdf.exe", "kept")
    assert (done.returncode, done.stderr.count("there already")) == (2, 1)
    assert (world.folder / "kept").read_bytes() == PROGRAM
    assert (world.folder / "kept").stat().st_mode & 0o777 == 0o600
    assert "no such thing" in world.cli("tickets", "save", "T-100001", "other.exe", "x").stderr


def test_a_picture_that_is_a_program_is_no_proof_of_purchase(world: World) -> None:
    wanted = "attach a photo of the receipt"
    for number, person, content, asked in ((1, LIN, RECEIPT, False), (2, KATE, PROGRAM, True)):
        receipt = File(filename="receipt.jpg", content_type="image/jpeg", data=content)
        text = f"I want to return my kettle, order TP202611000{number}. It is too small."
        sent = world.exchange(write(person, SUPPORT, "Return", text, at=world.now, files=[receipt]))
        (form,) = (body_text(mail.raw) for mail in sent)
        assert (wanted in form) is asked, form


def test_an_encrypted_request_reaches_staff_whatever_its_subject_says(world: World) -> None:
    text = "-----BEGIN PGP MESSAGE-----\n\nhQEMA0\n-----END PGP MESSAGE-----"
    sent = world.exchange(write(KATE, SUPPORT, "Return of TP2026110002", text, at=world.now))
    assert "encrypted" in body_text(only(sent, STAFF).raw).lower()
    only(sent, KATE)
    assert world.json("cases", "list") == []
    assert "encrypted" in world.cli("tickets", "show", "T-100001").stdout


def test_what_was_left_out_is_listed_in_the_ticket(world: World) -> None:
    raw = write(KATE, SUPPORT, "Question", "How loud is it?", at=world.now)
    head, _, _ = raw.partition(b"Content-Type:")
    parts = b"".join(b"--b\r\nContent-Type: image/png\r\n\r\n%d\r\n" % number for number in range(600))
    sent = world.exchange(head + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--\r\n")
    assert "more than 500 parts" in body_text(only(sent, STAFF).raw)
    assert "more than 500 parts" in world.cli("tickets", "show", "T-100001").stdout


def test_reply_to_of_a_mail_without_from_is_shown_and_never_believed(world: World) -> None:
    """Neither a staff member nor a customer is who merely stands in Reply-To, Sender or Return-Path (G5)."""
    for person, subject in ((STAFF, "#approve"), (KATE, "Where is my order TP2026110002?")):
        raw = write(person, SUPPORT, subject, subject, at=world.now)
        lines = [line for line in raw.split(b"\r\n") if not line.startswith(b"From:")]
        address = person.address.encode()
        extra = [b"Reply-To: " + address, b"Sender: " + address, b"Return-Path: <" + address + b">"]
        sent = world.exchange(b"\r\n".join([*extra, *lines]))
        assert [mail.recipients for mail in sent] == [(STAFF.address,)]
        notice = body_text(sent[0].raw)
        assert f"no address in From; Sender names {person.address}" in notice
        assert "Kettle" not in notice.replace(subject, "")  # nothing of the order
        assert header(sent[0].raw, "To").count("@") == 1
    shown = world.json("tickets", "list")
    assert {ticket["customer_email"] for ticket in shown} == {""}  # type: ignore[attr-defined]
    assert world.json("cases", "list") == []
